package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.deploy.Calls;
import io.clickstream.deploy.S3Gate;
import io.clickstream.local.results.Results;
import io.clickstream.local.server.KinesisServer;
import io.clickstream.local.server.PersonalizeServer;
import io.clickstream.local.server.PersonalizeServer.Fault;
import io.clickstream.local.server.PersonalizeServer.Taken;
import io.clickstream.local.server.S3Server;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.testing.ArchiveFiles;
import io.clickstream.testing.Await;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.Clicks;
import io.clickstream.testing.LocalJob;
import io.clickstream.testing.SavepointStates;
import io.clickstream.testing.TopicDelays;
import io.clickstream.tools.flink.LocalFileSystems;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.Oracle;
import io.clickstream.tools.oracle.OracleClick;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/** The whole job with Personalize's stand-in: what arrives there, and what an outage does. */
class PersonalizeITCase {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private AwsCredentials credentials;
    private PersonalizeServer personalize;
    private String spillPath;

    @TempDir private Path folder;

    @BeforeEach
    void start() {
        credentials = AwsCredentials.some();
        personalize = PersonalizeServer.start();
        spillPath = "file://" + folder.resolve("spill");
    }

    @AfterEach
    void stop() {
        personalize.close();
        credentials.close();
    }

    /** SEEDS.md, row S0. */
    @Test
    void twoHundredInteractionsThroughKinesisArriveInFewCalls() throws Exception {
        long second = Clock.systemUTC().millis() / 1_000 - 300;
        List<PutRecordsRequestEntry> records = new ArrayList<>();
        Map<String, List<String>> expected = new TreeMap<>();
        for (int i = 0; i < 200; i++) {
            int user = 200 + i % 20;
            int session = 10 + user % 3;
            int item = 700 + i;
            String type = i % 4 == 0 ? "PAGE_VIEW" : "CLICK";
            String json =
                    ("{\"sessionId\": %d, \"userId\": %d, \"itemId\": %d, \"eventType\": \"%s\","
                                    + " \"sentAt\": %d}")
                            .formatted(session, user, item, type, second + i);
            records.add(
                    KinesisServer.entry(
                            Integer.toString(user), json.getBytes(StandardCharsets.UTF_8)));
            expected.computeIfAbsent(user + " " + session, key -> new ArrayList<>())
                    .add(type + " " + item + " " + (second + i));
        }
        try (KinesisServer kinesis = KinesisServer.start(folder.resolve("kinesis.log"));
                LocalJob job = new LocalJob(folder, 1)) {
            kinesis.createStream("interactions", 2);
            kinesis.put("interactions", records);
            job.readStream(kinesis, "interactions")
                    .set("format", "preset", "interactions")
                    .set("sink.personalize", "event-types", "CLICK=CLICK,PAGE_VIEW=PAGE_VIEW");
            configure(job).start(folder, 2);

            Await.until("200 interactions", TIMEOUT, () -> personalize.distinct() >= 200);
            assertThat(personalize.accepted()).hasSize(200);
            assertThat(personalize.dropped()).isEmpty();
            assertThat(personalize.calls()).isLessThanOrEqualTo(200 / 3);
            assertThat(inOrder(personalize.accepted())).isEqualTo(expected);
            Await.until(
                    "counters",
                    TIMEOUT,
                    () -> job.count(ClickstreamMetrics.PERSONALIZE_ACCEPTED) == 200);
            assertThat(job.count(ClickstreamMetrics.INTERACTIONS)).isEqualTo(200);
            assertThat(job.count(ClickstreamMetrics.PERSONALIZE_CALLS))
                    .isEqualTo(personalize.calls());
            assertThat(job.topic(LocalJob.DEAD_LETTERS)).isEmpty();
            System.out.println("S0: 200 interactions in " + personalize.calls() + " calls");
        }
    }

