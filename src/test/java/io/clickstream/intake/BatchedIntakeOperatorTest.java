package io.clickstream.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Incoming;
import io.clickstream.event.Interaction;
import io.clickstream.event.UserId;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the intake sends the clicks that it gathers. */
class BatchedIntakeOperatorTest {

    private static final long NOON = 1_655_208_000_000L;
    private static final Duration OUT_OF_ORDERNESS = Duration.ofSeconds(20);

    private OneInputStreamOperatorTestHarness<Incoming, ClickBatch> intake;

    @BeforeEach
    void start() throws Exception {
        intake =
                new OneInputStreamOperatorTestHarness<>(
                        new BatchedIntakeOperator(
                                new OutputTag<DeadLetter>("no-clicks", EventTypes.DEAD_LETTER),
                                new OutputTag<Interaction>("interactions", EventTypes.INTERACTION),
                                null,
                                OUT_OF_ORDERNESS,
                                Duration.ofSeconds(10)));
        // Copies, as the network does.
        intake.setup(EventTypes.CLICK_BATCH.createSerializer(new SerializerConfigImpl()));
        intake.setProcessingTime(0);
        intake.open();
    }

    @AfterEach
    void stop() throws Exception {
        intake.close();
    }

    @Test
    void noClickComesBehindTheWatermarkThatItWasInFrontOf() throws Exception {
        clickArrives(0);
        intake.processWatermark(NOON - 1);

        assertThat(sent()).containsExactly("batch", "watermark");
    }

    @Test
    void noClickComesBehindTheIdlenessThatItWasInFrontOf() throws Exception {
        clickArrives(0);
        intake.processWatermarkStatus(WatermarkStatus.IDLE);

        assertThat(sent()).containsExactly("batch", "status");
    }

    @Test
    void nothingIsHeldBackOverACheckpoint() throws Exception {
        clickArrives(0);
        intake.prepareSnapshotPreBarrier(1);

        assertThat(sent()).containsExactly("batch");
    }

    @Test
    void nothingIsHeldBackAtTheEnd() throws Exception {
        clickArrives(0);
        intake.getOperator().finish();

        assertThat(sent()).containsExactly("batch");
    }

    @Test
    void nothingIsHeldBackForLong() throws Exception {
        for (int i = 1; i <= 3; i++) {
            clickArrives(i);
            intake.setProcessingTime(i * BatchedIntakeOperator.MAX_DELAY_MILLIS - 1);
            assertThat(sent()).hasSize(i - 1);
            intake.setProcessingTime(i * BatchedIntakeOperator.MAX_DELAY_MILLIS);
            assertThat(sent()).hasSize(i);
        }
    }

    private void clickArrives(int millis) throws Exception {
        Click click = new Click(UserId.ofNumber(7), NOON + millis, "Books", false, null);
        intake.processElement(click, click.timestamp());
    }

    private List<String> sent() {
        return intake.getOutput().stream()
                .map(
                        each ->
                                each instanceof Watermark
                                        ? "watermark"
                                        : each instanceof WatermarkStatus ? "status" : "batch")
                .toList();
    }
}
