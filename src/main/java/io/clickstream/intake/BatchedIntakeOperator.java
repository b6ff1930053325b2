package io.clickstream.intake;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.Incoming;
import io.clickstream.event.Interaction;
import io.clickstream.shuffle.ClickBatchWriter;
import java.time.Duration;
import javax.annotation.Nullable;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Emits clicks in batches by key group. Nothing is held back across a watermark, a change of
 * idleness, a barrier, or the end of the input, or for longer than {@link #MAX_DELAY_MILLIS}.
 */
public final class BatchedIntakeOperator extends ClickIntakeOperator<ClickBatch> {

    private static final long serialVersionUID = 1L;

    /** The default time for which Flink's network holds back a buffer that is not full. */
    static final long MAX_DELAY_MILLIS = 100;

    @Nullable private OutputTag<Click> singles;

    private transient ClickBatchWriter batches;

    /** Creates an operator without key; see {@link ClickIntakeOperator#ClickIntakeOperator}. */
    public BatchedIntakeOperator(
            OutputTag<DeadLetter> deadLetters,
            OutputTag<Interaction> interactions,
            @Nullable ArchiveTarget archive,
            Duration outOfOrderness,
            Duration maxFutureSkew) {
        super(deadLetters, interactions, archive, outOfOrderness, maxFutureSkew);
    }

    /**
     * Also emits each click by itself, at once. Must be called before the job starts.
     *
     * @param output receives the clicks, with their own times
     */
    public BatchedIntakeOperator withSingles(OutputTag<Click> output) {
        singles = output;
        return this;
    }

    @Override
    public void open() throws Exception {
        super.open();
        batches =
                new ClickBatchWriter(
                        getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks(),
                        // The network has a copy when this returns.
                        batch -> output.collect(new StreamRecord<>(batch)));
        runEvery(MAX_DELAY_MILLIS, this::sendHeldBack);
    }

    @Override
    void send(Click click, StreamRecord<Incoming> element) {
        batches.add(click);
        if (singles != null) {
            output.collect(singles, element.replace(click));
        }
    }

    @Override
    void sendHeldBack() {
        batches.send();
    }
}
