package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * Layout: one or two bytes of flags, user, time, then the department, the raw record, the texts of
 * {@link CarriedText}, and the two bytes of {@link EventMarks} where there are any. A department is
 * its length as a varint and UTF-8.
 *
 * <p>In version 2, the first byte of flags may say that there is a second one. Version 1 has no
 * second byte, so its bytes are read alike.
 *
 * <p>Clicks of a bounded input cross the network with it, and those of which a batch can't say all
 * in brief. So departments are neither encoded nor made anew for each: a few strings and their
 * bytes are remembered, which makes an instance good for one thread only.
 */
public final class ClickSerializer extends VersionedSerializer<Click> {

    private static final long serialVersionUID = 1L;

    private static final int CHECKOUT = 1;
    private static final int DEPARTMENT = 2;
    private static final int RAW = 4;

    /** Two bits: the code of a bot's sign, or 0. */
    private static final int BOT_SHIFT = 4;

    private static final int BOT_MASK = 3;

    /** In place of the code of a bot's sign: a second byte follows, which has the code. */
    private static final int SECOND_BYTE = 3;

    private static final int MAX_BYTE = 0xff;

    private static final int MARKS = 128;

    /** The flags of all carried texts. */
    private static final int TEXTS = textFlags();

    private transient Utf8Strings strings;

    @Override
    public ClickSerializer duplicate() {
        return new ClickSerializer();
    }

    @Override
    protected int version() {
        return 2;
    }

    @Override
    protected TypeSerializer<Click> forVersion(int version) {
        return version == 1 ? this : super.forVersion(version);
    }

    @Override
    public void serialize(Click click, DataOutputView out) throws IOException {
        int flags =
                (click.isCheckout() ? CHECKOUT : 0)
                        | (click.department() == null ? 0 : DEPARTMENT)
                        | (click.raw() == null ? 0 : RAW)
                        | (click.carriesTexts() ? textFlags(click) : 0)
                        | (click.marks() == 0 ? 0 : MARKS);
        writeFlags(flags, click.botSign() == null ? 0 : click.botSign().code(), out);
        UserIdSerializer.INSTANCE.serialize(click.user(), out);
        out.writeLong(click.timestamp());
        if (click.department() != null) {
            strings().write(click.department(), out);
        }
        if (click.raw() != null) {
            RawRecordCodec.write(click.raw(), out);
        }
        if (click.carriesTexts()) {
            for (CarriedText each : CarriedText.all()) {
                if (click.text(each) != null) {
                    StringValue.writeString(click.text(each), out);
                }
            }
        }
        if (click.marks() != 0) {
            out.writeShort(click.marks());
        }
    }

    private static void writeFlags(int flags, int botSign, DataOutputView out) throws IOException {
        if (flags <= MAX_BYTE) {
            out.writeByte(flags | (botSign << BOT_SHIFT));
        } else {
            out.writeByte((flags & MAX_BYTE) | (SECOND_BYTE << BOT_SHIFT));
            out.writeByte((flags >>> Byte.SIZE) | botSign);
        }
    }

    private static int textFlags() {
        int flags = 0;
        for (CarriedText each : CarriedText.all()) {
            flags |= each.flag();
        }
        return flags;
    }

    private static int textFlags(Click click) {
        int flags = 0;
        for (CarriedText each : CarriedText.all()) {
            flags |= click.text(each) == null ? 0 : each.flag();
        }
        return flags;
    }

    @Override
    public Click deserialize(DataInputView in) throws IOException {
        int flags = in.readUnsignedByte();
        int botSign = flags >>> BOT_SHIFT & BOT_MASK;
        if (botSign == SECOND_BYTE) {
            int second = in.readUnsignedByte();
            flags |= second << Byte.SIZE;
            botSign = second & BOT_MASK;
        }
        UserId user = UserIdSerializer.INSTANCE.deserialize(in);
        long timestamp = in.readLong();
        String department = (flags & DEPARTMENT) == 0 ? null : strings().read(in);
        RawRecord raw = (flags & RAW) == 0 ? null : RawRecordCodec.read(in);
        Click click = new Click(user, timestamp, department, (flags & CHECKOUT) != 0, raw);
        if ((flags & TEXTS) != 0) {
            for (CarriedText each : CarriedText.all()) {
                if ((flags & each.flag()) != 0) {
                    click.setText(each, StringValue.readString(in));
                }
            }
        }
        if ((flags & MARKS) != 0) {
            click.setMarks(in.readUnsignedShort());
        }
        if (botSign != 0) {
            click.setBotSign(BotSign.ofCode(botSign));
        }
        return click;
    }

    private Utf8Strings strings() {
        if (strings == null) {
            strings = new Utf8Strings();
        }
        return strings;
    }

    @Override
    public TypeSerializerSnapshot<Click> snapshotConfiguration() {
        return new ClickSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class ClickSnapshot extends Snapshot<Click> {
        public ClickSnapshot() {
            super(new ClickSerializer());
        }
    }
}
