package io.clickstream.source.kafka;

import io.clickstream.config.StartPosition;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/**
 * Where each partition starts without a snapshot: at an offset that is looked up once, so that a
 * failure right after the start skips nothing. If this offset no longer exists later, nothing else
 * may be skipped; {@link PartitionFetcher} handles that.
 */
final class StartOffsets implements OffsetsInitializer {

    private static final long serialVersionUID = 1L;

    private final StartPosition.Kind kind;
    private final long timestamp;

    StartOffsets(StartPosition start) {
        this.kind = start.kind();
        this.timestamp = start.timestamp().orElse(0);
    }

    @Override
    public Map<TopicPartition, Long> getPartitionOffsets(
            Collection<TopicPartition> partitions, PartitionOffsetsRetriever kafka) {
        if (partitions.isEmpty()) {
            return Map.of();
        }
        Map<TopicPartition, Long> offsets = new HashMap<>();
        switch (kind) {
            case EARLIEST:
                break;
            case LATEST:
                offsets.putAll(kafka.endOffsets(partitions));
                break;
            case COMMITTED:
                offsets.putAll(kafka.committedOffsets(partitions));
                break;
            case TIMESTAMP:
                offsets.putAll(atTimestamp(partitions, kafka));
                break;
        }
        for (TopicPartition partition : partitions) {
            offsets.putIfAbsent(partition, KafkaPartitionSplit.EARLIEST_OFFSET);
        }
        return offsets;
    }

    /** The offsets at a time. A partition with only older records starts at its end. */
    private Map<TopicPartition, Long> atTimestamp(
            Collection<TopicPartition> partitions, PartitionOffsetsRetriever kafka) {
        Map<TopicPartition, Long> offsets = new HashMap<>(kafka.endOffsets(partitions));
        Map<TopicPartition, Long> timestamps = new HashMap<>();
        partitions.forEach(partition -> timestamps.put(partition, timestamp));
        for (Map.Entry<TopicPartition, OffsetAndTimestamp> found :
                kafka.offsetsForTimes(timestamps).entrySet()) {
            if (found.getValue() != null) {
                offsets.put(found.getKey(), found.getValue().offset());
            }
        }
        return offsets;
    }

    @Override
    public OffsetResetStrategy getAutoOffsetResetStrategy() {
        return OffsetResetStrategy.NONE;
    }
}
