package io.clickstream.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Looks at eight bytes at a time ("SIMD within a register"). A word has its first byte in the
 * lowest bits. A mask has the highest bit of each byte that was searched for; of these, the first
 * one is exact, and bytes behind it can be marked by mistake, because a subtraction borrows from
 * them.
 */
final class Swar {

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101_0101_0101_0101L;

    /** The highest bit of each byte: of ASCII, none. */
    static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private static final long QUOTES = '"' * ONES;
    private static final long BACKSLASHES = '\\' * ONES;
    private static final long BLANKS = ' ' * ONES;
    private static final long ZEROS = '0' * ONES;

    /** Added to a digit, it leaves the highest bit alone; added to a number above 9, it sets it. */
    private static final long ABOVE_NINE = 0x7676_7676_7676_7676L;

    /** The eight bytes from an index. */
    static long word(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    /**
     * The eight bytes from an index, or those that are left and then zeros.
     *
     * @param bytes at least eight
     * @param at less than the number of bytes
     */
    static long wordOrRest(byte[] bytes, int at) {
        int last = bytes.length - Long.BYTES;
        return at <= last
                ? (long) LONG.get(bytes, at)
                : (long) LONG.get(bytes, last) >>> (Byte.SIZE * (at - last));
    }

    /** Marks what ends a run of plain characters in a string: a quote, a backslash, a control. */
    static long endOfPlain(long word) {
        // A byte with its highest bit set is part of a longer character. It borrows nothing.
        return (((word ^ QUOTES) - ONES) | ((word ^ BACKSLASHES) - ONES) | (word - BLANKS))
                & ~word
                & HIGH_BITS;
    }

    /** Marks what is not a digit. */
    static long notDigits(long word) {
        long digits = word ^ ZEROS;
        return ((digits + ABOVE_NINE) | digits) & HIGH_BITS;
    }

    /** The index of the first byte that a mask marks; 8 if it marks none. */
    static int first(long mask) {
        return Long.numberOfTrailingZeros(mask) / Byte.SIZE;
    }

    /**
     * The number that the first digits of a word are.
     *
     * @param digits how many, from 1 to 8
     */
    static long number(long word, int digits) {
        // Moved up, so that zeros are in front of fewer than eight digits. Then pairs of digits,
        // pairs of pairs, and pairs of these become numbers.
        long numbers = (word ^ ZEROS) << (Long.SIZE - Byte.SIZE * digits);
        numbers = (numbers * 10 + (numbers >>> 8)) & 0x00FF_00FF_00FF_00FFL;
        numbers = (numbers * 100 + (numbers >>> 16)) & 0x0000_FFFF_0000_FFFFL;
        return (numbers * 10_000 + (numbers >>> 32)) & 0xFFFF_FFFFL;
    }

    private Swar() {}
}
