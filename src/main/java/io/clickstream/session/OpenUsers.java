package io.clickstream.session;

import io.clickstream.event.Mixing;
import io.clickstream.event.UserId;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import javax.annotation.Nullable;

/**
 * The users with open sessions on the heap. The record of the newest session stands for the user. A
 * user can have several open sessions, further apart than the gap, until the watermark passes them.
 * They form a list from the newest to the oldest. Nearly every click belongs to the newest.
 *
 * <p>A hash table with open addressing and linear probing finds users. A slot holds the hash and
 * the index of the record, so a search rarely reads the record of another user.
 *
 * <p>Hostile clicks can produce many ids with the same hash, or a user with very many open
 * sessions. Such ids move to a tree, and such a user gets an index, so that searches stay fast.
 */
final class OpenUsers {

    /** Receives closed sessions. */
    @FunctionalInterface
    interface Closed {
        /** Receives a session. Its record is freed when the call returns. */
        void session(int record, UserId user);
    }

    /** The result of {@link #addClick} for a click that was not accepted. */
    static final int NOT_TAKEN = Integer.MIN_VALUE;

    private static final int MIN_SLOTS = 1024;
    private static final long EMPTY = 0;

    /** If more users than this have the same hash, they move from the table to a tree. */
    private static final int MAX_SAME_HASH = 16;

    /** If a search skips more sessions of a user than this, they get an index. */
    private static final int MAX_PASSED_OVER = 32;

    private final SessionRecords records;

    /** Slots: a hash, never 0, in the upper half, and the index of a record in the lower half. */
    private long[] slots = new long[MIN_SLOTS];

    private int used;

    /** The users in trees, by hash. */
    private final Map<Integer, TreeMap<UserId, Integer>> crowded = new HashMap<>();

    private int inCrowds;

    /** The indices of users with very many open sessions, by record. */
    private final Map<Integer, SessionIndex> indexes = new HashMap<>();

    private boolean hasIndexes;

    OpenUsers(SessionRecords records) {
        this.records = records;
    }

    /** The hash of a user, never 0. It differs between processes. */
    static int hash(UserId user) {
        return user.text() == null ? hash(user.number()) : hashOfText(user);
    }

    /** The hash of a user whose id is a number. */
    static int hash(long number) {
        return notEmpty(Mixing.mix(number ^ Mixing.SEED));
    }

    /** Uses the cached hash code, since hashing the text of every click would be expensive. */
    private static int hashOfText(UserId user) {
        return notEmpty(Mixing.mix(user.hashCode() + Mixing.SEED));
    }

    private static int notEmpty(long mixed) {
        int hash = (int) (mixed >>> 32);
        return hash == 0 ? 1 : hash;
    }

    /** Prefetches the slot in which the search for a hash begins. */
    long peekSlot(int hash) {
        return slots[hash & (slots.length - 1)];
    }

    /** Prefetches the first record with a hash, which nearly always is that of the user. */
    long peekRecord(int hash) {
        int mask = slots.length - 1;
        for (int i = hash & mask; slots[i] != EMPTY; i = (i + 1) & mask) {
            if ((int) (slots[i] >>> 32) == hash) {
                return records.peek((int) slots[i]);
            }
        }
        return 0;
    }

    /** Prefetches the slot in which the search for a record's user begins. */
    long peekSlotOf(int record) {
        return records.isHead(record) ? peekSlot(hash(records.user(record))) : 0;
    }

    /** The user's record, or {@link SessionRecords#NONE}. */
    int get(UserId user, int hash) {
        return get(user.number(), user.text() == null ? null : user, hash);
    }

    /**
     * The user's record, or {@link SessionRecords#NONE}.
     *
     * @param number the user, if the id is no text
     * @param text the user, if the id is a text, else null
     */
    int get(long number, @Nullable UserId text, int hash) {
        int mask = slots.length - 1;
        int i = hash & mask;
        while (slots[i] != EMPTY) {
            if ((int) (slots[i] >>> 32) == hash && records.isOf((int) slots[i], number, text)) {
                return (int) slots[i];
            }
            i = (i + 1) & mask;
        }
        return crowded.isEmpty() ? SessionRecords.NONE : getFromCrowd(number, text, hash);
    }

