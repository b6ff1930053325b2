package io.clickstream.session;

import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.funnel.StepTimes;
import java.util.Arrays;
import javax.annotation.Nullable;

/**
 * Open sessions as records of 16 numbers in large arrays. An index identifies a record. For the
 * garbage collector, a million sessions are a few hundred objects instead of millions. A click
 * touches two or three cache lines instead of five objects.
 *
 * <pre>
 *   0  bucket of the user's next check, see ExpiryBuckets
 *   1  user: the number; an id that is a text is in a separate array
 *   2  flags (16 bits), the settled steps of the funnel (8), the flag of a known user (1), and
 *      the visits up to the last checkout (39)
 *   3  next older session of the user (32 bits) and the number of later visits in the record (32)
 *   4  last event, ms since the epoch
 *   5  begin, ms since the epoch
 *   6  departments: bit n is the one with number n + 1
 *   7  last checkout, ms since the epoch, or NO_CHECKOUT
 *   8  when the user was last touched, by the engine's counter (32 bits), and the events (32)
 *   9  times of 14 later visits, ms since begin, two to a number
 * </pre>
 *
 * <p>In this order, reading the end of a session needs only the first five numbers, which are in
 * one or two cache lines.
 *
 * <p>The few sessions with more later visits, or with departments that have no bit, have a separate
 * object for them. Fields 0, 1 and the touch counter are valid only in a user's newest session,
 * which stands for the user.
 *
 * <p>The number of visits at or before the last checkout is not final before the session ends,
 * since a later checkout or an earlier visit may still arrive. For visits up to the last checkout
 * seen so far, a count is enough, because any later checkout includes them. For visits after it,
 * the record keeps the times.
 */
final class SessionRecords {

    /** No record. */
    static final int NONE = -1;

    /** No checkout yet. Times are never negative. */
    static final long NO_CHECKOUT = -1;

    /** In no bucket. */
    static final long NOT_ARMED = Long.MAX_VALUE;

    /** A department with a number up to this one is a bit. Others are kept by name. */
    static final int MAX_BITS = Long.SIZE;

    /**
     * The approximate maximum size of a typical session: its record, its share of the hash table
     * and of the buckets, and the objects of an id of 36 characters.
     */
    static final int BYTES_PER_SESSION = 256;

    private static final int USUAL_ID_LENGTH = 36;

    private static final long[] NO_STEPS = {};

    private static final int RECORD_LOG2 = 4;
    private static final int CHUNK_LOG2 = 12;
    private static final int CHUNK_MASK = (1 << CHUNK_LOG2) - 1;

    private static final int ARMED = 0;
    private static final int USER = 1;
    private static final int FLAGS = 2;
    private static final int LINK = 3;
    private static final int LAST = 4;
    private static final int BEGIN = 5;
    private static final int DEPARTMENTS = 6;
    private static final int CHECKOUT = 7;
    private static final int EVENTS = 8;
    private static final int VISITS = 9;

    /** Further times of later visits are in the separate object. */
    static final int MAX_INLINE_VISITS = 2 * ((1 << RECORD_LOG2) - VISITS);

    /** More visits than a session can have. */
    private static final long COUNT_MASK = (1L << 39) - 1;

    /** There is a known user in the separate object. */
    private static final long KNOWN_OUTSIDE = 1L << 39;

    /** A bit per step of the funnel: further events in the order of time make no difference. */
    private static final long SETTLED_STEPS = 0xffL << 40;

    private static final int SETTLED_STEP = 40;

    /** Further events of a session are not counted. */
    static final long MAX_EVENTS = (1L << 32) - 1;

    /** The record stands for a user. */
    private static final long HEAD = 1L << 48;

    /** The user's id is a text. */
    private static final long TEXT = 1L << 49;

    /** The log has an entry of the user. */
    private static final long LOGGED = 1L << 50;

    /** Times of later visits are in the separate object. */
    private static final long VISITS_OUTSIDE = 1L << 51;

    /** There are departments in the separate object. */
    private static final long DEPARTMENTS_OUTSIDE = 1L << 52;

    /** The user's sessions have an index. */
    private static final long INDEXED = 1L << 53;

    /**
     * The length of the user's entry in the log, rounded down: an exponent of 5 bits, a fraction of
     * 3 bits.
     */
    private static final int LOGGED_SIZE = 54;

