package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Layout: department or null, then the other fields in the order of the constructor. */
public final class FunnelStepSerializer extends VersionedSerializer<FunnelStep> {

    public static final FunnelStepSerializer INSTANCE = new FunnelStepSerializer();

    private static final long serialVersionUID = 1L;

    private FunnelStepSerializer() {}

    @Override
    public void serialize(FunnelStep step, DataOutputView out) throws IOException {
        StringValue.writeString(step.department(), out);
        out.writeInt(step.step());
        StringValue.writeString(step.name(), out);
        out.writeLong(step.sessions());
        out.writeLong(step.sessionsBefore());
        out.writeLong(step.sessionsAtFirst());
        out.writeLong(step.medianMillis());
        out.writeLong(step.windowBegin());
        out.writeLong(step.windowEnd());
    }

    @Override
    public FunnelStep deserialize(DataInputView in) throws IOException {
        return new FunnelStep(
                StringValue.readString(in),
                in.readInt(),
                StringValue.readString(in),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong());
    }

    @Override
    public TypeSerializerSnapshot<FunnelStep> snapshotConfiguration() {
        return new FunnelStepSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class FunnelStepSnapshot extends Snapshot<FunnelStep> {
        public FunnelStepSnapshot() {
            super(INSTANCE);
        }
    }
}