    private int getFromCrowd(long number, @Nullable UserId text, int hash) {
        TreeMap<UserId, Integer> crowd = crowded.get(hash);
        return crowd == null
                ? SessionRecords.NONE
                : crowd.getOrDefault(
                        text == null ? UserId.ofNumber(number) : text, SessionRecords.NONE);
    }

    /** Adds a new user with the newest session, which may be linked to older ones. */
    void add(UserId user, int hash, int head) {
        add(user.number(), user.text() == null ? null : user, hash, head);
    }

    /** The same; see {@link #get(long, UserId, int)}. */
    void add(long number, @Nullable UserId text, int hash, int head) {
        records.setHead(head, number, text);
        TreeMap<UserId, Integer> crowd = crowded.isEmpty() ? null : crowded.get(hash);
        if (crowd == null) {
            if (2 * (used + 1) > slots.length) {
                resize(2 * slots.length);
            }
            used++;
            if (place((long) hash << 32 | head) >= MAX_SAME_HASH) {
                addCrowd(hash);
            }
        } else {
            crowd.put(records.user(head), head);
            inCrowds++;
        }
    }

    /** Inserts a slot, and returns the number of skipped slots with the same hash. */
    private int place(long slot) {
        int mask = slots.length - 1;
        int same = 0;
        int i = (int) (slot >>> 32) & mask;
        while (slots[i] != EMPTY) {
            if (((slots[i] ^ slot) >>> 32) == 0) {
                same++;
            }
            i = (i + 1) & mask;
        }
        slots[i] = slot;
        return same;
    }

    /** Moves all users with a hash from the table into a tree. */
    private void addCrowd(int hash) {
        TreeMap<UserId, Integer> crowd = new TreeMap<>(UserId.ORDER);
        int mask = slots.length - 1;
        int i = hash & mask;
        while (slots[i] != EMPTY) {
            if ((int) (slots[i] >>> 32) == hash) {
                int head = (int) slots[i];
                crowd.put(records.user(head), head);
                removeSlot(i);
                // Other slots may have moved here.
                i = hash & mask;
            } else {
                i = (i + 1) & mask;
            }
        }
        inCrowds += crowd.size();
        crowded.put(hash, crowd);
    }

    /** Removes an existing user with all sessions. */
    void remove(int head) {
        int hash = hash(records.user(head));
        if (crowded.isEmpty() || !removeFromCrowd(head, hash)) {
            int mask = slots.length - 1;
            int i = hash & mask;
            while ((int) slots[i] != head) {
                i = (i + 1) & mask;
            }
            removeSlot(i);
        }
        if (isIndexed(head)) {
            removeIndex(head);
        }
        free(head);
        if (slots.length > MIN_SLOTS && 16 * used < slots.length) {
            resize(slots.length / 4);
        }
    }

    private boolean removeFromCrowd(int head, int hash) {
        TreeMap<UserId, Integer> crowd = crowded.get(hash);
        if (crowd == null) {
            return false;
        }
        crowd.remove(records.user(head));
        inCrowds--;
        if (crowd.isEmpty()) {
            crowded.remove(hash);
        }
        return true;
    }

