package io.clickstream.shuffle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.EventTypes;
import io.clickstream.event.RawRecord;
import io.clickstream.event.UserId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamElement;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clicks on their way through the shuffle, in batches. */
@SuppressWarnings("try") // Flink's harness may be interrupted while it closes.
class ClickShuffleTest {

    private static final int MAX_PARALLELISM = 128;
    private static final long NOON = 1_655_208_000_000L;

    private OneInputStreamOperatorTestHarness<Click, ClickBatch> batches;

    @BeforeEach
    void start() throws Exception {
        batches = batches(MAX_PARALLELISM);
    }

    @AfterEach
    void stop() throws Exception {
        batches.close();
    }

    @ParameterizedTest
    @CsvSource({"1, 128", "2, 128", "3, 128", "5, 7", "4, 4096"})
    void eachClickComesToTheSubtaskOfItsUserInTheUsersOrder(int parallelism, int maxParallelism)
            throws Exception {
        Random random = new Random(parallelism);
        Map<UserId, List<Click>> sent = new HashMap<>();
        try (OneInputStreamOperatorTestHarness<Click, ClickBatch> out = batches(maxParallelism)) {
            for (int i = 0; i < 20_000; i++) {
                Click click = click(user(random.nextInt(500)), random.nextInt(100_000));
                sent.computeIfAbsent(click.user(), user -> new ArrayList<>()).add(click);
                out.processElement(click, click.timestamp());
                if (random.nextInt(3_000) == 0) {
                    out.processWatermark(i);
                }
            }
            out.getOperator().finish();
            Map<UserId, List<Click>> arrived = new HashMap<>();
            for (int subtask = 0; subtask < parallelism; subtask++) {
                for (StreamRecord<Click> record :
                        unbatched(
                                out.extractOutputValues(), subtask, parallelism, maxParallelism)) {
                    Click click = record.getValue();
                    assertThat(record.getTimestamp()).isEqualTo(click.timestamp());
                    assertThat(owner(click.user(), parallelism, maxParallelism)).isEqualTo(subtask);
                    arrived.computeIfAbsent(click.user(), user -> new ArrayList<>()).add(click);
                }
            }
            assertThat(arrived).isEqualTo(sent);
        }
    }

    @Test
    void aBatchIsSentWhenItIsFull() throws Exception {
        int clicks = 0;
        while (batches.getOutput().isEmpty()) {
            send(click(UserId.ofNumber(7), clicks++));
        }

        ClickBatch batch = batches.extractOutputValues().get(0);
        assertThat(batch.length()).isBetween(ClickBatchOperator.BATCH_BYTES, 2_100);
        assertThat(unbatched(List.of(batch), 0, 1, MAX_PARALLELISM)).hasSize(clicks);
        assertThat(clicks).isGreaterThan(50);
    }

    @Test
    void noClickComesBehindTheWatermarkThatItWasInFrontOf() throws Exception {
        send(click(UserId.ofNumber(7), 0));
        batches.processWatermark(NOON);

        assertThat(arrivedIn("batch", "watermark")).isTrue();
    }

    @Test
    void noClickComesBehindTheIdlenessThatItWasInFrontOf() throws Exception {
        send(click(UserId.ofNumber(7), 0));
        batches.processWatermarkStatus(WatermarkStatus.IDLE);

        assertThat(arrivedIn("batch", "status")).isTrue();
    }

    @Test
    void nothingIsHeldBackOverACheckpoint() throws Exception {
        send(click(UserId.ofNumber(7), 0));
        batches.prepareSnapshotPreBarrier(1);

        assertThat(arrivedIn("batch")).isTrue();
    }

    @Test
    void nothingIsHeldBackForLong() throws Exception {
        for (int i = 1; i <= 3; i++) {
            send(click(UserId.ofNumber(7), i));
            batches.setProcessingTime(i * ClickBatchOperator.MAX_DELAY_MILLIS - 1);
            assertThat(batches.extractOutputValues()).hasSize(i - 1);
            batches.setProcessingTime(i * ClickBatchOperator.MAX_DELAY_MILLIS);
            assertThat(batches.extractOutputValues()).hasSize(i);
        }
    }