    private static final long LOGGED_SIZE_MASK = 0xffL << LOGGED_SIZE;
    private static final int FRACTION_BITS = 3;

    /** The store has older sessions of the user, or parts of these. */
    private static final long PART_STORED = 1L << 62;

    /** There are times of the funnel's steps in the separate object. */
    private static final long STEPS_OUTSIDE = 1L << 63;

    /** The flags of the user, as opposed to those of the session. */
    private static final long OF_USER =
            HEAD | TEXT | LOGGED | INDEXED | LOGGED_SIZE_MASK | PART_STORED;

    private static final long OUTSIDE =
            VISITS_OUTSIDE | DEPARTMENTS_OUTSIDE | STEPS_OUTSIDE | KNOWN_OUTSIDE;

    /** What belongs to the session in the number of the flags. */
    private static final long OF_SESSION = OUTSIDE | SETTLED_STEPS | COUNT_MASK;

    /** Bytes of a list of departments as JSON. */
    private final int maxDeptListBytes;

    /** Null if there is no funnel. */
    @Nullable private final StepTimes steps;

    private long[][] chunks = {};
    private UserId[][] texts = {};
    private Outside[][] outsides = {};
    private int[] free = new int[1 << CHUNK_LOG2];
    private int freeCount;

    /** The lowest index in the stack of free records whose memory was prefetched. */
    private int freePeeked;

    private int end;
    private long outsideBytes;
    private long foldUpTo = Long.MIN_VALUE;
    private int latest = NONE;

    /** The data of a session for which a record has no room. */
    private static final class Outside {
        @Nullable private VisitTimes visits;
        @Nullable private OtherDepartments departments;

        /** As {@link StepTimes} writes them. */
        @Nullable private long[] steps;

        /** The user that the visitor turned out to be. */
        @Nullable private UserId known;

        /** The time of the click by which this is known. */
        private long knownTime;

        long heapBytes() {
            return (visits == null ? 0 : visits.heapBytes())
                    + (departments == null ? 0 : departments.heapBytes())
                    + (steps == null ? 0 : stepBytes(steps))
                    + (known == null ? 0 : knownBytes(known));
        }

        private static long knownBytes(UserId known) {
            return 64 + (known.text() == null ? 0 : (long) Character.BYTES * known.text().length());
        }

        /** Includes this object, which most sessions have only because of the funnel. */
        private static long stepBytes(long[] steps) {
            return 48 + (long) Long.BYTES * steps.length;
        }
    }

    /** Receives times of visits. */
    @FunctionalInterface
    interface Visits {
        /**
         * Receives a time.
         *
         * @param time ms since the epoch
         * @param count how many visits it has
         */
        void at(long time, long count);
    }

    /**
     * Creates an empty set of records.
     *
     * @param maxDeptListBytes that the list of a session's departments may have as JSON
     */
    SessionRecords(int maxDeptListBytes) {
        this(maxDeptListBytes, null);
    }

    /**
     * Creates an empty set of records.
     *
     * @param maxDeptListBytes that the list of a session's departments may have as JSON
     * @param steps of the funnel; null if there is none
     */
    SessionRecords(int maxDeptListBytes, @Nullable StepTimes steps) {
        this.maxDeptListBytes = maxDeptListBytes;
        this.steps = steps;
    }

    int maxDeptListBytes() {
        return maxDeptListBytes;
    }

    /**
     * Allows folding of times up to this one, since only a late checkout can arrive at or before
     * it.
     *
     * @param time ms since the epoch
     */
    void foldUpTo(long time) {
        foldUpTo = time;
    }

    /** The time up to which folding is allowed, ms since the epoch. */
    long foldUpTo() {
        return foldUpTo;
    }

    /** The approximate heap bytes of sessions in addition to their records. */
    long outsideBytes() {
        return outsideBytes;
    }

    /** The same for one session. */
    long outsideBytes(int record) {
        return (flags(record) & OUTSIDE) == 0 ? 0 : outside(record).heapBytes();
    }

    // ---- records ----

    /** Creates a session with one event, which the caller must add. */
    int open(long timestamp) {
        int record = allocate();
        start(record, timestamp, 0);
        setLink(record, NONE, 0);
        return record;
    }

