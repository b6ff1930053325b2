package io.clickstream.live;

import io.clickstream.event.Mixing;
import io.clickstream.event.SpilledUsers;
import io.clickstream.event.UserBytes;
import io.clickstream.event.UserId;
import io.clickstream.event.VarBytes;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import javax.annotation.Nullable;

/**
 * What the live counts must know of each user: when the user is active, and the open sessions.
 *
 * <p>A click makes its user active at all boundaries in the span after it, and its session open at
 * all boundaries in the gap after it. So a user with an unbroken series of clicks has one range of
 * boundaries for each, and a further click only moves the end of the range, in {@link LiveCounts}.
 * That makes the counts exact, whatever the order of the clicks, with one lookup per click.
 *
 * <p>The data of a user are a record of 8 numbers in large arrays, found by a hash table:
 *
 * <pre>
 *   0  user: the number; an id that is a text is in a separate array
 *   1  begin of the newest session, ms since the epoch
 *   2  last click of the session, ms since the epoch
 *   3  first checkout of the session, ms since the epoch, or NEVER
 *   4  first cart event of the session, ms since the epoch, or NEVER
 *   5  active from this boundary
 *   6  active up to this boundary
 *   7  record of the next older session (32 bits) and flags
 * </pre>
 *
 * <p>Older open sessions have a record each, of which only the session counts. Older ranges of
 * activity are in a separate array.
 */
final class LiveUsers {

    /** No record. */
    private static final int NONE = -1;

    /** Later than all times, so that the first event of a kind is the least of all. */
    private static final long NEVER = Long.MAX_VALUE;

    private static final int RECORD_LOG2 = 3;
    private static final int CHUNK_LOG2 = 12;
    private static final int CHUNK_MASK = (1 << CHUNK_LOG2) - 1;

    private static final int USER = 0;
    private static final int BEGIN = 1;
    private static final int LAST = 2;
    private static final int CHECKOUT = 3;
    private static final int CART = 4;
    private static final int FROM = 5;
    private static final int TO = 6;
    private static final int LINK = 7;

    /** The record stands for a user. */
    private static final int HEAD = 1;

    /** The user's id is a text. */
    private static final int TEXT = 2;

    /** The user has older ranges of activity. */
    private static final int MORE_RANGES = 4;

    /** The user has clicked since the last look for users to spill. */
    private static final int RECENT = 8;

    /**
     * The approximate size of a user: the record and the share of the hash table. An id that is a
     * text counts in addition.
     */
    static final int BYTES_PER_USER = 96;

    /** Of a text as an object, beside its characters. */
    private static final int TEXT_BYTES = 64;

    private static final int MIN_SLOTS = 1024;
    private static final long EMPTY = 0;

    private final long gap;
    private final Boundaries boundaries;

    /** The boundaries at which one click makes its user active. */
    private final long span;

    private final LiveCounts counts;
    private final String department;
    private final LiveStore store;
    private final boolean withSessions;

    private long[][] chunks = {};
    private UserId[][] texts = {};
    private int[] free = new int[1 << CHUNK_LOG2];
    private int freeCount;
    private int end;

    /** Slots: a hash, never 0, in the upper half, and the index of a record in the lower half. */
    private long[] slots = new long[MIN_SLOTS];

    private int used;

    private long usedRecords;
    private long textBytes;
    private final SpilledUsers spilled = new SpilledUsers();
    private final VarBytes spillBytes = new VarBytes();

    /** Older ranges of activity by record: from and to in turns, the oldest first. */
    private final Map<Integer, long[]> moreRanges = new HashMap<>();

    /** The records of users who have changed since the last checkpoint. */
    private final BitSet changed = new BitSet();

    private long watermark = Long.MIN_VALUE;

