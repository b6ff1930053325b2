package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * Layout: user, begin, end, visits, visits up to the checkout, a byte for the checkout,
 * departments, and from version 2 on the number of departments that are left out.
 */
public final class SessionSerializer extends VersionedSerializer<Session> {

    public static final SessionSerializer INSTANCE = new SessionSerializer(2);

    private static final SessionSerializer VERSION_1 = new SessionSerializer(1);

    private static final long serialVersionUID = 1L;

    private final int layout;

    private SessionSerializer(int layout) {
        this.layout = layout;
    }

    @Override
    protected int version() {
        return 2;
    }

    @Override
    protected TypeSerializer<Session> forVersion(int version) {
        return version == 1 ? VERSION_1 : super.forVersion(version);
    }

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
        if (layout > 1) {
            out.writeLong(session.departmentsLeftOut());
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
        return new Session(
                user,
                begin,
                end,
                visits,
                checkoutVisits,
                checkout,
                departments,
                layout > 1 ? in.readLong() : 0);
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
