package io.clickstream.shuffle;

import java.util.Arrays;

/**
 * Numbers for the names of departments that come first, the same in all open batches: so a batch
 * needs to remember only which of them it has. Names that come when all numbers are given are sent
 * as they are; if that happens often, the numbers are to be given anew.
 */
final class BatchNames {

    /** A power of two, twice as many as there are numbers. */
    private static final int SLOTS = 512;

    /**
     * So many names without a number are worth it to give the numbers anew, for which all batches
     * are sent.
     */
    static final int MAX_UNNUMBERED = 100_000;

    /** By their hash, with linear probing. */
    private final String[] names = new String[SLOTS];

    private final short[] numbers = new short[SLOTS];
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
        return size++;
    }

    /** Whether names that came first are no more those that come often. */
    boolean areOld() {
        return unnumbered >= MAX_UNNUMBERED;
    }

    /** Gives the numbers anew, when no batch is open that has names. */
    void clear() {
        Arrays.fill(names, null);
        size = 0;
        unnumbered = 0;
    }
}
