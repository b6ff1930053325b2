package io.clickstream.sort;

import io.clickstream.event.Click;
import io.clickstream.event.Mixing;
import io.clickstream.event.UserId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import javax.annotation.Nullable;

/**
 * Numbers users from 0 on, in the order in which they come. Neither numbers nor texts that somebody
 * has chosen for their hash codes make it slow.
 */
final class UserNumbers {

    /** A power of two. */
    private static final int MIN_SLOTS = 1024;

    private static final int FREE = -1;

    /** By the user's number; for an id that is a text, unused. */
    private long[] ids = new long[MIN_SLOTS / 2];

    /** By the user's number; null for an integral id. */
    private UserId[] texts = new UserId[MIN_SLOTS / 2];

    private int size;

    /** Numbers of users with integral ids by the hash of the id, with linear probing. */
    private int[] slots = newSlots(MIN_SLOTS);

    /** Numbers of users by their text: ids that are strings, and literals of numbers. */
    private final Map<String, Integer> strings = new HashMap<>();

    private final Map<String, Integer> literals = new HashMap<>();

    private static int[] newSlots(int count) {
        int[] slots = new int[count];
        Arrays.fill(slots, FREE);
        return slots;
    }

    int size() {
        return size;
    }

    /** The id of a user; null if it is an integral number. */
    @Nullable
    UserId text(int user) {
        return texts[user];
    }

    /** The id of a user where {@link #text} is null. */
    long id(int user) {
        return ids[user];
    }

    /** The number of a click's user, who gets the next one if the user has none. */
    int of(Click click) {
        UserId text = click.userOfText();
        if (text != null) {
            Map<String, Integer> known = text.isQuoted() ? strings : literals;
            Integer number = known.get(text.text());
            if (number == null) {
                known.put(text.text(), size);
                return add(0, text);
            }
            return number;
        }
        int slot = slot(click.userNumber());
        if (slots[slot] == FREE) {
            slots[slot] = size;
            add(click.userNumber(), null);
            if (2 * size > slots.length) {
                grow();
            }
            return size - 1;
        }
        return slots[slot];
    }

    private int add(long id, @Nullable UserId text) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
            texts = Arrays.copyOf(texts, 2 * size);
        }
        ids[size] = id;
        texts[size] = text;
        return size++;
    }

    /** The slot of an integral id, or the free one where it belongs. */
    private int slot(long id) {
        int mask = slots.length - 1;
        int slot = (int) Mixing.mix(id ^ Mixing.SEED) & mask;
        while (slots[slot] != FREE && ids[slots[slot]] != id) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        slots = newSlots(2 * slots.length);
        for (int user = 0; user < size; user++) {
            if (texts[user] == null) {
                slots[slot(ids[user])] = user;
            }
        }
    }

    /** The numbers of all users, in the order of {@link UserId#ORDER}. */
    int[] inOrder() {
        long[] integral = new long[size];
        UserId[] others = new UserId[size];
        int integrals = 0;
        for (int user = 0; user < size; user++) {
            if (texts[user] == null) {
                integral[integrals++] = ids[user];
            } else {
                others[user - integrals] = texts[user];
            }
        }
        Arrays.sort(integral, 0, integrals);
        Arrays.sort(others, 0, size - integrals, UserId.ORDER);
        int[] users = new int[size];
        for (int i = 0; i < integrals; i++) {
            users[i] = slots[slot(integral[i])];
        }
        for (int i = integrals; i < size; i++) {
            UserId text = others[i - integrals];
            users[i] = (text.isQuoted() ? strings : literals).get(text.text());
        }
        return users;
    }

    /** Forgets all users. */
    void clear() {
        if (slots.length > MIN_SLOTS && 8L * size < slots.length) {
            // Not as many as before: filling all slots would take longer than the users did.
            slots = new int[Math.max(MIN_SLOTS, slots.length / 2)];
        }
        Arrays.fill(slots, FREE);
        Arrays.fill(texts, 0, size, null);
        strings.clear();
        literals.clear();
        size = 0;
    }
}
