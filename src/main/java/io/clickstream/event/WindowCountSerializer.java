package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Layout: department, window, sessions, sessions with a checkout. */
public final class WindowCountSerializer extends VersionedSerializer<WindowCount> {

    public static final WindowCountSerializer INSTANCE = new WindowCountSerializer();

    private static final long serialVersionUID = 1L;

    private WindowCountSerializer() {}

    @Override
    public void serialize(WindowCount count, DataOutputView out) throws IOException {
        StringValue.writeString(count.department(), out);
        out.writeLong(count.windowBegin());
        out.writeLong(count.windowEnd());
        out.writeLong(count.sessions());
        out.writeLong(count.sessionsWithCheckout());
    }

    @Override
    public WindowCount deserialize(DataInputView in) throws IOException {
        return new WindowCount(
                StringValue.readString(in),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong());
    }

    @Override
    public TypeSerializerSnapshot<WindowCount> snapshotConfiguration() {
        return new WindowCountSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class WindowCountSnapshot extends Snapshot<WindowCount> {
        public WindowCountSnapshot() {
            super(INSTANCE);
        }
    }
}