    /** Only writes the record, since reading it may have to wait for memory. */
    private int allocate() {
        if (freeCount > 0) {
            return free[--freeCount];
        }
        if (end == chunks.length << CHUNK_LOG2) {
            int length = chunks.length + 1;
            chunks = Arrays.copyOf(chunks, length);
            texts = Arrays.copyOf(texts, length);
            outsides = Arrays.copyOf(outsides, length);
            chunks[length - 1] = new long[1 << (CHUNK_LOG2 + RECORD_LOG2)];
        }
        return end++;
    }

    private void start(int record, long timestamp, long flags) {
        long[] chunk = chunk(record);
        int at = at(record);
        chunk[at + BEGIN] = timestamp;
        chunk[at + LAST] = timestamp;
        chunk[at + CHECKOUT] = NO_CHECKOUT;
        chunk[at + FLAGS] = flags;
        chunk[at + DEPARTMENTS] = 0;
        chunk[at + EVENTS] = 0;
    }

    /** Frees a record. */
    void free(int record) {
        if ((flags(record) & TEXT) != 0) {
            UserId[] inChunk = texts[record >>> CHUNK_LOG2];
            outsideBytes -= longIdBytes(inChunk[record & CHUNK_MASK]);
            inChunk[record & CHUNK_MASK] = null;
        }
        dropOutside(record);
        long[] chunk = chunk(record);
        int at = at(record);
        chunk[at + FLAGS] = 0;
        chunk[at + ARMED] = NOT_ARMED;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = record;
        freePeeked = freeCount;
    }

    /** All records have an index below this one. */
    int end() {
        return end;
    }

    /**
     * Prefetches the data that a click will touch, while other clicks are processed. A record is in
     * at most three cache lines of eight numbers: those of its first, its eighth, and its last
     * number.
     */
    long peek(int record) {
        long[] chunk = chunk(record);
        int at = at(record);
        return chunk[at] + chunk[at + 7] + chunk[at + (1 << RECORD_LOG2) - 1];
    }

    /** Prefetches the data that shows whether a session has ended. */
    long peekEnd(int record) {
        long[] chunk = chunk(record);
        int at = at(record);
        return chunk[at + ARMED] + chunk[at + LAST];
    }

    /** Prefetches the free records of the next sessions, each once, up to a limit. */
    long peekFree(int count) {
        int to = Math.max(0, freeCount - count);
        int from = Math.min(freePeeked, freeCount);
        long read = 0;
        while (from > to) {
            read += peek(free[--from]);
        }
        freePeeked = from;
        return read;
    }

    // ---- users ----

    /** Makes a record stand for a user. */
    void setHead(int record, UserId user) {
        setHead(record, user.number(), user.text() == null ? null : user);
    }

    /**
     * Makes a record stand for a user.
     *
     * @param number the user, if the id is no text
     * @param text the user, if the id is a text, else null
     */
    void setHead(int record, long number, @Nullable UserId text) {
        long[] chunk = chunk(record);
        int at = at(record);
        chunk[at + ARMED] = NOT_ARMED;
        chunk[at + USER] = number;
        chunk[at + FLAGS] |= text == null ? HEAD : HEAD | TEXT;
        if (text != null) {
            int index = record >>> CHUNK_LOG2;
            if (texts[index] == null) {
                texts[index] = new UserId[1 << CHUNK_LOG2];
            }
            texts[index][record & CHUNK_MASK] = text;
            outsideBytes += longIdBytes(text);
        }
    }

    /** The bytes of an id in excess of those that {@link #BYTES_PER_SESSION} includes. */
    private static long longIdBytes(UserId text) {
        return Math.max(0, (text.text().length() - USUAL_ID_LENGTH) * (long) Character.BYTES);
    }

    boolean isHead(int record) {
        return (flags(record) & HEAD) != 0;
    }

    boolean isOf(int record, UserId user) {
        return isOf(record, user.number(), user.text() == null ? null : user);
    }

    /** The same; see {@link #setHead(int, long, UserId)}. */
    boolean isOf(int record, long number, @Nullable UserId text) {
        long[] chunk = chunk(record);
        int at = at(record);
        if ((chunk[at + FLAGS] & TEXT) != 0) {
            return texts[record >>> CHUNK_LOG2][record & CHUNK_MASK].equals(text);
        }
        return chunk[at + USER] == number && text == null;
    }

    UserId user(int record) {
        return (flags(record) & TEXT) != 0
                ? texts[record >>> CHUNK_LOG2][record & CHUNK_MASK]
                : UserId.ofNumber(chunk(record)[at(record) + USER]);
    }