    @Test
    void sessionsAreDerivedOthersSkippedAndNobodysInteractionsSent() throws Exception {
        long base = Clock.systemUTC().millis() - 60_000;
        try (LocalJob job = new LocalJob(folder, 1)) {
            job.set("format", "item", "/item").set("format", "session-id", "/session");
            job.set("aggregates", "session-gap", "10 s");
            configure(job).start(folder, 2);
            job.send(
                    0,
                    record("7", base, "product_detail", "\"item\":\"a\""),
                    record("7", base + 1_000, "home_page", "\"item\":\"a\""),
                    record("\"ann\"", base + 2_000, "add_to_cart", "\"item\":5,\"session\":17"),
                    record(
                            "null",
                            base + 3_000,
                            "product_detail",
                            "\"item\":\"b\",\"session\":\"s\""),
                    record("null", base + 3_000, "product_detail", "\"item\":\"b\""),
                    record("7", base + 9_000, "order_checkout", "\"item\":\"a\""),
                    record("7", base + 9_500, "order_checkout", "\"other\":1"));

            Await.until("4 interactions", TIMEOUT, () -> personalize.distinct() >= 4);
            Await.until("3 letters", TIMEOUT, () -> job.topic(LocalJob.DEAD_LETTERS).size() >= 3);
            assertThat(personalize.accepted())
                    .extracting(
                            taken ->
                                    String.join(
                                            " ",
                                            String.valueOf(taken.userId()),
                                            taken.sessionId(),
                                            taken.event().get("eventType").asText(),
                                            taken.event().get("itemId").asText(),
                                            Long.toString(taken.event().get("sentAt").asLong())))
                    .containsExactlyInAnyOrder(
                            "7 7-" + base + " View a " + base / 1_000,
                            "7 7-" + base + " Purchase a " + (base + 9_000) / 1_000,
                            "ann 17 AddToCart 5 " + (base + 2_000) / 1_000,
                            "null s View b " + (base + 3_000) / 1_000);
            assertThat(job.deadLetters())
                    .extracting(letter -> letter.get("reason").asText())
                    .containsExactlyInAnyOrder(
                            "missing-user", "missing-user", "interaction-without-item");
            assertThat(job.count(ClickstreamMetrics.INTERACTIONS_SKIPPED)).isEqualTo(1);
            assertThat(job.count(ClickstreamMetrics.CLICKS)).isEqualTo(5);
        }
    }

    @Test
    void everySecondCallIsThrottledAndOrderHolds() throws Exception {
        personalize.injectFault(Fault.THROTTLING);
        underFaults(Duration.ofMinutes(1), true);
        assertThat(personalize.calls()).isGreaterThan(personalize.goodCalls() * 3 / 2);
    }

    @Test
    void anOutageSpillsAndTheTopicsGoOn() throws Exception {
        personalize.injectFault(Fault.UNAVAILABLE);
        Accounts accounts = underFaults(Duration.ofSeconds(5), false);
        assertThat(accounts.spilled()).isNotEmpty();
        assertThat(accounts.delivered()).isNotEmpty();
    }

    @Test
    void aServiceThatHangsSpillsToo() throws Exception {
        personalize.injectFault(Fault.SLOW);
        Accounts accounts = underFaults(Duration.ofSeconds(5), false);
        assertThat(accounts.spilled()).isNotEmpty();
        assertThat(accounts.delivered()).isNotEmpty();
    }

