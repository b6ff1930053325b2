package io.clickstream.event;

import java.util.Arrays;

/**
 * Bytes to write or to read, mostly numbers as unsigned varints: 7 bits a byte, the lowest first.
 */
public final class VarBytes {

    private static final int MIN_BYTES = 64;
    private static final int MAX_VARINT = 10;

    private byte[] bytes;
    private int position;

    /** Nothing yet, to be written. */
    public VarBytes() {
        bytes = new byte[MIN_BYTES];
    }

    /** To be read; the array is not copied. */
    public VarBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    public void put(long value) {
        reserve(MAX_VARINT);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[position++] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        bytes[position++] = (byte) rest;
    }

    /** Few bytes also for small negative numbers. */
    public void putSigned(long value) {
        put((value << 1) ^ (value >> 63));
    }

    public void put(byte[] source) {
        put(source.length);
        reserve(source.length);
        System.arraycopy(source, 0, bytes, position, source.length);
        position += source.length;
    }

    /** A text by its UTF-16 units, since a JSON string may hold half a surrogate pair. */
    public void put(String text) {
        put(text.length());
        for (int i = 0; i < text.length(); i++) {
            put(text.charAt(i));
        }
    }

    public long get() {
        long value = 0;
        int shift = 0;
        byte next;
        do {
            next = bytes[position++];
            value |= (next & 0x7fL) << shift;
            shift += 7;
        } while (next < 0);
        return value;
    }

    public long getSigned() {
        long value = get();
        return (value >>> 1) ^ -(value & 1);
    }

    public byte[] getBytes() {
        int length = (int) get();
        position += length;
        return Arrays.copyOfRange(bytes, position - length, position);
    }

    public String getText() {
        char[] text = new char[(int) get()];
        for (int i = 0; i < text.length; i++) {
            text[i] = (char) get();
        }
        return new String(text);
    }

    /** How many bytes were written, or read. */
    public int position() {
        return position;
    }

    public boolean isAtEnd() {
        return position == bytes.length;
    }

    /** What was written, after which nothing is. */
    public byte[] take() {
        byte[] taken = Arrays.copyOf(bytes, position);
        position = 0;
        return taken;
    }

    /** Forgets what was written. */
    public void clear() {
        position = 0;
    }

    private void reserve(int length) {
        if (position + length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, position + length));
        }
    }
}