    boolean isLogged(int record) {
        return (flags(record) & LOGGED) != 0;
    }

    /**
     * Marks that the log has an entry of the user.
     *
     * @param bytes of the entry
     */
    void setLogged(int record, int bytes) {
        int fraction = 1 << FRACTION_BITS;
        int exponent =
                Integer.SIZE - 1 - FRACTION_BITS - Integer.numberOfLeadingZeros(bytes | fraction);
        long size = (long) exponent << FRACTION_BITS | ((bytes >>> exponent) & (fraction - 1));
        long[] chunk = chunk(record);
        int at = at(record) + FLAGS;
        chunk[at] = (chunk[at] & ~LOGGED_SIZE_MASK) | LOGGED | size << LOGGED_SIZE;
    }

    /** The length of the user's entry in the log, up to an eighth too low; 0 if there is none. */
    long loggedBytes(int record) {
        if (!isLogged(record)) {
            return 0;
        }
        int size = (int) ((flags(record) & LOGGED_SIZE_MASK) >>> LOGGED_SIZE);
        int fraction = 1 << FRACTION_BITS;
        return (long) (fraction | (size & (fraction - 1))) << (size >>> FRACTION_BITS);
    }

    boolean isIndexed(int record) {
        return (flags(record) & INDEXED) != 0;
    }

    void setIndexed(int record, boolean indexed) {
        if (indexed) {
            chunk(record)[at(record) + FLAGS] |= INDEXED;
        } else {
            chunk(record)[at(record) + FLAGS] &= ~INDEXED;
        }
    }

    /** Whether the store has older sessions of the user, or parts of these. */
    boolean isPartStored(int record) {
        return (flags(record) & PART_STORED) != 0;
    }

    void setPartStored(int record, boolean stored) {
        if (stored) {
            chunk(record)[at(record) + FLAGS] |= PART_STORED;
        } else {
            chunk(record)[at(record) + FLAGS] &= ~PART_STORED;
        }
    }

    /** The bucket in which the user is checked next. */
    long armed(int record) {
        return chunk(record)[at(record) + ARMED];
    }

    void setArmed(int record, long bucket) {
        chunk(record)[at(record) + ARMED] = bucket;
    }

    /** An unsigned number. */
    int touch(int record) {
        return (int) (chunk(record)[at(record) + EVENTS] >>> 32);
    }

    void setTouch(int record, int touch) {
        long[] chunk = chunk(record);
        int at = at(record) + EVENTS;
        chunk[at] = (long) touch << 32 | (chunk[at] & MAX_EVENTS);
    }

    /** The user's next older open session, or {@link #NONE}. */
    int older(int record) {
        return (int) (chunk(record)[at(record) + LINK] >> 32);
    }

    /** A session and all older ones of the user, oldest first. */
    int[] oldestFirst(int newest) {
        int count = 0;
        for (int each = newest; each != NONE; each = older(each)) {
            count++;
        }
        int[] sessions = new int[count];
        for (int each = newest; each != NONE; each = older(each)) {
            sessions[--count] = each;
        }
        return sessions;
    }

    void setOlder(int record, int older) {
        setLink(record, older, inlineVisits(record));
    }

    /**
     * Moves the session in a user's first record to another record, and creates a new session in
     * its place. The caller must add its first event.
     */
    void openInFront(int head, long timestamp) {
        int moved = moveOut(head);
        start(head, timestamp, flags(head) & OF_USER);
        setLink(head, moved, 0);
    }

    /**
     * Moves the session in a user's first record to another record. The user's record then has no
     * session until {@link #moveIn}.
     */
    int moveOut(int head) {
        int moved = allocate();
        long[] from = chunk(head);
        int fromAt = at(head);
        long[] to = chunk(moved);
        int toAt = at(moved);
        System.arraycopy(from, fromAt, to, toAt, 1 << RECORD_LOG2);
        to[toAt + FLAGS] &= OF_SESSION;
        to[toAt + ARMED] = NOT_ARMED;
        if ((from[fromAt + FLAGS] & OUTSIDE) != 0) {
            setOutside(moved, outside(head));
            setOutside(head, null);
        }
        return moved;
    }

