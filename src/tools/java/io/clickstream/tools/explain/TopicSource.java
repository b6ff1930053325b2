package io.clickstream.tools.explain;

import io.clickstream.event.RawRecord;
import io.clickstream.tools.connect.KafkaTopic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The newest records of each partition of a topic. It joins no consumer group and commits nothing.
 */
final class TopicSource implements Source {

    private static final Duration POLL = Duration.ofMillis(500);

    /** Records that do not come for this time do not come at all. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final String bootstrapServers;
    private final String topic;
    private final Map<String, String> settings;

    /**
     * Creates a source.
     *
     * @param settings of Kafka's clients, such as a login
     */
    TopicSource(String bootstrapServers, String topic, Map<String, String> settings) {
        this.bootstrapServers = bootstrapServers;
        this.topic = topic;
        this.settings = settings;
    }

    @Override
    public String name() {
        return "topic " + topic;
    }

    @Override
    public Sample read(int max) {
        List<TopicPartition> partitions =
                KafkaTopic.partitions(bootstrapServers, topic, settings).stream()
                        .map(partition -> new TopicPartition(topic, partition))
                        .toList();
        Map<String, Object> properties = new HashMap<>();
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "clickstream-explain");
        properties.putAll(settings);
        List<RawRecord> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long each = (max + partitions.size() - 1L) / partitions.size();
            ends.forEach(
                    (partition, end) ->
                            consumer.seek(partition, Math.max(begins.get(partition), end - each)));
            readTo(ends, consumer, max, records);
        }
        return new Sample(
                records,
                List.of(
                        String.format(
                                Locale.ROOT,
                                "topic %s at %s: the newest records of %d partition%s",
                                topic,
                                bootstrapServers,
                                partitions.size(),
                                partitions.size() == 1 ? "" : "s")));
    }

    private void readTo(
            Map<TopicPartition, Long> ends,
            KafkaConsumer<byte[], byte[]> consumer,
            int max,
            List<RawRecord> records) {
        long bytes = 0;
        long lastProgress = System.nanoTime();
        while (ends.entrySet().stream()
                        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())
                && System.nanoTime() - lastProgress < PATIENCE_NANOS) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                lastProgress = System.nanoTime();
                if (record.value() == null) {
                    continue;
                }
                bytes += record.value().length;
                records.add(
                        new RawRecord(topic, record.partition(), record.offset(), record.value()));
                if (records.size() >= max || bytes >= Sample.MAX_BYTES) {
                    return;
                }
            }
        }
    }
}
