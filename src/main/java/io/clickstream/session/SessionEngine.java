package io.clickstream.session;

import io.clickstream.event.Click;
import io.clickstream.event.EventMarks;
import io.clickstream.event.LogSegments;
import io.clickstream.event.Session;
import io.clickstream.event.SpilledUsers;
import io.clickstream.event.UserId;
import io.clickstream.event.VarBytes;
import io.clickstream.funnel.StepTimes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import javax.annotation.Nullable;

/**
 * The open sessions of the users of one subtask.
 *
 * <p>Sessions are on the heap. A click needs one lookup in a hash table and one access to a record.
 * State is accessed in three cases only:
 *
 * <ul>
 *   <li>Before a checkpoint, users who changed since the last one are appended to the {@link
 *       SessionLog}.
 *   <li>If there are more sessions than fit into the heap's share, the least recently used users
 *       move to the {@link SessionStore}. They return when they click, or when their session ends.
 *   <li>After a restart, all state is read once.
 * </ul>
 *
 * <p>At a checkpoint, a user is either in the log or in the store, never in both.
 *
 * <p>A click behind the watermark is accepted only if it joins an open session. Otherwise its
 * session may have been closed and counted.
 */
final class SessionEngine {

    /**
     * The maximum number of clicks in a batch. With a million sessions, most records are outside
     * the processor's caches; clicks that are looked up together share the wait for memory.
     */
    static final int BATCH = 64;

    /**
     * Users that are touched within this number of clicks count as touched at the same time. The
     * counter has 32 bits: at a million clicks per second it wraps around after 200 days, and then
     * the wrong users are spilled once.
     */
    private static final int CLICKS_PER_TOUCH = 4 * 1024;

    /**
     * One divided by the part of the sessions on the heap that is spilled at once. Spilling per
     * click would be too expensive.
     */
    private static final int SPILLED_PART = 32;

    private static final int TOUCH_SAMPLES = 1024;

    /**
     * Users whose sessions need more bytes than this in addition to their records are spilled
     * first.
     */
    private static final int LARGE_BYTES = 32 << 10;

    /**
     * If a user's sessions have more bytes than this in the store, a click does not read them.
     * Reading and writing this many bytes takes a few times as long as for a typical user.
     */
    static final int LARGE_STORED_BYTES = 16 << 10;

    /**
     * The number of buckets per gap. Each watermark within a bucket checks all users of the bucket.
     * A gap has 64 to 128 buckets, unless they would be narrower than 64 ms or wider than 1,024 ms.
     */
    private static final int BUCKETS_PER_GAP = 64;

    private static final int MIN_BUCKET_LOG2 = 6;
    private static final int MAX_BUCKET_LOG2 = 10;

    private final long gap;
    private final int maxOnHeap;
    private final DepartmentNames names;
    private final SessionStore store;
    private final MaxRate maxRate;
    private final Consumer<Session> out;
    private final LongConsumer tooFast;
    private final Consumer<Click> late;
    private final SessionRecords records;
    private final OpenUsers users;
    private final SessionCodec codec;
    private final SessionLog log;
    private final ExpiryBuckets expiry;
    private final int largeStoredBytes;
    private final SpilledUsers spilled = new SpilledUsers();
    private final LargeUsers large;
    private final VarBytes spillBytes = new VarBytes();

    /** The records of users whose entry in the log is not up to date. */
    private final BitSet changed = new BitSet();

    private final int[] hashes = new int[BATCH];
    private long watermark = Long.MIN_VALUE;
    private long clicks;
    private long onHeap;
    private long spilledSessions;

    /** Users of whom a part was added while the log is read; null if it is not. */
    @Nullable private Set<UserId> addedWhileRestoring;

    /** While the log is read, nobody is spilled below this load. */
    private long spillAbove;

    /** Written, so that reading ahead is not optimized away. */
    @SuppressWarnings("UnusedVariable")
    private long peeked;