    /** Moves a session into a user's first record, and frees the session's own record. */
    void moveIn(int head, int session) {
        long[] from = chunk(session);
        int fromAt = at(session);
        long[] to = chunk(head);
        int toAt = at(head);
        long flags = from[fromAt + FLAGS];
        int touch = touch(head);
        System.arraycopy(from, fromAt + LINK, to, toAt + LINK, (1 << RECORD_LOG2) - LINK);
        to[toAt + FLAGS] = (to[toAt + FLAGS] & OF_USER) | (flags & OF_SESSION);
        setTouch(head, touch);
        if ((flags & OUTSIDE) != 0) {
            setOutside(head, outside(session));
            setOutside(session, null);
            from[fromAt + FLAGS] = 0;
        }
        free(session);
    }

    // ---- one session ----

    /** Time of the first event, ms since the epoch. */
    long begin(int record) {
        return chunk(record)[at(record) + BEGIN];
    }

    /** Time of the last event, ms since the epoch. */
    long last(int record) {
        return chunk(record)[at(record) + LAST];
    }

    /** The number of events of any type, up to {@link #MAX_EVENTS}. */
    long events(int record) {
        return chunk(record)[at(record) + EVENTS] & MAX_EVENTS;
    }

    long lastCheckout(int record) {
        return chunk(record)[at(record) + CHECKOUT];
    }

    long visitsUpToCheckout(int record) {
        return flags(record) & COUNT_MASK;
    }

    /** How many visits there are behind the last checkout. */
    long laterVisitCount(int record) {
        return (flags(record) & VISITS_OUTSIDE) != 0
                ? outside(record).visits.total()
                : inlineVisits(record);
    }

    /** How many times of visits behind the last checkout there are. */
    int laterTimeCount(int record) {
        if ((flags(record) & VISITS_OUTSIDE) == 0) {
            return inlineVisits(record);
        }
        Outside outside = outside(record);
        outsideBytes -= outside.heapBytes();
        int times = outside.visits.settle(foldUpTo);
        outsideBytes += outside.heapBytes();
        return times;
    }

    /**
     * Visits the times behind the last checkout: in no order as long as they are in the record,
     * else as {@link #laterTimeCount} has put them in order.
     */
    void forEachLaterVisit(int record, Visits visitor) {
        long[] chunk = chunk(record);
        int at = at(record);
        if ((chunk[at + FLAGS] & VISITS_OUTSIDE) == 0) {
            for (int i = 0; i < (int) chunk[at + LINK]; i++) {
                visitor.at(chunk[at + BEGIN] + inline(chunk, at, i), 1);
            }
            return;
        }
        int times = laterTimeCount(record);
        VisitTimes visits = outside(record).visits;
        for (int i = 0; i < times; i++) {
            visitor.at(visits.time(i), visits.count(i));
        }
    }

    private int inlineVisits(int record) {
        return (int) chunk(record)[at(record) + LINK];
    }

    /** Bit n is the department with number n + 1. */
    long departmentBits(int record) {
        return chunk(record)[at(record) + DEPARTMENTS];
    }

    /** Departments that are no bit; not copied, and not to be changed. */
    OtherDepartments otherDepartments(int record) {
        return (flags(record) & DEPARTMENTS_OUTSIDE) == 0
                ? OtherDepartments.NONE
                : outside(record).departments;
    }

    /**
     * Takes in a click that is near enough.
     *
     * @param number the department's in {@link DepartmentNames}; any if there is no department
     */
    void add(
            int record, long timestamp, @Nullable String department, int number, boolean checkout) {
        latest = record;
        long[] chunk = chunk(record);
        int at = at(record);
        addEvents(chunk, at, 1);
        if (timestamp > chunk[at + LAST]) {
            chunk[at + LAST] = timestamp;
        } else if (timestamp < chunk[at + BEGIN]) {
            beginEarlier(record, timestamp);
        }
        if (department != null) {
            addDepartment(record, department, number);
            addVisit(record, timestamp);
        }
        if (checkout) {
            addCheckout(record, timestamp);
        }
    }

    /** The session that took in the latest click. */
    int latest() {
        return latest;
    }

    /**
     * Notes that the latest click, of which {@link #add} was told, is of a step of the funnel.
     *
     * @param step from 0 on
     */
    void addStep(int record, int step, long timestamp) {
        long[] chunk = chunk(record);
        int at = at(record);
        boolean isSettled = (chunk[at + FLAGS] & 1L << (SETTLED_STEP + step)) != 0;
        if (isSettled && timestamp >= chunk[at + LAST]) {
            // As most clicks: they need no other memory than that of the record.
            return;
        }
        addStepOutOfOrder(record, step, timestamp);
    }