    private void removeSlot(int slot) {
        int mask = slots.length - 1;
        int hole = slot;
        // Closes the gap, so that no search ends too early.
        for (int i = (hole + 1) & mask; slots[i] != EMPTY; i = (i + 1) & mask) {
            int home = (int) (slots[i] >>> 32) & mask;
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                slots[hole] = slots[i];
                hole = i;
            }
        }
        slots[hole] = EMPTY;
        used--;
    }

    private void resize(int length) {
        long[] old = slots;
        slots = new long[length];
        for (long slot : old) {
            if (slot != EMPTY) {
                place(slot);
            }
        }
    }

    int size() {
        return used + inCrowds;
    }

    /** Visits all users in memory order. The visitor may remove the current user. */
    void forEach(IntConsumer visitor) {
        for (int record = 0; record < records.end(); record++) {
            if (records.isHead(record)) {
                visitor.accept(record);
            }
        }
    }

    /**
     * Adds a click to the user's session to which it belongs, or to a new session.
     *
     * @param number the department's in {@link DepartmentNames}; any if there is no department
     * @param mayOpen whether a new session may begin
     * @return by how much the number of sessions changed: 0, 1 for a new one, -1 where the click
     *     joined two; {@link #NOT_TAKEN} if it may not open one and is near none
     */
    int addClick(
            int head,
            long timestamp,
            @Nullable String department,
            int number,
            boolean checkout,
            long gap,
            boolean mayOpen) {
        int newer = SessionRecords.NONE;
        int session = head;
        if (records.begin(head) - gap > timestamp) {
            // Few clicks belong to an older session, so this code is kept out of the fast path.
            if (isIndexed(head) || isLongWay(head, timestamp, gap)) {
                return clickByIndex(head, timestamp, department, number, checkout, gap, mayOpen);
            }
            while (session != SessionRecords.NONE && records.begin(session) - gap > timestamp) {
                newer = session;
                session = records.older(session);
            }
        } else if (isIndexed(head)) {
            return clickByIndex(head, timestamp, department, number, checkout, gap, mayOpen);
        }
        if (session == SessionRecords.NONE || timestamp > records.last(session) + gap) {
            if (!mayOpen) {
                return NOT_TAKEN;
            }
            add(head, newer, session, timestamp, department, number, checkout);
            return 1;
        }
        records.add(session, timestamp, department, number, checkout);
        return joinOlder(session, gap) ? -1 : 0;
    }

    /** Opens a session between two others of the user. */
    private int add(
            int head,
            int newer,
            int older,
            long timestamp,
            @Nullable String department,
            int number,
            boolean checkout) {
        int opened = head;
        if (newer == SessionRecords.NONE) {
            records.openInFront(head, timestamp);
        } else {
            opened = records.open(timestamp);
            records.setOlder(opened, older);
            records.setOlder(newer, opened);
        }
        records.add(opened, timestamp, department, number, checkout);
        return opened;
    }

    /** The user's newest session that began at or before a time. There must be one. */
    int newestBegunBy(int head, long time) {
        if (isIndexed(head)) {
            SessionIndex index = index(head);
            return index.get(index.newest(each -> records.begin(each) <= time));
        }
        int session = head;
        while (records.begin(session) > time) {
            session = records.older(session);
        }
        return session;
    }

    /** Joins two sessions if a click has closed the gap between them. */
    private boolean joinOlder(int session, long gap) {
        int older = records.older(session);
        // Only a click before the session's begin can reach the older session.
        if (older == SessionRecords.NONE || records.begin(session) > records.last(older) + gap) {
            return false;
        }
        int oldest = records.older(older);
        records.join(session, older);
        records.setOlder(session, oldest);
        return true;
    }

    /**
     * Merges two lists of sessions, and joins sessions that are not further apart than the gap.
     *
     * @param sessions of one user, in any order; earlier links between them don't count
     * @return the newest
     */
    int join(int[] sessions, long gap) {
        int[] ordered =
                Arrays.stream(sessions)
                        .boxed()
                        .sorted(Comparator.comparingLong(records::begin))
                        .mapToInt(Integer::intValue)
                        .toArray();
        int newest = SessionRecords.NONE;
        for (int session : ordered) {
            if (newest != SessionRecords.NONE
                    && records.begin(session) <= records.last(newest) + gap) {
                records.join(newest, session);
            } else {
                records.setOlder(session, newest);
                newest = session;
            }
        }
        return newest;
    }

    /** The index of a user. It is created if necessary. */
    private SessionIndex index(int head) {
        SessionIndex index = isIndexed(head) ? indexes.get(head) : null;
        if (index == null) {
            records.setIndexed(head, true);
            index = new SessionIndex(records, head);
            indexes.put(head, index);
            hasIndexes = true;
        }
        return index;
    }

    /** Drops the index of a user whose sessions are about to change. */
    void dropIndex(int head) {
        if (isIndexed(head)) {
            records.setIndexed(head, false);
            removeIndex(head);
        }
    }

    private void removeIndex(int head) {
        indexes.remove(head);
        hasIndexes = !indexes.isEmpty();
    }

    /** If no user has an index, as is usual, the record is not read. */
    private boolean isIndexed(int head) {
        return hasIndexes && records.isIndexed(head);
    }

    /** Whether a search that begins with the newest session skips many. */
    private boolean isLongWay(int head, long timestamp, long gap) {
        int passed = 0;
        for (int session = head;
                session != SessionRecords.NONE && records.begin(session) - gap > timestamp;
                session = records.older(session)) {
            if (++passed > MAX_PASSED_OVER) {
                return true;
            }
        }
        return false;
    }

    private int clickByIndex(
            int head,
            long timestamp,
            @Nullable String department,
            int number,
            boolean checkout,
            long gap,
            boolean mayOpen) {
        SessionIndex index = index(head);
        int at = newestBegunBy(index, timestamp, gap);
        int newer = index.get(at + 1);
        int session = index.get(at);
        if (session == SessionRecords.NONE || timestamp > records.last(session) + gap) {
            if (!mayOpen) {
                return NOT_TAKEN;
            }
            int opened = add(head, newer, session, timestamp, department, number, checkout);
            // At the front, the user's record now holds the new session, and the former one moved.
            index.insert(at + 1, opened, records.older(opened));
            return 1;
        }
        records.add(session, timestamp, department, number, checkout);
        if (joinOlder(session, gap)) {
            index.remove(at - 1);
            return -1;
        }
        return 0;
    }

    /** The newest session that begins at most a gap after the click. */
    private int newestBegunBy(SessionIndex index, long timestamp, long gap) {
        return index.newest(each -> records.begin(each) - gap <= timestamp);
    }

    /**
     * Closes all sessions of a user whose last millisecond the watermark has reached. If it closes
     * all of them, the caller must remove the user.
     *
     * @return how many
     */
    int closeDue(int head, long watermark, long gap, Closed out) {
        int newer = SessionRecords.NONE;
        int session = head;
        SessionIndex index = null;
        int passed = 0;
        while (!isIndexed(head)
                && session != SessionRecords.NONE
                && records.last(session) + gap - 1 > watermark) {
            newer = session;
            session = records.older(session);
            if (++passed > MAX_PASSED_OVER) {
                index(head);
            }
        }
        if (isIndexed(head)) {
            index = indexes.get(head);
            int at = index.newest(each -> records.last(each) + gap - 1 <= watermark);
            newer = index.get(at + 1);
            session = index.get(at);
        }
        if (session == SessionRecords.NONE) {
            return 0;
        }
        UserId user = records.user(head);
        int closed = 0;
        // All older ones end earlier.
        for (int due = session; due != SessionRecords.NONE; due = records.older(due)) {
            out.session(due, user);
            closed++;
        }
        if (newer != SessionRecords.NONE) {
            records.setOlder(newer, SessionRecords.NONE);
            free(session);
            if (index != null) {
                index.removeOldest(closed);
                if (index.size() <= MAX_PASSED_OVER) {
                    records.setIndexed(head, false);
                    removeIndex(head);
                }
            }
        }
        return closed;
    }

    /** Frees the records of a session and of all older ones. */
    void free(int newest) {
        int session = newest;
        while (session != SessionRecords.NONE) {
            int older = records.older(session);
            records.free(session);
            session = older;
        }
    }

    /** The end of a user's oldest session, exclusive, ms since the epoch. */
    long earliestEnd(int head, long gap) {
        if (isIndexed(head)) {
            return records.last(indexes.get(head).get(0)) + gap;
        }
        int oldest = head;
        int passed = 0;
        while (records.older(oldest) != SessionRecords.NONE) {
            oldest = records.older(oldest);
            // Sessions that were read for inspection belong to no user of this table: no index.
            if (++passed > MAX_PASSED_OVER && records.isHead(head)) {
                return records.last(index(head).get(0)) + gap;
            }
        }
        return records.last(oldest) + gap;
    }

    /** The heap bytes of a user's sessions in addition to their records. */
    long outsideBytes(int head) {
        long bytes = 0;
        for (int session = head; session != SessionRecords.NONE; ) {
            bytes += records.outsideBytes(session);
            session = records.older(session);
        }
        return bytes;
    }

    int sessionCount(int head) {
        if (isIndexed(head)) {
            return indexes.get(head).size();
        }
        int count = 0;
        for (int session = head; session != SessionRecords.NONE; ) {
            count++;
            session = records.older(session);
        }
        return count;
    }
}
