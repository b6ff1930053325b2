package io.clickstream.tools.oracle;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Knows which records must be in the archive and which are, each as often as it is. Safe for
 * several threads.
 *
 * <p>Of a record it keeps the first 8 bytes of its SHA-256: 16 MB for a million records, both sides
 * together. That two of them are alike by chance among a million different ones has a probability
 * of 3 in 100 million.
 */
public final class ArchiveLedger {

    /**
     * How what is there differs from what should be.
     *
     * @param expected how many records should be there
     * @param missing of those, how many are not
     * @param unexpected how many are there and should not be, or once more than they should
     */
    public record Difference(int expected, int missing, int unexpected) {

        /** Whether all that should be there is there, and nothing else. */
        public boolean isNone() {
            return missing == 0 && unexpected == 0;
        }
    }

    /** Numbers of which there are always more. */
    private static final class Digests {

        private long[] values = new long[1024];
        private int count;

        void add(long value) {
            if (count == values.length) {
                values = Arrays.copyOf(values, 2 * count);
            }
            values[count++] = value;
        }

        long[] sorted() {
            long[] sorted = Arrays.copyOf(values, count);
            Arrays.sort(sorted);
            return sorted;
        }
    }

    private final Digests sent = new Digests();
    private final Digests found = new Digests();

    /** Notes a record that goes to the job, as the archive must keep it. */
    public void sent(byte[] record) {
        long digest = digest(record);
        synchronized (this) {
            sent.add(digest);
        }
    }

    /** Notes a record that is in the archive. */
    public void found(byte[] record) {
        long digest = digest(record);
        synchronized (this) {
            found.add(digest);
        }
    }

    private static long digest(byte[] record) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(record)).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** How many records are in the archive. */
    public synchronized int found() {
        return found.count;
    }

    /** Whether there are as many records as there should be, or more. */
    public synchronized boolean isComplete() {
        return found.count >= sent.count;
    }

    /** Compares what is there by now with what should be. */
    public synchronized Difference difference() {
        long[] expected = sent.sorted();
        long[] actual = found.sorted();
        int missing = 0;
        int unexpected = 0;
        int i = 0;
        int j = 0;
        while (i < expected.length && j < actual.length) {
            if (expected[i] == actual[j]) {
                i++;
                j++;
            } else if (expected[i] < actual[j]) {
                missing++;
                i++;
            } else {
                unexpected++;
                j++;
            }
        }
        return new Difference(
                expected.length, missing + expected.length - i, unexpected + actual.length - j);
    }
}
