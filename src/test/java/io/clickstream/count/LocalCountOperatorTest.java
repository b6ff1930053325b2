package io.clickstream.count;

import static io.clickstream.testing.Clicks.time;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.EventTypes;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.event.WindowCount;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalCountOperatorTest {

    private static final long BEGIN = time("12:00:00");
    private static final long END = time("12:00:10");

    private final List<OneInputStreamOperatorTestHarness<Session, WindowCount>> subtasks =
            new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (var subtask : subtasks) {
            subtask.close();
        }
    }

    @Test
    void sendsSumsBeforeTheWatermarkThatClosesTheirWindow() throws Exception {
        start(1);
        closes(0, "12:00:03", true, "Books");
        closes(0, "12:00:10", false, "Books");
        closes(0, "12:00:10.001", false);
        subtasks.get(0).processWatermark(END - 2);
        assertThat(subtasks.get(0).getOutput()).containsExactly(new Watermark(END - 2));
        subtasks.get(0).getOutput().clear();

        subtasks.get(0).processWatermark(END - 1);

        assertThat(subtasks.get(0).getOutput()).hasSize(3).endsWith(new Watermark(END - 1));
        assertThat(subtasks.get(0).extractOutputValues())
                .containsExactlyInAnyOrder(total(2, 1), books(2, 1));
        assertThat(subtasks.get(0).extractOutputStreamRecords())
                .extracting(StreamRecord::getTimestamp)
                .containsExactly(END - 1, END - 1);
    }

    /** Names that somebody makes up must not fill the heap. */
    @Test
    void sendsSumsEarlyWhereTheyAreTooMany() throws Exception {
        start(1);
        for (int i = 0; i < 200; i++) {
            String[] departments = new String[1_000];
            for (int name = 0; name < departments.length; name++) {
                departments[name] = "department " + i + " " + name;
            }
            closes(0, "12:00:03", false, departments);
        }

        assertThat(sent()).hasSizeGreaterThan(200_000).contains(total(200, 0));
        closes(0, "12:00:04", true, "Books");
        end();
        assertThat(sent()).hasSizeLessThan(200_010).contains(total(1, 1), books(1, 1));
    }

    @Test
    void sendsSumsEarlyWhereTheirNamesAreTooLong() throws Exception {
        start(1);
        for (int i = 0; i < 17; i++) {
            String[] departments = new String[1_000];
            for (int name = 0; name < departments.length; name++) {
                departments[name] = "d".repeat(1_000) + i + " " + name;
            }
            closes(0, "12:00:03", false, departments);
        }

        assertThat(sent()).hasSizeGreaterThan(16_000).contains(total(17, 0));
    }

    @Test
    void sendsNothingTwice() throws Exception {
        start(1);
        closes(0, "12:00:03", false);

        subtasks.get(0).processWatermark(END - 1);
        subtasks.get(0).processWatermark(END);
        subtasks.get(0).processWatermark(Watermark.MAX_WATERMARK);

        assertThat(sent()).containsExactly(total(1, 0));
    }

    @Test
    void goesOnAfterARestart() throws Exception {
        start(1);
        closes(0, "12:00:03", true, "Books");
        restart(1);
        closes(0, "12:00:04", false, "Books");

        end();

        assertThat(sent()).containsExactlyInAnyOrder(total(2, 1), books(2, 1));
    }

    @Test
    void addsUpWhereverTheSumsAreAfterRescaling() throws Exception {
        start(3);
        for (int subtask = 0; subtask < 3; subtask++) {
            closes(subtask, "12:00:03", true, "Books");
            closes(subtask, "12:00:04", false);
        }
        restart(2);
        closes(1, "12:00:05", false, "Books");
        restart(5);

        end();

        assertThat(sent().stream().filter(WindowCount::isTotal).reduce(WindowCount::plus))
                .contains(total(7, 3));
        assertThat(sent().stream().filter(count -> !count.isTotal()).reduce(WindowCount::plus))
                .contains(books(4, 3));
    }

    @Test
    void keepsNothingOfClosedWindows() throws Exception {
        start(1);
        closes(0, "12:00:03", true, "Books");
        subtasks.get(0).processWatermark(END - 1);
        restart(1);

        end();

        assertThat(sent()).isEmpty();
    }

    private void start(int parallelism) throws Exception {
        for (int i = 0; i < parallelism; i++) {
            subtasks.add(harness(i, parallelism));
            subtasks.get(i).open();
        }
    }

    private void restart(int parallelism) throws Exception {
        List<OperatorSubtaskState> states = new ArrayList<>();
        for (var subtask : subtasks) {
            states.add(subtask.snapshot(1, 1));
            subtask.close();
        }
        subtasks.clear();
        OperatorSubtaskState all =
                AbstractStreamOperatorTestHarness.repackageState(
                        states.toArray(new OperatorSubtaskState[0]));
        for (int i = 0; i < parallelism; i++) {
            subtasks.add(harness(i, parallelism));
            subtasks.get(i)
                    .initializeState(
                            AbstractStreamOperatorTestHarness.repartitionOperatorState(
                                    all, 128, states.size(), parallelism, i));
            subtasks.get(i).open();
        }
    }

    private static OneInputStreamOperatorTestHarness<Session, WindowCount> harness(
            int index, int parallelism) throws Exception {
        OneInputStreamOperatorTestHarness<Session, WindowCount> harness =
                new OneInputStreamOperatorTestHarness<>(
                        new LocalCountOperator(Duration.ofSeconds(10)), 128, parallelism, index);
        harness.setup(EventTypes.WINDOW_COUNT.createSerializer(new SerializerConfigImpl()));
        return harness;
    }

    private void closes(int subtask, String end, boolean checkout, String... departments)
            throws Exception {
        Session session =
                new Session(
                        UserId.ofNumber(1),
                        time(end) - 1_000,
                        time(end),
                        departments.length,
                        0,
                        checkout,
                        departments);
        subtasks.get(subtask)
                .processElement(new StreamRecord<>(session, session.lastMillisecond()));
    }

    private void end() throws Exception {
        for (var subtask : subtasks) {
            subtask.processWatermark(Watermark.MAX_WATERMARK);
        }
    }

    private List<WindowCount> sent() {
        return subtasks.stream()
                .flatMap(subtask -> subtask.extractOutputValues().stream())
                .toList();
    }

    private static WindowCount total(long sessions, long checkouts) {
        return new WindowCount(WindowCount.TOTAL, BEGIN, END, sessions, checkouts);
    }

    private static WindowCount books(long sessions, long checkouts) {
        return new WindowCount("Books", BEGIN, END, sessions, checkouts);
    }
}
