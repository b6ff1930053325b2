package io.clickstream.tools.connect;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Asks brokers for a topic. */
public final class KafkaTopic {

    private static final int TIMEOUT_MILLIS = 15_000;

    /**
     * The partitions of a topic.
     *
     * @param settings of Kafka's clients, such as a login
     * @throws IllegalStateException if the topic is not there, or the brokers can't be reached or
     *     refuse the login
     */
    public static List<Integer> partitions(
            String bootstrapServers, String topic, Map<String, String> settings) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        properties.putAll(settings);
        try (Admin admin = Admin.create(properties)) {
            return admin
                    .describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .partitions()
                    .stream()
                    .map(TopicPartitionInfo::partition)
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
                        + " don't answer, or refuse the login: look at the address and at the"
                        + " settings by --kafka",
                cause);
    }

    private KafkaTopic() {}
}
