package io.clickstream.event;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * Layout: kind, user, number of items, the listed ids, whether there are more items, value as text
 * or null, last step, the three times, and the known user if the kind says so.
 */
public final class CartOutcomeSerializer extends VersionedSerializer<CartOutcome> {

    public static final CartOutcomeSerializer INSTANCE = new CartOutcomeSerializer();

    private static final long serialVersionUID = 1L;

    /** Added to the kind where a known user follows at the end. */
    private static final int KNOWN = 16;

    private CartOutcomeSerializer() {}

    @Override
    public void serialize(CartOutcome outcome, DataOutputView out) throws IOException {
        out.writeByte(outcome.kind().code() | (outcome.known() == null ? 0 : KNOWN));
        UserIdSerializer.INSTANCE.serialize(outcome.user(), out);
        out.writeInt(outcome.items());
        out.writeInt(outcome.itemIds().size());
        for (String id : outcome.itemIds()) {
            StringValue.writeString(id, out);
        }
        out.writeBoolean(outcome.isTruncated());
        StringValue.writeString(text(outcome.value()), out);
        out.writeByte(outcome.lastStep().code());
        out.writeLong(outcome.since());
        out.writeLong(outcome.lastChange());
        out.writeLong(outcome.time());
        if (outcome.known() != null) {
            UserIdSerializer.INSTANCE.serialize(outcome.known(), out);
        }
    }

    @Nullable
    private static String text(@Nullable BigDecimal value) {
        return value == null ? null : value.toPlainString();
    }

    @Override
    public CartOutcome deserialize(DataInputView in) throws IOException {
        int tag = in.readByte();
        CartOutcome.Kind kind = CartOutcome.Kind.ofCode(tag & ~KNOWN);
        UserId user = UserIdSerializer.INSTANCE.deserialize(in);
        int items = in.readInt();
        int listed = in.readInt();
        List<String> itemIds = new ArrayList<>();
        for (int i = 0; i < listed; i++) {
            itemIds.add(StringValue.readString(in));
        }
        boolean truncated = in.readBoolean();
        String value = StringValue.readString(in);
        CartOutcome.Step lastStep = CartOutcome.Step.ofCode(in.readByte());
        long since = in.readLong();
        long lastChange = in.readLong();
        long time = in.readLong();
        UserId known = (tag & KNOWN) == 0 ? null : UserIdSerializer.INSTANCE.deserialize(in);
        return new CartOutcome(
                kind,
                user,
                known,
                items,
                itemIds,
                truncated,
                value == null ? null : new BigDecimal(value),
                lastStep,
                since,
                lastChange,
                time);
    }

    @Override
    public TypeSerializerSnapshot<CartOutcome> snapshotConfiguration() {
        return new CartOutcomeSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class CartOutcomeSnapshot extends Snapshot<CartOutcome> {
        public CartOutcomeSnapshot() {
            super(INSTANCE);
        }
    }
}
