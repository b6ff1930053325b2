package io.clickstream.source.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class TopicSplitSerializerTest {

    private static final TopicPartition PARTITION = new TopicPartition("clicks", 3);

    private final TopicSplitSerializer serializer = new TopicSplitSerializer();

    @Test
    void keepsTheIdOfTheTopic() throws IOException {
        TopicSplit split = new TopicSplit(PARTITION, 17, "qk3l-PZcT2yS7B1u4a4Zrw");

        KafkaPartitionSplit read =
                serializer.deserialize(serializer.getVersion(), serializer.serialize(split));

        assertThat(read).isEqualTo(split);
        assertThat(TopicSplit.topicId(read)).isEqualTo("qk3l-PZcT2yS7B1u4a4Zrw");
    }

    @Test
    void keepsASplitOfATopicWithoutId() throws IOException {
        KafkaPartitionSplit split =
                new KafkaPartitionSplit(PARTITION, KafkaPartitionSplit.EARLIEST_OFFSET);

        KafkaPartitionSplit read =
                serializer.deserialize(serializer.getVersion(), serializer.serialize(split));

        assertThat(read).isEqualTo(split);
        assertThat(TopicSplit.topicId(read)).isNull();
    }

    /** Savepoints of version 0.1.0 have the connector's bytes. */
    @Test
    void readsTheConnectorsSplits() throws IOException {
        KafkaPartitionSplitSerializer connector = new KafkaPartitionSplitSerializer();
        KafkaPartitionSplit split = new KafkaPartitionSplit(PARTITION, 17);

        KafkaPartitionSplit read =
                serializer.deserialize(connector.getVersion(), connector.serialize(split));

        assertThat(read).isEqualTo(split);
        assertThat(TopicSplit.topicId(read)).isNull();
    }
}
