package io.clickstream.shuffle;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.ClickSerializer;
import io.clickstream.event.KeyGroups;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * Gathers clicks in front of the shuffle, by key group, so that Flink's network handles a hundred
 * of them at once: for a single click its own work is as much as the job's. Each batch goes where
 * each of its clicks would go by its user, whatever the parallelism, also after a change of it.
 * Clicks of a user stay in their order.
 *
 * <p>Whoever reads the batches, by a {@link ClickBatchReader}, must have the same maximum
 * parallelism.
 */
public final class ClickBatchWriter {

    /** A hundred clicks; larger ones are no faster, and more often cut in two by a buffer's end. */
    static final int BATCH_BYTES = 2 * 1024;

    /** Of all key groups, of which there may be 32,768. */
    private static final int MAX_BYTES = 1024 * 1024;

    private final ClickSerializer serializer = new ClickSerializer();
    private final int[] keys;
    private final DataOutputSerializer[] open;
    private final Consumer<ClickBatch> out;
    private int bytes;

    /**
     * Begins without clicks.
     *
     * @param maxParallelism the number of key groups
     * @param out where batches go; its bytes are used again when it returns
     */
    public ClickBatchWriter(int maxParallelism, Consumer<ClickBatch> out) {
        this.keys = KeyGroups.leastKeys(maxParallelism);
        this.open = new DataOutputSerializer[maxParallelism];
        this.out = out;
    }

    /** Adds a click, and sends its batch if that is full. */
    public void add(Click click) {
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

    /** Sends all clicks that were held back. */
    public void send() {
        if (bytes == 0) {
            return;
        }
        for (int group = 0; group < open.length; group++) {
            if (open[group] != null && open[group].length() > 0) {
                send(group);
            }
        }
    }

    private void send(int group) {
        DataOutputSerializer batch = open[group];
        out.accept(new ClickBatch(keys[group], batch.getSharedBuffer(), batch.length()));
        bytes -= batch.length();
        if (batch.length() > 2 * BATCH_BYTES) {
            // A record's own bytes made it that long, which is seldom.
            open[group] = null;
        } else {
            batch.clear();
        }
    }
}
