package io.clickstream.sort;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.shuffle.ClickBatchReader;
import io.clickstream.shuffle.ClickBatchWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import javax.annotation.Nullable;

/**
 * Sorts clicks in the order of {@link ClickOrder}. It sorts them in memory if they fit. Otherwise,
 * it writes sorted parts to disk and merges them.
 */
final class ClickSorter implements Closeable {

    private final Path file;
    private final ClicksInMemory clicks;

    /** Null if no part is on disk. */
    @Nullable private SpillFile parts;

    /** The positions where parts begin. */
    private final List<Long> begins = new ArrayList<>();

    /**
     * Creates a sorter without clicks.
     *
     * @param file is created when it is needed
     * @param maxBytes the approximate limit for clicks in memory
     */
    ClickSorter(Path file, long maxBytes) {
        this.file = file;
        this.clicks = new ClicksInMemory(maxBytes);
    }

    /** Adds a click, which may be used again afterwards. */
    void add(Click click) throws IOException {
        if (!clicks.hasRoomFor(click)) {
            writePart();
        }
        clicks.add(click);
    }

    private void writePart() throws IOException {
        if (parts == null) {
            parts = new SpillFile(file);
        }
        SpillFile to = parts;
        begins.add(to.position());
        // All in one group, so that the order stays.
        ClickBatchWriter batches =
                new ClickBatchWriter(
                        1,
                        batch -> {
                            try {
                                to.write(batch);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
        clicks.drain(batches::add);
        batches.send();
    }

    /**
     * Passes on all clicks, in order, and is empty afterwards.
     *
     * @param out must not keep a click, which may be used again
     */
    void drain(Consumer<Click> out) throws IOException {
        if (parts == null) {
            clicks.drain(out);
            return;
        }
        writePart();
        merge(out);
        close();
    }

    private void merge(Consumer<Click> out) throws IOException {
        PriorityQueue<Part> open =
                new PriorityQueue<>(
                        (one, other) -> ClickOrder.INSTANCE.compare(one.click, other.click));
        for (int i = 0; i < begins.size(); i++) {
            long end = i + 1 < begins.size() ? begins.get(i + 1) : parts.position();
            Part part = new Part(parts.read(0, begins.get(i), end));
            if (part.next()) {
                open.add(part);
            }
        }
        while (!open.isEmpty()) {
            Part first = open.poll();
            out.accept(first.click);
            if (first.next()) {
                open.add(first);
            }
        }
    }

    /** Deletes the file, if there is one. */
    @Override
    public void close() throws IOException {
        begins.clear();
        if (parts != null) {
            SpillFile closed = parts;
            parts = null;
            closed.close();
        }
    }

    /** A part on disk, at one of its clicks. */
    private static final class Part {

        private final SpillFile.Batches batches;
        private final ClickBatchReader reader = new ClickBatchReader();
        private Click click;

        private Part(SpillFile.Batches batches) {
            this.batches = batches;
        }

        private boolean next() throws IOException {
            while (!reader.hasNext()) {
                ClickBatch batch = batches.next();
                if (batch == null) {
                    return false;
                }
                reader.begin(batch);
            }
            click = reader.next();
            return true;
        }
    }
}
