package io.clickstream.shuffle;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Assigns numbers to the names of departments, in the order in which the names appear. All open
 * batches share the numbers, so a batch only stores which of them it contains. When all numbers are
 * assigned, other names are sent as text. If this happens often, the numbers must be assigned
 * again, see {@link #areOld()}.
 */
final class BatchNames {

    /** A power of two, twice as many as there are numbers. */
    private static final int SLOTS = 512;

    /**
     * After this many names without a number, it pays to send all batches and to assign the numbers
     * again.
     */
    static final int MAX_UNNUMBERED = 100_000;

    /** By their hash, with linear probing. */
    private final String[] names = new String[SLOTS];

    private final short[] numbers = new short[SLOTS];

    /** By the number: the name in UTF-8, since every batch begins with names. */
    private final byte[][] utf8 = new byte[BatchFormat.MAX_NAMES][];

    private int size;
    private int unnumbered;

    /** The name's number, or {@link BatchFormat#NO_NUMBER}. */
    @SuppressWarnings("ReferenceEquality") // Pooled strings are the same object, mostly.
    int number(String name) {
        int slot = name.hashCode() & (SLOTS - 1);
        String there = names[slot];
        while (there != null) {
            if (there == name || there.equals(name)) {
                return numbers[slot];
            }
            slot = (slot + 1) & (SLOTS - 1);
            there = names[slot];
        }
        if (size == BatchFormat.MAX_NAMES) {
            unnumbered++;
            return BatchFormat.NO_NUMBER;
        }
        names[slot] = name;
        numbers[slot] = (short) size;
        utf8[size] = name.getBytes(StandardCharsets.UTF_8);
        return size++;
    }

    /** The name in UTF-8, which must not be changed. */
    byte[] utf8(String name, int number) {
        return number == BatchFormat.NO_NUMBER
                ? name.getBytes(StandardCharsets.UTF_8)
                : utf8[number];
    }

    /** Whether the names with a number are no longer the frequent ones. */
    boolean areOld() {
        return unnumbered >= MAX_UNNUMBERED;
    }

    /** Drops all numbers. No open batch may contain a name. */
    void clear() {
        Arrays.fill(names, null);
        size = 0;
        unnumbered = 0;
    }
}
