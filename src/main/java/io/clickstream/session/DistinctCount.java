package io.clickstream.session;

import io.clickstream.event.Mixing;
import java.util.Arrays;

/**
 * How many distinct names there were, in bounded memory. It keeps the {@link #LIMIT} smallest
 * hashes. With fewer names the number is exact. Beyond, the largest hash that is kept says how
 * dense hashes are, and so how many there are: the standard error is 1.1 %. The number depends on
 * the set of names only, neither on their order nor on how often each came.
 */
final class DistinctCount {

    /** With fewer names than this, the number is exact. */
    static final int LIMIT = 8192;

    private static final int MIN_HASHES = 16;

    /** Hashes have 63 bits, so that their order is that of signed numbers. */
    private static final double HASHES = 0x1p63;

    /** The first ones are distinct and ascending; those behind came since. */
    private long[] hashes = new long[MIN_HASHES];

    private int sorted;
    private int size;

    /** The hash of a name. It is part of stored sessions and must not change. */
    static long hash(String name) {
        long hash = name.length();
        for (int i = 0; i < name.length(); i++) {
            hash = hash * 0x9e3779b97f4a7c15L + name.charAt(i);
        }
        return Mixing.mix(hash) >>> 1;
    }

    /** Notes a name. */
    void add(long hash) {
        if (sorted == LIMIT && hash >= hashes[LIMIT - 1]) {
            return;
        }
        if (size == hashes.length) {
            settle();
            if (2 * size > hashes.length) {
                hashes = Arrays.copyOf(hashes, 2 * hashes.length);
            }
        }
        hashes[size++] = hash;
    }

    /** Notes all that another one has noted. */
    void addAll(DistinctCount other) {
        for (int i = 0; i < other.size; i++) {
            add(other.hashes[i]);
        }
    }

    /** A copy that goes on by itself. */
    DistinctCount copy() {
        DistinctCount copy = new DistinctCount();
        copy.addAll(this);
        return copy;
    }

    /** The number of distinct names. */
    long count() {
        settle();
        return size < LIMIT
                ? size
                : Math.max(LIMIT, Math.round((LIMIT - 1) / (hashes[LIMIT - 1] / HASHES)));
    }

    /** How many hashes are kept. */
    int size() {
        settle();
        return size;
    }

    /** A hash that is kept, in ascending order; to be called after {@link #size}. */
    long hash(int index) {
        return hashes[index];
    }

    long heapBytes() {
        return (long) Long.BYTES * hashes.length;
    }

    private void settle() {
        if (sorted == size) {
            return;
        }
        Arrays.sort(hashes, 0, size);
        int kept = 0;
        for (int i = 0; i < size && kept < LIMIT; i++) {
            if (kept == 0 || hashes[i] != hashes[kept - 1]) {
                hashes[kept++] = hashes[i];
            }
        }
        size = kept;
        sorted = kept;
    }
}
