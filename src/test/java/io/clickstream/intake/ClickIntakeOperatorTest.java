package io.clickstream.intake;

import static io.clickstream.testing.Clicks.click;
import static io.clickstream.testing.Clicks.time;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.event.BotSign;
import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Incoming;
import io.clickstream.event.Interaction;
import io.clickstream.event.RawRecord;
import io.clickstream.event.RecordWithInteraction;
import io.clickstream.testing.OperatorCounters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClickIntakeOperatorTest {

    private static final OutputTag<DeadLetter> NO_CLICKS =
            new OutputTag<>("no-clicks", EventTypes.DEAD_LETTER);
    private static final OutputTag<ArchivedBatch> ARCHIVE =
            new OutputTag<>("archive", EventTypes.ARCHIVED_BATCH);
    private static final OutputTag<DeadLetter> MALFORMED =
            new OutputTag<>("malformed", EventTypes.DEAD_LETTER);
    private static final OutputTag<Interaction> INTERACTIONS =
            new OutputTag<>("interactions", EventTypes.INTERACTION);
    private static final long NOON = time("12:00:00");
    private static final Duration OUT_OF_ORDERNESS = Duration.ofSeconds(20);
    private static final Duration SKEW = Duration.ofSeconds(10);

    private static final byte[] JSON = {'{', '}'};

    private OneInputStreamOperatorTestHarness<Incoming, Click> intake;
    private OperatorCounters archiveCounters;

    @BeforeEach
    void start() throws Exception {
        intake = harness(0, 1);
        intake.setProcessingTime(NOON);
        intake.open();
    }

    @AfterEach
    void stop() throws Exception {
        intake.close();
    }

    @Test
    void takesInteractionsOutOfTheirRecords() throws Exception {
        Click click = click("ann").at("12:00:00").in("Books").build();
        DeadLetter letter = letter(Reason.MISSING_USER);
        DeadLetter refusal = letter(Reason.INTERACTION_WITHOUT_ITEM);
        Interaction ofAnn = Interaction.of("1", NOON, "View", "book").user("ann").build();
        Interaction ofNobody = Interaction.of("2", NOON + 5, "View", "book").session("s").build();

        intake.processElement(RecordWithInteraction.of(click, ofAnn), NOON);
        intake.processElement(RecordWithInteraction.of(letter, ofNobody), 0);
        intake.processElement(RecordWithInteraction.refused(click, refusal), NOON);

        assertThat(intake.extractOutputValues()).containsExactly(click, click);
        assertThat(intake.getSideOutput(INTERACTIONS))
                .containsExactly(
                        new StreamRecord<>(ofAnn, NOON), new StreamRecord<>(ofNobody, NOON + 5));
        assertThat(intake.getSideOutput(NO_CLICKS))
                .extracting(StreamRecord::getValue)
                .containsExactly(letter, refusal);
    }

    private static DeadLetter letter(Reason reason) {
        return new DeadLetter(reason, "detail", new RawRecord("clicks", 0, 0, new byte[0]), NOON);
    }

    @Test
    void sendsClicksOnAndDeadLettersToTheSide() throws Exception {
        Click click = arrives("12:00:00");
        DeadLetter letter = letterArrives();

        assertThat(intake.extractOutputValues()).containsExactly(click);
        assertThat(intake.getSideOutput(NO_CLICKS))
                .extracting(StreamRecord::getValue)
                .containsExactly(letter);
    }

    @Test
    void keepsTheTimestampOfAClick() throws Exception {
        arrives("12:00:03");

        assertThat(intake.extractOutputStreamRecords())
                .extracting(StreamRecord::getTimestamp)
                .containsExactly(time("12:00:03"));
    }

    @Test
    void counts() throws Exception {
        OperatorCounters counters = new OperatorCounters();
        intake.close();
        intake =
                new OneInputStreamOperatorTestHarness<>(
                        new SingleIntakeOperator(
                                NO_CLICKS, INTERACTIONS, null, OUT_OF_ORDERNESS, SKEW),
                        counters.environment());
        intake.setup(EventTypes.CLICK.createSerializer(new SerializerConfigImpl()));
        intake.open();

        arrives("12:00:00");
        arrives("12:00:01");
        letterArrives();
        Click crawler = clickAt("12:00:02");
        crawler.setBotSign(BotSign.USER_AGENT);
        intake.processElement(new StreamRecord<>(crawler, crawler.timestamp()));
        Click scraper = clickAt("12:00:03");
        scraper.setBotSign(BotSign.IP);
        intake.processElement(new StreamRecord<>(scraper, scraper.timestamp()));

        assertThat(counters.counted())
                .isEqualTo(
                        Map.of(
                                "recordsIn",
                                5L,
                                "clicks",
                                4L,
                                "bots.user-agent",
                                1L,
                                "bots.ip",
                                1L,
                                "bytesIn",
                                4 * 5L + 3));
        assertThat(intake.extractOutputValues()).hasSize(2).doesNotContain(crawler, scraper);
    }

    @Test
    void letsGoOfTheBytesOfClicksThatAreOnTime() throws Exception {
        assertThat(arrives("12:00:00").raw()).isNull();

        intake.processWatermark(time("11:59:39.999"));

        assertThat(arrives("11:59:40").raw()).isNull();
        assertThat(arrives("11:59:39.999").raw()).isNotNull();
        assertThat(arrives("11:00:00").raw()).isNotNull();
    }

    @Test
    void keepsTheBytesOfMoreClicksAfterItWasIdle() throws Exception {
        intake.processWatermarkStatus(WatermarkStatus.IDLE);
        intake.processWatermarkStatus(WatermarkStatus.ACTIVE);
        intake.setProcessingTime(time("13:00:00"));

        // 10 s on the way and 10 s of skew, less 20 s of disorder.
        assertThat(arrives("13:00:00").raw()).isNotNull();
        assertThat(arrives("13:00:00.001").raw()).isNull();
    }

    @Test
    void passesOnIdlenessWhereThereWasNoClick() throws Exception {
        letterArrives();

        intake.processWatermarkStatus(WatermarkStatus.IDLE);
        intake.processWatermarkStatus(WatermarkStatus.ACTIVE);

        assertThat(intake.getOutput())
                .containsExactly(WatermarkStatus.IDLE, WatermarkStatus.ACTIVE);
    }

    @Test
    void neverLowersTheWatermark() throws Exception {
        arrives("12:00:00");
        intake.processWatermark(time("11:59:45"));
        intake.processWatermark(time("11:59:44"));
        intake.getOutput().clear();

        intake.processWatermarkStatus(WatermarkStatus.IDLE);
        intake.processWatermark(time("11:59:45"));
        intake.processWatermark(time("11:59:45.001"));

        assertThat(intake.getOutput())
                .containsExactly(WatermarkStatus.IDLE, new Watermark(time("11:59:45.001")));
    }

    @Test
    void keepsTheBytesOfClicksThatWereLateBeforeARestart() throws Exception {
        intake.processWatermark(time("11:59:40"));

        restart(List.of(intake.snapshot(1, 1)), 0, 1);

        assertThat(arrives("11:59:40").raw()).isNotNull();
        assertThat(arrives("11:59:40.001").raw()).isNull();
    }

    @Test
    void takesTheLowestOfTheSubtasksBeforeARestart() throws Exception {
        OneInputStreamOperatorTestHarness<Incoming, Click> other = harness(1, 2);
        other.setProcessingTime(NOON);
        other.open();
        other.processWatermark(time("11:59:30"));
        intake.processWatermark(time("11:59:40"));
        List<OperatorSubtaskState> states = List.of(intake.snapshot(1, 1), other.snapshot(1, 1));
        other.close();

        restart(states, 2, 3);

        assertThat(arrives("11:59:30").raw()).isNotNull();
        assertThat(arrives("11:59:30.001").raw()).isNull();
    }

    @Test
    void keepsMoreAfterARestartWhereItWasIdleBefore() throws Exception {
        intake.processWatermark(time("11:00:00"));
        intake.processWatermarkStatus(WatermarkStatus.IDLE);
        intake.processWatermarkStatus(WatermarkStatus.ACTIVE);

        restart(List.of(intake.snapshot(1, 1)), 0, 1);

        assertThat(arrives("12:00:00").raw()).isNotNull();
        assertThat(arrives("12:00:00.001").raw()).isNull();
    }

    @Test
    void archivesEveryRecordThatIsJsonOnce() throws Exception {
        startWithArchive();
        Click onTime = clickAt("12:00:00");
        onTime.raw().setJson(JSON);
        onTime.raw().setArrival(7);
        Click ofBot = clickAt("11:00:00");
        ofBot.raw().setJson(JSON);
        ofBot.setBotSign(BotSign.IP);
        DeadLetter letter = letter(Reason.MISSING_USER, JSON);

        for (Incoming each : List.of(onTime, ofBot, letter)) {
            intake.processElement(new StreamRecord<>(each, 3));
        }

        assertThat(intake.getSideOutput(ARCHIVE)).isNull();
        intake.prepareSnapshotPreBarrier(1);
        assertThat(archived())
                .allMatch(archived -> Arrays.equals(archived.json(), JSON))
                .extracting(ArchivedRecord::eventTime, ArchivedRecord::arrival)
                .containsExactly(
                        tuple(NOON, 7L),
                        tuple(time("11:00:00"), NOON),
                        tuple(ArchivedRecord.NO_TIME, NOON));
        assertThat(archiveCounters.counted())
                .containsEntry("archive.records", 3L)
                .containsEntry("archive.bytes", 6L);
        assertThat(intake.getSideOutput(MALFORMED)).isNull();
        assertThat(intake.extractOutputValues()).containsExactly(onTime);
        assertThat(onTime.raw()).isNull();
        assertThat(intake.getSideOutput(NO_CLICKS))
                .extracting(StreamRecord::getValue)
                .containsExactly(letter);
    }

    @Test
    void archivesApartWhatCanNotBeReadAndWhatIsFromTheFuture() throws Exception {
        startWithArchive();
        DeadLetter malformed = letter(Reason.MALFORMED, null);
        DeadLetter fromTheFuture = letter(Reason.FUTURE, JSON);
        Click unwritable = clickAt("12:00:00");
        RawRecord raw = unwritable.raw();

        for (Incoming each : List.of(malformed, fromTheFuture, unwritable)) {
            intake.processElement(new StreamRecord<>(each, 3));
        }

        assertThat(intake.getSideOutput(MALFORMED))
                .extracting(StreamRecord::getValue)
                .hasSize(3)
                .startsWith(malformed, fromTheFuture)
                .last()
                .satisfies(letter -> assertThat(letter.raw()).isSameAs(raw));
        assertThat(intake.getSideOutput(ARCHIVE)).isNull();
        assertThat(intake.extractOutputValues()).containsExactly(unwritable);
        assertThat(intake.getSideOutput(NO_CLICKS)).hasSize(2);
    }

    @Test
    void archivesWithinASecond() throws Exception {
        startWithArchive();
        for (int second = 0; second < 3; second++) {
            archivableArrives();
            intake.setProcessingTime(NOON + second * 1_000L + 999);
            assertThat(archived()).hasSize(second);
            intake.setProcessingTime(NOON + second * 1_000L + 1_000);
            assertThat(archived()).hasSize(second + 1);
        }

        // By a clock that is read ten times a second.
        for (int second = 0; second < 3; second++) {
            long came = NOON + second * 1_000L;
            assertThat(archived().get(second).arrival()).isBetween(came - 100, came);
        }
    }

    @Test
    void archivesWhatIsLeftAtTheEnd() throws Exception {
        startWithArchive();
        archivableArrives();
        intake.getOperator().finish();

        assertThat(archived()).hasSize(1);
    }

    @Test
    void gathersForTheArchiveByFolder() throws Exception {
        startWithArchive();
        for (int i = 0; i < 2; i++) {
            archivableArrives();
            intake.processElement(new StreamRecord<>(letter(Reason.MISSING_USER, JSON), 3));
        }
        intake.prepareSnapshotPreBarrier(1);

        assertThat(intake.getSideOutput(ARCHIVE))
                .extracting(StreamRecord::getValue)
                .extracting(ArchivedBatch::folder, ArchivedBatch::size)
                .containsExactly(tuple("clicks", 2), tuple("others", 2));
    }

    private void archivableArrives() throws Exception {
        Click click = clickAt("12:00:00");
        click.raw().setJson(JSON);
        intake.processElement(new StreamRecord<>(click, click.timestamp()));
    }

    private List<ArchivedRecord> archived() {
        Collection<StreamRecord<ArchivedBatch>> batches = intake.getSideOutput(ARCHIVE);
        List<ArchivedRecord> records = new ArrayList<>();
        if (batches != null) {
            for (StreamRecord<ArchivedBatch> each : batches) {
                for (int i = 0; i < each.getValue().size(); i++) {
                    records.add(each.getValue().record(i));
                }
            }
        }
        return records;
    }

    private void startWithArchive() throws Exception {
        intake.close();
        archiveCounters = new OperatorCounters();
        intake =
                new OneInputStreamOperatorTestHarness<>(
                        new SingleIntakeOperator(
                                NO_CLICKS,
                                INTERACTIONS,
                                new ArchiveTarget(
                                        record ->
                                                record.eventTime() == ArchivedRecord.NO_TIME
                                                        ? "others"
                                                        : "clicks",
                                        ARCHIVE,
                                        MALFORMED),
                                OUT_OF_ORDERNESS,
                                SKEW),
                        archiveCounters.environment());
        intake.setup(EventTypes.CLICK.createSerializer(new SerializerConfigImpl()));
        intake.setProcessingTime(NOON);
        intake.open();
    }

    private static DeadLetter letter(Reason reason, byte[] json) {
        RawRecord raw = new RawRecord("clicks", 0, 0, new byte[3]);
        raw.setJson(json);
        return new DeadLetter(reason, "why", raw, NOON);
    }

    private void restart(List<OperatorSubtaskState> states, int index, int parallelism)
            throws Exception {
        intake.close();
        intake = harness(index, parallelism);
        intake.setProcessingTime(time("12:30:00"));
        intake.initializeState(
                AbstractStreamOperatorTestHarness.repartitionOperatorState(
                        AbstractStreamOperatorTestHarness.repackageState(
                                states.toArray(new OperatorSubtaskState[0])),
                        128,
                        states.size(),
                        parallelism,
                        index));
        intake.open();
    }

    private static OneInputStreamOperatorTestHarness<Incoming, Click> harness(
            int index, int parallelism) throws Exception {
        OneInputStreamOperatorTestHarness<Incoming, Click> harness =
                new OneInputStreamOperatorTestHarness<>(
                        new SingleIntakeOperator(
                                NO_CLICKS, INTERACTIONS, null, OUT_OF_ORDERNESS, SKEW),
                        128,
                        parallelism,
                        index);
        harness.setup(EventTypes.CLICK.createSerializer(new SerializerConfigImpl()));
        return harness;
    }

    /** A click whose record has five bytes. */
    private Click arrives(String timeOfDay) throws Exception {
        Click click = clickAt(timeOfDay);
        intake.processElement(new StreamRecord<>(click, click.timestamp()));
        return click;
    }

    private static Click clickAt(String timeOfDay) {
        Click told = click("ann").at(timeOfDay).build();
        return new Click(
                told.user(),
                told.timestamp(),
                null,
                false,
                new RawRecord("clicks", 0, 0, new byte[5]));
    }

    /** A dead letter whose record has three bytes. */
    private DeadLetter letterArrives() throws Exception {
        DeadLetter letter =
                new DeadLetter(
                        Reason.MALFORMED,
                        "empty",
                        new RawRecord("clicks", 0, 0, new byte[3]),
                        NOON);
        intake.processElement(new StreamRecord<>(letter));
        return letter;
    }
}
