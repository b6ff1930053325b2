package io.clickstream.bench;

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
     * FNV-1a over the bytes, then the finalizer of MurmurHash3, since sums of plain FNV hashes of
     * lines that differ in a digit can be equal.
     */
    static long hash(byte[] line) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : line) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }
}