    /**
     * Clicks come as the clock goes, while Personalize has one fault after the other. The system
     * property {@code personalize.outage} makes each last longer than the few seconds of a build,
     * with spills, which go to S3, after a minute as by default; {@code personalize.rate} is in
     * clicks per second.
     */
    @Test
    void noTopicComesLaterThanFiveSecondsMoreUnderAnyFault() throws Exception {
        long outage = Long.getLong("personalize.outage", 0);
        int rate = Integer.getInteger("personalize.rate", 400);
        Duration each = Duration.ofSeconds(outage == 0 ? 4 : outage);
        try (S3Server s3 = S3Server.start(folder.resolve("s3.log"));
                S3Gate role =
                        S3Gate.open(
                                s3,
                                Map.of(
                                        "TrackingId", "1a2b",
                                        "Item", "/item",
                                        "SpillBucket", "spills",
                                        "SpillPrefix", "clicks"));
                LocalJob job = new LocalJob(folder, 1)) {
            s3.createBucket("spills");
            LocalFileSystems.initialize(role.settings());
            spillPath = "s3://spills/clicks";
            job.set("format", "item", "/item")
                    .set("event-time", "out-of-orderness", "1 s")
                    .set("aggregates", "window", "1 s");
            configure(job);
            if (outage == 0) {
                job.set("sink.personalize", "spill-after", "2 s")
                        .set("sink.personalize", "request-timeout", "1 s");
            }
            job.start(folder, 2);
            try (TopicDelays delays =
                    new TopicDelays(job.broker().bootstrapServers(), Results.TOPICS)) {
                // What only a start is slow with is no baseline.
                PacedClicks clicks = new PacedClicks(job, rate);
                clicks.sendFor(Duration.ofSeconds(2));
                long start = clicks.now();
                Await.until(
                        "records",
                        TIMEOUT,
                        () -> {
                            clicks.sendFor(Duration.ofMillis(500));
                            return delays.isBeyond(start);
                        });
                Map<Fault, List<Long>> ranges = new LinkedHashMap<>();
                for (Fault fault :
                        List.of(Fault.NONE, Fault.THROTTLING, Fault.UNAVAILABLE, Fault.SLOW)) {
                    personalize.injectFault(fault);
                    long from = clicks.now();
                    clicks.sendFor(fault == Fault.NONE ? Duration.ofSeconds(4) : each);
                    ranges.put(fault, List.of(from, clicks.now()));
                }
                personalize.injectFault(Fault.NONE);
                long end = clicks.now();
                Await.until(
                        "the last windows",
                        TIMEOUT,
                        () -> {
                            clicks.sendFor(Duration.ofMillis(500));
                            return delays.isBeyond(end);
                        });

                assertThat(role.refused()).isEmpty();
                Calls.assertRecorded("spill", role.accesses());
                Map<Fault, List<Long>> found = new LinkedHashMap<>();
                ranges.forEach(
                        (fault, range) -> found.put(fault, delays.of(range.get(0), range.get(1))));
                found.forEach(
                        (fault, ofFault) ->
                                System.out.printf(
                                        "%s: %d records, %d to %d ms after their windows, half of"
                                                + " them within %d%n",
                                        fault,
                                        ofFault.size(),
                                        ofFault.get(0),
                                        ofFault.get(ofFault.size() - 1),
                                        ofFault.get(ofFault.size() / 2)));
                long without = Collections.max(found.get(Fault.NONE));
                assertThat(found.values())
                        .allSatisfy(
                                ofFault ->
                                        assertThat(Collections.max(ofFault))
                                                .isLessThanOrEqualTo(without + 5_000));
                Await.until(
                        "all accounted for",
                        TIMEOUT,
                        () -> {
                            Accounts accounts = accounts(job);
                            Set<String> sum = new HashSet<>(accounts.delivered());
                            sum.addAll(accounts.spilled());
                            return sum.size() >= clicks.sent();
                        });
                Accounts accounts = accounts(job);
                Set<String> sum = new HashSet<>(accounts.delivered());
                sum.addAll(accounts.spilled());
                assertThat(sum).hasSize((int) clicks.sent());
                assertThat(accounts.rejected()).isEmpty();
                assertThat(accounts.spilled()).isNotEmpty();
                System.out.printf(
                        "interactions %d: delivered %d, spilled %d; calls %d%n",
                        clicks.sent(),
                        accounts.delivered().size(),
                        accounts.spilled().size(),
                        personalize.calls());
            }
        }
    }

    /** Sends clicks as the clock goes; each second some users go and others come. */
    private static final class PacedClicks {

        private static final int SESSION_MILLIS = 3_000;
        private static final int GROUPS = 3;
        private static final int USERS_OF_GROUP = 20;
        private static final int STEP_MILLIS = 50;

        private final LocalJob job;
        private final int perStep;
        private long sent;

        PacedClicks(LocalJob job, int rate) {
            this.job = job;
            this.perStep = rate * STEP_MILLIS / 1_000;
        }

        void sendFor(Duration time) throws Exception {
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < end) {
                long next = System.nanoTime() + STEP_MILLIS * 1_000_000L;
                String[] records = new String[perStep];
                for (int i = 0; i < perStep; i++) {
                    records[i] = click();
                }
                job.send(0, records);
                Thread.sleep(Math.max(0, (next - System.nanoTime()) / 1_000_000));
            }
        }

