package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * Layout: department, window, the number of steps, and for each step its sessions, the number of
 * durations, and the durations.
 */
public final class FunnelPartSerializer extends VersionedSerializer<FunnelPart> {

    public static final FunnelPartSerializer INSTANCE = new FunnelPartSerializer();

    private static final long serialVersionUID = 1L;

    private FunnelPartSerializer() {}

    @Override
    public void serialize(FunnelPart part, DataOutputView out) throws IOException {
        StringValue.writeString(part.department(), out);
        out.writeLong(part.windowBegin());
        out.writeLong(part.windowEnd());
        VarInts.write(part.steps(), out);
        for (int step = 0; step < part.steps(); step++) {
            out.writeLong(part.sessions(step));
            VarInts.write(part.millis(step).length, out);
            for (long millis : part.millis(step)) {
                out.writeLong(millis);
            }
        }
    }

    @Override
    public FunnelPart deserialize(DataInputView in) throws IOException {
        String department = StringValue.readString(in);
        long begin = in.readLong();
        long end = in.readLong();
        long[] sessions = new long[VarInts.read(in)];
        long[][] millis = new long[sessions.length][];
        for (int step = 0; step < sessions.length; step++) {
            sessions[step] = in.readLong();
            millis[step] = new long[VarInts.read(in)];
            for (int i = 0; i < millis[step].length; i++) {
                millis[step][i] = in.readLong();
            }
        }
        return new FunnelPart(department, begin, end, sessions, millis);
    }

    @Override
    public TypeSerializerSnapshot<FunnelPart> snapshotConfiguration() {
        return new FunnelPartSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class FunnelPartSnapshot extends Snapshot<FunnelPart> {
        public FunnelPartSnapshot() {
            super(INSTANCE);
        }
    }
}
