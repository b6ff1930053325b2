package io.clickstream.event;

import java.io.IOException;
import javax.annotation.Nullable;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * Layout: user, begin, end, visits, visits up to the checkout, a byte for the checkout,
 * departments; from version 2 on the number of departments that are left out; from version 3 on the
 * number of steps of the funnel, 0 without one, and the time of each, a byte for a known user, and
 * that user.
 */
public final class SessionSerializer extends VersionedSerializer<Session> {

    public static final SessionSerializer INSTANCE = new SessionSerializer(3);

    private static final SessionSerializer VERSION_1 = new SessionSerializer(1);
    private static final SessionSerializer VERSION_2 = new SessionSerializer(2);

    private static final long serialVersionUID = 1L;

    private final int layout;

    private SessionSerializer(int layout) {
        this.layout = layout;
    }

    @Override
    protected int version() {
        return 3;
    }

    @Override
    protected TypeSerializer<Session> forVersion(int version) {
        switch (version) {
            case 1:
                return VERSION_1;
            case 2:
                return VERSION_2;
            default:
                return super.forVersion(version);
        }
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
        if (layout > 2) {
            int steps = session.hasStepTimes() ? session.steps() : 0;
            out.writeByte(steps);
            for (int i = 0; i < steps; i++) {
                out.writeLong(session.stepTime(i));
            }
            out.writeBoolean(session.known() != null);
            if (session.known() != null) {
                UserIdSerializer.INSTANCE.serialize(session.known(), out);
            }
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
        long leftOut = layout > 1 ? in.readLong() : 0;
        long[] steps = layout > 2 ? readSteps(in) : null;
        UserId known =
                layout > 2 && in.readBoolean() ? UserIdSerializer.INSTANCE.deserialize(in) : null;
        return new Session(
                user,
                begin,
                end,
                visits,
                checkoutVisits,
                checkout,
                departments,
                leftOut,
                known,
                steps);
    }

    @Nullable
    private static long[] readSteps(DataInputView in) throws IOException {
        long[] times = new long[in.readByte()];
        for (int i = 0; i < times.length; i++) {
            times[i] = in.readLong();
        }
        return times.length == 0 ? null : times;
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
