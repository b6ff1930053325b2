package io.clickstream.shuffle;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.ClickSerializer;
import io.clickstream.event.KeyGroups;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Gathers clicks in front of the shuffle, by key group, so that Flink's network handles a hundred
 * of them at once: for a single click its own work is as much as the job's. Each batch goes where
 * each of its clicks would go by its user, whatever the parallelism, also after a change of it.
 *
 * <p>Clicks of a user stay in their order. Nothing is held back over a watermark, a change of
 * idleness, a barrier or the end of the input, and nothing for longer than {@link
 * #MAX_DELAY_MILLIS}.
 *
 * <p>The operator behind the shuffle, {@link ClickUnbatchOperator}, must have the same maximum
 * parallelism.
 */
public final class ClickBatchOperator extends AbstractStreamOperator<ClickBatch>
        implements OneInputStreamOperator<Click, ClickBatch> {

    private static final long serialVersionUID = 1L;

    /** As long as Flink's network holds back what doesn't fill a buffer, by default. */
    static final long MAX_DELAY_MILLIS = 100;

    /** A hundred clicks; larger ones are no faster, and more often cut in two by a buffer's end. */
    static final int BATCH_BYTES = 2 * 1024;

    /** Of all key groups, of which there may be 32,768. */
    private static final int MAX_BYTES = 1024 * 1024;

    private transient ClickSerializer serializer;
    private transient DataOutputSerializer[] open;
    private transient int[] keys;
    private transient int bytes;

    /** An operator without key. */
    public ClickBatchOperator() {
        // Flink's default is to begin a chain, which would mean a hop through the network.
        setChainingStrategy(ChainingStrategy.ALWAYS);
    }

    @Override
    public void open() throws Exception {
        super.open();
        serializer = new ClickSerializer();
        keys =
                KeyGroups.leastKeys(
                        getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks());
        open = new DataOutputSerializer[keys.length];
        sendLater();
    }

    @Override
    public void processElement(StreamRecord<Click> element) {
        Click click = element.getValue();
        int group = KeyGroupRangeAssignment.assignToKeyGroup(click.user(), keys.length);
        DataOutputSerializer batch = open[group];
        if (batch == null) {
            batch = new DataOutputSerializer(BATCH_BYTES);
            open[group] = batch;
        }
        int before = batch.length();
        try {
            serializer.serialize(click, batch);
        } catch (IOException e) {
            throw new UncheckedIOException(click + " can't be sent through the network", e);
        }
        bytes += batch.length() - before;
        if (batch.length() >= BATCH_BYTES) {
            send(group);
        } else if (bytes >= MAX_BYTES) {
            send();
        }
    }

    private void send() {
        if (bytes == 0) {
            return;
        }
        for (int group = 0; group < open.length; group++) {
            if (open[group] != null && open[group].length() > 0) {
                send(group);
            }
        }
    }

    /** The network has a copy when this returns. */
    private void send(int group) {
        DataOutputSerializer batch = open[group];
        output.collect(
                new StreamRecord<>(
                        new ClickBatch(keys[group], batch.getSharedBuffer(), batch.length())));
        bytes -= batch.length();
        if (batch.length() > 2 * BATCH_BYTES) {
            // A record's own bytes made it that long, which is seldom.
            open[group] = null;
        } else {
            batch.clear();
        }
    }

    private void sendLater() {
        long due = getProcessingTimeService().getCurrentProcessingTime() + MAX_DELAY_MILLIS;
        var unused =
                getProcessingTimeService()
                        .registerTimer(
                                due,
                                now -> {
                                    send();
                                    sendLater();
                                });
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        send();
        super.processWatermark(mark);
    }

    @Override
    public void processWatermarkStatus(WatermarkStatus status) throws Exception {
        send();
        super.processWatermarkStatus(status);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        send();
    }

    @Override
    public void finish() throws Exception {
        send();
        super.finish();
    }
}
