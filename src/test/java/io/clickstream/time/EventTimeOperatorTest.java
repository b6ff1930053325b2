package io.clickstream.time;

import static io.clickstream.testing.Clicks.time;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.EventTypes;
import io.clickstream.event.UserId;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.testing.Batches;
import io.clickstream.testing.OperatorCounters;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Watermarks leave one millisecond lower than they came: {@link #behind} says it of a time. */
class EventTimeOperatorTest {

    private static final long NOON = time("12:00:00");

    /** 20 s of disorder and 1 ms, 1 s of gap, 10 s of window. */
    private static final long REACH = 31_001;

    private OneInputStreamOperatorTestHarness<ClickBatch, Click> operator;
    private int index;
    private int parallelism = 1;

    @BeforeEach
    void start() throws Exception {
        operator = harness(0, 1);
        operator.setProcessingTime(NOON);
        operator.open();
    }

    @AfterEach
    void stop() throws Exception {
        operator.close();
    }

    @Test
    void marksClicksBehindTheWatermark() throws Exception {
        assertThat(arrives("00:00:00").isBehindWatermark()).isFalse();

        operator.processWatermark(time("12:00:00"));

        assertThat(arrives("11:59:59.999").isBehindWatermark()).isTrue();
        assertThat(arrives("12:00:00").isBehindWatermark()).isTrue();
        assertThat(arrives("12:00:00.001").isBehindWatermark()).isFalse();
    }

    @Test
    void letsFlinkTellLateClicksByTheLowerWatermark() throws Exception {
        operator.processWatermark(time("12:00:00"));

        arrives("12:00:00");
        arrives("12:00:00.001");

        assertThat(operator.extractOutputStreamRecords())
                .extracting(StreamRecord::getTimestamp)
                .containsExactly(behind("12:00:00"), time("12:00:00.001"));
    }

    @Test
    void passesWatermarksOnAMillisecondLower() throws Exception {
        operator.processWatermark(time("12:00:00"));

        assertThat(watermarks()).containsExactly(behind("12:00:00"));
    }

    @Test
    void endsEventTimeWhenAllInputsHaveEnded() throws Exception {
        operator.processWatermark(time("12:00:00"));
        operator.processWatermark(Watermark.MAX_WATERMARK);
        assertThat(watermarks()).containsExactly(time("11:59:59.999"));

        operator.getOperator().finish();

        assertThat(watermarks()).containsExactly(time("11:59:59.999"), Long.MAX_VALUE);
    }

    @Test
    void endsEventTimeAlsoWhereAllIsIdle() throws Exception {
        operator.processWatermarkStatus(WatermarkStatus.IDLE);

        operator.getOperator().finish();

        assertThat(watermarks()).containsExactly(Long.MAX_VALUE);
    }

    @Test
    void neverGoesBack() throws Exception {
        operator.processWatermark(time("12:00:01"));
        operator.processWatermark(time("12:00:00"));
        operator.processWatermark(time("12:00:01"));
        operator.processWatermark(time("12:00:02"));

        assertThat(watermarks()).containsExactly(behind("12:00:01"), behind("12:00:02"));
    }

    @Test
    void goesOnWithTheClockInStepsWhileAllIsIdle() throws Exception {
        operator.processWatermark(time("11:59:40"));
        operator.processWatermarkStatus(WatermarkStatus.IDLE);

        operator.setProcessingTime(NOON + 199);
        assertThat(watermarks()).containsExactly(behind("11:59:40"));

        operator.setProcessingTime(NOON + 200);
        operator.setProcessingTime(NOON + 400);
        assertThat(watermarks())
                .containsExactly(
                        behind("11:59:40"), behind("11:59:40.200"), behind("11:59:40.400"));
        assertThat(arrives("11:59:40.400").isBehindWatermark()).isTrue();
        assertThat(arrives("11:59:40.401").isBehindWatermark()).isFalse();
    }

    @Test
    void stopsWhereNothingCanBeOpen() throws Exception {
        operator.processWatermark(time("11:59:40"));
        operator.processWatermarkStatus(WatermarkStatus.IDLE);

        runClock(NOON, NOON + 600_000);

        assertThat(watermarks().get(watermarks().size() - 1))
                .isEqualTo(time("11:59:40") + REACH - 1);
        assertThat(operator.getProcessingTimeService().getNumActiveTimers()).isZero();
    }

    @Test
    void neverTellsThatAllIsIdle() throws Exception {
        operator.processWatermarkStatus(WatermarkStatus.IDLE);
        operator.processWatermarkStatus(WatermarkStatus.ACTIVE);

        assertThat(operator.getOutput()).isEmpty();
    }

    @Test
    void standsStillWhereThereWasNoWatermarkYet() throws Exception {
        operator.processWatermarkStatus(WatermarkStatus.IDLE);

        runClock(NOON, NOON + 60_000);

        assertThat(watermarks()).isEmpty();
    }

    @Test
    void leavesTheClockWhenClicksComeBack() throws Exception {
        operator.processWatermark(time("11:59:40"));
        operator.processWatermarkStatus(WatermarkStatus.IDLE);
        operator.setProcessingTime(NOON + 200);

        operator.processWatermarkStatus(WatermarkStatus.ACTIVE);
        runClock(NOON + 200, NOON + 10_000);
        operator.processWatermark(time("11:59:40.100"));
        operator.processWatermark(time("11:59:50"));

        assertThat(watermarks())
                .containsExactly(behind("11:59:40"), behind("11:59:40.200"), behind("11:59:50"));
        assertThat(operator.getProcessingTimeService().getNumActiveTimers()).isZero();
    }

    @Test
    void goesOnFromWhereItIsWhenAllIsIdleAgain() throws Exception {
        operator.processWatermark(time("11:59:40"));
        operator.processWatermarkStatus(WatermarkStatus.IDLE);
        operator.processWatermarkStatus(WatermarkStatus.ACTIVE);
        operator.processWatermark(time("11:59:50"));
        operator.setProcessingTime(NOON + 30_000);

        operator.processWatermarkStatus(WatermarkStatus.IDLE);
        operator.setProcessingTime(NOON + 30_200);

        assertThat(watermarks())
                .containsExactly(behind("11:59:40"), behind("11:59:50"), behind("11:59:50.200"));
    }

    @Test
    void announcesTheRestoredWatermarkBeforeTheFirstClick() throws Exception {
        operator.processWatermark(time("11:59:40"));
        restart(List.of(operator.snapshot(1, 1)), 0, 1);

        Click late = arrives("11:59:40");

        assertThat(late.isBehindWatermark()).isTrue();
        assertThat(operator.getOutput())
                .containsExactly(
                        new Watermark(behind("11:59:40")),
                        new StreamRecord<>(late, behind("11:59:40")));
        assertThat(arrives("11:59:40.001").isBehindWatermark()).isFalse();
    }

    @Test
    void announcesTheRestoredWatermarkBeforeAnyOther() throws Exception {
        operator.processWatermark(time("11:59:40"));
        restart(List.of(operator.snapshot(1, 1)), 0, 1);

        operator.processWatermark(time("11:00:00"));
        operator.processWatermark(time("11:59:41"));

        assertThat(watermarks()).containsExactly(behind("11:59:40"), behind("11:59:41"));
    }

    @Test
    void restoresTheLowestOfAllSubtasks() throws Exception {
        OneInputStreamOperatorTestHarness<ClickBatch, Click> other = harness(1, 2);
        other.open();
        other.processWatermark(time("11:59:30"));
        operator.processWatermark(time("11:59:40"));
        List<OperatorSubtaskState> states = List.of(operator.snapshot(1, 1), other.snapshot(1, 1));
        other.close();

        restart(states, 2, 3);

        assertThat(arrives("11:59:30").isBehindWatermark()).isTrue();
        assertThat(arrives("11:59:30.001").isBehindWatermark()).isFalse();
        assertThat(watermarks()).containsExactly(behind("11:59:30"));
    }

    @Test
    void restoresNothingWhereThereWasNoWatermark() throws Exception {
        restart(List.of(operator.snapshot(1, 1)), 0, 1);

        assertThat(arrives("00:00:00").isBehindWatermark()).isFalse();
        assertThat(watermarks()).isEmpty();
    }

    @Test
    void waitsAMinuteForTheFirstClickAfterARestart() throws Exception {
        operator.processWatermark(time("11:59:40"));
        restart(List.of(operator.snapshot(1, 1)), 0, 1);
        operator.processWatermarkStatus(WatermarkStatus.IDLE);

        runClock(NOON, NOON + 60_000);
        assertThat(watermarks()).containsExactly(behind("11:59:40"));

        operator.setProcessingTime(NOON + 60_200);
        assertThat(watermarks()).containsExactly(behind("11:59:40"), behind("11:59:40.200"));
    }

    @Test
    void waitsNoLongerOnceAClickHasComeAfterARestart() throws Exception {
        operator.processWatermark(time("11:59:40"));
        restart(List.of(operator.snapshot(1, 1)), 0, 1);
        arrives("11:59:45");
        operator.processWatermarkStatus(WatermarkStatus.IDLE);

        operator.setProcessingTime(NOON + 200);

        assertThat(watermarks()).containsExactly(behind("11:59:40"), behind("11:59:40.200"));
    }

    private void runClock(long from, long to) throws Exception {
        for (long now = from + 200; now <= to; now += 200) {
            operator.setProcessingTime(now);
        }
    }

    private void restart(List<OperatorSubtaskState> states, int newIndex, int newParallelism)
            throws Exception {
        index = newIndex;
        parallelism = newParallelism;
        operator.close();
        operator = harness(index, parallelism);
        operator.setProcessingTime(NOON);
        operator.initializeState(
                AbstractStreamOperatorTestHarness.repartitionOperatorState(
                        AbstractStreamOperatorTestHarness.repackageState(
                                states.toArray(new OperatorSubtaskState[0])),
                        128,
                        states.size(),
                        parallelism,
                        index));
        operator.open();
    }

    @Test
    void saysHowFarEventTimeIsBehindTheClock() throws Exception {
        OperatorCounters metrics = new OperatorCounters();
        operator.close();
        operator =
                new OneInputStreamOperatorTestHarness<>(
                        new EventTimeOperator(Duration.ofSeconds(20), Duration.ofSeconds(11)),
                        metrics.environment());
        operator.setup(EventTypes.CLICK.createSerializer(new SerializerConfigImpl()));
        operator.setProcessingTime(NOON);
        operator.open();
        assertThat(metrics.gauge(ClickstreamMetrics.WATERMARK_LAG)).isEmpty();

        operator.processWatermark(time("11:59:40"));
        assertThat(metrics.gauge(ClickstreamMetrics.WATERMARK_LAG)).hasValue(20_000L);
        operator.setProcessingTime(NOON + 7);
        assertThat(metrics.gauge(ClickstreamMetrics.WATERMARK_LAG)).hasValue(20_007L);

        operator.processWatermarkStatus(WatermarkStatus.IDLE);
        assertThat(metrics.gauge(ClickstreamMetrics.WATERMARK_LAG)).hasValue(0L);
        operator.processWatermarkStatus(WatermarkStatus.ACTIVE);
        operator.processWatermark(time("12:00:01"));
        assertThat(metrics.gauge(ClickstreamMetrics.WATERMARK_LAG)).hasValue(0L);
    }

    private static OneInputStreamOperatorTestHarness<ClickBatch, Click> harness(
            int index, int parallelism) throws Exception {
        OneInputStreamOperatorTestHarness<ClickBatch, Click> harness =
                new OneInputStreamOperatorTestHarness<>(
                        new EventTimeOperator(Duration.ofSeconds(20), Duration.ofSeconds(11)),
                        128,
                        parallelism,
                        index);
        harness.setup(EventTypes.CLICK.createSerializer(new SerializerConfigImpl()));
        return harness;
    }

    private Click arrives(String timeOfDay) throws Exception {
        UserId user = Batches.userOf(index, parallelism, 128);
        int before = operator.extractOutputValues().size();
        operator.processElement(Batches.of(new Click(user, time(timeOfDay), null, false, null)), 0);
        assertThat(operator.extractOutputValues()).hasSize(before + 1);
        return operator.extractOutputValues().get(before);
    }

    private List<Long> watermarks() {
        return operator.getOutput().stream()
                .filter(Watermark.class::isInstance)
                .map(element -> ((Watermark) element).getTimestamp())
                .toList();
    }

    private static long behind(String timeOfDay) {
        return time(timeOfDay) - 1;
    }
}
