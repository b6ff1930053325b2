package io.clickstream.source.kinesis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Layout: waiting splits, ids of shards being read, ids of finished ones; each with a count. */
final class KnownShardsSerializer implements SimpleVersionedSerializer<KnownShards> {

    private static final int VERSION = 1;

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(KnownShards shards) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(512);
        out.writeInt(shards.waiting().size());
        for (ShardSplit split : shards.waiting()) {
            ShardSplitSerializer.write(split, out);
        }
        writeIds(shards.reading(), out);
        writeIds(shards.finished(), out);
        return out.getCopyOfBuffer();
    }

    @Override
    public KnownShards deserialize(int version, byte[] bytes) throws IOException {
        ShardSplitSerializer.checkVersion(version);
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        int count = in.readInt();
        List<ShardSplit> waiting = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            waiting.add(ShardSplitSerializer.read(in));
        }
        List<String> reading = readIds(in);
        return new KnownShards(waiting, reading, readIds(in));
    }

    private static void writeIds(List<String> ids, DataOutputSerializer out) throws IOException {
        out.writeInt(ids.size());
        for (String id : ids) {
            out.writeUTF(id);
        }
    }

    private static List<String> readIds(DataInputDeserializer in) throws IOException {
        int count = in.readInt();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(in.readUTF());
        }
        return ids;
    }
}
