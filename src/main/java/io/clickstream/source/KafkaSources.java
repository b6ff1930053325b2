package io.clickstream.source;

import io.clickstream.config.KafkaSourceConfig;
import io.clickstream.config.StartPosition;
import io.clickstream.event.Incoming;
import java.util.Properties;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;

/** Reads clicks from Kafka or MSK. */
public final class KafkaSources {

    /**
     * Kafka's 500 are gone in half a millisecond; more per poll made the source twice as fast. Two
     * polls wait for the source at most: Flink's {@code source.reader.element.queue.capacity} says
     * so, but the connector takes that option's default whatever is set.
     */
    private static final String MAX_POLL_RECORDS = "5000";

    /**
     * A partition is asked for more only when what it gave is used up, and 1 MiB, Kafka's default,
     * is gone in a few milliseconds; four times as much made the source a third faster. A broker's
     * whole answer stays within {@code fetch.max.bytes}, 50 MiB.
     */
    private static final String MAX_PARTITION_FETCH_BYTES = Integer.toString(4 << 20);

    /** As the system finds best; Kafka's 64 KiB would be read in as many pieces. */
    private static final String RECEIVE_BUFFER_BYTES = "-1";

    /** A source without end, whose partitions may become more while it runs. */
    public static KafkaSource<Incoming> clicks(KafkaSourceConfig config, RecordDecoder decoder) {
        Properties properties = new Properties();
        properties.setProperty(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
        properties.setProperty(
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, MAX_PARTITION_FETCH_BYTES);
        properties.setProperty(ConsumerConfig.RECEIVE_BUFFER_CONFIG, RECEIVE_BUFFER_BYTES);
        // What a producer has rolled back was never clicked.
        properties.setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.putAll(config.clientProperties());
        return KafkaSource.<Incoming>builder()
                .setProperties(properties)
                .setBootstrapServers(config.bootstrapServers())
                .setTopics(config.topics())
                .setGroupId(config.groupId())
                .setStartingOffsets(offsets(config.start()))
                .setDeserializer(new KafkaClickDeserializer(decoder))
                .build();
    }

    private static OffsetsInitializer offsets(StartPosition start) {
        switch (start.kind()) {
            case EARLIEST:
                return OffsetsInitializer.earliest();
            case LATEST:
                return OffsetsInitializer.latest();
            case COMMITTED:
                return OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST);
            case TIMESTAMP:
                return OffsetsInitializer.timestamp(start.timestamp().orElseThrow());
        }
        throw new IllegalStateException("Not a start position: " + start.kind());
    }

    private KafkaSources() {}
}
