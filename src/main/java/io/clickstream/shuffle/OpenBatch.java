package io.clickstream.shuffle;

import io.clickstream.event.Click;
import io.clickstream.event.ClickSerializer;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataOutputSerializer;

/** A batch that is being filled, in the layout of {@link BatchFormat}. */
final class OpenBatch {

    /** Enough for a click without a name, and for the spare bytes after it. */
    private static final int ROOM = 48;

    private byte[] bytes;
    private int length;
    private long time;

    /** A bit for each number whose name is in the batch. */
    private final long[] named = new long[(BatchFormat.MAX_NAMES + Long.SIZE) / Long.SIZE];

    OpenBatch(int capacity) {
        bytes = new byte[Math.max(capacity, ROOM)];
    }

    /** The clicks, up to {@link #length()}. Valid until the next click is added. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Removes all clicks and keeps the array. */
    void clear() {
        length = 0;
        time = 0;
        Arrays.fill(named, 0);
    }

    /**
     * Adds a click that has only a numeric user, a time, and perhaps a department.
     *
     * @param names number the departments of all open batches
     */
    void add(Click click, BatchNames names) {
        makeRoom(ROOM);
        if (click.marks() != 0) {
            bytes[length] = BatchFormat.MARKED;
            bytes[length + 1] = (byte) click.marks();
            bytes[length + 2] = (byte) (click.marks() >>> Byte.SIZE);
            length += BatchFormat.MARKED_BYTES;
        }
        int checkout = click.isCheckout() ? BatchFormat.CHECKOUT : 0;
        String department = click.department();
        if (department == null) {
            addHead(checkout, click);
            return;
        }
        int number = names.number(department);
        if ((named[number >>> 6] & (1L << number)) != 0) {
            addHead(checkout | BatchFormat.NUMBER, click);
            bytes[length++] = (byte) number;
        } else {
            addHead(checkout | BatchFormat.NAME, click);
            addName(names.utf8(department, number), number);
        }
    }

    private void addHead(int tag, Click click) {
        long user = BatchFormat.zigzag(click.user().number());
        long elapsed = BatchFormat.zigzag(click.timestamp() - time);
        time = click.timestamp();
        int userLength = BatchFormat.userLength(user);
        int timeLengthLog2 = BatchFormat.timeLengthLog2(elapsed);
        int at = length;
        bytes[at] =
                (byte)
                        (tag
                                | BatchFormat.userBits(userLength)
                                | BatchFormat.timeBits(timeLengthLog2));
        BatchFormat.writeLong(bytes, at + 1, user);
        BatchFormat.writeLong(bytes, at + 1 + userLength, elapsed);
        length = at + 1 + userLength + (1 << timeLengthLog2);
    }

    private void addName(byte[] utf8, int number) {
        makeRoom(utf8.length + ROOM);
        bytes[length] = (byte) number;
        BatchFormat.writeInt(bytes, length + 1, utf8.length);
        System.arraycopy(utf8, 0, bytes, length + 1 + Integer.BYTES, utf8.length);
        length += 1 + Integer.BYTES + utf8.length;
        if (number != BatchFormat.NO_NUMBER) {
            named[number >>> 6] |= 1L << number;
        }
    }

    /** Adds any click. */
    void addWhole(Click click, ClickSerializer serializer) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(128);
        serializer.serialize(click, out);
        makeRoom(1 + out.length());
        bytes[length] = BatchFormat.WHOLE;
        System.arraycopy(out.getSharedBuffer(), 0, bytes, length + 1, out.length());
        length += 1 + out.length();
    }

    private void makeRoom(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}
