package io.clickstream.deploy;

import static io.clickstream.deploy.Template.map;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.metrics.ClickstreamMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each alarm of the template is on when it should be, and not otherwise. */
class AlarmsTest {

    private static final Path FILE = Path.of("cloudformation", "application.yaml");

    /** The job runs from here on, if a case does not say otherwise. */
    private static final int START = 60;

    private static final int END = 240;

    private static final int SECONDS_BETWEEN_REPORTS = 15;

    private static final String UPTIME = "uptime";

    private static final List<String> RUNTIMES =
            List.of(ApplicationTemplateTest.FLINK_1, ApplicationTemplateTest.FLINK_2);

    /** What the service calls the metrics of the cases on Flink 2.2. */
    private static final Map<String, String> ON_FLINK_2 =
            Map.of(
                    UPTIME,
                    "runningTime",
                    "downtime",
                    "restartingTime",
                    "fullRestarts",
                    "numRestarts");

    private static final Map<String, Map<String, Alarm>> ALARMS = new TreeMap<>();

    /** What is reported, and whether the alarm is on at any minute from one on. */
    private record Case(String alarm, String what, boolean isOn, int since, Consumer<Run> run) {

        /** Looks only at the minutes from this one on. */
        Case since(int minute) {
            return new Case(alarm, what, isOn, minute, run);
        }

        @Override
        public String toString() {
            return alarm + (isOn ? " is on: " : " is off: ") + what;
        }
    }

    /** What the subtasks or TaskManagers of a job report, four times a minute. */
    private static final class Run {

        private final Alarm.Reports reports = new Alarm.Reports();
        private final Map<String, String> names;

        Run(String runtime) {
            names = runtime.equals(ApplicationTemplateTest.FLINK_2) ? ON_FLINK_2 : Map.of();
        }

        private void report(String metric, long second, double value) {
            reports.add(names.getOrDefault(metric, metric), second, value);
        }

        /** One of them reports a value by the minute. */
        Run says(String metric, int from, int to, LongToDoubleFunction value) {
            for (long second = from * 60L; second < to * 60L; second += SECONDS_BETWEEN_REPORTS) {
                report(metric, second, value.applyAsDouble(second / 60));
            }
            return this;
        }

        Run says(String metric, LongToDoubleFunction value) {
            return says(metric, START, END, value);
        }

        /** The job runs within these minutes, and has run since another. */
        Run runs(int since, int from, int to) {
            for (long second = from * 60L; second < to * 60L; second += SECONDS_BETWEEN_REPORTS) {
                report(UPTIME, second, (second - since * 60L) * 1_000.0);
            }
            return this;
        }

        /** Several that report the same. */
        Run says(int subtasks, String metric, LongToDoubleFunction value) {
            for (int i = 0; i < subtasks; i++) {
                says(metric, value);
            }
            return this;
        }
    }

    private static LongToDoubleFunction always(double value) {
        return minute -> value;
    }

    /** A counter of a job that started at the minute {@link #START}. */
    private static LongToDoubleFunction grows(double perMinute) {
        return minute -> perMinute * (minute - START + 1);
    }

    private static LongToDoubleFunction jumps(int minute, double before, double after) {
        return now -> now < minute ? before : after;
    }

    private static LongToDoubleFunction between(int from, int to, double then, double otherwise) {
        return now -> now >= from && now < to ? then : otherwise;
    }

    private static Case on(String alarm, String what, Consumer<Run> run) {
        return new Case(alarm, what, true, 0, run);
    }

