package io.clickstream.event;

import java.security.SecureRandom;

/** Spreads what is alike over all bits. */
public final class Mixing {

    /**
     * It differs in each process, so that nobody can send ids that are made to collide. No state
     * depends on it.
     */
    public static final long SEED = new SecureRandom().nextLong();

    /** The finalizer of MurmurHash3, 64 bits; no two numbers have the same. */
    public static long mix(long value) {
        long h = value;
        h ^= h >>> 33;
        h *= 0xff51afd7ed558ccdL;
        h ^= h >>> 33;
        h *= 0xc4ceb9fe1a85ec53L;
        return h ^ (h >>> 33);
    }

    private Mixing() {}
}
