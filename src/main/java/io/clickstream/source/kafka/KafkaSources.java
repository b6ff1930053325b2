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

/** Creates the source of clicks in Kafka or MSK. */
public final class KafkaSources {

    /**
     * The maximum number of records per poll. Kafka's default of 500 is processed in half a
     * millisecond; a higher number made the source twice as fast. At most two polls wait for the
     * source, which is the default of Flink's {@code source.reader.element.queue.capacity}; the
     * connector ignores other values.
     */
    private static final String MAX_POLL_RECORDS = "5000";

    /**
     * The maximum size of a partition's answer. A partition is fetched again only when its last
     * answer is used up, and Kafka's default of 1 MiB is used up in a few milliseconds; four times
     * as much made the source a third faster. The whole answer of a broker stays within {@code
     * fetch.max.bytes}, 50 MiB.
     */
    private static final String MAX_PARTITION_FETCH_BYTES = Integer.toString(4 << 20);

    /**
     * The operating system's choice. Kafka's default of 64 KiB would split an answer into as many
     * pieces.
     */
    private static final String RECEIVE_BUFFER_BYTES = "-1";

    /**
     * The maximum interval of searches for new partitions. If none is set, the connector's builder
     * turns the search off.
     */
    private static final Duration MAX_DISCOVERY_INTERVAL = Duration.ofSeconds(10);

    private static final Duration MIN_DISCOVERY_INTERVAL = Duration.ofMillis(500);

    /**
     * Creates an unbounded source, whose partitions may become more while it runs. A new partition
     * is found while its first clicks are within the out-of-orderness, unless that is below one
     * second.
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
