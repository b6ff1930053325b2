package io.clickstream.bench;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * One partition of a block, and how far it is read.
 *
 * @param partition its index
 * @param position how many clicks have been delivered
 * @param end after how many clicks it falls silent
 */
record MemorySplit(int partition, long position, long end) implements SourceSplit {

    private static final int BYTES = Integer.BYTES + 2 * Long.BYTES;

    static final SimpleVersionedSerializer<Collection<MemorySplit>> COLLECTION_SERIALIZER =
            new SimpleVersionedSerializer<>() {
                @Override
                public int getVersion() {
                    return 1;
                }

                @Override
                public byte[] serialize(Collection<MemorySplit> splits) {
                    ByteBuffer bytes = ByteBuffer.allocate(BYTES * splits.size());
                    for (MemorySplit split : splits) {
                        bytes.putInt(split.partition).putLong(split.position).putLong(split.end);
                    }
                    return bytes.array();
                }

                @Override
                public Collection<MemorySplit> deserialize(int version, byte[] serialized) {
                    ByteBuffer bytes = ByteBuffer.wrap(serialized);
                    List<MemorySplit> splits = new ArrayList<>();
                    while (bytes.hasRemaining()) {
                        splits.add(
                                new MemorySplit(bytes.getInt(), bytes.getLong(), bytes.getLong()));
                    }
                    return splits;
                }
            };

    static final SimpleVersionedSerializer<MemorySplit> SERIALIZER =
            new SimpleVersionedSerializer<>() {
                @Override
                public int getVersion() {
                    return COLLECTION_SERIALIZER.getVersion();
                }

                @Override
                public byte[] serialize(MemorySplit split) throws java.io.IOException {
                    return COLLECTION_SERIALIZER.serialize(List.of(split));
                }

                @Override
                public MemorySplit deserialize(int version, byte[] serialized)
                        throws java.io.IOException {
                    return COLLECTION_SERIALIZER.deserialize(version, serialized).iterator().next();
                }
            };

    @Override
    public String splitId() {
        return Integer.toString(partition);
    }
}
