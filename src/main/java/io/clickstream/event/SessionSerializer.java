package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * Layout: user, begin, end, visits, visits up to the checkout, a byte for the checkout,
 * departments.
 */
public final class SessionSerializer extends VersionedSerializer<Session> {

    public static final SessionSerializer INSTANCE = new SessionSerializer();

    private static final long serialVersionUID = 1L;

    private SessionSerializer() {}

    @Override
    public void serialize(Session session, DataOutputView out) throws IOException {
        UserIdSerializer.INSTANCE.serialize(session.user(), out);
        out.writeLong(session.begin());
        out.writeLong(session.end());
        out.writeLong(session.visits());
        out.writeLong(session.checkoutVisits());
        out.writeBoolean(session.hasCheckout());
        out.writeInt(session.departmentCount());
        for (int i = 0; i < session.departmentCount(); i++) {
            StringValue.writeString(session.department(i), out);
        }
    }

    @Override
    public Session deserialize(DataInputView in) throws IOException {
        UserId user = UserIdSerializer.INSTANCE.deserialize(in);
        long begin = in.readLong();
        long end = in.readLong();
        long visits = in.readLong();
        long checkoutVisits = in.readLong();
        boolean checkout = in.readBoolean();
        String[] departments = new String[in.readInt()];
        for (int i = 0; i < departments.length; i++) {
            departments[i] = StringValue.readString(in);
        }
        return new Session(user, begin, end, visits, checkoutVisits, checkout, departments);
    }

    @Override
    public TypeSerializerSnapshot<Session> snapshotConfiguration() {
        return new SessionSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class SessionSnapshot extends Snapshot<Session> {
        public SessionSnapshot() {
            super(INSTANCE);
        }
    }
}
