package io.clickstream.source.kinesis;

import io.clickstream.config.KinesisSourceConfig;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.util.FlinkRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds a stream's shards and assigns them to readers.
 *
 * <p>A shard is read when its parents are read to their ends, so that the records of a key stay in
 * order. It goes to the subtask where its last parent ended. Only there, the watermark has not
 * passed the child's records, however far behind the parent was. Other shards go to the subtask
 * with the fewest shards.
 */
final class ShardEnumerator implements SplitEnumerator<ShardSplit, KnownShards> {

    private static final Logger LOG = LoggerFactory.getLogger(ShardEnumerator.class);

    private static final int NOBODY = -1;

    private final SplitEnumeratorContext<ShardSplit> context;
    private final KinesisSourceConfig config;
    private final ShardLister lister;
    private final Clock clock;

    /** By id, which is the order in which Kinesis created them. */
    private final Map<String, ShardSplit> waiting = new TreeMap<>();

    private final Set<String> reading = new HashSet<>();

    /** In the order in which they ended. */
    private final Set<String> finished = new LinkedHashSet<>();

    /** The subtask that has a shard, or had it last. Valid only for this run of the job. */
    private final Map<String, Integer> subtaskOf = new HashMap<>();

    private boolean discovered;

    /** Lists shards; replaced in tests. */
    interface ShardLister extends AutoCloseable {

        /**
         * All shards of the stream, including closed ones.
         *
         * @param position the start of their splits
         */
        List<ShardSplit> list(ShardPosition position) throws InterruptedException;

        @Override
        void close();
    }

    ShardEnumerator(
            SplitEnumeratorContext<ShardSplit> context,
            KinesisSourceConfig config,
            ShardLister lister,
            Clock clock,
            @Nullable KnownShards restored) {
        this.context = context;
        this.config = config;
        this.lister = lister;
        this.clock = clock;
        if (restored != null) {
            restored.waiting().forEach(split -> waiting.put(split.splitId(), split));
            reading.addAll(restored.reading());
            finished.addAll(restored.finished());
            discovered = !waiting.isEmpty() || !reading.isEmpty() || !finished.isEmpty();
        }
    }

    @Override
    public void start() {
        ShardPosition first = discovered ? ShardPosition.TRIM_HORIZON : startPosition();
        context.callAsync(() -> lister.list(first), this::found);
        long interval = config.discoveryInterval().toMillis();
        context.callAsync(
                () -> lister.list(ShardPosition.TRIM_HORIZON), this::foundMore, interval, interval);
    }

    /**
     * The configured position. The end of a stream becomes a time, so that a failure right after
     * the start loses nothing.
     */
    private ShardPosition startPosition() {
        switch (config.start().kind()) {
            case LATEST:
                return ShardPosition.at(clock.millis());
            case TIMESTAMP:
                return ShardPosition.at(config.start().timestamp().orElseThrow());
            case TRIM_HORIZON:
                break;
        }
        return ShardPosition.TRIM_HORIZON;
    }

    private void found(@Nullable List<ShardSplit> shards, @Nullable Throwable failure) {
        if (failure != null) {
            throw new FlinkRuntimeException(
                    "The shards of stream " + config.stream() + " can't be listed", failure);
        }
        add(shards);
        discovered = true;
        assign();
    }

    /**
     * Adds shards. All records of shards that are found later count, because they come from a split
     * or a merge.
     */
    private void foundMore(@Nullable List<ShardSplit> shards, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.warn("The shards of stream {} can't be listed now", config.stream(), failure);
            return;
        }
        if (discovered) {
            add(shards);
            assign();
        }
    }

    private void add(List<ShardSplit> shards) {
        Set<String> needed = new HashSet<>();
        for (ShardSplit split : shards) {
            needed.add(split.splitId());
            needed.addAll(split.parents());
            if (!reading.contains(split.splitId()) && !finished.contains(split.splitId())) {
                waiting.putIfAbsent(split.splitId(), split);
            }
        }
        // What the stream has forgotten with all its children will not be listed again.
        if (!shards.isEmpty()) {
            finished.retainAll(needed);
        }
    }

    private void assign() {
        if (context.registeredReaders().size() < context.currentParallelism()) {
            return;
        }
        Map<Integer, List<ShardSplit>> assignment = new HashMap<>();
        for (ShardSplit split : new ArrayList<>(waiting.values())) {
            if (split.parents().stream()
                    .noneMatch(parent -> waiting.containsKey(parent) || reading.contains(parent))) {
                int subtask = subtaskFor(split);
                subtaskOf.put(split.splitId(), subtask);
                reading.add(split.splitId());
                assignment.computeIfAbsent(subtask, index -> new ArrayList<>()).add(split);
            }
        }
        assignment.values().forEach(splits -> splits.forEach(s -> waiting.remove(s.splitId())));
        if (!assignment.isEmpty()) {
            LOG.info("Shards to read, by subtask: {}", assignment);
            context.assignSplits(new SplitsAssignment<>(assignment));
        }
    }

    private int subtaskFor(ShardSplit split) {
        int subtask = NOBODY;
        for (String ended : finished) {
            // After a restart, nobody may have said where a shard ended.
            if (split.parents().contains(ended) && subtaskOf.containsKey(ended)) {
                subtask = subtaskOf.get(ended);
            }
        }
        return subtask == NOBODY ? leastLoaded() : subtask;
    }

    private int leastLoaded() {
        int[] shards = new int[context.currentParallelism()];
        for (String shard : reading) {
            int subtask = subtaskOf.getOrDefault(shard, NOBODY);
            if (subtask != NOBODY) {
                shards[subtask]++;
            }
        }
        int least = 0;
        for (int i = 1; i < shards.length; i++) {
            if (shards[i] < shards[least]) {
                least = i;
            }
        }
        return least;
    }

    @Override
    public void handleSourceEvent(int subtask, SourceEvent event) {
        ShardReport report = (ShardReport) event;
        for (String shard : report.reading()) {
            // After a restart of the reader, a shard may be read again that was at its end.
            finished.remove(shard);
            waiting.remove(shard);
            reading.add(shard);
            subtaskOf.put(shard, subtask);
        }
        for (String shard : report.finished()) {
            reading.remove(shard);
            // One that is restored as finished keeps its place.
            finished.add(shard);
            subtaskOf.put(shard, subtask);
        }
        if (!report.finished().isEmpty()) {
            assign();
            context.callAsync(() -> lister.list(ShardPosition.TRIM_HORIZON), this::foundMore);
        }
    }

    @Override
    public void handleSplitRequest(int subtask, @Nullable String host) {
        // Shards are given without being asked for.
    }

    @Override
    public void addSplitsBack(List<ShardSplit> splits, int subtask) {
        for (ShardSplit split : splits) {
            reading.remove(split.splitId());
            if (split.position().equals(ShardPosition.END)) {
                finished.add(split.splitId());
            } else {
                waiting.put(split.splitId(), split);
            }
        }
    }

    @Override
    public void addReader(int subtask) {
        if (discovered) {
            assign();
        }
    }

    @Override
    public KnownShards snapshotState(long checkpointId) {
        return new KnownShards(
                List.copyOf(waiting.values()), List.copyOf(reading), List.copyOf(finished));
    }

    @Override
    public void close() {
        lister.close();
    }
}
