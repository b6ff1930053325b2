package io.clickstream.session;

import io.clickstream.event.VersionedSerializer;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Layout: the writer's id, the number of names, the names. */
public final class NamesOfWriterSerializer extends VersionedSerializer<NamesOfWriter> {

    public static final NamesOfWriterSerializer INSTANCE = new NamesOfWriterSerializer();

    private static final long serialVersionUID = 1L;

    private NamesOfWriterSerializer() {}

    @Override
    public void serialize(NamesOfWriter list, DataOutputView out) throws IOException {
        out.writeInt(list.writer());
        out.writeInt(list.names().size());
        for (String name : list.names()) {
            StringValue.writeString(name, out);
        }
    }

    @Override
    public NamesOfWriter deserialize(DataInputView in) throws IOException {
        int writer = in.readInt();
        String[] names = new String[in.readInt()];
        for (int i = 0; i < names.length; i++) {
            names[i] = StringValue.readString(in);
        }
        return new NamesOfWriter(writer, Arrays.asList(names));
    }

    @Override
    public TypeSerializerSnapshot<NamesOfWriter> snapshotConfiguration() {
        return new NamesOfWriterSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class NamesOfWriterSnapshot extends Snapshot<NamesOfWriter> {
        public NamesOfWriterSnapshot() {
            super(INSTANCE);
        }
    }
}