    private static Case off(String alarm, String what, Consumer<Run> run) {
        return new Case(alarm, what, false, 0, run);
    }

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        ofTheJob(cases);
        ofResources(cases);
        ofReading(cases);
        ofClicks(cases);
        ofDestinations(cases);
        ofGaps(cases);
        ofRealFailures(cases);
        return cases.stream();
    }

    private static void ofTheJob(List<Case> cases) {
        cases.add(
                on(
                        "RestartAlarm",
                        "four restarts in four minutes",
                        run ->
                                run.says(
                                        "fullRestarts",
                                        minute -> Math.min(4, Math.max(0, minute - 121)))));
        cases.add(
                on(
                        "RestartAlarm",
                        "four restarts that are in the first report",
                        run -> run.says("fullRestarts", always(4))));
        cases.add(
                off(
                        "RestartAlarm",
                        "a restart each half hour",
                        run ->
                                run.says(
                                        "fullRestarts",
                                        minute -> Math.floorDiv(minute - START, 30L))));
        cases.add(
                off(
                        "RestartAlarm",
                        "an update, with which the counter begins anew",
                        run ->
                                run.runs(START, START, 150)
                                        .runs(150, 150, END)
                                        .says("fullRestarts", jumps(150, 2, 0))));
        cases.add(
                on(
                        "DowntimeAlarm",
                        "ten minutes without a job",
                        run -> run.says("downtime", between(120, 130, 60_000, 0))));
        cases.add(
                off(
                        "DowntimeAlarm",
                        "a restart that takes three minutes",
                        run -> run.says("downtime", between(120, 123, 60_000, 0))));
        cases.add(
                on(
                        "SilentAlarm",
                        "READY after a failed start: nothing is reported",
                        run -> run.runs(0, 0, 30)));
        cases.add(
                on(
                        "SilentAlarm",
                        "a start that failed with an update, for 20 minutes",
                        run -> run.runs(0, 0, 100).runs(120, 120, END)));
        cases.add(
                off(
                        "SilentAlarm",
                        "an update that takes ten minutes",
                        run -> run.runs(0, 0, 100).runs(110, 110, END)));
        cases.add(
                off(
                        "SilentAlarm",
                        "a job that restarts without end",
                        run -> run.says(UPTIME, 0, END, between(100, 150, 0, 6_000_000))));
        cases.add(
                off(
                        "SilentAlarm",
                        "an application that was never started",
                        run -> run.says(UPTIME, 0, 0, always(0))));
        cases.add(
                off(
                        "SilentAlarm",
                        "the first start, two hours after the stack was made",
                        run -> run.runs(120, 120, END)));
        cases.add(
                on(
                        "CheckpointAlarm",
                        "a failure each minute",
                        run -> run.says("numberOfFailedCheckpoints", grows(1))));
        cases.add(
                on(
                        "CheckpointAlarm",
                        "failures before the first report",
                        run -> run.says("numberOfFailedCheckpoints", always(5))));
        cases.add(
                off(
                        "CheckpointAlarm",
                        "a failure each five minutes",
                        run ->
                                run.says(
                                        "numberOfFailedCheckpoints",
                                        minute -> Math.floorDiv(minute - START, 5L))));
        cases.add(
                on(
                        "CheckpointDurationAlarm",
                        "three minutes each",
                        run -> run.says("lastCheckpointDuration", always(180_000))));
        cases.add(
                off(
                        "CheckpointDurationAlarm",
                        "a minute each, and one that takes long",
                        run ->
                                run.says(
                                        "lastCheckpointDuration",
                                        between(120, 122, 180_000, 60_000))));
    }

    private static void ofResources(List<Case> cases) {
        cases.add(
                on(
                        "HeapAlarm",
                        "one of three TaskManagers is full",
                        run ->
                                run.says(2, "heapMemoryUtilization", always(40))
                                        .says("heapMemoryUtilization", between(120, 125, 97, 40))));
        cases.add(
                off(
                        "HeapAlarm",
                        "a heap that fills each third minute, and is collected",
                        run ->
                                run.says(2, "heapMemoryUtilization", always(40))
                                        .says(
                                                "heapMemoryUtilization",
                                                minute -> minute % 3 == 0 ? 97 : 50)));
        cases.add(
                on(
                        "MemoryAlarm",
                        "one of three TaskManagers is full",
                        run ->
                                run.says(2, "containerMemoryUtilization", always(70))
                                        .says("containerMemoryUtilization", always(97))));
        cases.add(
                off(
                        "MemoryAlarm",
                        "a job that uses what it has",
                        run -> run.says(3, "containerMemoryUtilization", always(88))));
        cases.add(
                on(
                        "CpuAlarm",
                        "one of three TaskManagers is busy for half an hour",
                        run ->
                                run.says(2, "cpuUtilization", always(20))
                                        .says("cpuUtilization", between(120, 150, 99, 20))));
        cases.add(
                off(
                        "CpuAlarm",
                        "ten busy minutes after a start",
                        run -> run.says(3, "cpuUtilization", between(START, START + 10, 99, 50))));
    }

    private static void ofReading(List<Case> cases) {
        cases.add(
                on(
                        "LagAlarm",
                        "one of four subtasks is ten minutes behind",
                        run ->
                                run.says(3, "millisBehindLatest", always(500))
                                        .says("millisBehindLatest", always(600_000))));
        cases.add(
                off(
                        "LagAlarm",
                        "another consumer of the stream is behind",
                        run ->
                                run.says(4, "millisBehindLatest", always(12_000))
                                        .says(
                                                "GetRecords.IteratorAgeMilliseconds",
                                                always(86_400_000))));
        cases.add(
                off(
                        "LagAlarm",
                        "a job that catches up within three minutes of its start",
                        run ->
                                run.says(
                                        "millisBehindLatest",
                                        between(START, START + 3, 900_000, 100))));
        cases.add(
                on(
                        "TopicLagAlarm",
                        "the group is ten minutes behind",
                        run -> run.says("EstimatedMaxTimeLag", always(600))));
        cases.add(
                off(
                        "TopicLagAlarm",
                        "the group is a minute behind",
                        run -> run.says("EstimatedMaxTimeLag", always(60))));
        cases.add(
                off(
                        "TopicLagAlarm",
                        "the application is stopped on purpose, and its topic grows",
                        run ->
                                run.runs(START, START, 120)
                                        .says("EstimatedMaxTimeLag", START, 120, always(1))
                                        .says(
                                                "EstimatedMaxTimeLag",
                                                120,
                                                END,
                                                minute -> 60.0 * (minute - 119))));
        cases.add(
                on(
                        "WatermarkAlarm",
                        "event time of one of four subtasks stands still",
                        run ->
                                run.says(3, "watermarkLagMillis", always(20_000))
                                        .says(
                                                "watermarkLagMillis",
                                                minute -> 60_000.0 * (minute - START))));
        cases.add(
                off(
                        "WatermarkAlarm",
                        "the out-of-orderness",
                        run -> run.says(4, "watermarkLagMillis", always(21_000))));
        cases.add(
                on(
                        "StalledAlarm",
                        "a partition of one subtask stalls for three minutes",
                        run ->
                                run.says(3, "stalledPartitions", always(0))
                                        .says("stalledPartitions", between(120, 123, 1, 0))));
        cases.add(
                off(
                        "StalledAlarm",
                        "a partition stalls for a minute",
                        run -> run.says("stalledPartitions", between(120, 121, 1, 0))));
        for (Map.Entry<String, String> loss :
                Map.of(
                                "LostOffsetsAlarm", "lostOffsets",
                                "LostTransactionsAlarm", "kafka.transactionsLost",
                                "ShardsGoneAlarm", "kinesis.shardsGone")
                        .entrySet()) {
            cases.add(
                    on(
                            loss.getKey(),
                            "a loss that is found at the start",
                            run -> run.says(loss.getValue(), always(7))));
            cases.add(
                    on(
                            loss.getKey(),
                            "a loss of one of four subtasks",
                            run ->
                                    run.says(3, loss.getValue(), always(0))
                                            .says(loss.getValue(), jumps(121, 0, 1))));
            cases.add(
                    off(
                            loss.getKey(),
                            "no loss, and a while without reports",
                            run ->
                                    run.runs(START, START, 100)
                                            .runs(START, 130, END)
                                            .says(loss.getValue(), START, 100, always(0))
                                            .says(loss.getValue(), 130, END, always(0))));
        }
    }

    private static void ofClicks(List<Case> cases) {
        for (String reason :
                List.of(
                        "malformed",
                        "unknown-schema",
                        "missing-user",
                        "missing-time",
                        "before-1970",
                        "future",
                        "too-large",
                        "implausible-time")) {
            cases.add(
                    on(
                            "DeadLetterAlarm",
                            "5 % are " + reason + ", and no other reason was ever counted",
                            run ->
                                    run.says(4, "recordsIn", grows(100))
                                            .says(4, "deadLetters." + reason, grows(5))));
        }
        cases.add(
                on(
                        "DeadLetterAlarm",
                        "5 % after a while without reports",
                        run ->
                                run.runs(START, START, 100)
                                        .runs(START, 130, END)
                                        .says("recordsIn", START, 100, grows(100))
                                        .says("recordsIn", 130, END, grows(100))
                                        .says("deadLetters.future", 130, END, grows(5))));
        cases.add(
                off(
                        "DeadLetterAlarm",
                        "0.5 %, and after a while without reports the same",
                        run ->
                                run.runs(START, START, 100)
                                        .runs(START, 130, END)
                                        .says("recordsIn", START, 100, grows(1_000))
                                        .says("recordsIn", 130, END, grows(1_000))
                                        .says("deadLetters.future", START, 100, grows(5))
                                        .says("deadLetters.future", 130, END, grows(5))));
        cases.add(
                off(
                        "DeadLetterAlarm",
                        "no records",
                        run ->
                                run.says("recordsIn", always(1_000))
                                        .says("deadLetters.malformed", always(400))));
        cases.add(
                on(
                        "LateAlarm",
                        "10 % of one subtask's",
                        run ->
                                run.says(4, "clicks", grows(100))
                                        .says(3, "deadLetters.late", always(0))
                                        .says("deadLetters.late", grows(10))));
        cases.add(
                on(
                        "LateAlarm",
                        "many, counted from the middle of a run on",
                        run ->
                                run.says("clicks", grows(100))
                                        .says(
                                                "deadLetters.late",
                                                120,
                                                END,
                                                minute -> 20.0 * (minute - 119))));
        cases.add(
                off(
                        "LateAlarm",
                        "0.1 %, and none that is counted",
                        run -> run.says(4, "clicks", grows(1_000))));
        cases.add(
                on(
                        "InteractionAlarm",
                        "all have no item, and no other reason was ever counted",
                        run ->
                                run.says("interactions", grows(10))
                                        .says("deadLetters.interaction-without-item", grows(10))));
        cases.add(
                off(
                        "InteractionAlarm",
                        "none is refused",
                        run -> run.says("interactions", grows(10))));
    }

    private static void ofDestinations(List<Case> cases) {
        cases.add(
                on(
                        "UnindexableAlarm",
                        "the first documents that are refused begin the counter",
                        run -> run.says("deadLetters.unindexable", 120, END, always(3))));
        cases.add(
                off(
                        "UnindexableAlarm",
                        "documents that were refused long ago",
                        run ->
                                run.runs(-600, 0, END)
                                        .says("deadLetters.unindexable", 0, END, always(3))));
        cases.add(
                on(
                        "ResultTooLargeAlarm",
                        "the first result that is too long begins the counter",
                        run -> run.says("deadLetters.result-too-large", 120, END, always(1))));
        cases.add(
                off(
                        "ResultTooLargeAlarm",
                        "a result that was too long, but long ago",
                        run ->
                                run.runs(-600, 0, END)
                                        .says("deadLetters.result-too-large", 0, END, always(1))));
        cases.add(
                on(
                        "OpenSearchAlarm",
                        "one index of one subtask accepts nothing",
                        run ->
                                run.says(3, "openSearch.oldestPendingMillis", always(900))
                                        .says(
                                                "openSearch.oldestPendingMillis",
                                                minute -> 60_000.0 * (minute - START))));
        cases.add(
                off(
                        "OpenSearchAlarm",
                        "an outage of four minutes",
                        run ->
                                run.says(
                                        "openSearch.oldestPendingMillis",
                                        minute ->
                                                minute >= 120 && minute < 124
                                                        ? 60_000.0 * (minute - 118)
                                                        : 900)));
        cases.add(
                on(
                        "PersonalizeAlarm",
                        "calls fail, and nothing was ever spilled",
                        run -> run.says("personalize.failures", grows(2))));
        cases.add(
                on(
                        "PersonalizeAlarm",
                        "interactions go to files, and no call is counted as failed",
                        run -> run.says("personalize.spilled", grows(2))));
        cases.add(
                off(
                        "PersonalizeAlarm",
                        "calls that failed for a minute",
                        run ->
                                run.says("personalize.failures", jumps(121, 0, 9))
                                        .says("personalize.spilled", always(0))));
    }

    /** Counters of the subtasks, which begin anew with each restart of the job. */
    private static final Map<String, List<String>> COUNTERS =
            Map.of(
                    "UnindexableAlarm", List.of("deadLetters.unindexable"),
                    "ResultTooLargeAlarm", List.of("deadLetters.result-too-large"),
                    "LostOffsetsAlarm", List.of("lostOffsets"),
                    "LostTransactionsAlarm", List.of("kafka.transactionsLost"),
                    "ShardsGoneAlarm", List.of("kinesis.shardsGone"),
                    "PersonalizeAlarm", List.of("personalize.failures", "personalize.spilled"),
                    "DeadLetterAlarm", List.of("recordsIn", "deadLetters.malformed"),
                    "LateAlarm", List.of("clicks", "deadLetters.late"),
                    "InteractionAlarm",
                            List.of("interactions", "deadLetters.interaction-too-long"));

    /** Those of the whole job, which begin anew when the application starts. */
    private static final Map<String, List<String>> COUNTERS_OF_JOB =
            Map.of(
                    "RestartAlarm", List.of("fullRestarts"),
                    "CheckpointAlarm", List.of("numberOfFailedCheckpoints"));

    /**
     * What was counted long ago is no alarm again, whatever happens to the job and its reports. The
     * minutes before 140 are not looked at: the alarm may have been on for the right reason.
     */
    private static void ofGaps(List<Case> cases) {
        for (Map<String, List<String>> counters : List.of(COUNTERS, COUNTERS_OF_JOB)) {
            boolean ofJob = counters == COUNTERS_OF_JOB;
            counters.forEach(
                    (alarm, metrics) -> {
                        LongToDoubleFunction old = always(9);
                        LongToDoubleFunction afterRestart = always(ofJob ? 10 : 0);
                        Map<String, Consumer<Run>> events =
                                Map.of(
                                        "ten minutes without reports",
                                        run -> twice(run, metrics, old, 150, 160, START, old),
                                        "half an hour without reports",
                                        run -> twice(run, metrics, old, 145, 175, START, old),
                                        "ten minutes without the counter's reports",
                                        run -> {
                                            run.runs(START, START, END);
                                            metrics.forEach(
                                                    each ->
                                                            run.says(each, START, 150, old)
                                                                    .says(each, 160, END, old));
                                        },
                                        "a restart of the job",
                                        run ->
                                                twice(
                                                        run,
                                                        metrics,
                                                        old,
                                                        152,
                                                        152,
                                                        152,
                                                        afterRestart),
                                        "an update",
                                        run -> twice(run, metrics, old, 152, 158, 158, always(0)),
                                        "a stop for half an hour",
                                        run -> twice(run, metrics, old, 152, 182, 182, always(0)),
                                        "a stop for good",
                                        run -> twice(run, metrics, old, 152, END, END, old));
                        events.forEach(
                                (event, run) ->
                                        cases.add(
                                                off(alarm, "9 of long ago, and " + event, run)
                                                        .since(140)));
                    });
        }
        for (String alarm : List.of("DeadLetterAlarm", "LateAlarm", "InteractionAlarm")) {
            String all = COUNTERS.get(alarm).get(0);
            String part = COUNTERS.get(alarm).get(1);
            cases.add(
                    off(
                                    alarm,
                                    "half of all until an hour ago, and a restart of the job",
                                    run ->
                                            run.runs(START, START, 152)
                                                    .runs(152, 152, END)
                                                    .says(all, START, 152, grows(100))
                                                    .says(
                                                            part,
                                                            START,
                                                            152,
                                                            minute ->
                                                                    Math.min(
                                                                            1_500,
                                                                            50.0
                                                                                    * (minute
                                                                                            - START
                                                                                            + 1)))
                                                    .says(
                                                            all,
                                                            152,
                                                            END,
                                                            minute -> 100.0 * (minute - 151))
                                                    .says(part, 152, END, always(0)))
                            .since(140));
        }
    }

    /** Metrics say one thing up to a minute, and another from a later one on. */
    private static void twice(
            Run run,
            List<String> metrics,
            LongToDoubleFunction before,
            int end,
            int next,
            int start,
            LongToDoubleFunction after) {
        run.runs(START, START, end).runs(start, next, END);
        metrics.forEach(each -> run.says(each, START, end, before).says(each, next, END, after));
    }

    /** A failure is an alarm also where counters have just begun anew. */
    private static void ofRealFailures(List<Case> cases) {
        for (String alarm :
                List.of(
                        "UnindexableAlarm",
                        "ResultTooLargeAlarm",
                        "LostOffsetsAlarm",
                        "LostTransactionsAlarm",
                        "ShardsGoneAlarm")) {
            List<String> metrics = COUNTERS.get(alarm);
            Map<String, Consumer<Run>> failures =
                    Map.of(
                            "3 in the minute of a restart, after 9 of long ago",
                            run -> twice(run, metrics, always(9), 152, 152, 152, always(3)),
                            "9 in the minute of a restart, after as many of long ago",
                            run -> twice(run, metrics, always(9), 152, 152, 152, always(9)),
                            "3 in the minute of an update, after 9 of long ago",
                            run -> twice(run, metrics, always(9), 152, 158, 158, always(3)),
                            "2 that begin the counter half an hour after a restart",
                            run ->
                                    run.runs(START, START, 152)
                                            .runs(152, 152, END)
                                            .says(metrics.get(0), START, 152, always(9))
                                            .says(metrics.get(0), 185, END, always(2)),
                            "2 more while nothing was reported",
                            run -> twice(run, metrics, always(9), 152, 165, START, always(11)));
            failures.forEach((failure, run) -> cases.add(on(alarm, failure, run).since(140)));
        }
        COUNTERS_OF_JOB.forEach(
                (alarm, metrics) ->
                        cases.add(
                                on(
                                                alarm,
                                                "4 soon after an update, after 9 of long ago",
                                                run ->
                                                        twice(
                                                                run,
                                                                metrics,
                                                                always(9),
                                                                152,
                                                                156,
                                                                156,
                                                                minute ->
                                                                        Math.min(4, minute - 156)))
                                        .since(140)));
        for (String alarm :
                List.of("PersonalizeAlarm", "DeadLetterAlarm", "LateAlarm", "InteractionAlarm")) {
            List<String> metrics = COUNTERS.get(alarm);
            cases.add(
                    on(
                                    alarm,
                                    "a job that restarts each eight minutes, and always fails",
                                    run -> {
                                        for (int start = START; start < END; start += 8) {
                                            int from = start;
                                            int to = Math.min(END, start + 8);
                                            run.runs(from, from, to);
                                            for (String each : metrics) {
                                                run.says(
                                                        each,
                                                        from,
                                                        to,
                                                        minute -> 10.0 * (minute - from + 1));
                                            }
                                        }
                                    })
                            .since(140));
        }
    }

    static Stream<Arguments> casesOfRuntimes() {
        return RUNTIMES.stream()
                .flatMap(runtime -> cases().map(each -> Arguments.of(runtime, each)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("casesOfRuntimes")
    void isOnWhenItShouldBeAndNotOtherwise(String runtime, Case each) throws Exception {
        List<Long> minutesOn =
                minutesOn(runtime, each.alarm(), reports(runtime, each), each.since());

        assertThat(!minutesOn.isEmpty())
                .as("on at the minutes %s", minutesOn)
                .isEqualTo(each.isOn());
    }

    /** A job reports its uptime, if a case does not say otherwise. */
    private static Alarm.Reports reports(String runtime, Case each) {
        Run run = new Run(runtime);
        each.run().accept(run);
        String uptime = run.names.getOrDefault(UPTIME, UPTIME);
        if (!run.reports.metrics().contains(uptime) && !each.what().contains("never started")) {
            run.runs(START, START, END);
        }
        return run.reports;
    }

    /** A job that fails for good is in this status as long as it cancels its tasks. */
    @Test
    void aJobThatFailsWithoutAnEndIsDownOnFlink2() throws Exception {
        Run run = new Run(ApplicationTemplateTest.FLINK_2).runs(START, START, 120);
        run.says("restartingTime", always(0))
                .says("failingTime", minute -> Math.max(0, minute - 120) * 60_000.0);

        assertThat(minutesOn(ApplicationTemplateTest.FLINK_2, "DowntimeAlarm", run.reports, 0))
                .contains(130L)
                .allMatch(minute -> minute > 125);
    }

    private static List<Long> minutesOn(
            String runtime, String name, Alarm.Reports reports, int since) throws IOException {
        Map<String, Alarm> alarms = alarms(runtime);
        Alarm alarm = alarms.get(name);
        Map<String, Alarm.State> states = new TreeMap<>();
        List<Long> minutes = new ArrayList<>();
        for (long minute = 0; minute <= END; minute++) {
            Set<String> parts = alarm.parts();
            for (String each : parts.isEmpty() ? Set.of(name) : parts) {
                Alarm.State before = states.getOrDefault(each, Alarm.State.INSUFFICIENT_DATA);
                states.put(each, alarms.get(each).state(reports, minute * 60, before));
            }
            Alarm.State state = parts.isEmpty() ? states.get(name) : alarm.state(states);
            if (minute >= since && state == Alarm.State.ALARM) {
                minutes.add(minute);
            }
        }
        return minutes;
    }

    @Test
    void everyAlarmHasACaseInWhichItIsOnAndOneInWhichItIsNot() throws Exception {
        Set<String> on = new TreeSet<>();
        Set<String> off = new TreeSet<>();
        cases().forEach(each -> (each.isOn() ? on : off).add(each.alarm()));

        for (String runtime : RUNTIMES) {
            assertThat(on).isEqualTo(ringing(runtime));
            assertThat(off).isEqualTo(ringing(runtime));
        }
    }

    /** All but those that only are parts of others. */
    private static Set<String> ringing(String runtime) throws IOException {
        Set<String> names = new TreeSet<>(alarms(runtime).keySet());
        alarms(runtime).values().forEach(each -> names.removeAll(each.parts()));
        return names;
    }

    @Test
    void nothingRingsBeforeTheFirstStart() throws Exception {
        for (String runtime : RUNTIMES) {
            for (String name : ringing(runtime)) {
                assertThat(minutesOn(runtime, name, new Alarm.Reports(), 0)).as(name).isEmpty();
            }
        }
    }

    /** They would be red in the console, and open in deploy.sh status. */
    @Test
    void partsOfAnAlarmAreNeverOnByThemselves() throws Exception {
        for (String runtime : RUNTIMES) {
            Run run = new Run(runtime).runs(60, 60, 100).runs(150, 150, 160).runs(165, 165, 200);
            for (String name : Set.of("ReportsCheck", "StartedCheck")) {
                assertThat(ringing(runtime)).doesNotContain(name);
                assertThat(minutesOn(runtime, name, run.reports, 0)).as(name).isEmpty();
            }
        }
    }

    /** A case with a name that nobody reports would prove nothing. */
    @Test
    void theCasesReportMetricsThatAreReported() {
        for (String runtime : RUNTIMES) {
            Set<String> reported = new TreeSet<>(ClickstreamMetrics.names());
            reported.addAll(ApplicationTemplateTest.ofTheService(runtime));
            reported.add("GetRecords.IteratorAgeMilliseconds");
            reported.add("EstimatedMaxTimeLag");
            Set<String> inCases = new TreeSet<>();
            cases().forEach(each -> inCases.addAll(reports(runtime, each).metrics()));

            assertThat(reported).containsAll(inCases);
        }
    }

    @Test
    void anApplicationThatIsStoppedOnPurposeIsNoAlarm() throws Exception {
        Map<String, String> parameters =
                new TreeMap<>(ApplicationTemplateTest.stacks().findFirst().orElseThrow());
        parameters.put("ShouldRun", "false");

        assertThat(Template.read(FILE, parameters).resources())
                .doesNotContainKeys("SilentAlarm", "ReportsCheck", "StartedCheck");
    }

    private static synchronized Map<String, Alarm> alarms(String runtime) throws IOException {
        if (!ALARMS.containsKey(runtime)) {
            ALARMS.put(runtime, readAlarms(runtime));
        }
        return ALARMS.get(runtime);
    }

    private static Map<String, Alarm> readAlarms(String runtime) throws IOException {
        Map<String, Alarm> alarms = new TreeMap<>();
        for (Map<String, String> each : ApplicationTemplateTest.stacks().toList()) {
            Map<String, String> parameters = new TreeMap<>(each);
            parameters.put("FlinkVersion", runtime);
            Template.read(FILE, parameters)
                    .resources()
                    .forEach(
                            (name, resource) -> {
                                if (resource.get("Type").toString().endsWith("Alarm")) {
                                    alarms.put(name, new Alarm(map(resource.get("Properties"))));
                                }
                            });
        }
        return alarms;
    }
}
