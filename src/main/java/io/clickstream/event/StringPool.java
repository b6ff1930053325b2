package io.clickstream.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.annotation.Nullable;

/**
 * Gives the same string for the same characters, so that the few departments and event types of a
 * shop are not made anew for every click. A slot holds the string that came last, and no slot holds
 * a string longer than {@link #MAX_LENGTH}, hence the pool stays small whatever is sent: 8 MB at
 * most of either kind.
 */
public final class StringPool {

    /**
     * Characters, or bytes of UTF-8, of the longest string that is kept. No name that the job uses
     * is longer.
     */
    public static final int MAX_LENGTH = 1024;

    /** A power of two; a shop has tens to hundreds of departments. */
    private static final int SLOTS = 4096;

    /** Leaves as many bits as slots need. */
    private static final int SLOT_SHIFT = Long.SIZE - 12;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** 2^64 by the golden ratio, as in Fibonacci hashing (Knuth, TAOCP 3, 6.4). */
    private static final long ODD = 0x9E3779B97F4A7C15L;

    private final String[] strings = new String[SLOTS];
    private final Utf8[] utf8 = new Utf8[SLOTS];

    /** A string and its bytes. */
    private static final class Utf8 {
        private final String string;
        private final int length;
        private final long head;
        private final long tail;

        /** Null if head and tail are all bytes. */
        @Nullable private final byte[] bytes;

        Utf8(String string, int length, long head, long tail, @Nullable byte[] bytes) {
            this.string = string;
            this.length = length;
            this.head = head;
            this.tail = tail;
            this.bytes = bytes;
        }
    }

    /** The string of these characters. */
    public String of(char[] chars, int offset, int length) {
        String text = ofText(chars, offset, length);
        return text == null ? new String(chars, offset, length) : text;
    }

    /**
     * The string of these characters; null if half of a surrogate pair is among them. Such strings
     * are not kept, so that this is looked for only where a string is new.
     */
    @Nullable
    public String ofText(char[] chars, int offset, int length) {
        if (length > MAX_LENGTH) {
            String text = new String(chars, offset, length);
            return Texts.isPaired(text) ? text : null;
        }
        int hash = 0;
        for (int i = 0; i < length; i++) {
            hash = 31 * hash + chars[offset + i];
        }
        int slot = slot(hash);
        String pooled = strings[slot];
        if (pooled != null && pooled.length() == length && matches(pooled, chars, offset)) {
            return pooled;
        }
        String made = new String(chars, offset, length);
        if (!Texts.isPaired(made)) {
            return null;
        }
        strings[slot] = made;
        return made;
    }

    /** The string of UTF-8 bytes; invalid bytes become U+FFFD. */
    public String ofUtf8(byte[] bytes, int offset, int length) {
        String text = ofValidUtf8(bytes, offset, length);
        return text == null ? new String(bytes, offset, length, StandardCharsets.UTF_8) : text;
    }

    /**
     * The string of UTF-8 bytes; null if they are not valid. Such strings are not kept, so that
     * this is looked for only where a string is new.
     */
    @Nullable
    public String ofValidUtf8(byte[] bytes, int offset, int length) {
        if (length == 0) {
            return "";
        }
        // The first eight bytes and the last eight, which are all of them up to sixteen.
        int end = offset + length;
        long head;
        long tail;
        if (end < Long.BYTES) {
            head = little(bytes, offset, length);
            tail = head;
        } else {
            // Of a short string both are the same eight bytes: what is in front of the string is in
            // the lowest ones and shifted out. No branch, since lengths come in no order.
            int shift = Byte.SIZE * Math.max(0, Long.BYTES - length);
            head = (long) LONG.get(bytes, Math.min(offset, end - Long.BYTES)) >>> shift;
            tail = (long) LONG.get(bytes, end - Long.BYTES) >>> shift;
        }
        boolean isLong = length > 2 * Long.BYTES;
        long middle = isLong ? (long) LONG.get(bytes, offset + (length - Long.BYTES) / 2) : 0;
        int slot = (int) ((((head * ODD + tail) * ODD + middle + length) * ODD) >>> SLOT_SHIFT);
        Utf8 pooled = utf8[slot];
        if (pooled != null
                && pooled.head == head
                && pooled.tail == tail
                && pooled.length == length
                && (!isLong || Arrays.equals(pooled.bytes, 0, length, bytes, offset, end))) {
            return pooled.string;
        }
        if (Texts.firstInvalid(bytes, offset, end) >= 0) {
            return null;
        }
        String made = new String(bytes, offset, length, StandardCharsets.UTF_8);
        if (length <= MAX_LENGTH) {
            utf8[slot] =
                    new Utf8(
                            made,
                            length,
                            head,
                            tail,
                            isLong ? Arrays.copyOfRange(bytes, offset, end) : null);
        }
        return made;
    }

    /** Bytes as a number, the first one the lowest. */
    private static long little(byte[] bytes, int offset, int length) {
        long number = 0;
        for (int i = length - 1; i >= 0; i--) {
            number = (number << Byte.SIZE) | (bytes[offset + i] & 0xFF);
        }
        return number;
    }

    private static boolean matches(String pooled, char[] chars, int offset) {
        for (int i = 0; i < pooled.length(); i++) {
            if (pooled.charAt(i) != chars[offset + i]) {
                return false;
            }
        }
        return true;
    }

    private static int slot(int hash) {
        return (hash ^ (hash >>> 16)) & (SLOTS - 1);
    }
}
