package io.clickstream.tools.produce;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A topic. The producer waits for all replicas and is idempotent, so that each record that it
 * acknowledges is there once, and those of a key are in order.
 */
public final class KafkaTarget implements Target {

    private static final int START_TIMEOUT_MILLIS = 15_000;
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
        this.places = partitions(bootstrapServers, topic, settings);
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

    private static List<String> partitions(
            String bootstrapServers, String topic, Map<String, String> settings) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, START_TIMEOUT_MILLIS);
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, START_TIMEOUT_MILLIS);
        properties.putAll(settings);
        try (Admin admin = Admin.create(properties)) {
            return admin
                    .describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .partitions()
                    .stream()
                    .map(partition -> place(partition.partition()))
                    .toList();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new IllegalStateException(
                        "there is no topic " + topic + " at " + bootstrapServers + "; create it",
                        e.getCause());
            }
            throw unreachable(bootstrapServers, e.getCause());
        } catch (KafkaException e) {
            throw unreachable(bootstrapServers, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking for topic " + topic, e);
        }
    }

    private static IllegalStateException unreachable(String bootstrapServers, Throwable cause) {
        return new IllegalStateException(
                "the brokers at "
                        + bootstrapServers
                        + " don't answer, or refuse the login: look at --bootstrap-servers and at"
                        + " the settings by --kafka",
                cause);
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
