package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Layout: department or null, window, then the counts in the order of the constructor. */
public final class LiveCountSerializer extends VersionedSerializer<LiveCount> {

    public static final LiveCountSerializer INSTANCE = new LiveCountSerializer();

    private static final long serialVersionUID = 1L;

    private LiveCountSerializer() {}

    @Override
    public void serialize(LiveCount count, DataOutputView out) throws IOException {
        StringValue.writeString(count.department(), out);
        out.writeLong(count.windowBegin());
        out.writeLong(count.windowEnd());
        out.writeLong(count.activeUsers());
        out.writeLong(count.openSessions());
        out.writeLong(count.openSessionsWithCheckout());
        out.writeLong(count.openCarts());
        out.writeLong(count.clicks());
        out.writeLong(count.checkouts());
    }

    @Override
    public LiveCount deserialize(DataInputView in) throws IOException {
        return new LiveCount(
                StringValue.readString(in),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong());
    }

    @Override
    public TypeSerializerSnapshot<LiveCount> snapshotConfiguration() {
        return new LiveCountSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class LiveCountSnapshot extends Snapshot<LiveCount> {
        public LiveCountSnapshot() {
            super(INSTANCE);
        }
    }
}
