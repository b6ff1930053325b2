package io.clickstream.shuffle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What the bytes of a batch are: clicks, one behind the other, each a tag and what it says. Numbers
 * have their lowest byte first, and as many bytes as the tag says.
 *
 * <pre>
 *  tag         one byte: in bit 0 whether the event is a checkout; in bits 1 and 2 what follows as
 *              the department; in bits 3 to 5 how many bytes the user's number has, less one; in
 *              bits 6 and 7 those of the time, as a power of two
 *  user        the number, zigzag: 1 to 8 bytes
 *  event time  ms since that of the click before, zigzag: 1, 2, 4 or 8 bytes; that of the first
 *              click is since the epoch
 *  marks       in front of a click that has any: the tag MARKED, and two bytes
 *  department  nothing; or one byte, which of the names of this batch; or such a byte, four bytes
 *              of length and so many of UTF-8: a name of the batch from here on
 * </pre>
 *
 * <p>Some 7 bytes for a click, so that the few buffers that Flink's network has between two
 * subtasks hold three times as many clicks as with whole numbers and names: in the moments in which
 * one side does something else, the other one goes on. That a number's length is in the tag, and
 * not in the number's own bytes as in a varint, saves both sides a branch per byte, which the
 * processor can't foresee: users come in no order. Clicks that have more than that (an id that is
 * text, a record that may be late, what filters ask for) are a tag and what the serializer of
 * clicks writes.
 */
final class BatchFormat {

    /** The event is a checkout. */
    static final int CHECKOUT = 1;

    /** The bits that say what follows as the department; without one of them none does. */
    static final int DEPARTMENT = 0b110;

    /** A department follows as the number of a name. */
    static final int NUMBER = 0b010;

    /** A department follows as a name and the number that it has from here on. */
    static final int NAME = 0b100;

    /** As the department's bits: a whole click follows, without any of the above. */
    static final int WHOLE = 0b110;

    /** A tag in front of a click with {@link io.clickstream.event.EventMarks}, which follow. */
    static final int MARKED = 0b111;

    /** The tag and the marks. */
    static final int MARKED_BYTES = 3;

    /** Of a batch: their numbers are a byte each. */
    static final int MAX_NAMES = 255;

    /** In place of its number, with a name that gets none. */
    static final int NO_NUMBER = 255;

    private static final int USER_SHIFT = 3;
    private static final int TIME_SHIFT = 6;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private BatchFormat() {}

    /** A number that is small where the other one is near zero. */
    static long zigzag(long value) {
        return (value << 1) ^ (value >> (Long.SIZE - 1));
    }

    static long unzigzag(long value) {
        return (value >>> 1) ^ -(value & 1);
    }

    /** The bits of the tag for a user that takes so many bytes. */
    static int userBits(int length) {
        return (length - 1) << USER_SHIFT;
    }

    static int userLength(int tag) {
        return ((tag >>> USER_SHIFT) & 7) + 1;
    }

    /** Bytes without which a user is not the same, from 1 on. */
    static int userLength(long zigzag) {
        return (Long.SIZE + 7 - Long.numberOfLeadingZeros(zigzag | 1)) >>> 3;
    }

    /** The bits of the tag for a time that takes two to the power of this many bytes. */
    static int timeBits(int lengthLog2) {
        return lengthLog2 << TIME_SHIFT;
    }

    static int timeLengthLog2(int tag) {
        return (tag >>> TIME_SHIFT) & 3;
    }

    /** The least power of two of bytes without which a time is not the same. */
    static int timeLengthLog2(long zigzag) {
        int lengthLessOne = (Long.SIZE - 1 - Long.numberOfLeadingZeros(zigzag | 1)) >>> 3;
        return Integer.SIZE - Integer.numberOfLeadingZeros(lengthLessOne);
    }

    /** Writes a number, and anything behind its last byte, up to 8 bytes in all. */
    static void writeLong(byte[] bytes, int at, long value) {
        LONG.set(bytes, at, value);
    }

    /** Reads a number of 1 to 8 bytes; there must be 8. */
    static long readLong(byte[] bytes, int at, int length) {
        return (long) LONG.get(bytes, at) & (-1L >>> (Long.SIZE - Byte.SIZE * length));
    }

    static void writeInt(byte[] bytes, int at, int value) {
        INT.set(bytes, at, value);
    }

    static int readInt(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }
}
