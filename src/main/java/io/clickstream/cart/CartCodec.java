package io.clickstream.cart;

import io.clickstream.event.CartOutcome.Step;
import io.clickstream.event.VarInts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * Packs the cart of a user into bytes. Layout: the version, a byte of flags, a base time, the times
 * that the flags name, the known user with a time, the items, and the changes that wait. Each time
 * is a varint with its distance from the base time, so that an item without a value takes about 6
 * bytes and its id.
 */
final class CartCodec {

    private static final int VERSION = 1;

    private static final int TYPICAL_BYTES = 64;

    private static final int OVER = 1;
    private static final int SINCE = 2;
    private static final int LAST_CHANGE = 4;
    private static final int LAST_IS_REMOVAL = 8;
    private static final int ABANDONED = 16;
    private static final int TRUNCATED = 32;
    private static final int TIMER = 64;
    private static final int KNOWN = 128;

    private static final int REMOVED = 0;
    private static final int ADDED = 1;
    private static final int ADDED_WITH_VALUE = 2;
    private static final int CHECKED_OUT = 3;

    /** Added to the kind of a change whose user is known under another id, which follows. */
    private static final int BY_KNOWN = 4;

    private CartCodec() {}

    static StoredCart store(UserCart cart) {
        DataOutputSerializer out = new DataOutputSerializer(TYPICAL_BYTES);
        try {
            write(cart, out);
        } catch (IOException e) {
            throw new UncheckedIOException("Can't happen: nothing is written but memory", e);
        }
        return new StoredCart(out.getCopyOfBuffer());
    }

    private static void write(UserCart cart, DataOutputView out) throws IOException {
        int flags =
                (cart.over == UserCart.NONE ? 0 : OVER)
                        | (cart.since == UserCart.NONE ? 0 : SINCE)
                        | (cart.lastChange == UserCart.NONE ? 0 : LAST_CHANGE)
                        | (cart.lastStep == Step.REMOVE ? LAST_IS_REMOVAL : 0)
                        | (cart.abandonedAt == UserCart.NONE ? 0 : ABANDONED)
                        | (cart.truncated ? TRUNCATED : 0)
                        | (cart.timer == UserCart.NONE ? 0 : TIMER)
                        | (cart.known == null ? 0 : KNOWN);
        long base = base(cart);
        out.writeByte(VERSION);
        out.writeByte(flags);
        out.writeLong(base);
        writeTime(cart.over, base, out);
        writeTime(cart.since, base, out);
        writeTime(cart.lastChange, base, out);
        writeTime(cart.abandonedAt, base, out);
        writeTime(cart.timer, base, out);
        if (cart.known != null) {
            StringValue.writeString(cart.known, out);
            writeLong(cart.knownTime - base, out);
        }
        VarInts.write(cart.items.size(), out);
        for (Map.Entry<String, CartItem> each : cart.items.entrySet()) {
            CartItem item = each.getValue();
            writeKind(item.isRemoved() ? REMOVED : added(item.value()), item.time(), base, out);
            StringValue.writeString(each.getKey(), out);
            writeValue(item.value(), out);
        }
        VarInts.write(cart.waiting.size(), out);
        for (CartChange each : cart.waiting) {
            int byKnown = each.known() == null ? 0 : BY_KNOWN;
            writeKind(kind(each) | byKnown, each.time(), base, out);
            if (each.known() != null) {
                StringValue.writeString(each.known(), out);
            }
            if (each.step() != Step.CHECKOUT) {
                StringValue.writeString(each.item(), out);
                writeValue(each.value(), out);
            }
        }
    }

    /** A time that is not far from the others. */
    private static long base(UserCart cart) {
        if (cart.lastChange != UserCart.NONE) {
            return cart.lastChange;
        } else if (cart.over != UserCart.NONE) {
            return cart.over;
        }
        return cart.waiting.isEmpty() ? 0 : cart.waiting.first().time();
    }

    private static void writeTime(long time, long base, DataOutputView out) throws IOException {
        if (time != UserCart.NONE) {
            writeLong(time - base, out);
        }
    }

