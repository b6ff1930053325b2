package io.clickstream.shuffle;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.ClickSerializer;
import io.clickstream.event.KeyGroups;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

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

    /**
     * Some hundred clicks; larger ones are no faster, and more often cut in two by a buffer's end.
     */
    static final int BATCH_BYTES = 1024;

    /** Room for the click that fills a batch. */
    private static final int MORE_BYTES = 128;

    /** Of all key groups, of which there may be 32,768. */
    private static final int MAX_BYTES = 1024 * 1024;

    private final ClickSerializer serializer = new ClickSerializer();
    private final BatchNames names = new BatchNames();
    private final int[] keys;
    private final OpenBatch[] open;
    private final Consumer<ClickBatch> out;
    private int bytes;

    /**
     * Begins without clicks.
     *
     * @param maxParallelism the number of key groups
     * @param out where batches go; a batch's bytes are used again when it returns
     */
    public ClickBatchWriter(int maxParallelism, Consumer<ClickBatch> out) {
        this.keys = KeyGroups.leastKeys(maxParallelism);
        this.open = new OpenBatch[maxParallelism];
        this.out = out;
    }

    /** Adds a click, and sends its batch if that is full. */
    public void add(Click click) {
        int group = KeyGroups.of(click.user(), keys.length);
        OpenBatch batch = open[group];
        if (batch == null) {
            batch = new OpenBatch(BATCH_BYTES + MORE_BYTES);
            open[group] = batch;
        }
        int before = batch.length();
        if (isUsual(click)) {
            String department = click.department();
            batch.add(click, department == null ? BatchFormat.NO_NUMBER : names.number(department));
        } else {
            addWhole(click, batch);
        }
        bytes += batch.length() - before;
        if (batch.length() >= BATCH_BYTES) {
            send(group);
        } else if (bytes >= MAX_BYTES) {
            send();
        }
        if (names.areOld()) {
            send();
            names.clear();
        }
    }

    private void addWhole(Click click, OpenBatch batch) {
        try {
            batch.addWhole(click, serializer);
        } catch (IOException e) {
            throw new UncheckedIOException(click + " can't be sent through the network", e);
        }
    }

    private static boolean isUsual(Click click) {
        return click.user().text() == null
                && click.raw() == null
                && click.id() == null
                && click.item() == null
                && click.botSign() == null;
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
        OpenBatch batch = open[group];
        out.accept(new ClickBatch(keys[group], batch.bytes(), batch.length()));
        bytes -= batch.length();
        if (batch.length() > 2 * BATCH_BYTES) {
            // A record's own bytes made it that long, which is seldom.
            open[group] = null;
        } else {
            batch.clear();
        }
    }
}