    /** Notes that a click at any time was of a step of the funnel. */
    void addStepOutOfOrder(int record, int step, long timestamp) {
        if (steps == null) {
            return;
        }
        Outside outside = makeOutside(record, STEPS_OUTSIDE);
        setSteps(record, outside, steps.add(outside.steps, step, timestamp));
    }

    private void setSteps(int record, Outside outside, @Nullable long[] times) {
        outsideBytes -= outside.heapBytes();
        outside.steps = times;
        outsideBytes += outside.heapBytes();
        if (times != null) {
            chunk(record)[at(record) + FLAGS] |= (long) steps.settledSteps(times) << SETTLED_STEP;
        }
    }

    /** Notes the user that the visitor was at a time. Of several, the latest one counts. */
    void addKnown(int record, UserId known, long timestamp) {
        Outside outside = makeOutside(record, KNOWN_OUTSIDE);
        boolean isLater =
                outside.known == null
                        || timestamp > outside.knownTime
                        || (timestamp == outside.knownTime
                                && UserId.ORDER.compare(known, outside.known) > 0);
        if (isLater) {
            outsideBytes -= outside.heapBytes();
            outside.known = known;
            outside.knownTime = timestamp;
            outsideBytes += outside.heapBytes();
        }
    }

    /** The user that the visitor turned out to be; null if the user is not another one. */
    @Nullable
    UserId known(int record) {
        return (flags(record) & KNOWN_OUTSIDE) == 0 ? null : outside(record).known;
    }

    /** The time of the click by which the user is known. Only if {@link #known} is not null. */
    long knownTime(int record) {
        return outside(record).knownTime;
    }

    /** The times of the funnel's steps, as {@link StepTimes} has them; not to be changed. */
    long[] stepTimes(int record) {
        if ((flags(record) & STEPS_OUTSIDE) == 0) {
            return NO_STEPS;
        }
        long[] times = outside(record).steps;
        return times == null ? NO_STEPS : times;
    }

    /** Counts further events. */
    void addEvents(int record, long events) {
        addEvents(chunk(record), at(record), events);
    }

    private static void addEvents(long[] chunk, int at, long events) {
        long before = chunk[at + EVENTS];
        chunk[at + EVENTS] = before + Math.min(events, MAX_EVENTS - (before & MAX_EVENTS));
    }

    /** Takes over all that another session of the same user knows, and gives its record back. */
    void join(int record, int other) {
        if (begin(other) < begin(record)) {
            beginEarlier(record, begin(other));
        }
        long[] chunk = chunk(record);
        int at = at(record);
        chunk[at + LAST] = Math.max(chunk[at + LAST], last(other));
        addEvents(chunk, at, events(other));
        addCheckout(record, lastCheckout(other));
        chunk[at + FLAGS] += visitsUpToCheckout(other);
        joinVisits(record, other);
        chunk[at + DEPARTMENTS] |= departmentBits(other);
        joinDepartments(record, other);
        if ((flags(other) & STEPS_OUTSIDE) != 0) {
            Outside outside = makeOutside(record, STEPS_OUTSIDE);
            setSteps(record, outside, steps.join(outside.steps, outside(other).steps));
        }
        if (known(other) != null) {
            addKnown(record, known(other), knownTime(other));
        }
        free(other);
    }

    /** Adds the fewer visits to the more. */
    private void joinVisits(int record, int other) {
        if ((flags(other) & VISITS_OUTSIDE) == 0) {
            forEachLaterVisit(other, (time, count) -> addVisits(record, time, count));
            return;
        }
        if ((flags(record) & VISITS_OUTSIDE) == 0) {
            moveVisitsOutside(record);
        }
        Outside to = outside(record);
        Outside from = outside(other);
        outsideBytes -= to.heapBytes() + from.heapBytes();
        // The visits up to the checkout are counted already.
        chunk(record)[at(record) + FLAGS] += from.visits.removeUpTo(lastCheckout(record));
        VisitTimes more = from.visits.total() > to.visits.total() ? from.visits : to.visits;
        VisitTimes fewer = more == to.visits ? from.visits : to.visits;
        more.addAll(fewer, foldUpTo);
        to.visits = more;
        from.visits = null;
        outsideBytes += to.heapBytes() + from.heapBytes();
    }

