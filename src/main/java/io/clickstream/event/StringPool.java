package io.clickstream.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Gives the same string for the same characters, so that the few departments and event types of a
 * shop are not made anew for every click. A slot holds the string that came last, hence the pool
 * stays small whatever is sent.
 */
public final class StringPool {

    /** A power of two; a shop has tens to hundreds of departments. */
    private static final int SLOTS = 4096;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** 2^64 by the golden ratio, as in Fibonacci hashing (Knuth, TAOCP 3, 6.4). */
    private static final long ODD = 0x9E3779B97F4A7C15L;

    private final String[] strings = new String[SLOTS];
    private final byte[][] utf8 = new byte[SLOTS][];

    /** The string of these characters. */
    public String of(char[] chars, int offset, int length) {
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
        strings[slot] = made;
        utf8[slot] = null;
        return made;
    }

    /** The string of UTF-8 bytes; invalid bytes become U+FFFD. */
    public String ofUtf8(byte[] bytes, int offset, int length) {
        int slot = slot(hash(bytes, offset, length));
        byte[] pooled = utf8[slot];
        if (pooled != null
                && Arrays.equals(pooled, 0, pooled.length, bytes, offset, offset + length)) {
            return strings[slot];
        }
        String made = new String(bytes, offset, length, StandardCharsets.UTF_8);
        strings[slot] = made;
        utf8[slot] = Arrays.copyOfRange(bytes, offset, offset + length);
        return made;
    }

    /** Of all bytes up to sixteen; of longer ones, of both ends and the middle. */
    private static int hash(byte[] bytes, int offset, int length) {
        long mixed = length;
        if (length >= Long.BYTES) {
            mixed = mixed * ODD + (long) LONG.get(bytes, offset);
            mixed = mixed * ODD + (long) LONG.get(bytes, offset + length - Long.BYTES);
            if (length > 2 * Long.BYTES) {
                mixed = mixed * ODD + (long) LONG.get(bytes, offset + (length - Long.BYTES) / 2);
            }
        } else {
            for (int i = 0; i < length; i++) {
                mixed = (mixed << Byte.SIZE) | (bytes[offset + i] & 0xFF);
            }
        }
        return (int) ((mixed * ODD) >>> Integer.SIZE);
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
