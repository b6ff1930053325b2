package io.clickstream.event;

import java.util.Arrays;
import java.util.Objects;

/**
 * Clicks of one key group on their way through the shuffle, in the order in which they came: their
 * bytes, which {@code io.clickstream.shuffle} writes and reads.
 */
public final class ClickBatch {

    /** Bytes behind the clicks that may be read, whatever they are: a long is read at once. */
    static final int SPARE = Long.BYTES;

    private final int key;
    private final byte[] bytes;
    private final int length;

    /**
     * Keeps the array, which may be used again once the batch has been handed on.
     *
     * @param key a number that falls into the clicks' key group
     * @param bytes clicks from the beginning on, and anything behind them
     * @param length of the clicks, in bytes
     */
    public ClickBatch(int key, byte[] bytes, int length) {
        this.key = key;
        this.bytes = Objects.requireNonNull(bytes);
        this.length = Objects.checkIndex(length, bytes.length + 1);
    }

    /** By what the shuffle finds the subtask that owns the clicks' users. */
    public int key() {
        return key;
    }

    /** The clicks, up to {@link #length()}; must not be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * The clicks and at least 8 bytes behind them, which may be anything: the same array if it has
     * them, which nearly always is so.
     */
    public byte[] withSpare() {
        return bytes.length - length >= SPARE ? bytes : Arrays.copyOf(bytes, length + SPARE);
    }

    /** Length of the clicks, in bytes. */
    public int length() {
        return length;
    }
}
