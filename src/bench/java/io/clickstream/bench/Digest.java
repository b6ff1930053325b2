package io.clickstream.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/**
 * What identifies a multiset of lines, whatever their order: how many there are, and the sum of
 * their hashes. Two multisets of lines that differ have the same digest once in 2^64.
 *
 * @param lines how many
 * @param sum of the hashes, modulo 2^64
 */
public record Digest(long lines, long sum) {

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** 2^64 by the golden ratio, as in Fibonacci hashing (Knuth, TAOCP 3, 6.4). */
    private static final long ODD = 0x9E3779B97F4A7C15L;

    /** No line. */
    public static final Digest EMPTY = new Digest(0, 0);

    /** The digest of lines. */
    public static Digest of(Collection<String> lines) {
        long sum = 0;
        for (String line : lines) {
            sum += hash(line.getBytes(StandardCharsets.UTF_8));
        }
        return new Digest(lines.size(), sum);
    }

    /** The lines of both. */
    public Digest plus(Digest other) {
        return new Digest(lines + other.lines, sum + other.sum);
    }

    /**
     * Multiplied and mixed eight bytes at a time, with the finalizer of MurmurHash3 in the end: it
     * is a part of what every peer does, and should take as little of it as it can.
     */
    static long hash(byte[] line) {
        long hash = line.length * ODD;
        int i = 0;
        for (; i + Long.BYTES <= line.length; i += Long.BYTES) {
            hash = (hash ^ (long) LONG.get(line, i)) * ODD;
            hash ^= hash >>> 32;
        }
        for (; i < line.length; i++) {
            hash = (hash ^ (line[i] & 0xff)) * ODD;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }
}
