package io.clickstream.shuffle;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.ClickSerializer;
import io.clickstream.event.KeyGroups;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/**
 * Collects clicks before the shuffle into batches of about a hundred, one batch per key group. For
 * single clicks, Flink's network would need as much time as the job itself. A batch goes to the
 * subtask to which each of its clicks would go, at any parallelism. Clicks of a user keep their
 * order.
 *
 * <p>A {@link ClickBatchReader} that reads the batches must have the same maximum parallelism.
 */
public final class ClickBatchWriter {

    /**
     * About a hundred clicks. Larger batches are not faster, and network buffers split them more
     * often.
     */
    static final int BATCH_BYTES = 1024;

    /** Room for the click that fills a batch. */
    private static final int MORE_BYTES = 128;

    /** The limit for the batches of all key groups, up to 32,768, together. */
    private static final int MAX_BYTES = 1024 * 1024;

    private final ClickSerializer serializer = new ClickSerializer();
    private final BatchNames names = new BatchNames();
    private final int[] keys;
    private final OpenBatch[] open;
    private final Consumer<ClickBatch> out;
    private int bytes;

    /**
     * Creates a writer without clicks.
     *
     * @param maxParallelism the number of key groups
     * @param out receives the batches; the bytes of a batch are reused when the call returns
     */
    public ClickBatchWriter(int maxParallelism, Consumer<ClickBatch> out) {
        this.keys = KeyGroups.leastKeys(maxParallelism);
        this.open = new OpenBatch[maxParallelism];
        this.out = out;
    }

    /** Adds a click, and sends its batch if the batch is full. */
    public void add(Click click) {
        int group = KeyGroups.of(click.user(), keys.length);
        OpenBatch batch = open[group];
        if (batch == null) {
            batch = new OpenBatch(BATCH_BYTES + MORE_BYTES);
            open[group] = batch;
        }
        int before = batch.length();
        if (isUsual(click)) {
            batch.add(click, names);
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
                && !click.carriesTexts()
                && click.botSign() == null;
    }

    /** Sends all batches that have clicks. */
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
            // A click with its raw record made it this long, which is rare.
            open[group] = null;
        } else {
            batch.clear();
        }
    }
}