    /** Adds the fewer departments to the more. */
    private void joinDepartments(int record, int other) {
        if ((flags(other) & DEPARTMENTS_OUTSIDE) == 0) {
            return;
        }
        Outside to = makeOutside(record, DEPARTMENTS_OUTSIDE);
        Outside from = outside(other);
        outsideBytes -= to.heapBytes() + from.heapBytes();
        if (to.departments == null) {
            to.departments = from.departments;
        } else {
            boolean more = from.departments.size() > to.departments.size();
            OtherDepartments into = more ? from.departments : to.departments;
            into.addAll(more ? to.departments : from.departments, maxDeptListBytes);
            to.departments = into;
        }
        from.departments = null;
        outsideBytes += to.heapBytes() + from.heapBytes();
    }

    /** Sets what was stored of a session without visits and departments. */
    void set(int record, long last, long lastCheckout, long visitsUpToCheckout, long events) {
        long[] chunk = chunk(record);
        int at = at(record);
        chunk[at + LAST] = last;
        addEvents(chunk, at, events);
        chunk[at + CHECKOUT] = lastCheckout;
        chunk[at + FLAGS] += visitsUpToCheckout;
    }

    /** The session as it is when it is over. */
    Session close(int record, UserId user, long gap, DepartmentNames names) {
        long[] chunk = chunk(record);
        int at = at(record);
        long upToCheckout = chunk[at + FLAGS] & COUNT_MASK;
        DepartmentNames.Listed departments =
                names.sorted(chunk[at + DEPARTMENTS], otherDepartments(record), maxDeptListBytes);
        return new Session(
                user,
                chunk[at + BEGIN],
                chunk[at + LAST] + gap,
                upToCheckout + laterVisitCount(record),
                upToCheckout,
                chunk[at + CHECKOUT] != NO_CHECKOUT,
                departments.names(),
                departments.leftOut(),
                known(record),
                (chunk[at + FLAGS] & STEPS_OUTSIDE) == 0
                        ? null
                        : steps.reached(outside(record).steps));
    }

    /** Notes a visited department. */
    void addDepartment(int record, String department, int number) {
        if (number != DepartmentNames.NO_NUMBER && number <= MAX_BITS) {
            chunk(record)[at(record) + DEPARTMENTS] |= 1L << (number - 1);
            return;
        }
        addOtherDepartment(record, department);
    }

    private void addOtherDepartment(int record, String department) {
        Outside outside = makeOutside(record, DEPARTMENTS_OUTSIDE);
        if (outside.departments == null) {
            outside.departments = new OtherDepartments();
        }
        OtherDepartments departments = outside.departments;
        long before = departments.heapBytes();
        departments.add(department, maxDeptListBytes);
        outsideBytes += departments.heapBytes() - before;
    }

    /**
     * Notes what was stored of departments that are left out.
     *
     * @param from the smallest of them
     * @param hashes of their names
     */
    void leaveOutDepartments(int record, String from, DistinctCount hashes) {
        Outside outside = makeOutside(record, DEPARTMENTS_OUTSIDE);
        if (outside.departments == null) {
            outside.departments = new OtherDepartments();
        }
        long before = outside.departments.heapBytes();
        outside.departments.leaveOutFrom(from);
        outside.departments.leftOut().addAll(hashes);
        outsideBytes += outside.departments.heapBytes() - before;
    }

    /** Notes when a department was visited. */
    void addVisit(int record, long timestamp) {
        long[] chunk = chunk(record);
        int at = at(record);
        if (timestamp <= chunk[at + CHECKOUT]) {
            chunk[at + FLAGS]++;
            return;
        }
        if ((chunk[at + FLAGS] & VISITS_OUTSIDE) == 0) {
            int count = (int) chunk[at + LINK];
            long sinceBegin = timestamp - chunk[at + BEGIN];
            if (count < MAX_INLINE_VISITS && sinceBegin <= Integer.MAX_VALUE) {
                setInline(chunk, at, count, (int) sinceBegin);
                chunk[at + LINK]++;
                return;
            }
        }
        addVisitsOutside(record, timestamp, 1);
    }

    /** Notes how often departments were visited at a time. */
    void addVisits(int record, long timestamp, long visits) {
        if (visits == 1) {
            addVisit(record, timestamp);
        } else if (timestamp <= lastCheckout(record)) {
            chunk(record)[at(record) + FLAGS] += visits;
        } else {
            addVisitsOutside(record, timestamp, visits);
        }
    }

