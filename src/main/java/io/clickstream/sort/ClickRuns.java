package io.clickstream.sort;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.shuffle.ClickBatchReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.annotation.Nullable;

/**
 * All clicks of a subtask, as the batches in which they came. The batches of each key are a run: a
 * user is in one run, and nearly every run fits into memory when it is sorted. There are as many
 * runs as key groups, which is 64 for each of two subtasks by default.
 *
 * <p>If the batches need more memory than allowed, all of them go to one file, those of each run
 * next to each other.
 */
final class ClickRuns implements Closeable {

    /** The part of the memory in which one run at a time is sorted. */
    private static final int SORTED_PART = 4;

    /** Of a batch, beside its bytes: two objects and a reference. */
    private static final int BYTES_PER_BATCH = 56;

    private final Path file;
    private final long maxBytes;
    private final ClickSorter sorter;
    private final Map<Integer, Run> runs = new TreeMap<>();
    private final ClickBatchReader reader = new ClickBatchReader();
    private long bytes;

    /** Null if all batches are in memory. */
    @Nullable private SpillFile spilled;

    private static final class Run {
        private List<ClickBatch> batches = new ArrayList<>();

        /** Where batches begin in the file, and where they end, in turns. */
        private final List<Long> places = new ArrayList<>();
    }

    /**
     * Creates an empty store.
     *
     * @param folder for files
     * @param name with which the names of the files begin
     * @param maxBytes the approximate limit for everything in memory
     */
    ClickRuns(Path folder, String name, long maxBytes) {
        this.file = folder.resolve(name + ".clicks");
        this.maxBytes = maxBytes - maxBytes / SORTED_PART;
        this.sorter = new ClickSorter(folder.resolve(name + ".parts"), maxBytes / SORTED_PART);
    }

    /** Adds a batch, and keeps its bytes. */
    void add(ClickBatch batch) throws IOException {
        runs.computeIfAbsent(batch.key(), key -> new Run()).batches.add(batch);
        bytes += batch.bytes().length + BYTES_PER_BATCH;
        if (bytes > maxBytes) {
            spill();
        }
    }

    private void spill() throws IOException {
        if (spilled == null) {
            spilled = new SpillFile(file);
        }
        for (Run run : runs.values()) {
            if (!run.batches.isEmpty()) {
                run.places.add(spilled.position());
                for (ClickBatch batch : run.batches) {
                    spilled.write(batch);
                }
                run.places.add(spilled.position());
                run.batches = new ArrayList<>();
            }
        }
        bytes = 0;
    }

    /**
     * Passes on the clicks of one user after the other, those of a user in the order of {@link
     * ClickOrder}. Is empty afterwards.
     *
     * @param out must not keep a click, which may be used again
     */
    void drain(Consumer<Click> out) throws IOException {
        while (!runs.isEmpty()) {
            int key = runs.keySet().iterator().next();
            // Removed first, so that its memory is free while the clicks are processed.
            load(key, runs.remove(key));
            sorter.drain(out);
        }
        close();
    }

    private void load(int key, Run run) throws IOException {
        for (int i = 0; i < run.places.size(); i += 2) {
            SpillFile.Batches batches = spilled.read(key, run.places.get(i), run.places.get(i + 1));
            for (ClickBatch batch = batches.next(); batch != null; batch = batches.next()) {
                load(batch);
            }
        }
        for (ClickBatch batch : run.batches) {
            load(batch);
        }
    }

    private void load(ClickBatch batch) throws IOException {
        reader.begin(batch);
        while (reader.hasNext()) {
            sorter.add(reader.next());
        }
    }

    /** Deletes the files, if there are any. */
    @Override
    public void close() throws IOException {
        runs.clear();
        try {
            sorter.close();
        } finally {
            if (spilled != null) {
                SpillFile closed = spilled;
                spilled = null;
                closed.close();
            }
        }
    }
}
