package io.clickstream.bench;

import java.nio.ByteBuffer;

/** Copies clicks out of a block, one after another and block after block, with their times. */
public final class ClickCursor {

    private final ClickFormat format;
    private final ByteBuffer buffer;
    private final long clicksPerBlock;
    private final long blockMillis;
    private long shift;
    private long position;
    private int offset;

    ClickCursor(ClickFormat format, ByteBuffer buffer, long clicksPerBlock, long blockMillis) {
        this.format = format;
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
            format.shiftTime(click, shift);
        }
        return click;
    }
}
