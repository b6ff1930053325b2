package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Layout: rank, name, count, window. */
public final class TrendSerializer extends VersionedSerializer<Trend> {

    public static final TrendSerializer INSTANCE = new TrendSerializer();

    private static final long serialVersionUID = 1L;

    private TrendSerializer() {}

    @Override
    public void serialize(Trend trend, DataOutputView out) throws IOException {
        out.writeInt(trend.rank());
        StringValue.writeString(trend.name(), out);
        out.writeLong(trend.count());
        out.writeLong(trend.windowBegin());
        out.writeLong(trend.windowEnd());
    }

    @Override
    public Trend deserialize(DataInputView in) throws IOException {
        return new Trend(
                in.readInt(),
                StringValue.readString(in),
                in.readLong(),
                in.readLong(),
                in.readLong());
    }

    @Override
    public TypeSerializerSnapshot<Trend> snapshotConfiguration() {
        return new TrendSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class TrendSnapshot extends Snapshot<Trend> {
        public TrendSnapshot() {
            super(INSTANCE);
        }
    }
}
