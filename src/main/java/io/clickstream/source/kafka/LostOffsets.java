package io.clickstream.source.kafka;

import io.clickstream.metrics.ClickstreamMetrics;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;
import org.apache.kafka.common.TopicPartition;

/**
 * Counts offsets that the retention deleted before they were read, in total and per partition. Some
 * offsets are transaction markers, so the number of lost clicks may be lower.
 */
final class LostOffsets {

    private final MetricGroup reader;
    private final Counter all;
    private final Map<TopicPartition, Counter> perPartition = new ConcurrentHashMap<>();

    LostOffsets(MetricGroup reader) {
        this.reader = reader;
        this.all =
                reader.addGroup(ClickstreamMetrics.GROUP)
                        .counter(ClickstreamMetrics.LOST_OFFSETS, new ThreadSafeSimpleCounter());
    }

    /** Thread-safe. */
    void add(TopicPartition partition, long offsets) {
        all.inc(offsets);
        perPartition.computeIfAbsent(partition, this::counter).inc(offsets);
    }

    private Counter counter(TopicPartition partition) {
        return reader.addGroup("topic", partition.topic())
                .addGroup("partition", Integer.toString(partition.partition()))
                .counter(ClickstreamMetrics.LOST_OFFSETS, new ThreadSafeSimpleCounter());
    }
}