    /** As a click has them that may be late. */
    @Test
    void longRecordsTakeNoRoomFromOthers() throws Exception {
        byte[] record = new byte[500_000];
        List<Click> sent = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Click click =
                    new Click(
                            UserId.ofNumber(7),
                            NOON + i,
                            "Books",
                            i == 3,
                            i % 2 == 0 ? new RawRecord("clicks", 0, i, record) : null);
            sent.add(click);
            send(click);
        }
        batches.getOperator().finish();

        List<StreamRecord<Click>> arrived =
                unbatched(batches.extractOutputValues(), 0, 1, MAX_PARALLELISM);
        assertThat(arrived).extracting(StreamRecord::getValue).isEqualTo(sent);
        assertThat(arrived.get(2).getValue().raw().bytes()).hasSize(record.length);
        assertThat(arrived.get(3).getValue().raw()).isNull();
    }

    @Test
    void clicksOfAnotherSubtaskAreRefused() throws Exception {
        UserId user = UserId.ofNumber(7);
        send(click(user, 0));
        batches.getOperator().finish();
        List<ClickBatch> sent = batches.extractOutputValues();
        int owner = owner(user, 2, MAX_PARALLELISM);

        try (OneInputStreamOperatorTestHarness<ClickBatch, Click> in =
                harness(new ClickUnbatchOperator(), MAX_PARALLELISM, 2, 1 - owner)) {
            in.open();
            assertThatThrownBy(() -> in.processElement(sent.get(0), 0))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(
                            "Clicks of user 7 belong to subtask %d of 2 and came to subtask %d"
                                    .formatted(owner, 1 - owner))
                    .hasMessageContaining("pipeline.max-parallelism");
        }
    }

    private static UserId user(int number) {
        return number % 3 == 0 ? UserId.ofString("ann " + number) : UserId.ofNumber(number);
    }

    private static Click click(UserId user, int millis) {
        return new Click(user, NOON + millis, millis % 4 == 0 ? null : "Books", false, null);
    }

    private void send(Click click) throws Exception {
        batches.processElement(click, click.timestamp());
    }

    private boolean arrivedIn(String... order) {
        return batches.getOutput().stream()
                .map(
                        each ->
                                each instanceof Watermark
                                        ? "watermark"
                                        : each instanceof WatermarkStatus ? "status" : "batch")
                .toList()
                .equals(List.of(order));
    }

    private static int owner(Object key, int parallelism, int maxParallelism) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(
                key, maxParallelism, parallelism);
    }

    /** What one of the subtasks behind the shuffle makes of all batches. */
    private static List<StreamRecord<Click>> unbatched(
            List<ClickBatch> sent, int subtask, int parallelism, int maxParallelism)
            throws Exception {
        List<StreamRecord<Click>> clicks = new ArrayList<>();
        try (OneInputStreamOperatorTestHarness<ClickBatch, Click> in =
                harness(new ClickUnbatchOperator(), maxParallelism, parallelism, subtask)) {
            in.open();
            for (ClickBatch batch : sent) {
                if (owner(batch.key(), parallelism, maxParallelism) == subtask) {
                    in.processElement(batch, 0);
                }
            }
            for (Object each : in.getOutput()) {
                clicks.add(((StreamElement) each).asRecord());
            }
        }
        return clicks;
    }

    private static OneInputStreamOperatorTestHarness<Click, ClickBatch> batches(int maxParallelism)
            throws Exception {
        OneInputStreamOperatorTestHarness<Click, ClickBatch> harness =
                new OneInputStreamOperatorTestHarness<>(
                        new ClickBatchOperator(), maxParallelism, 1, 0);
        // Copies, as the network does.
        harness.setup(EventTypes.CLICK_BATCH.createSerializer(new SerializerConfigImpl()));
        harness.setProcessingTime(0);
        harness.open();
        return harness;
    }

    private static OneInputStreamOperatorTestHarness<ClickBatch, Click> harness(
            ClickUnbatchOperator operator, int maxParallelism, int parallelism, int subtask)
            throws Exception {
        OneInputStreamOperatorTestHarness<ClickBatch, Click> harness =
                new OneInputStreamOperatorTestHarness<>(
                        operator, maxParallelism, parallelism, subtask);
        harness.setup(EventTypes.CLICK.createSerializer(new SerializerConfigImpl()));
        return harness;
    }
}
