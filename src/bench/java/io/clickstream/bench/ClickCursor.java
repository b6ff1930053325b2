package io.clickstream.bench;

import java.nio.ByteBuffer;

/** Copies clicks out of a block, one after another and block after block, with their times. */
public final class ClickCursor {

    /**
     * Bytes of the time of every click. Avro writes it as a number with 7 bits per byte and the
     * sign in the lowest bit; that makes 6 bytes for all times from 1970-07 to 2039-09.
     */
    private static final int TIME_BYTES = 6;

    private final ByteBuffer buffer;
    private final long clicksPerBlock;
    private final long blockMillis;
    private long shift;
    private long position;
    private int offset;

    ClickCursor(ByteBuffer buffer, long clicksPerBlock, long blockMillis) {
        this.buffer = buffer;
        this.clicksPerBlock = clicksPerBlock;
        this.blockMillis = blockMillis;
    }

    /** How many clicks have been read. */
    public long position() {
        return position;
    }

    /** Moves to a position, as if so many clicks had been read. */
    public void seek(long newPosition) {
        shift = newPosition / clicksPerBlock * blockMillis;
        position = newPosition;
        offset = 0;
        for (long i = newPosition % clicksPerBlock; i > 0; i--) {
            offset += 1 + (buffer.get(offset) & 0xff);
        }
    }

    /** The bytes of the next click, in an array of their own. */
    public byte[] next() {
        if (offset == buffer.limit()) {
            offset = 0;
            shift += blockMillis;
        }
        int length = buffer.get(offset) & 0xff;
        byte[] click = new byte[length];
        buffer.get(offset + 1, click);
        offset += 1 + length;
        position++;
        if (shift != 0) {
            shiftTime(click);
        }
        return click;
    }

    /** The time stands behind the address, a string of up to 63 bytes with its length in one. */
    private void shiftTime(byte[] click) {
        int at = 1 + (click[0] >> 1);
        long time = 0;
        for (int i = 0; i < TIME_BYTES; i++) {
            time |= (click[at + i] & 0x7fL) << (7 * i);
        }
        time += shift << 1;
        for (int i = 0; i < TIME_BYTES - 1; i++) {
            click[at + i] = (byte) ((time & 0x7f) | 0x80);
            time >>>= 7;
        }
        click[at + TIME_BYTES - 1] = (byte) time;
    }

    /** The user of a click: behind the time, the device, and two strings in unions with null. */
    static int user(byte[] click) {
        int at = 1 + (click[0] >> 1) + TIME_BYTES;
        at += 1 + (click[at] >> 1);
        at += 2 + (click[at + 1] >> 1);
        at += 2 + (click[at + 1] >> 1);
        int user = 0;
        int bits = 0;
        byte next;
        do {
            next = click[at++];
            user |= (next & 0x7f) << bits;
            bits += 7;
        } while (next < 0);
        return user >>> 1;
    }
}
