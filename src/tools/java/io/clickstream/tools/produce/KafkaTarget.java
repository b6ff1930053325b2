package io.clickstream.tools.produce;

import io.clickstream.tools.connect.KafkaTopic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A topic. The producer waits for all replicas and is idempotent, so that each record that it
 * acknowledges is there once, and those of a key are in order.
 */
public final class KafkaTarget implements Target {

    private static final int LINGER_MILLIS = 5;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final String topic;
    private final DeliveryListener listener;
    private final KafkaProducer<byte[], byte[]> producer;
    private final List<String> places;

    /**
     * Connects to the brokers.
     *
     * @param settings of Kafka's clients, such as a login; they win over what is set here
     * @throws IllegalStateException if the topic is not there, or the brokers can't be reached or
     *     refuse the login
     */
    public KafkaTarget(
            String bootstrapServers,
            String topic,
            Map<String, String> settings,
            DeliveryListener listener) {
        this.topic = topic;
        this.listener = listener;
        this.places =
                KafkaTopic.partitions(bootstrapServers, topic, settings).stream()
                        .map(KafkaTarget::place)
                        .toList();
        Map<String, Object> properties = new HashMap<>();
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, "clickstream-produce");
        properties.putAll(settings);
        producer =
                new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static String place(int partition) {
        return "partition " + partition;
    }

    @Override
    public String name() {
        return "topic " + topic;
    }

    @Override
    public String kindOfPlace() {
        return "partition";
    }

    @Override
    public List<String> places() {
        return places;
    }

    @Override
    public void send(ProducedRecord record) throws InterruptedException {
        byte[] key = record.key().getBytes(StandardCharsets.UTF_8);
        try {
            var unused =
                    producer.send(
                            new ProducerRecord<>(topic, key, record.value()),
                            (metadata, failure) -> {
                                if (failure == null) {
                                    listener.acknowledged(
                                            record,
                                            place(metadata.partition()),
                                            "offset " + metadata.offset());
                                } else {
                                    listener.failed(record, failure);
                                }
                            });
        } catch (InterruptException e) {
            throw new InterruptedException(e.getMessage());
        } catch (KafkaException e) {
            listener.failed(record, e);
        }
    }

    @Override
    public void flush() {
        producer.flush();
    }

    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
    }
}
