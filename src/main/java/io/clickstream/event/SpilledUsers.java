package io.clickstream.event;

/**
 * Remembers who is in the store and not on the heap, by a 64-bit fingerprint each, so that the
 * clicks of all others need no look into the store. It may take somebody for a spilled user who is
 * none, never the other way round: equal fingerprints are kept as often as they were added.
 */
public final class SpilledUsers {

    private static final int MIN_SLOTS = 1024;
    private static final long EMPTY = 0;

    private long[] slots = new long[MIN_SLOTS];
    private int size;

    /** Notes a user. */
    public void add(UserId user) {
        if (2L * (size + 1) > slots.length) {
            resize(2 * slots.length);
        }
        place(fingerprint(user));
        size++;
    }

    /** Whether a user may have been added. */
    public boolean mayContain(UserId user) {
        if (size == 0) {
            return false;
        }
        long fingerprint = fingerprint(user);
        int mask = slots.length - 1;
        for (int i = slot(fingerprint, mask); slots[i] != EMPTY; i = (i + 1) & mask) {
            if (slots[i] == fingerprint) {
                return true;
            }
        }
        return false;
    }

    /** Removes a user who was added. */
    public void remove(UserId user) {
        long fingerprint = fingerprint(user);
        int mask = slots.length - 1;
        int hole = slot(fingerprint, mask);
        while (slots[hole] != fingerprint) {
            if (slots[hole] == EMPTY) {
                throw new IllegalStateException("User " + user + " was never added");
            }
            hole = (hole + 1) & mask;
        }
        for (int i = (hole + 1) & mask; slots[i] != EMPTY; i = (i + 1) & mask) {
            int home = slot(slots[i], mask);
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                slots[hole] = slots[i];
                hole = i;
            }
        }
        slots[hole] = EMPTY;
        size--;
        if (slots.length > MIN_SLOTS && 16L * size < slots.length) {
            resize(slots.length / 4);
        }
    }

    /** The number of users. */
    public int size() {
        return size;
    }

    private void resize(int length) {
        long[] old = slots;
        slots = new long[length];
        for (long fingerprint : old) {
            if (fingerprint != EMPTY) {
                place(fingerprint);
            }
        }
    }

    private void place(long fingerprint) {
        int mask = slots.length - 1;
        int i = slot(fingerprint, mask);
        while (slots[i] != EMPTY) {
            i = (i + 1) & mask;
        }
        slots[i] = fingerprint;
    }

    private static int slot(long fingerprint, int mask) {
        return (int) (fingerprint ^ (fingerprint >>> 32)) & mask;
    }

    /** No two integral numbers have the same. */
    private static long fingerprint(UserId user) {
        String text = user.text();
        long hash;
        if (text == null) {
            hash = Mixing.mix(user.number() ^ Mixing.SEED);
        } else {
            hash = Mixing.SEED + (user.isQuoted() ? 1 : 2);
            for (int i = 0; i < text.length(); i++) {
                hash = Mixing.mix((hash + 0x9e3779b97f4a7c15L) ^ text.charAt(i));
            }
        }
        return hash == EMPTY ? 1 : hash;
    }
}
