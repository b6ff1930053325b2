package io.clickstream.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;

/** Gives each reader the partitions whose index, modulo the parallelism, is the reader's. */
final class MemoryEnumerator implements SplitEnumerator<MemorySplit, Collection<MemorySplit>> {

    private final SplitEnumeratorContext<MemorySplit> context;
    private final List<MemorySplit> unassigned;

    MemoryEnumerator(
            SplitEnumeratorContext<MemorySplit> context, Collection<MemorySplit> unassigned) {
        this.context = context;
        this.unassigned = new ArrayList<>(unassigned);
    }

    @Override
    public void start() {
        // Readers come by themselves.
    }

    @Override
    public void addReader(int reader) {
        Iterator<MemorySplit> splits = unassigned.iterator();
        while (splits.hasNext()) {
            MemorySplit split = splits.next();
            if (split.partition() % context.currentParallelism() == reader) {
                context.assignSplit(split, reader);
                splits.remove();
            }
        }
    }

    @Override
    public void handleSplitRequest(int reader, @Nullable String host) {
        // No reader asks: all it gets comes with its registration.
    }

    @Override
    public void addSplitsBack(List<MemorySplit> splits, int reader) {
        unassigned.addAll(splits);
    }

    @Override
    public Collection<MemorySplit> snapshotState(long checkpointId) {
        return List.copyOf(unassigned);
    }

    @Override
    public void close() {
        // Nothing to close.
    }
}