    /**
     * Creates an engine without sessions.
     *
     * @param gap the maximum time between two clicks of a session
     * @param maxOnHeap the approximate maximum number of sessions on the heap; a session with many
     *     visits or departments counts as several, by its bytes
     * @param largeStoredBytes a user's sessions with more bytes in the store stay there when the
     *     user clicks; {@link #LARGE_STORED_BYTES} except in tests
     * @param maxDeptListBytes the maximum size of a session's department list as JSON, in bytes
     * @param maxParallelism the number of key groups
     * @param segments stores the log
     * @param maxRate the rate above which a session is excluded when it closes
     * @param steps of the funnel; null if there is none
     * @param out receives closed sessions
     * @param tooFast counts the clicks of excluded sessions
     * @param late receives clicks that are behind the watermark and join no open session
     */
    SessionEngine(
            Duration gap,
            int maxOnHeap,
            int largeStoredBytes,
            int maxDeptListBytes,
            int maxParallelism,
            DepartmentNames names,
            LogSegments segments,
            SessionStore store,
            MaxRate maxRate,
            @Nullable StepTimes steps,
            Consumer<Session> out,
            LongConsumer tooFast,
            Consumer<Click> late) {
        this.gap = gap.toMillis();
        this.maxOnHeap = maxOnHeap;
        this.largeStoredBytes = largeStoredBytes;
        this.large = new LargeUsers(this.gap);
        this.names = names;
        this.store = store;
        this.maxRate = maxRate;
        this.out = out;
        this.tooFast = tooFast;
        this.late = late;
        this.records = new SessionRecords(maxDeptListBytes, steps);
        this.users = new OpenUsers(records);
        this.codec = new SessionCodec(records, names);
        this.log = new SessionLog(maxParallelism, records, codec, names.writer(), segments);
        this.expiry = new ExpiryBuckets(this.gap, bucketLog2(this.gap), records, users);
    }

