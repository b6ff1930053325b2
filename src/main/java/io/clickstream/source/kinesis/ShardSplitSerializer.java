package io.clickstream.source.kinesis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Layout: shard id, number of parents, parents, kind of position, its value. */
final class ShardSplitSerializer implements SimpleVersionedSerializer<ShardSplit> {

    private static final int VERSION = 1;

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(ShardSplit split) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(128);
        write(split, out);
        return out.getCopyOfBuffer();
    }

    @Override
    public ShardSplit deserialize(int version, byte[] bytes) throws IOException {
        checkVersion(version);
        return read(new DataInputDeserializer(bytes));
    }

    static void checkVersion(int version) throws IOException {
        if (version != VERSION) {
            throw new IOException(
                    "The snapshot of the Kinesis source has version "
                            + version
                            + "; this job reads "
                            + VERSION);
        }
    }

    static void write(ShardSplit split, DataOutputSerializer out) throws IOException {
        out.writeUTF(split.splitId());
        out.writeInt(split.parents().size());
        for (String parent : split.parents()) {
            out.writeUTF(parent);
        }
        out.writeUTF(split.position().kind().name());
        out.writeUTF(split.position().value());
    }

    static ShardSplit read(DataInputDeserializer in) throws IOException {
        String shardId = in.readUTF();
        int count = in.readInt();
        List<String> parents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            parents.add(in.readUTF());
        }
        ShardPosition.Kind kind = ShardPosition.Kind.valueOf(in.readUTF());
        return new ShardSplit(shardId, parents, new ShardPosition(kind, in.readUTF()));
    }
}
