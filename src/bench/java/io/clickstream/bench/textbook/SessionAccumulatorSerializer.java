package io.clickstream.bench.textbook;

import io.clickstream.event.VersionedSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Layout: last checkout, visits up to it, times of the visits behind it, departments. */
public final class SessionAccumulatorSerializer extends VersionedSerializer<SessionAccumulator> {

    public static final SessionAccumulatorSerializer INSTANCE = new SessionAccumulatorSerializer();

    private static final long serialVersionUID = 1L;

    private SessionAccumulatorSerializer() {}

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public SessionAccumulator copy(SessionAccumulator from) {
        return from.copy();
    }

    @Override
    public void serialize(SessionAccumulator session, DataOutputView out) throws IOException {
        out.writeLong(session.lastCheckout());
        out.writeLong(session.visitsUpToCheckout());
        long[] laterVisits = session.laterVisits();
        out.writeInt(laterVisits.length);
        for (long time : laterVisits) {
            out.writeLong(time);
        }
        String[] departments = session.departments();
        out.writeInt(departments.length);
        for (String department : departments) {
            StringValue.writeString(department, out);
        }
    }

    @Override
    public SessionAccumulator deserialize(DataInputView in) throws IOException {
        long lastCheckout = in.readLong();
        long visitsUpToCheckout = in.readLong();
        long[] laterVisits = new long[in.readInt()];
        for (int i = 0; i < laterVisits.length; i++) {
            laterVisits[i] = in.readLong();
        }
        String[] departments = new String[in.readInt()];
        for (int i = 0; i < departments.length; i++) {
            departments[i] = StringValue.readString(in);
        }
        return SessionAccumulator.restore(
                lastCheckout, visitsUpToCheckout, laterVisits, departments);
    }

    @Override
    public TypeSerializerSnapshot<SessionAccumulator> snapshotConfiguration() {
        return new SessionAccumulatorSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class SessionAccumulatorSnapshot extends Snapshot<SessionAccumulator> {
        public SessionAccumulatorSnapshot() {
            super(INSTANCE);
        }
    }
}