    private static int bucketLog2(long gap) {
        int log2 = Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, gap / BUCKETS_PER_GAP));
        return Math.min(Math.max(log2, MIN_BUCKET_LOG2), MAX_BUCKET_LOG2);
    }

    /** Adds clicks, at most {@link #BATCH}. */
    void add(PendingClicks batch) {
        int count = batch.size();
        // Rounds of reads that don't depend on each other, so that the processor can have many of
        // them under way.
        long read = 0;
        for (int i = 0; i < count; i++) {
            int hash = batch.hash(i);
            hashes[i] = hash;
            read += users.peekSlot(hash);
        }
        for (int i = 0; i < count; i++) {
            read += users.peekRecord(hashes[i]);
        }
        peeked = read + records.peekFree(count);
        for (int i = 0; i < count; i++) {
            add(batch, i, hashes[i]);
        }
    }

    private void add(PendingClicks batch, int index, int hash) {
        int head = users.get(batch.number(index), batch.text(index), hash);
        LargeUsers.Stored stored = null;
        if (head == SessionRecords.NONE) {
            if (spilled.size() > 0 && spilled.mayContain(batch.user(index))) {
                UserId id = batch.user(index);
                stored = large.get(id);
                head = stored == null ? unspill(id, hash) : SessionRecords.NONE;
            }
        } else if (large.size() > 0 && records.isPartStored(head)) {
            stored = large.get(records.user(head));
        }
        long timestamp = batch.timestamp(index);
        String department = batch.department(index);
        boolean isCheckout = batch.isCheckout(index);
        boolean mayOpen =
                !batch.isBehindWatermark(index) || (stored != null && stored.isNear(timestamp));
        int number = department == null ? 0 : names.number(department);
        int change = 1;
        if (head != SessionRecords.NONE) {
            change = users.addClick(head, timestamp, department, number, isCheckout, gap, mayOpen);
        } else if (mayOpen) {
            head = records.open(timestamp);
            records.add(head, timestamp, department, number, isCheckout);
            users.add(batch.number(index), batch.text(index), hash, head);
        } else {
            change = OpenUsers.NOT_TAKEN;
        }
        if (change == OpenUsers.NOT_TAKEN) {
            batch.setLate(index);
            late.accept(batch.clickBehindWatermark(index));
            return;
        }
        if ((batch.marks(index) & EventMarks.STEPS) != 0) {
            records.addStep(records.latest(), EventMarks.step(batch.marks(index)), timestamp);
        }
        if (batch.known(index) != null) {
            records.addKnown(records.latest(), batch.known(index), timestamp);
        }
        if (stored != null) {
            records.setPartStored(head, true);
            stored.noteCheckouts(records, users.newestBegunBy(head, timestamp));
        }
        records.setTouch(head, (int) (clicks++ / CLICKS_PER_TOUCH));
        changed.set(head);
        onHeap += change;
        if (change > 0) {
            expiry.arm(head, timestamp + gap);
        }
        // Also when the click has brought a user back.
        if (load() > maxOnHeap) {
            spill();
        }
    }

    /** The content of the heap, as a number of sessions of typical size. */
    private long load() {
        return onHeap + outsideLoad();
    }

    private long outsideLoad() {
        return records.outsideBytes() / SessionRecords.BYTES_PER_SESSION;
    }

    /** Closes all sessions on the heap whose last millisecond the watermark has reached. */
    void advance(long newWatermark) {
        watermark = newWatermark;
        records.foldUpTo(newWatermark);
        expiry.advance(newWatermark, this::closeDue);
    }

    /**
     * Checks a user in the store whose session may have ended. Must be called with the watermark of
     * the next call of {@link #advance}.
     */
    void onTimer(UserId id, long newWatermark) {
        watermark = newWatermark;
        int hash = OpenUsers.hash(id);
        int head = users.get(id, hash);
        LargeUsers.Stored stored = large.get(id);
        if (stored != null && earliestEnd(stored, head) - 1 > watermark) {
            // The session has grown since.
            store.setTimer(id, earliestEnd(stored, head) - 1);
            return;
        }
        if (stored == null && (head != SessionRecords.NONE || !spilled.mayContain(id))) {
            return;
        }
        if (head == SessionRecords.NONE) {
            // The session may have grown since this call was asked for. Then nothing is closed.
            head = unspill(id, hash);
        }
        if (head != SessionRecords.NONE) {
            long end = closeDue(head);
            if (end != SessionRecords.NOT_ARMED) {
                expiry.arm(head, end);
            }
            if (load() > maxOnHeap) {
                spill();
            }
        }
    }

    private long earliestEnd(LargeUsers.Stored stored, int head) {
        return head == SessionRecords.NONE
                ? stored.earliestEnd()
                : stored.earliestEnd(records, head);
    }

    /** Writes the changes since the last call to the log. */
    void writeChanges() {
        if (log.willBeTooLong(changed.cardinality(), users.size())) {
            writeAll();
        } else {
            changed.stream().forEach(this::writeToLog);
            if (log.isTooLong()) {
                // Those who changed were longer than others.
                writeAll();
            }
        }
        changed.clear();
        log.flush();
    }

    /** Writes the whole log again. */
    void writeAll() {
        log.startOver();
        users.forEach(this::writeToLog);
    }

    private void writeToLog(int head) {
        log.write(head, users.sessionCount(head));
    }

    /**
     * Registers a user who was found in the store after a restart. The user stays in the store.
     * Must be called for all such users before {@link #restoreParts}.
     */
    void restoreSpilled(UserId id) {
        int newest = read(store.read(id));
        noteSpilled(id, newest);
        users.free(newest);
    }

    /**
     * Registers the additional parts of a user in the store. Must be called for all such users
     * before {@link #restoreLog}, which may move more users to the store.
     */
    void restoreParts(UserId id) {
        byte[] first = store.read(id);
        int newest = read(first);
        spilledSessions -= users.sessionCount(newest);
        users.free(newest);
        LargeUsers.Stored stored = noteLarge(id, first, store.readParts(id));
        store.setTimer(id, stored.earliestEnd() - 1);
    }

    /** Registers a user whose sessions are in the store in several parts. */
    private LargeUsers.Stored noteLarge(UserId id, byte[] first, List<byte[]> parts) {
        int newest = read(first);
        LargeUsers.Stored stored = large.add(id, records, newest, first.length);
        users.free(newest);
        for (byte[] part : parts) {
            newest = read(part);
            stored = large.add(id, records, newest, part.length);
            users.free(newest);
        }
        spilledSessions += stored.size();
        return stored;
    }

    /**
     * Restores the log of a key group after a restart.
     *
     * @param segments the segments of the log, in order
     */
    void restoreLog(int keyGroup, List<byte[]> segments) {
        addedWhileRestoring = new TreeSet<>(UserId.ORDER);
        spillAbove = maxOnHeap;
        log.restore(keyGroup, segments, this::restoreEntry);
        addedWhileRestoring = null;
        if (load() > maxOnHeap) {
            spill();
        }
    }

    private boolean restoreEntry(UserId id, int newest) {
        if (load() > spillAbove) {
            // The log may have far more users than the heap has room for.
            spill();
            // Some users can't be spilled now. Do not try again for every entry.
            spillAbove = Math.max(maxOnHeap, load() + maxOnHeap / SPILLED_PART);
        }
        int hash = OpenUsers.hash(id);
        int earlier = users.get(id, hash);
        byte[] stored = earlier == SessionRecords.NONE ? read(id) : null;
        // The store may hold an earlier entry of this log, spilled during this restore.
        boolean isSpilledEntry = stored != null && isOfThisRun(stored);
        if (earlier != SessionRecords.NONE) {
            onHeap -= users.sessionCount(earlier);
            log.replaced(earlier);
            users.remove(earlier);
        } else if (isSpilledEntry) {
            int spilledEntry = read(stored);
            spilledSessions -= users.sessionCount(spilledEntry);
            users.free(spilledEntry);
            forgetStored(id);
        } else if (stored != null && large.get(id) == null) {
            // The user was spilled after this entry, so the store is newer.
            users.free(newest);
            return false;
        } else if (stored != null && addedWhileRestoring.remove(id)) {
            isSpilledEntry = true;
            forgetPartsOfThisRun(id, stored);
        }
        if (newest != SessionRecords.NONE) {
            addRestored(id, hash, newest);
            if (isSpilledEntry) {
                // Spilling the earlier entry has marked the user as gone in the log: write him
                // again.
                changed.set(newest);
            }
        }
        return true;
    }

    /** The user's sessions in the store; null if there are none. */
    @Nullable
    private byte[] read(UserId id) {
        return spilled.mayContain(id) ? store.read(id) : null;
    }

    /** Removes the parts that this restore has added for a user from an outdated log entry. */
    private void forgetPartsOfThisRun(UserId id, byte[] first) {
        List<byte[]> parts = new ArrayList<>(store.readParts(id));
        parts.removeIf(this::isOfThisRun);
        store.removeParts(id);
        parts.forEach(part -> store.addPart(id, part));
        spilledSessions -= large.get(id).size();
        large.remove(id);
        noteLarge(id, first, parts);
    }

    private boolean isOfThisRun(byte[] stored) {
        return SessionCodec.Origin.read(new VarBytes(stored)).writer() == names.writer();
    }

    private void addRestored(UserId id, int hash, int newest) {
        users.add(id, hash, newest);
        records.setPartStored(newest, large.get(id) != null);
        onHeap += users.sessionCount(newest);
        records.setTouch(newest, 0);
        expiry.arm(newest, users.earliestEnd(newest, gap));
    }

    /** For inputs that are sorted by user: closes all sessions of a user who has no more clicks. */
    void closeAll() {
        advance(Long.MAX_VALUE);
        watermark = Long.MIN_VALUE;
        records.foldUpTo(Long.MIN_VALUE);
    }

    /** The approximate number of bytes that sessions take on the heap. */
    long heapBytes() {
        return onHeap * SessionRecords.BYTES_PER_SESSION
                + records.outsideBytes()
                + large.heapBytes();
    }

    long sessionsOnHeap() {
        return onHeap;
    }

    long sessionsSpilled() {
        return spilledSessions;
    }

    /** The log. It knows how many users and bytes were written since it was last asked. */
    SessionLog log() {
        return log;
    }

    private long closeDue(int head) {
        if (records.isPartStored(head)) {
            long end = large.get(records.user(head)).earliestEnd(records, head);
            if (end - 1 > watermark) {
                return end;
            }
            joinStored(head);
        }
        int closed = users.closeDue(head, watermark, gap, this::close);
        if (closed == 0) {
            return users.earliestEnd(head, gap);
        }
        if (records.last(head) + gap - 1 <= watermark) {
            // The newest is closed, and so are all.
            remove(head);
            return SessionRecords.NOT_ARMED;
        }
        onHeap -= closed;
        changed.set(head);
        return users.earliestEnd(head, gap);
    }

    private void close(int session, UserId user) {
        long events = records.events(session);
        if (maxRate.isExceeded(events, records.last(session) - records.begin(session))) {
            tooFast.accept(events);
        } else {
            out.accept(records.close(session, user, gap, names));
        }
    }

    /** Removes a user with all sessions from the heap. */
    private void remove(int head) {
        onHeap -= users.sessionCount(head);
        if (records.isLogged(head)) {
            log.remove(head);
        }
        changed.clear(head);
        users.remove(head);
    }

    private int read(byte[] stored) {
        VarBytes in = new VarBytes(stored);
        return codec.decode(in, SessionCodec.Origin.read(in));
    }

    /** Moves a user back to the heap; NONE if it is another user with the same fingerprint. */
    private int unspill(UserId id, int hash) {
        byte[] first = store.read(id);
        if (first == null) {
            return SessionRecords.NONE;
        }
        LargeUsers.Stored stored = large.get(id);
        int newest = stored == null ? read(first) : readJoined(id, first, SessionRecords.NONE);
        spilledSessions -= stored == null ? users.sessionCount(newest) : stored.size();
        forgetStored(id);
        addRestored(id, hash, newest);
        records.setTouch(newest, (int) (clicks / CLICKS_PER_TOUCH));
        changed.set(newest);
        return newest;
    }

    /** Joins the sessions of a user on the heap with those in the store. */
    private void joinStored(int head) {
        UserId id = records.user(head);
        LargeUsers.Stored stored = large.get(id);
        onHeap -= users.sessionCount(head);
        users.dropIndex(head);
        int newest = readJoined(id, store.read(id), records.moveOut(head));
        records.moveIn(head, newest);
        records.setPartStored(head, false);
        onHeap += users.sessionCount(head);
        spilledSessions -= stored.size();
        forgetStored(id);
        changed.set(head);
    }

    /**
     * Reads all parts of a user.
     *
     * @param open the sessions to join them with; NONE if there are none
     * @return the newest session
     */
    private int readJoined(UserId id, byte[] first, int open) {
        long foldUpTo = records.foldUpTo();
        // Visits must not be folded before the checkouts of all parts are known.
        records.foldUpTo(Long.MIN_VALUE);
        List<int[]> parts = new ArrayList<>();
        parts.add(records.oldestFirst(open));
        parts.add(records.oldestFirst(read(first)));
        for (byte[] part : store.readParts(id)) {
            parts.add(records.oldestFirst(read(part)));
        }
        int newest = users.join(parts.stream().flatMapToInt(Arrays::stream).toArray(), gap);
        records.foldUpTo(foldUpTo);
        return newest;
    }

    private void forgetStored(UserId id) {
        store.remove(id);
        spilled.remove(id);
        if (large.get(id) != null) {
            store.removeParts(id);
            large.remove(id);
        }
    }

    /**
     * Moves users to the store: first those with very large sessions if these take more than half
     * of the heap's share, then the least recently used.
     */
    private void spill() {
        if (2 * outsideLoad() > maxOnHeap) {
            spillLarge();
        }
        int enough = maxOnHeap - maxOnHeap / SPILLED_PART;
        long before = Long.MAX_VALUE;
        while (load() > enough && users.size() > 0 && users.size() < before) {
            before = users.size();
            int threshold = touchThreshold();
            users.forEach(
                    head -> {
                        if (load() > enough && isUpTo(records.touch(head), threshold)) {
                            spill(head);
                        }
                    });
        }
        expiry.prune();
    }

    /**
     * Moves users with very large sessions to the store. No person has such sessions, and a few
     * such users must not displace the sessions of everyone else.
     */
    private void spillLarge() {
        int enough = maxOnHeap / 4;
        users.forEach(
                head -> {
                    if (outsideLoad() > enough && users.outsideBytes(head) > LARGE_BYTES) {
                        spill(head);
                    }
                });
    }

    private static boolean isUpTo(int touch, int threshold) {
        return Integer.compareUnsigned(touch, threshold) <= 0;
    }

    private void spill(int head) {
        UserId id = records.user(head);
        LargeUsers.Stored stored = records.isPartStored(head) ? large.get(id) : null;
        if (stored != null && addedWhileRestoring != null) {
            if (stored.isToBeJoined(records, head)) {
                // A later entry of the log may replace these sessions, but not the stored ones.
                return;
            }
            addedWhileRestoring.add(id);
        } else if (stored != null && stored.isToBeJoined(records, head)) {
            joinStored(head);
            stored = null;
        }
        byte[] bytes = encode(head, users.sessionCount(head));
        if (stored != null) {
            spilledSessions -= stored.size();
            stored = large.add(id, records, head, bytes.length);
            spilledSessions += stored.size();
            store.addPart(id, bytes);
            store.setTimer(id, stored.earliestEnd() - 1);
        } else {
            store.write(id, bytes);
            noteSpilled(id, head);
            if (bytes.length > largeStoredBytes
                    && users.sessionCount(head) <= LargeUsers.MAX_SESSIONS) {
                large.add(id, records, head, bytes.length);
                store.addPart(id, encode(SessionRecords.NONE, 0));
            }
        }
        remove(head);
    }

    private byte[] encode(int newest, int sessionCount) {
        SessionCodec.Origin.write(names.writer(), spillBytes);
        codec.encode(newest, sessionCount, spillBytes);
        return spillBytes.take();
    }

    private void noteSpilled(UserId id, int head) {
        spilled.add(id);
        spilledSessions += users.sessionCount(head);
        store.setTimer(id, users.earliestEnd(head, gap) - 1);
    }

    /**
     * The touch counter below which about the part of users lies that is to be spilled. Determined
     * from a sample.
     */
    private int touchThreshold() {
        long[] touches = new long[TOUCH_SAMPLES];
        int[] seen = {0};
        int every = Math.max(1, (users.size() + TOUCH_SAMPLES - 1) / TOUCH_SAMPLES);
        users.forEach(
                head -> {
                    if (seen[0]++ % every == 0) {
                        touches[(seen[0] - 1) / every] =
                                Integer.toUnsignedLong(records.touch(head));
                    }
                });
        int samples = (seen[0] + every - 1) / every;
        Arrays.sort(touches, 0, samples);
        // Twice the part, so that a sample's error does not end in spilling nothing.
        return (int) touches[Math.min(samples - 1, 2 * samples / SPILLED_PART)];
    }
}
