package io.clickstream.source.kafka;

import java.util.Objects;
import javax.annotation.Nullable;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.common.TopicPartition;

/**
 * A partition of a topic with a known id. Its offsets do not apply to another topic of the same
 * name.
 */
final class TopicSplit extends KafkaPartitionSplit {

    private final String topicId;

    TopicSplit(TopicPartition partition, long startingOffset, String topicId) {
        super(partition, startingOffset);
        this.topicId = topicId;
    }

    /** The id of a split's topic; null if it is unknown. */
    @Nullable
    static String topicId(KafkaPartitionSplit split) {
        return split instanceof TopicSplit ? ((TopicSplit) split).topicId : null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other) && Objects.equals(topicId, topicId((KafkaPartitionSplit) other));
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), topicId);
    }

    @Override
    public String toString() {
        return super.toString() + " of topic id " + topicId;
    }
}