    private void addVisitsOutside(int record, long timestamp, long visits) {
        if ((flags(record) & VISITS_OUTSIDE) == 0) {
            moveVisitsOutside(record);
        }
        VisitTimes times = outside(record).visits;
        long before = times.heapBytes();
        times.add(timestamp, visits, foldUpTo);
        outsideBytes += times.heapBytes() - before;
    }

    /** Notes a checkout; nothing happens if it is not later than the last one. */
    void addCheckout(int record, long timestamp) {
        long[] chunk = chunk(record);
        int at = at(record);
        if (timestamp <= chunk[at + CHECKOUT]) {
            return;
        }
        chunk[at + CHECKOUT] = timestamp;
        if ((chunk[at + FLAGS] & VISITS_OUTSIDE) != 0) {
            chunk[at + FLAGS] += outside(record).visits.removeUpTo(timestamp);
            return;
        }
        int count = (int) chunk[at + LINK];
        int kept = 0;
        long sinceBegin = timestamp - chunk[at + BEGIN];
        for (int i = 0; i < count; i++) {
            int visit = inline(chunk, at, i);
            if (visit > sinceBegin) {
                setInline(chunk, at, kept++, visit);
            }
        }
        chunk[at + FLAGS] += count - kept;
        setLink(record, older(record), kept);
    }

    private void beginEarlier(int record, long timestamp) {
        long[] chunk = chunk(record);
        int at = at(record);
        if ((chunk[at + FLAGS] & VISITS_OUTSIDE) == 0) {
            long earlier = chunk[at + BEGIN] - timestamp;
            if (chunk[at + LAST] - timestamp > Integer.MAX_VALUE) {
                moveVisitsOutside(record);
            } else {
                for (int i = (int) chunk[at + LINK] - 1; i >= 0; i--) {
                    setInline(chunk, at, i, (int) (inline(chunk, at, i) + earlier));
                }
            }
        }
        chunk[at + BEGIN] = timestamp;
    }

    private void moveVisitsOutside(int record) {
        long[] sorted = new long[inlineVisits(record)];
        long[] chunk = chunk(record);
        int at = at(record);
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = chunk[at + BEGIN] + inline(chunk, at, i);
        }
        Arrays.sort(sorted);
        VisitTimes visits = new VisitTimes();
        for (long time : sorted) {
            visits.add(time, 1, foldUpTo);
        }
        setLink(record, older(record), 0);
        makeOutside(record, VISITS_OUTSIDE).visits = visits;
        outsideBytes += visits.heapBytes();
    }

    private static int inline(long[] chunk, int at, int index) {
        return (int) (chunk[at + VISITS + (index >> 1)] >>> ((index & 1) << 5));
    }

    private static void setInline(long[] chunk, int at, int index, int value) {
        int shift = (index & 1) << 5;
        int i = at + VISITS + (index >> 1);
        chunk[i] = (chunk[i] & ~(0xffff_ffffL << shift)) | (long) value << shift;
    }

    // ---- memory ----

    private long[] chunk(int record) {
        return chunks[record >>> CHUNK_LOG2];
    }

    private static int at(int record) {
        return (record & CHUNK_MASK) << RECORD_LOG2;
    }

    private long flags(int record) {
        return chunk(record)[at(record) + FLAGS];
    }

    private void setLink(int record, int older, int laterVisits) {
        chunk(record)[at(record) + LINK] = (long) older << 32 | laterVisits;
    }

    private Outside outside(int record) {
        return outsides[record >>> CHUNK_LOG2][record & CHUNK_MASK];
    }

    private Outside makeOutside(int record, long flag) {
        if ((flags(record) & OUTSIDE) == 0) {
            setOutside(record, new Outside());
        }
        chunk(record)[at(record) + FLAGS] |= flag;
        return outside(record);
    }

    private void setOutside(int record, @Nullable Outside outside) {
        int index = record >>> CHUNK_LOG2;
        if (outsides[index] == null) {
            outsides[index] = new Outside[1 << CHUNK_LOG2];
        }
        outsides[index][record & CHUNK_MASK] = outside;
    }

    private void dropOutside(int record) {
        if ((flags(record) & OUTSIDE) != 0) {
            outsideBytes -= outside(record).heapBytes();
            setOutside(record, null);
        }
    }
}
