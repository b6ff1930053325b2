package io.clickstream.session;

import io.clickstream.event.UserId;
import java.util.function.Consumer;
import javax.annotation.Nullable;

/** A hash table of the users on the heap: open addressing, linear probing, no object per entry. */
final class OpenUsers {

    private static final int MIN_SLOTS = 1024;
    private static final int EMPTY = 0;

    private OpenUser[] slots = new OpenUser[MIN_SLOTS];

    /** The users' hashes, so that a search looks at hardly any user but the right one. */
    private int[] hashes = new int[MIN_SLOTS];

    private int size;

    /** Never {@link #EMPTY}. */
    static int hash(UserId user) {
        // Spreads what is dense (ids in a row) over all bits: the finalizer of MurmurHash3.
        int h = user.hashCode();
        h ^= h >>> 16;
        h *= 0x85ebca6b;
        h ^= h >>> 13;
        h *= 0xc2b2ae35;
        h ^= h >>> 16;
        return h == EMPTY ? 1 : h;
    }

    @Nullable
    OpenUser get(UserId user, int hash) {
        int[] table = hashes;
        int mask = table.length - 1;
        for (int i = hash & mask; table[i] != EMPTY; i = (i + 1) & mask) {
            if (table[i] == hash && slots[i].is(user)) {
                return slots[i];
            }
        }
        return null;
    }

    /** Adds a user who is not there. */
    void add(OpenUser user) {
        if (2 * (size + 1) > slots.length) {
            resize(2 * slots.length);
        }
        place(user);
        size++;
    }

    private void place(OpenUser user) {
        int mask = slots.length - 1;
        int i = user.hash() & mask;
        while (hashes[i] != EMPTY) {
            i = (i + 1) & mask;
        }
        slots[i] = user;
        hashes[i] = user.hash();
    }

    /** Removes a user who is there. */
    @SuppressWarnings("ReferenceEquality") // The very object that was added.
    void remove(OpenUser user) {
        int mask = slots.length - 1;
        int hole = user.hash() & mask;
        while (slots[hole] != user) {
            hole = (hole + 1) & mask;
        }
        // Closes the gap, so that no search ends too early.
        for (int i = (hole + 1) & mask; hashes[i] != EMPTY; i = (i + 1) & mask) {
            int home = hashes[i] & mask;
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                slots[hole] = slots[i];
                hashes[hole] = hashes[i];
                hole = i;
            }
        }
        slots[hole] = null;
        hashes[hole] = EMPTY;
        size--;
        if (slots.length > MIN_SLOTS && 16 * size < slots.length) {
            resize(slots.length / 4);
        }
    }

    private void resize(int length) {
        OpenUser[] old = slots;
        slots = new OpenUser[length];
        hashes = new int[length];
        for (OpenUser each : old) {
            if (each != null) {
                place(each);
            }
        }
    }

    int size() {
        return size;
    }

    /** Visits all users. None may be added or removed meanwhile. */
    void forEach(Consumer<OpenUser> visitor) {
        for (OpenUser user : slots) {
            if (user != null) {
                visitor.accept(user);
            }
        }
    }
}
