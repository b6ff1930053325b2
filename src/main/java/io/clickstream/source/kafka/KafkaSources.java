package io.clickstream.source.kafka;

import io.clickstream.config.KafkaSourceConfig;
import io.clickstream.event.Incoming;
import io.clickstream.source.RecordDecoder;
import java.time.Duration;
import java.util.Properties;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

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

    /** Unless it is set, the connector's builder turns the search for new partitions off. */
    private static final Duration MAX_DISCOVERY_INTERVAL = Duration.ofSeconds(10);

    private static final Duration MIN_DISCOVERY_INTERVAL = Duration.ofMillis(500);

    /**
     * A source without end, whose partitions may become more while it runs. A new partition is
     * found while its first clicks are within the allowed disorder, unless that is below a second.
     *
     * @param outOfOrderness how far a click may be behind the newest one
     */
    public static KafkaClickSource clicks(
            KafkaSourceConfig config, RecordDecoder decoder, Duration outOfOrderness) {
        Properties properties = new Properties();
        properties.setProperty(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
        properties.setProperty(
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, MAX_PARTITION_FETCH_BYTES);
        properties.setProperty(ConsumerConfig.RECEIVE_BUFFER_CONFIG, RECEIVE_BUFFER_BYTES);
        // What a producer has rolled back was never clicked.
        properties.setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        Duration discoveryInterval = discoveryInterval(outOfOrderness);
        properties.setProperty(
                KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key(),
                Long.toString(discoveryInterval.toMillis()));
        properties.setProperty(KafkaSourceOptions.CLIENT_ID_PREFIX.key(), config.groupId());
        properties.putAll(config.clientProperties());
        // As the connector sets them for its own readers. Checkpoints have the offsets; those that
        // are committed after a checkpoint are for others to see.
        String bytes = ByteArrayDeserializer.class.getName();
        properties.setProperty(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, bytes);
        properties.setProperty(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, bytes);
        properties.setProperty(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        properties.setProperty(ConsumerConfig.GROUP_ID_CONFIG, config.groupId());
        properties.putIfAbsent(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        // See PartitionFetcher.
        properties.setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");

        Properties admin = new Properties();
        admin.putAll(config.clientProperties());
        admin.setProperty(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());

        KafkaClickDeserializer deserializer = new KafkaClickDeserializer(decoder);
        KnownTopics topics = new KnownTopics(config.topics());
        KafkaSource<Incoming> source =
                KafkaSource.<Incoming>builder()
                        .setProperties(properties)
                        .setKafkaSubscriber(topics)
                        .setStartingOffsets(new StartOffsets(config.start()))
                        .setDeserializer(deserializer)
                        .build();
        return new KafkaClickSource(
                source, deserializer, properties, admin, topics, discoveryInterval);
    }

    private static Duration discoveryInterval(Duration outOfOrderness) {
        Duration half = outOfOrderness.dividedBy(2);
        if (half.compareTo(MIN_DISCOVERY_INTERVAL) < 0) {
            return MIN_DISCOVERY_INTERVAL;
        }
        return half.compareTo(MAX_DISCOVERY_INTERVAL) < 0 ? half : MAX_DISCOVERY_INTERVAL;
    }

    private KafkaSources() {}
}
