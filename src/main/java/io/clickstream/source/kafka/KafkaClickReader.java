package io.clickstream.source.kafka;

import io.clickstream.event.Incoming;
import io.clickstream.source.SplitProgress;
import io.clickstream.time.PartitionTimes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.synchronization.FutureCompletingBlockingQueue;
import org.apache.flink.connector.kafka.source.metrics.KafkaSourceReaderMetrics;
import org.apache.flink.connector.kafka.source.reader.KafkaSourceReader;
import org.apache.flink.connector.kafka.source.reader.fetcher.KafkaSourceFetcherManager;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitState;
import org.apache.flink.util.clock.Clock;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connector's reader, which also knows whether its partitions are read to their ends, and the
 * ids of their topics.
 *
 * <p>If a topic has a different id than before, it was deleted and created again, and its
 * partitions are read from their beginnings. After a restart, partitions whose offsets belong to a
 * topic with a known id wait until the ids are known.
 */
@SuppressWarnings("try") // Flink's own close() may be interrupted.
final class KafkaClickReader extends KafkaSourceReader<Incoming>
        implements SplitProgress<KafkaPartitionSplit> {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaClickReader.class);

    private final ReadPositions positions;
    private final LogEnds ends;
    private final Clock clock;
    private final Map<String, TopicPartition> partitions = new HashMap<>();

    /** The topic ids by split. A split without an entry belongs to whichever topic exists. */
    private final Map<String, String> topicIds = new HashMap<>();

    private final List<KafkaPartitionSplit> waiting = new ArrayList<>();

    /** Null until the enumerator has sent it. */
    @Nullable private TopicIds current;

    KafkaClickReader(
            FutureCompletingBlockingQueue<RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>>>
                    queue,
            KafkaSourceFetcherManager fetchers,
            RecordEmitter<ConsumerRecord<byte[], byte[]>, Incoming, KafkaPartitionSplitState>
                    emitter,
            Configuration options,
            SourceReaderContext context,
            KafkaSourceReaderMetrics metrics,
            ReadPositions positions,
            LogEnds ends,
            Clock clock) {
        super(queue, fetchers, emitter, options, context, metrics);
        this.positions = positions;
        this.ends = ends;
        this.clock = clock;
    }

    @Override
    public void addSplits(List<KafkaPartitionSplit> splits) {
        List<KafkaPartitionSplit> toRead = new ArrayList<>();
        for (KafkaPartitionSplit split : splits) {
            partitions.put(split.splitId(), split.getTopicPartition());
            if (current == null && TopicSplit.topicId(split) != null) {
                waiting.add(split);
            } else {
                toRead.add(atCurrentOffset(split));
            }
        }
        if (!toRead.isEmpty()) {
            super.addSplits(toRead);
        }
    }

    /** The split, or the beginning of its partition if the topic was created again. */
    private KafkaPartitionSplit atCurrentOffset(KafkaPartitionSplit split) {
        String before = TopicSplit.topicId(split);
        String now = current == null ? null : current.of(split.getTopic());
        if (now != null) {
            topicIds.put(split.splitId(), now);
        } else if (before != null) {
            topicIds.put(split.splitId(), before);
        }
        if (before != null && now == null) {
            // It can't be known whether the topic is the same.
            return new KafkaPartitionSplit(split.getTopicPartition(), split.getStartingOffset());
        }
        if (before == null || before.equals(now)) {
            return split;
        }
        return beginning(split.getTopicPartition(), before, now);
    }

    private static KafkaPartitionSplit beginning(
            TopicPartition partition, String before, String now) {
        LOG.warn(
                "Topic {} was deleted and created again: its id was {}, now it is {}. Partition {}"
                        + " is read from its beginning. Clicks of the old topic that were not read"
                        + " are lost",
                partition.topic(),
                before,
                now,
                partition.partition());
        return new KafkaPartitionSplit(partition, KafkaPartitionSplit.EARLIEST_OFFSET);
    }

    @Override
    public void handleSourceEvents(SourceEvent event) {
        if (!(event instanceof TopicIds)) {
            super.handleSourceEvents(event);
            return;
        }
        current = (TopicIds) event;
        Set<String> read = new HashSet<>(partitions.keySet());
        waiting.forEach(split -> read.remove(split.splitId()));
        List<KafkaPartitionSplit> again = new ArrayList<>();
        read.forEach(splitId -> compare(splitId, again));
        waiting.forEach(split -> again.add(atCurrentOffset(split)));
        waiting.clear();
        if (!again.isEmpty()) {
            super.addSplits(again);
        }
    }

    private void compare(String splitId, List<KafkaPartitionSplit> again) {
        TopicPartition partition = partitions.get(splitId);
        String now = current.of(partition.topic());
        if (now == null) {
            return;
        }
        String before = topicIds.put(splitId, now);
        if (before == null || before.equals(now)) {
            return;
        }
        if (positions.isShorter(splitId)) {
            // The fetcher has found it out, and reads the new topic from its beginning.
            positions.explained(splitId);
            return;
        }
        positions.drop(splitId);
        again.add(beginning(partition, before, now));
    }

    @Override
    public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
        List<KafkaPartitionSplit> splits = new ArrayList<>(super.snapshotState(checkpointId));
        splits.addAll(waiting);
        return splits;
    }

    @Override
    protected KafkaPartitionSplit toSplitType(String splitId, KafkaPartitionSplitState state) {
        String topicId = topicIds.get(splitId);
        // Of a topic that was made again and is not known yet, the offsets are of the new one.
        return topicId == null || positions.isShorter(splitId)
                ? super.toSplitType(splitId, state)
                : new TopicSplit(state.getTopicPartition(), state.getCurrentOffset(), topicId);
    }

    @Override
    public long caughtUpAt(String splitId) {
        LogEnds.End end = ends.end(partitions.get(splitId));
        return end != null && positions.isEmittedUpTo(splitId, end.offset())
                ? end.askedAt()
                : PartitionTimes.NEVER;
    }

    /**
     * Returns the later of two times: the timestamp of the newest record, and the time at which the
     * broker confirmed that nothing follows. Producers may claim any timestamp.
     */
    @Override
    public long readUpTo(String splitId, long now) {
        long timestamp = positions.timestamp(splitId);
        long byRecord =
                timestamp == ReadPositions.NO_TIMESTAMP
                        ? PartitionTimes.NEVER
                        : now - Math.max(0, clock.absoluteTimeMillis() - timestamp);
        return Math.max(byRecord, caughtUpAt(splitId));
    }

    @Override
    public void check(List<String> splitIds) {
        ends.ask(splitIds.stream().map(partitions::get).collect(Collectors.toList()));
    }

    @Override
    public void close() throws Exception {
        ends.close();
        super.close();
    }
}
