package io.clickstream.source.kafka;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import javax.annotation.Nullable;
import org.apache.flink.connector.kafka.source.enumerator.subscriber.KafkaSubscriber;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of a list of topics, requested periodically. The connector fails the job if one
 * such request fails. Here, the known partitions stay known until the brokers answer again, even
 * while a topic is deleted and created again.
 */
final class KnownTopics implements KafkaSubscriber {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = LoggerFactory.getLogger(KnownTopics.class);

    private final List<String> topics;

    /** Null until the brokers answered once; not part of any state. */
    @Nullable private transient Set<TopicPartition> known;

    /** By name, without topics of brokers that give no ids. Null until the brokers answered. */
    @Nullable private transient Map<String, String> ids;

    private transient boolean isSilent;

    KnownTopics(List<String> topics) {
        this.topics = topics;
    }

    @Override
    public Set<TopicPartition> getSubscribedTopicPartitions(AdminClient admin) {
        try {
            Set<TopicPartition> found = new HashSet<>();
            Map<String, String> foundIds = new HashMap<>();
            for (TopicDescription topic :
                    admin.describeTopics(topics).allTopicNames().get().values()) {
                topic.partitions()
                        .forEach(
                                each ->
                                        found.add(
                                                new TopicPartition(
                                                        topic.name(), each.partition())));
                if (!topic.topicId().equals(Uuid.ZERO_UUID)) {
                    foundIds.put(topic.name(), topic.topicId().toString());
                }
            }
            known = found;
            ids = foundIds;
            isSilent = false;
        } catch (ExecutionException e) {
            if (known == null) {
                throw new FlinkRuntimeException(
                        "The partitions of topics "
                                + new TreeSet<>(topics)
                                + " cannot be listed; check that they exist and that the job has"
                                + " the permission to describe them: "
                                + e.getCause().getMessage(),
                        e.getCause());
            }
            if (!isSilent) {
                isSilent = true;
                LOG.warn(
                        "The partitions of topics {} can't be listed. The job continues with the"
                                + " {} partitions that it knows, and finds no new ones until"
                                + " the brokers answer. Check that the topics exist and the"
                                + " brokers can be reached",
                        topics,
                        known.size(),
                        e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FlinkRuntimeException("Interrupted while topics were listed", e);
        }
        return known;
    }

    /**
     * The latest ids of topics by name; null if the brokers have never answered. Must be called in
     * the thread that requests the partitions.
     */
    @Nullable
    Map<String, String> ids() {
        return ids;
    }
}
