package io.clickstream.source.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.RecordsBySplits;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.apache.flink.connector.kafka.source.metrics.KafkaSourceReaderMetrics;
import org.apache.flink.connector.kafka.source.reader.KafkaPartitionSplitReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connector's reader of partitions, which also notes how far it has read. Where the click that
 * it wants is gone, it goes on with the oldest one that is there, and says how many are lost.
 *
 * <p>Its consumer must have {@code auto.offset.reset=none}: by any other value the consumer skips
 * clicks without a word.
 */
@SuppressWarnings("try") // Flink's own close() may be interrupted.
final class PartitionFetcher extends KafkaPartitionSplitReader {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionFetcher.class);

    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final KafkaConsumer<?, ?> consumer;
    private final ReadPositions positions;
    private final LostOffsets lost;
    private final Map<TopicPartition, String> splitIds = new HashMap<>();

    /**
     * A reader with a consumer of its own.
     *
     * @param properties of the consumer
     * @param lost where offsets are counted that are gone
     */
    PartitionFetcher(
            Properties properties,
            SourceReaderContext context,
            ConsumerMetrics metrics,
            ReadPositions positions,
            LostOffsets lost) {
        super(properties, context, metrics);
        this.consumer = metrics.consumer;
        this.positions = positions;
        this.lost = lost;
    }

    /** The connector hands its consumer to nobody but its metrics. */
    static final class ConsumerMetrics extends KafkaSourceReaderMetrics {

        private KafkaConsumer<?, ?> consumer;

        ConsumerMetrics(SourceReaderMetricGroup metrics) {
            super(metrics);
        }

        @Override
        public void registerNumBytesIn(KafkaConsumer<?, ?> ofReader) {
            super.registerNumBytesIn(ofReader);
            consumer = ofReader;
        }
    }

    @Override
    public RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> fetch() throws IOException {
        RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> records;
        try {
            records = super.fetch();
        } catch (OffsetOutOfRangeException e) {
            fetchAgain(e.offsetOutOfRangePartitions().keySet());
            goOnWithWhatIsThere(e);
            return new RecordsBySplits<>(Map.of(), Set.of());
        }
        ReadPositions.Batch batch = positions.batch(records);
        notePositions();
        return batch;
    }

    @Override
    public void handleSplitsChanges(SplitsChange<KafkaPartitionSplit> change) {
        super.handleSplitsChanges(new SplitsAddition<>(withOffsets(change.splits())));
        notePositions();
    }

    private void notePositions() {
        for (TopicPartition partition : consumer.assignment()) {
            positions.fetched(splitId(partition), consumer.position(partition));
        }
    }

    /**
     * Savepoints of version 0.1.0 may leave it to the consumer to begin at the committed offsets. A
     * consumer that never resets would fail where there are none.
     */
    private List<KafkaPartitionSplit> withOffsets(List<KafkaPartitionSplit> splits) {
        List<KafkaPartitionSplit> resolved = new ArrayList<>();
        for (KafkaPartitionSplit split : splits) {
            if (split.getStartingOffset() != KafkaPartitionSplit.COMMITTED_OFFSET) {
                resolved.add(split);
                continue;
            }
            TopicPartition partition = split.getTopicPartition();
            OffsetAndMetadata committed = consumer.committed(Set.of(partition)).get(partition);
            resolved.add(
                    new KafkaPartitionSplit(
                            partition,
                            committed == null
                                    ? KafkaPartitionSplit.EARLIEST_OFFSET
                                    : committed.offset()));
        }
        return resolved;
    }

    /**
     * The exception may come behind a poll, when the connector asks for positions. Then the polled
     * records are lost, though the consumer has passed them.
     */
    private void fetchAgain(Set<TopicPartition> except) {
        for (TopicPartition partition : consumer.assignment()) {
            long emitted = positions.offset(splitId(partition));
            if (emitted >= 0 && !except.contains(partition)) {
                consumer.seek(partition, emitted);
            }
        }
    }

    private String splitId(TopicPartition partition) {
        return splitIds.computeIfAbsent(partition, KafkaPartitionSplit::toSplitId);
    }

    private void goOnWithWhatIsThere(OffsetOutOfRangeException e) {
        Map<TopicPartition, Long> wanted = e.offsetOutOfRangePartitions();
        Map<TopicPartition, Long> oldest;
        try {
            oldest = consumer.beginningOffsets(wanted.keySet(), ANSWER);
        } catch (WakeupException | TimeoutException unanswered) {
            LOG.info(
                    "The brokers did not tell the oldest offsets of {} within {} s. They are asked"
                            + " again with the next poll",
                    wanted.keySet(),
                    ANSWER.toSeconds(),
                    unanswered);
            // The next poll throws the same again.
            return;
        }
        wanted.forEach((partition, offset) -> goOn(partition, offset, oldest.get(partition), e));
    }

    private void goOn(
            TopicPartition partition, long wanted, long oldest, OffsetOutOfRangeException e) {
        OffsetAndMetadata common =
                e instanceof LogTruncationException
                        ? ((LogTruncationException) e).divergentOffsets().get(partition)
                        : null;
        if (wanted < oldest) {
            LOG.error(
                    "Offsets {} to {} of partition {} are lost: the topic's retention deleted {}"
                            + " offsets before the job read them. Reading goes on at offset {}."
                            + " Set the topic's retention above the time that the job may be down"
                            + " or behind",
                    wanted,
                    oldest - 1,
                    partition,
                    oldest - wanted,
                    oldest);
            lost.add(partition, oldest - wanted);
            consumer.seek(partition, oldest);
        } else if (common != null) {
            LOG.warn(
                    "Partition {} has lost its records from offset {} on, by an unclean election"
                            + " of a leader. Reading goes on at this offset instead of {}. Results"
                            + " keep the lost records that were read; check the brokers and"
                            + " unclean.leader.election.enable",
                    partition,
                    common.offset(),
                    wanted);
            consumer.seek(partition, common.offset());
        } else {
            LOG.warn(
                    "Partition {} ends before offset {}, the next one to read. Probably the topic"
                            + " was deleted and created again. Reading goes on at the beginning,"
                            + " offset {}. Start the job without its savepoint if other partitions"
                            + " must be read from their beginnings too",
                    partition,
                    wanted,
                    oldest);
            consumer.seek(partition, oldest);
        }
    }
}
