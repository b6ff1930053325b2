package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Layout: a byte for the kind of id, then a long or a string. */
public final class UserIdSerializer extends VersionedSerializer<UserId> {

    public static final UserIdSerializer INSTANCE = new UserIdSerializer();

    private static final long serialVersionUID = 1L;

    private static final byte NUMBER = 0;
    private static final byte STRING = 1;
    private static final byte NUMBER_LITERAL = 2;

    private UserIdSerializer() {}

    @Override
    public void serialize(UserId user, DataOutputView out) throws IOException {
        if (user.text() == null) {
            out.writeByte(NUMBER);
            out.writeLong(user.number());
        } else {
            out.writeByte(user.isQuoted() ? STRING : NUMBER_LITERAL);
            StringValue.writeString(user.text(), out);
        }
    }

    @Override
    public UserId deserialize(DataInputView in) throws IOException {
        byte kind = in.readByte();
        switch (kind) {
            case NUMBER:
                return UserId.ofNumber(in.readLong());
            case STRING:
                return UserId.ofString(StringValue.readString(in));
            case NUMBER_LITERAL:
                return UserId.ofNumberLiteral(StringValue.readString(in));
            default:
                throw new IOException("Not a kind of user id: " + kind);
        }
    }

    @Override
    public TypeSerializerSnapshot<UserId> snapshotConfiguration() {
        return new UserIdSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class UserIdSnapshot extends Snapshot<UserId> {
        public UserIdSnapshot() {
            super(INSTANCE);
        }
    }
}
