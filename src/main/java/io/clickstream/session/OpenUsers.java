package io.clickstream.session;

import io.clickstream.event.UserId;
import java.util.function.Consumer;
import javax.annotation.Nullable;

/** A hash table of the users on the heap: open addressing, linear probing, no object per entry. */
final class OpenUsers {

    private static final int MIN_SLOTS = 1024;

    private OpenUser[] slots = new OpenUser[MIN_SLOTS];
    private int size;

    static int hash(UserId user) {
        // Spreads what is dense (ids in a row) over all bits: the finalizer of MurmurHash3.
        int h = user.hashCode();
        h ^= h >>> 16;
        h *= 0x85ebca6b;
        h ^= h >>> 13;
        h *= 0xc2b2ae35;
        return h ^ (h >>> 16);
    }

    @Nullable
    OpenUser get(UserId user, int hash) {
        OpenUser[] table = slots;
        int mask = table.length - 1;
        for (int i = hash & mask; ; i = (i + 1) & mask) {
            OpenUser found = table[i];
            if (found == null || (found.hash() == hash && found.is(user))) {
                return found;
            }
        }
    }

    /** Adds a user who is not there. */
    void add(OpenUser user) {
        if (2 * (size + 1) > slots.length) {
            OpenUser[] old = slots;
            slots = new OpenUser[2 * old.length];
            for (OpenUser each : old) {
                if (each != null) {
                    place(each);
                }
            }
        }
        place(user);
        size++;
    }

    private void place(OpenUser user) {
        int mask = slots.length - 1;
        int i = user.hash() & mask;
        while (slots[i] != null) {
            i = (i + 1) & mask;
        }
        slots[i] = user;
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
        for (int i = (hole + 1) & mask; slots[i] != null; i = (i + 1) & mask) {
            int home = slots[i].hash() & mask;
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                slots[hole] = slots[i];
                hole = i;
            }
        }
        slots[hole] = null;
        size--;
        if (slots.length > MIN_SLOTS && 16 * size < slots.length) {
            shrink();
        }
    }

    private void shrink() {
        OpenUser[] old = slots;
        slots = new OpenUser[old.length / 4];
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