    /**
     * Creates an object without users.
     *
     * @param gap the maximum time between two clicks of a session, in ms
     * @param span for how many boundaries after a click its user is active
     * @param counts receives the changes
     * @param department whose clicks count; empty if all do. Sessions are counted only for all
     * @param store keeps the users who do not fit on the heap
     */
    LiveUsers(
            long gap,
            long span,
            Boundaries boundaries,
            LiveCounts counts,
            String department,
            LiveStore store) {
        this.gap = gap;
        this.span = span;
        this.boundaries = boundaries;
        this.counts = counts;
        this.department = department;
        this.store = store;
        this.withSessions = department.isEmpty();
    }

    /** The hash of a user, never 0. It differs between processes, so nobody can choose it. */
    static int hash(long number, @Nullable UserId text) {
        long mixed;
        if (text == null) {
            mixed = Mixing.mix(number ^ Mixing.SEED);
        } else {
            String characters = text.text();
            mixed = Mixing.SEED + (text.isQuoted() ? 1 : 2);
            for (int i = 0; i < characters.length(); i++) {
                mixed = Mixing.mix(mixed ^ characters.charAt(i));
            }
        }
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
                int record = (int) slots[i];
                return chunk(record)[at(record)] + chunk(record)[at(record) + LINK];
            }
        }
        return 0;
    }

    /** The number of users on the heap. */
    int size() {
        return used;
    }

    /** What is on the heap, as a number of users of usual size. */
    long load() {
        return usedRecords + (textBytes + moreRanges.size() * 4L * BYTES_PER_USER) / BYTES_PER_USER;
    }

    /**
     * Adds a click.
     *
     * @param number the user, if the id is no text
     * @param text the user, if the id is a text, else null
     * @param hash of the user
     * @param time of the click, in ms since 1970
     */
    void add(
            long number,
            @Nullable UserId text,
            int hash,
            long time,
            boolean checkout,
            boolean cart) {
        long from = boundaries.after(time);
        long to = from + span - 1;
        counts.add(LiveMetric.CLICKS, from, to, 1);
        if (checkout) {
            counts.add(LiveMetric.CHECKOUTS, from, to, 1);
        }
        int head = find(number, text, hash);
        if (head == NONE && spilled.size() > 0) {
            head = unspill(number, text);
        }
        if (head == NONE) {
            head = insert(number, text, hash);
            set(head, FROM, from);
            set(head, TO, to);
            counts.add(LiveMetric.ACTIVE_USERS, from, to, 1);
            begin(head, time, checkout, cart);
        } else {
            beActive(head, from, to);
            if (withSessions) {
                addToSession(head, time, checkout, cart);
            }
        }
        setFlags(head, flags(head) | RECENT);
        changed.set(head);
    }

    // ---- activity ----

    private void beActive(int head, long from, long to) {
        long[] chunk = chunk(head);
        int at = at(head);
        long activeFrom = chunk[at + FROM];
        long activeTo = chunk[at + TO];
        if (from >= activeFrom && from <= activeTo + 1) {
            if (to > activeTo) {
                counts.add(LiveMetric.ACTIVE_USERS, activeTo + 1, to, 1);
                chunk[at + TO] = to;
            }
        } else if (activeTo < counts.next()) {
            // The boundaries of earlier activity are passed.
            dropMoreRanges(head);
            chunk[at + FROM] = from;
            chunk[at + TO] = to;
            counts.add(LiveMetric.ACTIVE_USERS, from, to, 1);
        } else {
            addRange(head, from, to);
        }
    }

    /** Adds a range that does not simply extend the newest one. */
    private void addRange(int head, long from, long to) {
        long[] ranges = ranges(head);
        counts.add(LiveMetric.ACTIVE_USERS, from, to, 1);
        long[] joined = new long[ranges.length + 2];
        int size = 0;
        long joinedFrom = from;
        long joinedTo = to;
        boolean isAdded = false;
        for (int i = 0; i < ranges.length; i += 2) {
            if (ranges[i + 1] < counts.next()) {
                continue;
            }
            // What was active before is not counted twice.
            counts.add(
                    LiveMetric.ACTIVE_USERS,
                    Math.max(from, ranges[i]),
                    Math.min(to, ranges[i + 1]),
                    -1);
            if (ranges[i + 1] + 1 < joinedFrom) {
                joined[size++] = ranges[i];
                joined[size++] = ranges[i + 1];
            } else if (ranges[i] - 1 > joinedTo) {
                if (!isAdded) {
                    joined[size++] = joinedFrom;
                    joined[size++] = joinedTo;
                    isAdded = true;
                }
                joined[size++] = ranges[i];
                joined[size++] = ranges[i + 1];
            } else {
                joinedFrom = Math.min(joinedFrom, ranges[i]);
                joinedTo = Math.max(joinedTo, ranges[i + 1]);
            }
        }
        if (!isAdded) {
            joined[size++] = joinedFrom;
            joined[size++] = joinedTo;
        }
        setRanges(head, joined, size);
    }

    /** From and to in turns, the oldest first. */
    private long[] ranges(int head) {
        long[] more = (flags(head) & MORE_RANGES) == 0 ? new long[0] : moreRanges.get(head);
        long[] ranges = Arrays.copyOf(more, more.length + 2);
        ranges[more.length] = get(head, FROM);
        ranges[more.length + 1] = get(head, TO);
        return ranges;
    }

    private void setRanges(int head, long[] ranges, int size) {
        set(head, FROM, ranges[size - 2]);
        set(head, TO, ranges[size - 1]);
        dropMoreRanges(head);
        if (size > 2) {
            moreRanges.put(head, Arrays.copyOf(ranges, size - 2));
            setFlags(head, flags(head) | MORE_RANGES);
        }
    }

    private void dropMoreRanges(int head) {
        if ((flags(head) & MORE_RANGES) != 0) {
            moreRanges.remove(head);
            setFlags(head, flags(head) & ~MORE_RANGES);
        }
    }

    // ---- sessions ----

    private void addToSession(int head, long time, boolean checkout, boolean cart) {
        if (hasEnded(head)) {
            freeOlder(head);
            begin(head, time, checkout, cart);
            return;
        }
        int newer = NONE;
        int session = head;
        while (session != NONE && get(session, BEGIN) - gap > time) {
            newer = session;
            session = olderOpen(session);
        }
        if (session == NONE || time > get(session, LAST) + gap) {
            begin(open(head, newer, session), time, checkout, cart);
        } else {
            addNear(session, time, checkout, cart);
        }
    }

    /** Makes a record for a new session between two others. */
    private int open(int head, int newer, int older) {
        int opened = allocate();
        if (newer != NONE) {
            setOlder(opened, older);
            setOlder(newer, opened);
            return opened;
        }
        // The newest session is in the user's record.
        for (int i = BEGIN; i <= CART; i++) {
            set(opened, i, get(head, i));
        }
        setOlder(opened, older(head));
        setOlder(head, opened);
        return head;
    }

    private void begin(int session, long time, boolean checkout, boolean cart) {
        set(session, BEGIN, time);
        set(session, LAST, time);
        set(session, CHECKOUT, checkout ? time : NEVER);
        set(session, CART, cart ? time : NEVER);
        count(session, 1);
    }

    private void addNear(int session, long time, boolean checkout, boolean cart) {
        long[] chunk = chunk(session);
        int at = at(session);
        if (time < chunk[at + BEGIN]
                || (checkout && time < chunk[at + CHECKOUT])
                || (cart && time < chunk[at + CART])) {
            count(session, -1);
            chunk[at + BEGIN] = Math.min(time, chunk[at + BEGIN]);
            chunk[at + LAST] = Math.max(time, chunk[at + LAST]);
            if (checkout) {
                chunk[at + CHECKOUT] = Math.min(time, chunk[at + CHECKOUT]);
            }
            if (cart) {
                chunk[at + CART] = Math.min(time, chunk[at + CART]);
            }
            joinOlder(session);
            count(session, 1);
        } else if (time > chunk[at + LAST]) {
            extend(chunk, at, time);
        }
    }

    /** Moves the end of a session. */
    private void extend(long[] chunk, int at, long time) {
        long before = boundaries.upTo(chunk[at + LAST] + gap);
        long now = boundaries.upTo(time + gap);
        chunk[at + LAST] = time;
        if (now == before) {
            return;
        }
        counts.add(LiveMetric.OPEN_SESSIONS, before + 1, now, 1);
        if (chunk[at + CHECKOUT] != NEVER) {
            counts.add(LiveMetric.OPEN_SESSIONS_WITH_CHECKOUT, before + 1, now, 1);
        } else if (chunk[at + CART] != NEVER) {
            counts.add(LiveMetric.OPEN_CARTS, before + 1, now, 1);
        }
    }

    /** Joins a session with the next older one if a click has closed the gap between them. */
    private void joinOlder(int session) {
        int older = olderOpen(session);
        if (older == NONE || get(session, BEGIN) > get(older, LAST) + gap) {
            return;
        }
        count(older, -1);
        set(session, BEGIN, Math.min(get(session, BEGIN), get(older, BEGIN)));
        set(session, LAST, Math.max(get(session, LAST), get(older, LAST)));
        set(session, CHECKOUT, Math.min(get(session, CHECKOUT), get(older, CHECKOUT)));
        set(session, CART, Math.min(get(session, CART), get(older, CART)));
        setOlder(session, older(older));
        free(older);
    }

    /** Adds a session to the counts of all boundaries at which it is open, or takes it away. */
    private void count(int session, long by) {
        if (!withSessions) {
            return;
        }
        long to = boundaries.upTo(get(session, LAST) + gap);
        counts.add(LiveMetric.OPEN_SESSIONS, boundaries.after(get(session, BEGIN)), to, by);
        long checkout = get(session, CHECKOUT);
        if (checkout != NEVER) {
            counts.add(LiveMetric.OPEN_SESSIONS_WITH_CHECKOUT, boundaries.after(checkout), to, by);
        }
        long cart = get(session, CART);
        if (cart != NEVER) {
            long end = checkout == NEVER ? to : boundaries.upTo(checkout);
            counts.add(LiveMetric.OPEN_CARTS, boundaries.after(cart), end, by);
        }
    }

    /** Whether the job has closed a session. A late click cannot join it any more. */
    private boolean hasEnded(int session) {
        return !withSessions || get(session, LAST) + gap - 1 <= watermark;
    }

    /** The next older session that has not ended. All that are older than an ended one ended. */
    private int olderOpen(int session) {
        int older = older(session);
        if (older != NONE && hasEnded(older)) {
            freeOlder(session);
            return NONE;
        }
        return older;
    }

    private void freeOlder(int session) {
        int older = older(session);
        setOlder(session, NONE);
        while (older != NONE) {
            int next = older(older);
            free(older);
            older = next;
        }
    }

    // ---- time ----

    /**
     * Notes up to when sessions have ended. Must be called after {@link LiveCounts#pass} with the
     * same watermark.
     */
    void advance(long newWatermark) {
        watermark = newWatermark;
        if (watermark == Long.MAX_VALUE) {
            clear();
        }
    }

    /** Forgets all users. The counts stay. */
    void clear() {
        if (used > 0) {
            forEach(this::remove);
        }
    }

    private boolean isOver(int head) {
        return hasEnded(head) && get(head, TO) < counts.next();
    }

    // ---- the store

    /** Moves users who have not clicked lately to the store. */
    void spill(long enough) {
        for (int round = 0; round < 2 && load() > enough; round++) {
            forEach(
                    head -> {
                        if (load() <= enough) {
                            return;
                        }
                        if ((flags(head) & RECENT) != 0) {
                            setFlags(head, flags(head) & ~RECENT);
                        } else {
                            spill(head);
                        }
                    });
        }
    }

    private void spill(int head) {
        if (!isOver(head)) {
            UserId user = user(head);
            write(head, userHash -> spillBytes);
            store.write(department, user, spillBytes.take());
            store.setTimer(user, overAt(head));
            spilled.add(user);
        }
        remove(head);
    }

    /** The watermark at which a user is over. */
    private long overAt(int head) {
        long inactive = boundaries.time(get(head, TO)) - 1;
        return withSessions ? Math.max(inactive, get(head, LAST) + gap - 1) : inactive;
    }

    private int unspill(long number, @Nullable UserId text) {
        UserId user = text == null ? UserId.ofNumber(number) : text;
        byte[] bytes = readSpilled(user);
        if (bytes == null) {
            return NONE;
        }
        forgetSpilled(user);
        return read(new VarBytes(bytes));
    }

    @Nullable
    private byte[] readSpilled(UserId user) {
        return spilled.mayContain(user) ? store.read(department, user) : null;
    }

    private void forgetSpilled(UserId user) {
        spilled.remove(user);
        store.remove(department, user);
    }

    /** Removes a user from the store who is over at a watermark. */
    void onTimer(UserId user, long newWatermark) {
        byte[] bytes = readSpilled(user);
        if (bytes == null) {
            return;
        }
        // Only records have fields.
        int head = read(new VarBytes(bytes));
        if (overAt(head) <= newWatermark) {
            forgetSpilled(user);
        }
        remove(head);
    }

    /** Notes a user who is in the store after a restart. Must be called before {@link #restore}. */
    void restoreSpilled(UserId user) {
        spilled.add(user);
    }

    /** Adds a user in the store to the counts after a restart. */
    void countSpilled(UserId user, ClosedUpTo closedUpTo) {
        int head = read(new VarBytes(store.read(department, user)));
        watermark = closedUpTo.watermark(user.hashCode());
        counts.beginAt(boundaries.passedBy(watermark) + 1);
        countAll(head);
        watermark = Long.MIN_VALUE;
        counts.beginAt(Long.MIN_VALUE);
        remove(head);
    }

    /** Removes users of whom nothing counts at any boundary that is still to come. */
    private void removeThoseWhoAreOver() {
        forEach(
                head -> {
                    if (isOver(head)) {
                        remove(head);
                    }
                });
    }

    /** Visits all users in memory order. The visitor may remove the current user. */
    private void forEach(IntConsumer visitor) {
        for (int record = 0; record < end; record++) {
            if ((flags(record) & HEAD) != 0) {
                visitor.accept(record);
            }
        }
    }

    // ---- state ----

    /** Receives the state of users, as {@link #restore} reads it. */
    @FunctionalInterface
    interface Writer {
        /**
         * Where to write a user.
         *
         * @param userHash the hash code of the {@link UserId}, which selects its key group
         */
        VarBytes to(int userHash);
    }

    /** Writes the users who have changed since the last call. */
    void writeChanged(Writer out) {
        changed.stream().forEach(head -> write(head, out));
        changed.clear();
    }

    /** Writes all users of whom something counts at a boundary that is still to come. */
    void writeAll(Writer out) {
        removeThoseWhoAreOver();
        forEach(head -> write(head, out));
        changed.clear();
    }

    private void write(int head, Writer writer) {
        UserId text = text(head);
        long number = get(head, USER);
        VarBytes out = writer.to(text == null ? UserId.hashCode(number) : text.hashCode());
        UserBytes.write(number, text, out);
        int sessions = 1;
        for (int each = olderOpen(head); each != NONE; each = olderOpen(each)) {
            sessions++;
        }
        out.put(sessions);
        for (int each = head; each != NONE; each = older(each)) {
            long begin = get(each, BEGIN);
            out.putSigned(begin);
            out.put(get(each, LAST) - begin);
            out.put(get(each, CHECKOUT) == NEVER ? 0 : get(each, CHECKOUT) - begin + 1);
            out.put(get(each, CART) == NEVER ? 0 : get(each, CART) - begin + 1);
        }
        long[] ranges = ranges(head);
        out.put(ranges.length / 2);
        long base = boundaries.after(get(head, BEGIN));
        for (int i = 0; i < ranges.length; i += 2) {
            out.putSigned(ranges[i] - base);
            out.put(ranges[i + 1] - ranges[i]);
        }
    }

    /**
     * Reads a user from the log. A later entry of the same user replaces an earlier one; a user in
     * the store is newer than all entries. The counts know nothing of the user before {@link
     * #countRestored}.
     */
    void restore(VarBytes in) {
        int head = read(in);
        if (spilled.size() > 0 && readSpilled(user(head)) != null) {
            remove(head);
        }
    }

    private int read(VarBytes in) {
        UserId user = UserBytes.read(in);
        UserId text = user.text() == null ? null : user;
        int hash = hash(user.number(), text);
        int head = find(user.number(), text, hash);
        if (head == NONE) {
            head = insert(user.number(), text, hash);
        } else {
            dropMoreRanges(head);
            freeOlder(head);
        }
        int session = head;
        for (long rest = in.get(); rest > 0; rest--) {
            long begin = in.getSigned();
            set(session, BEGIN, begin);
            set(session, LAST, begin + in.get());
            long checkout = in.get();
            set(session, CHECKOUT, checkout == 0 ? NEVER : begin + checkout - 1);
            long cart = in.get();
            set(session, CART, cart == 0 ? NEVER : begin + cart - 1);
            if (rest > 1) {
                int older = allocate();
                setOlder(session, older);
                session = older;
            }
        }
        long[] ranges = new long[2 * (int) in.get()];
        long base = boundaries.after(get(head, BEGIN));
        for (int i = 0; i < ranges.length; i += 2) {
            ranges[i] = base + in.getSigned();
            ranges[i + 1] = ranges[i] + in.get();
        }
        setRanges(head, ranges, ranges.length);
        return head;
    }

    /** Tells up to which watermark the sessions of a user were closed before a restart. */
    @FunctionalInterface
    interface ClosedUpTo {
        /**
         * The watermark.
         *
         * @param userHash the hash code of the {@link UserId}, which selects its key group
         */
        long watermark(int userHash);
    }

    /**
     * Adds all restored users to the counts of the boundaries that had not been passed before the
     * restart.
     */
    void countRestored(ClosedUpTo closedUpTo) {
        forEach(
                head -> {
                    UserId text = text(head);
                    int userHash =
                            text == null ? UserId.hashCode(get(head, USER)) : text.hashCode();
                    watermark = closedUpTo.watermark(userHash);
                    counts.beginAt(boundaries.passedBy(watermark) + 1);
                    if (isOver(head)) {
                        remove(head);
                    } else {
                        countAll(head);
                    }
                });
        watermark = Long.MIN_VALUE;
        counts.beginAt(Long.MIN_VALUE);
    }

    private void countAll(int head) {
        for (int each = hasEnded(head) ? NONE : head; each != NONE; each = olderOpen(each)) {
            count(each, 1);
        }
        long[] ranges = ranges(head);
        for (int i = 0; i < ranges.length; i += 2) {
            counts.add(LiveMetric.ACTIVE_USERS, ranges[i], ranges[i + 1], 1);
        }
    }

    // ---- users ----

    private int find(long number, @Nullable UserId text, int hash) {
        int mask = slots.length - 1;
        for (int i = hash & mask; slots[i] != EMPTY; i = (i + 1) & mask) {
            if ((int) (slots[i] >>> 32) == hash && isOf((int) slots[i], number, text)) {
                return (int) slots[i];
            }
        }
        return NONE;
    }

    private boolean isOf(int record, long number, @Nullable UserId text) {
        return (flags(record) & TEXT) != 0
                ? text(record).equals(text)
                : text == null && get(record, USER) == number;
    }

    private int insert(long number, @Nullable UserId text, int hash) {
        if (2 * (used + 1) > slots.length) {
            removeThoseWhoAreOver();
            if (4 * (used + 1) > slots.length) {
                resize(2 * slots.length);
            }
        }
        int record = allocate();
        set(record, USER, number);
        setFlags(record, text == null ? HEAD : HEAD | TEXT);
        if (text != null) {
            int index = record >>> CHUNK_LOG2;
            if (texts[index] == null) {
                texts[index] = new UserId[1 << CHUNK_LOG2];
            }
            texts[index][record & CHUNK_MASK] = text;
            textBytes += bytes(text);
        }
        place((long) hash << 32 | record);
        used++;
        return record;
    }

    private static long bytes(UserId text) {
        return TEXT_BYTES + (long) Character.BYTES * text.text().length();
    }

    private void place(long slot) {
        int mask = slots.length - 1;
        int i = (int) (slot >>> 32) & mask;
        while (slots[i] != EMPTY) {
            i = (i + 1) & mask;
        }
        slots[i] = slot;
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

    private void remove(int head) {
        int mask = slots.length - 1;
        int hole = hash(get(head, USER), text(head)) & mask;
        while ((int) slots[hole] != head || slots[hole] == EMPTY) {
            hole = (hole + 1) & mask;
        }
        for (int i = (hole + 1) & mask; slots[i] != EMPTY; i = (i + 1) & mask) {
            int home = (int) (slots[i] >>> 32) & mask;
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                slots[hole] = slots[i];
                hole = i;
            }
        }
        slots[hole] = EMPTY;
        used--;
        changed.clear(head);
        dropMoreRanges(head);
        freeOlder(head);
        free(head);
    }

    private UserId user(int head) {
        UserId text = text(head);
        return text == null ? UserId.ofNumber(get(head, USER)) : text;
    }

    @Nullable
    private UserId text(int record) {
        return (flags(record) & TEXT) == 0
                ? null
                : texts[record >>> CHUNK_LOG2][record & CHUNK_MASK];
    }

    // ---- memory ----

    private int allocate() {
        int record;
        if (freeCount > 0) {
            record = free[--freeCount];
        } else {
            if (end == chunks.length << CHUNK_LOG2) {
                int length = chunks.length + 1;
                chunks = Arrays.copyOf(chunks, length);
                texts = Arrays.copyOf(texts, length);
                chunks[length - 1] = new long[1 << (CHUNK_LOG2 + RECORD_LOG2)];
            }
            record = end++;
        }
        set(record, LINK, (long) NONE << 32);
        usedRecords++;
        return record;
    }

    private void free(int record) {
        if ((flags(record) & TEXT) != 0) {
            textBytes -= bytes(text(record));
            texts[record >>> CHUNK_LOG2][record & CHUNK_MASK] = null;
        }
        setFlags(record, 0);
        usedRecords--;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = record;
    }

    private long[] chunk(int record) {
        return chunks[record >>> CHUNK_LOG2];
    }

    private static int at(int record) {
        return (record & CHUNK_MASK) << RECORD_LOG2;
    }

    private long get(int record, int field) {
        return chunk(record)[at(record) + field];
    }

    private void set(int record, int field, long value) {
        chunk(record)[at(record) + field] = value;
    }

    private int flags(int record) {
        return (int) get(record, LINK);
    }

    private void setFlags(int record, int flags) {
        set(record, LINK, (get(record, LINK) & ~0xffff_ffffL) | flags);
    }

    private int older(int record) {
        return (int) (get(record, LINK) >> 32);
    }

    private void setOlder(int record, int older) {
        set(record, LINK, (long) older << 32 | flags(record));
    }
}
