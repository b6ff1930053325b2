package io.clickstream.event;

import java.io.IOException;
import javax.annotation.Nullable;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * Layout: a byte of flags for what may be missing, event id, time, event type, item; then user,
 * session, value, properties, impression (its length and items), recommendation and attribution, as
 * far as they are there.
 */
public final class InteractionSerializer extends VersionedSerializer<Interaction> {

    public static final InteractionSerializer INSTANCE = new InteractionSerializer();

    private static final long serialVersionUID = 1L;

    private static final int USER = 1;
    private static final int SESSION = 2;
    private static final int VALUE = 4;
    private static final int PROPERTIES = 8;
    private static final int IMPRESSION = 16;
    private static final int RECOMMENDATION = 32;
    private static final int ATTRIBUTION = 64;

    private InteractionSerializer() {}

    @Override
    public void serialize(Interaction interaction, DataOutputView out) throws IOException {
        String[] impression = interaction.impression();
        out.writeByte(
                flag(USER, interaction.user())
                        | flag(SESSION, interaction.session())
                        | flag(VALUE, interaction.eventValue())
                        | flag(PROPERTIES, interaction.properties())
                        | flag(IMPRESSION, impression)
                        | flag(RECOMMENDATION, interaction.recommendationId())
                        | flag(ATTRIBUTION, interaction.attributionSource()));
        StringValue.writeString(interaction.eventId(), out);
        out.writeLong(interaction.time());
        StringValue.writeString(interaction.eventType(), out);
        StringValue.writeString(interaction.item(), out);
        write(interaction.user(), out);
        write(interaction.session(), out);
        if (interaction.eventValue() != null) {
            out.writeFloat(interaction.eventValue());
        }
        write(interaction.properties(), out);
        if (impression != null) {
            out.writeInt(impression.length);
            for (String item : impression) {
                StringValue.writeString(item, out);
            }
        }
        write(interaction.recommendationId(), out);
        write(interaction.attributionSource(), out);
    }

    @Override
    public Interaction deserialize(DataInputView in) throws IOException {
        int flags = in.readUnsignedByte();
        String eventId = StringValue.readString(in);
        long time = in.readLong();
        String eventType = StringValue.readString(in);
        return Interaction.of(eventId, time, eventType, StringValue.readString(in))
                .user(read(flags & USER, in))
                .session(read(flags & SESSION, in))
                .eventValue((flags & VALUE) == 0 ? null : in.readFloat())
                .properties(read(flags & PROPERTIES, in))
                .impression((flags & IMPRESSION) == 0 ? null : items(in))
                .recommendationId(read(flags & RECOMMENDATION, in))
                .attributionSource(read(flags & ATTRIBUTION, in))
                .build();
    }

    private static int flag(int flag, @Nullable Object value) {
        return value == null ? 0 : flag;
    }

    private static void write(@Nullable String text, DataOutputView out) throws IOException {
        if (text != null) {
            StringValue.writeString(text, out);
        }
    }

    @Nullable
    private static String read(int flag, DataInputView in) throws IOException {
        return flag == 0 ? null : StringValue.readString(in);
    }

    private static String[] items(DataInputView in) throws IOException {
        String[] items = new String[in.readInt()];
        for (int i = 0; i < items.length; i++) {
            items[i] = StringValue.readString(in);
        }
        return items;
    }

    @Override
    public TypeSerializerSnapshot<Interaction> snapshotConfiguration() {
        return new InteractionSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class InteractionSnapshot extends Snapshot<Interaction> {
        public InteractionSnapshot() {
            super(INSTANCE);
        }
    }
}