    private static int kind(CartChange change) {
        switch (change.step()) {
            case ADD:
                return added(change.value());
            case REMOVE:
                return REMOVED;
            default:
                return CHECKED_OUT;
        }
    }

    private static int added(long value) {
        return value == CartValue.NONE ? ADDED : ADDED_WITH_VALUE;
    }

    private static void writeKind(int kind, long time, long base, DataOutputView out)
            throws IOException {
        out.writeByte(kind);
        writeLong(time - base, out);
    }

    private static void writeValue(long value, DataOutputView out) throws IOException {
        if (value != CartValue.NONE) {
            writeLong(value, out);
        }
    }

    /** Zigzag, then 7 bits a byte, the lowest first. */
    private static void writeLong(long value, DataOutputView out) throws IOException {
        long rest = (value << 1) ^ (value >> (Long.SIZE - 1));
        while ((rest & ~0x7fL) != 0) {
            out.writeByte((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    /**
     * Reads a cart.
     *
     * @throws IllegalStateException if the bytes are of a later version
     */
    static UserCart read(StoredCart stored) {
        DataInputDeserializer in = new DataInputDeserializer(stored.bytes());
        try {
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new IllegalStateException(
                        "A cart in state has version "
                                + version
                                + ", which only a later release can read");
            }
            return read(in);
        } catch (IOException e) {
            throw new UncheckedIOException("A cart in state is damaged", e);
        }
    }

    private static UserCart read(DataInputView in) throws IOException {
        UserCart cart = new UserCart();
        int flags = in.readUnsignedByte();
        long base = in.readLong();
        cart.over = readTime(flags & OVER, base, in);
        cart.since = readTime(flags & SINCE, base, in);
        cart.lastChange = readTime(flags & LAST_CHANGE, base, in);
        cart.lastStep = (flags & LAST_IS_REMOVAL) == 0 ? Step.ADD : Step.REMOVE;
        cart.abandonedAt = readTime(flags & ABANDONED, base, in);
        cart.truncated = (flags & TRUNCATED) != 0;
        cart.timer = readTime(flags & TIMER, base, in);
        if ((flags & KNOWN) != 0) {
            cart.known = StringValue.readString(in);
            cart.knownTime = base + readLong(in);
        }
        for (int count = VarInts.read(in); count > 0; count--) {
            int kind = in.readUnsignedByte();
            long time = base + readLong(in);
            String id = StringValue.readString(in);
            cart.restore(
                    id,
                    kind == REMOVED
                            ? CartItem.removed(time)
                            : CartItem.added(time, readValue(kind, in)));
        }
        for (int count = VarInts.read(in); count > 0; count--) {
            cart.waiting.add(readChange(base, in));
        }
        return cart;
    }

    private static CartChange readChange(long base, DataInputView in) throws IOException {
        int tag = in.readUnsignedByte();
        int kind = tag & ~BY_KNOWN;
        long time = base + readLong(in);
        String known = (tag & BY_KNOWN) == 0 ? null : StringValue.readString(in);
        if (kind == CHECKED_OUT) {
            return new CartChange(time, Step.CHECKOUT, "", CartValue.NONE, known);
        }
        String item = StringValue.readString(in);
        return new CartChange(
                time, kind == REMOVED ? Step.REMOVE : Step.ADD, item, readValue(kind, in), known);
    }

    private static long readTime(int flag, long base, DataInputView in) throws IOException {
        return flag == 0 ? UserCart.NONE : base + readLong(in);
    }

    private static long readValue(int kind, DataInputView in) throws IOException {
        return kind == ADDED_WITH_VALUE ? readLong(in) : CartValue.NONE;
    }

    private static long readLong(DataInputView in) throws IOException {
        long rest = 0;
        int shift = 0;
        int next;
        do {
            next = in.readUnsignedByte();
            rest |= (long) (next & 0x7f) << shift;
            shift += 7;
        } while (next > 0x7f);
        return (rest >>> 1) ^ -(rest & 1);
    }
}
