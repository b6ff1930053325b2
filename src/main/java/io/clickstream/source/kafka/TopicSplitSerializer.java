package io.clickstream.source.kafka;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Writes the topic id, empty if it is unknown, and then what the connector writes. Version 0 is the
 * connector's own, which savepoints of version 0.1.0 have.
 */
final class TopicSplitSerializer implements SimpleVersionedSerializer<KafkaPartitionSplit> {

    /** Higher than the connector's present and future versions. */
    static final int WITH_TOPIC_ID = 1_000;

    private final SimpleVersionedSerializer<KafkaPartitionSplit> splits =
            new KafkaPartitionSplitSerializer();

    @Override
    public int getVersion() {
        return WITH_TOPIC_ID;
    }

    @Override
    public byte[] serialize(KafkaPartitionSplit split) throws IOException {
        String topicId = TopicSplit.topicId(split);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeUTF(topicId == null ? "" : topicId);
        out.writeInt(splits.getVersion());
        out.write(splits.serialize(split));
        return bytes.toByteArray();
    }

    @Override
    public KafkaPartitionSplit deserialize(int version, byte[] serialized) throws IOException {
        if (version != WITH_TOPIC_ID) {
            return splits.deserialize(version, serialized);
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
        String topicId = in.readUTF();
        KafkaPartitionSplit split = splits.deserialize(in.readInt(), in.readAllBytes());
        return topicId.isEmpty()
                ? split
                : new TopicSplit(split.getTopicPartition(), split.getStartingOffset(), topicId);
    }
}
