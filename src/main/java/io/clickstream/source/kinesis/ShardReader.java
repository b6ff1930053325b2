package io.clickstream.source.kinesis;

import io.clickstream.event.Incoming;
import io.clickstream.source.SplitProgress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * Reads shards, and reports to the enumerator which shards it has and which it has read to their
 * end.
 *
 * <p>A finished shard stays in snapshots until one of them is complete: the enumerator may have
 * made its own part of a snapshot before it received the end, and receives it again after a
 * restore.
 */
@SuppressWarnings("try") // Flink's own close() may be interrupted.
final class ShardReader
        extends SingleThreadMultiplexSourceReaderBase<Record, Incoming, ShardSplit, ShardState>
        implements SplitProgress<ShardSplit> {

    /** An end that is in no snapshot yet. */
    private static final long IN_NO_SNAPSHOT = Long.MAX_VALUE;

    /** Finished shards, and the first snapshot that contains each of them. */
    private final Map<String, Long> finished = new HashMap<>();

    private final CaughtUpShards caughtUp;

    ShardReader(
            Supplier<SplitReader<Record, ShardSplit>> fetchers,
            RecordEmitter<Record, Incoming, ShardState> emitter,
            SourceReaderContext context,
            CaughtUpShards caughtUp) {
        super(fetchers, emitter, context.getConfiguration(), context);
        this.caughtUp = caughtUp;
    }

    @Override
    public void addSplits(List<ShardSplit> splits) {
        List<ShardSplit> unfinished = new ArrayList<>();
        List<String> reading = new ArrayList<>();
        List<String> ended = new ArrayList<>();
        for (ShardSplit split : splits) {
            if (isAtEnd(split)) {
                finished.put(split.splitId(), IN_NO_SNAPSHOT);
                ended.add(split.splitId());
            } else {
                unfinished.add(split);
                reading.add(split.splitId());
            }
        }
        context.sendSourceEventToCoordinator(new ShardReport(reading, ended));
        if (!unfinished.isEmpty()) {
            super.addSplits(unfinished);
        }
    }

    @Override
    public boolean isAtEnd(ShardSplit split) {
        return split.position().equals(ShardPosition.END);
    }

    @Override
    public Collection<String> predecessors(ShardSplit split) {
        return split.parents();
    }

    @Override
    public long caughtUpAt(String shardId) {
        return caughtUp.of(shardId);
    }

    @Override
    public long readUpTo(String shardId, long now) {
        return caughtUp.readUpTo(shardId);
    }

    @Override
    public void check(List<String> shardIds) {
        // Each answer to a poll says it.
    }

    @Override
    protected void onSplitFinished(Map<String, ShardState> shards) {
        shards.keySet().forEach(id -> finished.put(id, IN_NO_SNAPSHOT));
        shards.keySet().forEach(caughtUp::forget);
        context.sendSourceEventToCoordinator(
                new ShardReport(List.of(), List.copyOf(shards.keySet())));
    }

    @Override
    public List<ShardSplit> snapshotState(long checkpointId) {
        List<ShardSplit> splits = new ArrayList<>(super.snapshotState(checkpointId));
        finished.replaceAll((id, first) -> Math.min(first, checkpointId));
        finished.keySet()
                .forEach(id -> splits.add(new ShardSplit(id, List.of(), ShardPosition.END)));
        return splits;
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
        finished.values().removeIf(first -> first <= checkpointId);
    }

    @Override
    protected ShardState initializedState(ShardSplit split) {
        return new ShardState(split);
    }

    @Override
    protected ShardSplit toSplitType(String shardId, ShardState state) {
        return state.toSplit();
    }
}
