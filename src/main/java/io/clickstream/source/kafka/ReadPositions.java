package io.clickstream.source.kafka;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.annotation.Nullable;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * How far each partition is fetched, and whether all that was fetched is emitted. The fetcher's
 * thread writes what is fetched; the task's thread writes what is emitted, and reads.
 *
 * <p>A position is the consumer's own: it also passes the markers of transactions and records of
 * aborted ones, which never arrive as records.
 */
final class ReadPositions {

    private static final class Position {
        private volatile long offset = -1;

        /** The batch with which the position moved last. */
        private volatile long batch;
    }

    private final Map<String, Position> positions = new ConcurrentHashMap<>();

    /** Used by the fetcher's thread alone. */
    private long batchesFetched;

    private volatile long batchesEmitted;

    /** Begins a batch that is about to be handed over. */
    Batch batch(RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> records) {
        return new Batch(records, ++batchesFetched);
    }

    /**
     * The consumer's position in a partition, behind the latest batch.
     *
     * @param splitId of the partition
     */
    void fetched(String splitId, long offset) {
        Position position = positions.computeIfAbsent(splitId, id -> new Position());
        if (position.offset != offset) {
            // In this order: who sees the offset sees the batch.
            position.batch = batchesFetched;
            position.offset = offset;
        }
    }

    /** The position behind the latest batch; negative if there is none yet. Fetcher's thread. */
    long offset(String splitId) {
        Position position = positions.get(splitId);
        return position == null ? -1 : position.offset;
    }

    /** Whether all records of a partition in front of an offset are fetched and emitted. */
    boolean isEmittedUpTo(String splitId, long offset) {
        Position position = positions.get(splitId);
        return position != null && position.offset >= offset && position.batch <= batchesEmitted;
    }

    /** Records on their way to the task's thread. Flink takes batches in their order. */
    final class Batch implements RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> {

        private final RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> records;
        private final long number;

        private Batch(RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> records, long number) {
            this.records = records;
            this.number = number;
        }

        @Nullable
        @Override
        public String nextSplit() {
            return records.nextSplit();
        }

        @Nullable
        @Override
        public ConsumerRecord<byte[], byte[]> nextRecordFromSplit() {
            return records.nextRecordFromSplit();
        }

        @Override
        public Set<String> finishedSplits() {
            return records.finishedSplits();
        }

        @Override
        public void recycle() {
            batchesEmitted = number;
            records.recycle();
        }
    }
}
