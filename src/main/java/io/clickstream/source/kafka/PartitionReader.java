package io.clickstream.source.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads partitions with a consumer, and tracks how far it has read. If the next click no longer
 * exists, it continues with the oldest click, and reports how many offsets are lost.
 *
 * <p>Everything that a poll returns is passed on, whatever happens to other partitions. Only the
 * poll waits for a broker that does not answer: this neither ends the job nor stops the partitions
 * of other brokers.
 *
 * <p>The consumer must have {@code auto.offset.reset=none}. With any other value, the consumer
 * skips clicks silently.
 */
final class PartitionReader {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionReader.class);

    private static final Duration POLL = Duration.ofSeconds(10);

    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final Consumer<byte[], byte[]> consumer;
    private final ReaderMetrics metrics;
    private final ReadPositions positions;
    private final LostOffsets lost;
    private final Map<TopicPartition, String> splitIds = new HashMap<>();

    /** Partitions that begin at an offset of the existing topic. */
    private final Set<TopicPartition> ofSameTopic = new HashSet<>();

    /** Receives what the connector's metrics need. */
    interface ReaderMetrics {

        /** A partition is read from now on. Called in the fetcher's thread. */
        void added(TopicPartition partition);

        /** A poll has returned records. Called in the fetcher's thread. */
        void polled(Set<TopicPartition> partitions);

        /** Records up to an offset are about to be emitted. Called in the task's thread. */
        void emitting(TopicPartition partition, long offset);
    }

    /**
     * Creates a reader without partitions.
     *
     * @param lost counts offsets that no longer exist
     */
    PartitionReader(
            Consumer<byte[], byte[]> consumer,
            ReaderMetrics metrics,
            ReadPositions positions,
            LostOffsets lost) {
        this.consumer = consumer;
        this.metrics = metrics;
        this.positions = positions;
        this.lost = lost;
    }

    /**
     * Starts to read partitions at the positions of their splits. A partition that is already being
     * read starts again. Sends no request.
     *
     * @param splits splits with a topic id belong to the existing topic
     */
    void add(Collection<KafkaPartitionSplit> splits) {
        Set<TopicPartition> partitions = new HashSet<>(consumer.assignment());
        for (KafkaPartitionSplit split : splits) {
            if (partitions.add(split.getTopicPartition())) {
                metrics.added(split.getTopicPartition());
            }
        }
        consumer.assign(partitions);
        splits.forEach(this::begin);
    }

    @SuppressWarnings("deprecation") // Old savepoints may begin at the latest offset.
    private void begin(KafkaPartitionSplit split) {
        TopicPartition partition = split.getTopicPartition();
        long offset = split.getStartingOffset();
        if (TopicSplit.topicId(split) == null) {
            ofSameTopic.remove(partition);
        } else {
            ofSameTopic.add(partition);
        }
        if (offset >= 0) {
            consumer.seek(partition, offset);
        } else if (offset == KafkaPartitionSplit.EARLIEST_OFFSET) {
            consumer.seekToBeginning(Set.of(partition));
        } else if (offset == KafkaPartitionSplit.LATEST_OFFSET) {
            consumer.seekToEnd(Set.of(partition));
        }
        // Savepoints of version 0.1.0 may leave it to the consumer to begin at the committed
        // offset. Without one, the first poll throws.
        positions.begin(split.splitId(), offset);
    }

    /** The next records; empty if none arrive for a while. */
    RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> read() {
        ConsumerRecords<byte[], byte[]> records = poll();
        ReadPositions.Batch batch = positions.batch(records, metrics::emitting);
        for (TopicPartition partition : consumer.assignment()) {
            notePosition(partition);
        }
        metrics.polled(records.partitions());
        return batch;
    }

    private ConsumerRecords<byte[], byte[]> poll() {
        try {
            return consumer.poll(POLL);
        } catch (WakeupException e) {
            return ConsumerRecords.empty();
        } catch (InvalidOffsetException e) {
            continueWithExistingOffsets(e);
            return ConsumerRecords.empty();
        }
    }

    /**
     * Records the consumer's position. The consumer may have none while it looks it up or checks it
     * with a broker. Then the partition counts as read up to the previous position.
     */
    private void notePosition(TopicPartition partition) {
        try {
            positions.fetched(splitId(partition), consumer.position(partition, Duration.ZERO));
        } catch (WakeupException | TimeoutException e) {
            LOG.debug("Partition {} has no position yet", partition, e);
        } catch (InvalidOffsetException e) {
            continueWithExistingOffsets(e);
        }
    }

    private String splitId(TopicPartition partition) {
        return splitIds.computeIfAbsent(partition, KafkaPartitionSplit::toSplitId);
    }

    private void continueWithExistingOffsets(InvalidOffsetException e) {
        if (e instanceof OffsetOutOfRangeException) {
            continueWithExistingOffsets((OffsetOutOfRangeException) e);
        } else {
            // There is no committed offset.
            consumer.seekToBeginning(e.partitions());
        }
    }

    private void continueWithExistingOffsets(OffsetOutOfRangeException e) {
        Map<TopicPartition, Long> wanted = e.offsetOutOfRangePartitions();
        // Before the brokers are asked: the consumer takes each answer for news on a partition's
        // end.
        wanted.keySet().stream().filter(this::hasAnswered).forEach(ofSameTopic::remove);
        Map<TopicPartition, Long> oldest;
        try {
            oldest = consumer.beginningOffsets(wanted.keySet(), ANSWER);
        } catch (WakeupException | TimeoutException unanswered) {
            LOG.info(
                    "The brokers did not tell the oldest offsets of {} within {} s. They are asked"
                            + " again with one of the next polls",
                    wanted.keySet(),
                    ANSWER.toSeconds(),
                    unanswered);
            // The consumer throws the same again.
            return;
        }
        wanted.forEach(
                (partition, offset) ->
                        continuePartition(partition, offset, oldest.get(partition), e));
    }

    private void continuePartition(
            TopicPartition partition, long wanted, long oldest, OffsetOutOfRangeException e) {
        OffsetAndMetadata common =
                e instanceof LogTruncationException
                        ? ((LogTruncationException) e).divergentOffsets().get(partition)
                        : null;
        if (wanted < oldest) {
            LOG.error(
                    "Offsets {} to {} of partition {} are lost: the topic's retention deleted {}"
                            + " offsets before the job read them. Reading continues at offset"
                            + " {}. Set the topic's retention above the time that the job may"
                            + " be down or behind",
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
                            + " of a leader. Reading continues at this offset instead of {}."
                            + " Results keep the lost records that were read; check the"
                            + " brokers and unclean.leader.election.enable",
                    partition,
                    common.offset(),
                    wanted);
            consumer.seek(partition, common.offset());
        } else if (ofSameTopic.contains(partition)) {
            LOG.error(
                    "Partition {} ends before offset {}, the next one to read, and its topic is"
                            + " the same: the partition lost records while the job was down,"
                            + " probably by an unclean election of a leader. Reading continues"
                            + " at the partition's end. Clicks that replaced lost records are"
                            + " not read. Check the brokers and unclean.leader.election.enable",
                    partition,
                    wanted);
            consumer.seekToEnd(Set.of(partition));
        } else {
            LOG.warn(
                    "Partition {} ends before offset {}, the next one to read. Probably the"
                            + " topic was deleted and created again. Reading continues at the"
                            + " beginning, offset {}",
                    partition,
                    wanted,
                    oldest);
            positions.shorter(splitId(partition));
            consumer.seek(partition, oldest);
        }
    }

    /**
     * Whether a broker has answered a fetch of the partition. From then on, a topic that was
     * deleted and created again can look like a partition that lost records.
     */
    private boolean hasAnswered(TopicPartition partition) {
        return consumer.currentLag(partition).isPresent();
    }
}
