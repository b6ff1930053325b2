package io.clickstream.source.kafka;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ObjLongConsumer;
import javax.annotation.Nullable;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * How far each partition has been fetched, and whether everything fetched has been emitted. The
 * fetcher's thread writes what is fetched. The task's thread writes what is emitted, and reads.
 *
 * <p>A position is the consumer's own: it also passes transaction markers and records of aborted
 * transactions, which never arrive as records.
 */
final class ReadPositions {

    /** The partition has given no record with a timestamp. */
    static final long NO_TIMESTAMP = ConsumerRecord.NO_TIMESTAMP;

    private static final class Position {
        private volatile long offset = -1;

        /** The batch in which the position last moved. */
        private volatile long batch;

        /** Records of the partition in earlier batches are from before it started again. */
        private volatile long firstBatch;

        private volatile boolean isShorter;

        /**
         * The timestamp of the newest record in the batch that is being emitted, in ms since 1970.
         */
        private volatile long timestamp = NO_TIMESTAMP;
    }

    private final Map<String, Position> positions = new ConcurrentHashMap<>();

    /** Used only by the fetcher's thread. */
    private long batchesFetched;

    private volatile long batchesEmitted;

    private Position position(String splitId) {
        return positions.computeIfAbsent(splitId, id -> new Position());
    }

    /**
     * Starts a batch that is about to be passed on.
     *
     * @param emitting is called in the task's thread with the last offset of a partition before its
     *     records are emitted
     */
    Batch batch(ConsumerRecords<byte[], byte[]> records, ObjLongConsumer<TopicPartition> emitting) {
        return new Batch(records, ++batchesFetched, emitting);
    }

    /**
     * Must be called in the fetcher's thread when a partition starts with the next batch.
     *
     * @param offset of the next record; negative if it is not known yet
     */
    void begin(String splitId, long offset) {
        Position position = position(splitId);
        position.batch = batchesFetched;
        position.offset = Math.max(offset, -1);
        position.isShorter = false;
        position.firstBatch = batchesFetched + 1;
        position.timestamp = NO_TIMESTAMP;
    }

    /**
     * Drops what was fetched from a partition, until the fetcher starts it again. Called in the
     * task's thread.
     */
    void drop(String splitId) {
        position(splitId).firstBatch = Long.MAX_VALUE;
    }

    /**
     * Records the consumer's position in a partition after the latest batch.
     *
     * @param splitId of the partition
     */
    void fetched(String splitId, long offset) {
        Position position = position(splitId);
        if (position.offset != offset) {
            // In this order: who sees the offset sees the batch.
            position.batch = batchesFetched;
            position.offset = offset;
        }
    }

    /**
     * Must be called if the partition had fewer records than had been read, and is read from its
     * beginning.
     */
    void shorter(String splitId) {
        position(splitId).isShorter = true;
    }

    /** Whether the partition had fewer records than had been read. */
    boolean isShorter(String splitId) {
        Position position = positions.get(splitId);
        return position != null && position.isShorter;
    }

    /** Must be called when the reason why the partition had fewer records is known. */
    void explained(String splitId) {
        position(splitId).isShorter = false;
    }

    /** Whether all records of a partition before an offset have been fetched and emitted. */
    boolean isEmittedUpTo(String splitId, long offset) {
        Position position = positions.get(splitId);
        return position != null && position.offset >= offset && position.batch <= batchesEmitted;
    }

    /**
     * The timestamp of the newest emitted record, in ms since 1970; {@link #NO_TIMESTAMP} if there
     * is none.
     */
    long timestamp(String splitId) {
        Position position = positions.get(splitId);
        return position == null ? NO_TIMESTAMP : position.timestamp;
    }

    /** Records on their way to the task's thread. Flink takes batches in order. */
    final class Batch implements RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> {

        private final ConsumerRecords<byte[], byte[]> records;
        private final long number;
        private final ObjLongConsumer<TopicPartition> emitting;
        private final Iterator<TopicPartition> partitions;
        private Iterator<ConsumerRecord<byte[], byte[]>> ofPartition = Collections.emptyIterator();

        private Batch(
                ConsumerRecords<byte[], byte[]> records,
                long number,
                ObjLongConsumer<TopicPartition> emitting) {
            this.records = records;
            this.number = number;
            this.emitting = emitting;
            this.partitions = records.partitions().iterator();
        }

        @Nullable
        @Override
        public String nextSplit() {
            while (partitions.hasNext()) {
                TopicPartition partition = partitions.next();
                String splitId = KafkaPartitionSplit.toSplitId(partition);
                Position position = position(splitId);
                if (number >= position.firstBatch) {
                    List<ConsumerRecord<byte[], byte[]>> list = records.records(partition);
                    ofPartition = list.iterator();
                    ConsumerRecord<byte[], byte[]> newest = list.get(list.size() - 1);
                    position.timestamp = newest.timestamp();
                    emitting.accept(partition, newest.offset());
                    return splitId;
                }
            }
            return null;
        }

        @Nullable
        @Override
        public ConsumerRecord<byte[], byte[]> nextRecordFromSplit() {
            return ofPartition.hasNext() ? ofPartition.next() : null;
        }

        @Override
        public Set<String> finishedSplits() {
            return Set.of();
        }

        @Override
        public void recycle() {
            batchesEmitted = number;
        }
    }
}