        private String click() {
            sent++;
            long group = sent % GROUPS;
            long now = now();
            long visit = (now + group * SESSION_MILLIS / GROUPS) / SESSION_MILLIS;
            return record(
                    "\"" + visit + "-" + group + "-" + sent / GROUPS % USERS_OF_GROUP + "\"",
                    now,
                    sent % 7 == 0 ? "order_checkout" : "product_detail",
                    "\"product_type\":\"Books\",\"item\":\"i" + sent + "\"");
        }

        long now() {
            return System.currentTimeMillis();
        }

        long sent() {
            return sent;
        }
    }

    private record Accounts(Set<String> delivered, Set<String> spilled, Set<String> rejected) {}

    /**
     * Clicks of 40 users while Personalize has a fault; in the middle a task manager is lost, and
     * the job is stopped and goes on from its savepoint. Whatever happens, each interaction is
     * delivered, spilled or rejected, and the topics are right, and not late.
     */
    private Accounts underFaults(Duration spillAfter, boolean everythingIsDelivered)
            throws Exception {
        personalize.refuse(item -> item.equals("Refused"));
        long base = Clock.systemUTC().millis() - 300_000;
        List<Clicks> clicks = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            clicks.add(
                    click("user" + i % 40)
                            .at(base + i * 20L)
                            .in(i % 100 == 7 ? "Refused" : "Item" + i % 11)
                            .ofType("product_detail"));
        }
        List<Clicks> middle = later(base + 80_000, "Middle");
        List<Clicks> more = later(base + 120_000, "Later");
        try (LocalJob job = new LocalJob(folder, 1)) {
            job.set("format", "item", "/product_type");
            configure(job)
                    .set("sink.personalize", "spill-after", spillAfter.toSeconds() + " s")
                    .set("sink.personalize", "flush-age", "500 ms")
                    .set("sink.personalize", "request-timeout", "1 s");
            job.start(folder.resolve("first"), 2);
            job.send(0, clicks.stream().map(Clicks::toJson).toList());
            long sent = System.nanoTime();
            Await.until(
                    "clicks", TIMEOUT, () -> job.count(ClickstreamMetrics.CLICKS) >= clicks.size());
            job.awaitTopics(expected(clicks), TIMEOUT);
            if (!everythingIsDelivered) {
                // The topics did not wait for Personalize, which has answered nothing so far.
                assertThat(job.count(ClickstreamMetrics.PERSONALIZE_ACCEPTED)).isZero();
            }
            System.out.printf(
                    "topics complete after %.1f s, while %d calls of %d were good%n",
                    (System.nanoTime() - sent) / 1e9, personalize.goodCalls(), personalize.calls());
            long calls = personalize.calls();
            job.send(0, middle.stream().map(Clicks::toJson).toList());
            Await.until("more calls", TIMEOUT, () -> personalize.calls() > calls);
            job.flink().loseTaskManager();
            Await.until("a restart", TIMEOUT, () -> job.flink().restarts() > 0);
            String savepoint = savepoint(job);
            job.flink().close();
            if (!everythingIsDelivered) {
                personalize.injectFault(Fault.NONE);
            }
            job.startFrom(savepoint, folder.resolve("second"), 1);
            job.send(0, more.stream().map(Clicks::toJson).toList());
            List<Clicks> all = new ArrayList<>(clicks);
            all.addAll(middle);
            all.addAll(more);
            job.awaitTopics(expected(all), TIMEOUT);

            Await.until(
                    "all accounted for",
                    TIMEOUT,
                    () -> {
                        Accounts accounts = accounts(job);
                        Set<String> sum = new HashSet<>(accounts.delivered());
                        sum.addAll(accounts.spilled());
                        sum.addAll(accounts.rejected());
                        return sum.size() >= all.size();
                    });
            // Nothing comes after.
            Await.until(
                    "nothing held",
                    TIMEOUT,
                    () ->
                            job
                                    .flink()
                                    .metrics()
                                    .gauge(
                                            JobOutputs.INTERACTIONS_PERSONALIZE_SINK + ": Writer",
                                            ClickstreamMetrics.PERSONALIZE_HELD)
                                    .stream()
                                    .allMatch(held -> held == 0));
            Accounts accounts = accounts(job);
            Set<String> sum = new TreeSet<>(accounts.delivered());
            sum.addAll(accounts.spilled());
            sum.addAll(accounts.rejected());
            assertThat(sum).hasSize(all.size());
            assertThat(Collections.disjoint(accounts.delivered(), accounts.rejected())).isTrue();
            assertThat(personalize.dropped()).isEmpty();
            if (everythingIsDelivered) {
                assertThat(accounts.spilled()).isEmpty();
                assertThat(accounts.rejected()).hasSize(clicks.size() / 100);
            }
            assertOrderPerSession();
            System.out.printf(
                    "interactions %d: delivered %d (sent %d), spilled %d, rejected %d; calls %d%n",
                    all.size(),
                    accounts.delivered().size(),
                    personalize.accepted().size(),
                    accounts.spilled().size(),
                    accounts.rejected().size(),
                    personalize.calls());
            return accounts;
        }
    }

    /** Stops the job, as soon as it runs again. */
    private String savepoint(LocalJob job) throws Exception {
        String[] savepoint = new String[1];
        Await.until(
                "a savepoint",
                TIMEOUT,
                () -> {
                    try {
                        savepoint[0] = job.flink().stopWithSavepoint(folder.resolve("savepoints"));
                        return true;
                    } catch (ExecutionException e) {
                        return false;
                    }
                });
        SavepointStates.assertReadableByLaterFlink(savepoint[0]);
        return savepoint[0];
    }

    private static List<Clicks> later(long begin, String item) {
        List<Clicks> clicks = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            clicks.add(
                    click("user" + i % 40)
                            .at(begin + i * 20L)
                            .in(item + i % 5)
                            .ofType("add_to_cart"));
        }
        return clicks;
    }

    private Accounts accounts(LocalJob job) throws IOException {
        Set<String> delivered = new HashSet<>();
        personalize.accepted().forEach(taken -> delivered.add(taken.eventId()));
        Set<String> spilled = new HashSet<>();
        for (JsonNode line : spilled()) {
            spilled.add(line.get("eventId").asText());
        }
        Set<String> rejected = new HashSet<>();
        for (JsonNode letter : job.deadLetters()) {
            assertThat(letter.get("reason").asText()).isEqualTo("interaction-refused");
            rejected.add(letter.get("offset").asText());
        }
        // What was refused may have been spilled before.
        spilled.removeAll(rejected);
        return new Accounts(delivered, spilled, rejected);
    }

    private List<JsonNode> spilled() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : ArchiveFiles.linesAt(spillPath + "/undelivered")) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    /** The first time that each event came, within its session. */
    private void assertOrderPerSession() {
        Map<String, List<Double>> times = new HashMap<>();
        Set<String> seen = new HashSet<>();
        for (Taken taken : personalize.accepted()) {
            if (seen.add(taken.eventId())) {
                times.computeIfAbsent(
                                taken.userId() + "/" + taken.sessionId(), key -> new ArrayList<>())
                        .add(taken.event().get("sentAt").asDouble());
            }
        }
        assertThat(times.values()).allSatisfy(each -> assertThat(each).isSorted());
    }

    private static Map<String, List<String>> inOrder(List<Taken> taken) {
        Map<String, List<String>> bySession = new TreeMap<>();
        for (Taken each : taken) {
            bySession
                    .computeIfAbsent(
                            each.userId() + " " + each.sessionId(), key -> new ArrayList<>())
                    .add(
                            each.event().get("eventType").asText()
                                    + " "
                                    + each.event().get("itemId").asText()
                                    + " "
                                    + each.event().get("sentAt").asLong());
        }
        return new LinkedHashMap<>(bySession);
    }

    private LocalJob configure(LocalJob job) {
        personalize.properties().forEach((key, value) -> job.set("sink.personalize", key, value));
        return job.set("sink.personalize", "spill-path", spillPath);
    }

    private static String record(String user, long time, String type, String more) {
        return "{\"userid\":%s,\"eventtimestamp\":%d,\"event_type\":\"%s\",%s}"
                .formatted(user, time, type, more);
    }

    private static Expected expected(List<Clicks> clicks) {
        List<OracleClick> all = clicks.stream().map(Clicks::forOracle).toList();
        return Oracle.expect(all, Duration.ofSeconds(1), Duration.ofSeconds(10));
    }
}
