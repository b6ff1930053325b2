package io.clickstream.live;

import io.clickstream.event.LiveCount;
import io.clickstream.event.LogSegments;
import io.clickstream.event.UserId;
import io.clickstream.event.VarBytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;
import javax.annotation.Nullable;

/**
 * Counts the users of one subtask at each boundary: who is active, and which sessions are open.
 *
 * <p>A boundary's counts are emitted once, when the watermark passes it. A click that comes behind
 * the watermark counts at the boundaries that are still to come.
 *
 * <p>The caller keeps the state: {@link #writeChanges} before each checkpoint, {@link #clickCounts}
 * in it.
 */
public final class LiveCounter {

    /** The approximate heap of a user whose id is a number. */
    public static final int BYTES_PER_USER = LiveUsers.BYTES_PER_USER;

    /**
     * Departments that are counted in one subtask. Further ones are not, since names may be
     * invented.
     */
    static final int MAX_DEPARTMENTS = 1_000;

    /**
     * One divided by the part of the users on the heap that is spilled at once. Spilling per click
     * would be too expensive.
     */
    private static final int SPILLED_PART = 32;

    /** Of the layout of {@link #clickCounts}. */
    private static final int VERSION = 1;

    private final Boundaries boundaries;
    private final long gapMillis;
    private final long spanMillis;
    private final long spanBoundaries;
    private final boolean byDepartment;
    private final int maxOnHeap;
    private final Consumer<LiveCount> out;
    private final LiveStore store;
    private final LiveLog log;
    private final Part all;
    private final Map<String, Part> departments = new HashMap<>();

    /** Of the users of all departments on the heap. */
    private long departmentLoad;

    private long watermark = Long.MIN_VALUE;
    private boolean isAtEnd;

    /** The users of all clicks, or of those in one department. */
    private final class Part {
        @Nullable private final String department;
        private final LiveCounts counts = new LiveCounts();
        private final LiveUsers users;

        /** Of the users when {@link #departmentLoad} was last computed. */
        private long load;

        Part(@Nullable String department) {
            this.department = department;
            this.users =
                    new LiveUsers(
                            gapMillis,
                            spanBoundaries,
                            boundaries,
                            counts,
                            department == null ? "" : department,
                            store);
        }

        void emit(long boundary, long[] values) {
            long end = boundaries.time(boundary);
            out.accept(
                    new LiveCount(
                            department,
                            end - spanMillis,
                            end,
                            values[LiveMetric.ACTIVE_USERS.index()],
                            values[LiveMetric.OPEN_SESSIONS.index()],
                            values[LiveMetric.OPEN_SESSIONS_WITH_CHECKOUT.index()],
                            values[LiveMetric.OPEN_CARTS.index()],
                            values[LiveMetric.CLICKS.index()],
                            values[LiveMetric.CHECKOUTS.index()]));
        }

        /** Where to write a user. */
        VarBytes entry(int userHash) {
            VarBytes entry = log.entry(userHash);
            writeName(entry);
            return entry;
        }

        void writeName(VarBytes to) {
            to.put(department == null ? 0 : 1);
            if (department != null) {
                to.put(department);
            }
        }

        void advance() {
            counts.pass(boundaries.passedBy(watermark), this::emit);
            users.advance(watermark);
        }
    }

    /**
     * Creates a counter without users.
     *
     * @param gap the maximum time between two clicks of a session
     * @param maxOnHeap the approximate maximum number of users on the heap
     * @param maxParallelism the number of key groups
     * @param segments stores the users on the heap
     * @param store keeps the other users
     * @param out receives the counts
     */
    public LiveCounter(
            LiveSettings settings,
            Duration gap,
            int maxOnHeap,
            int maxParallelism,
            LogSegments segments,
            LiveStore store,
            Consumer<LiveCount> out) {
        this.boundaries = new Boundaries(settings.every().toMillis());
        this.gapMillis = gap.toMillis();
        this.spanMillis = settings.span().toMillis();
        this.spanBoundaries = spanMillis / settings.every().toMillis();
        this.byDepartment = settings.isByDepartment();
        this.maxOnHeap = maxOnHeap;
        this.out = out;
        this.store = store;
        this.log = new LiveLog(maxParallelism, segments);
        this.all = new Part(null);
    }

    /**
     * The hash of a user, for {@link #add}.
     *
     * @param number the user, if the id is no text
     * @param text the user, if the id is a text, else null
     */
    public static int hash(long number, @Nullable UserId text) {
        return LiveUsers.hash(number, text);
    }

    /** Prefetches the slot in which the search for a hash begins. */
    public long peekSlot(int hash) {
        return all.users.peekSlot(hash);
    }

    /** Prefetches the record of a hash. */
    public long peekRecord(int hash) {
        return all.users.peekRecord(hash);
    }

    /**
     * Adds a click.
     *
     * @param number the user, if the id is no text
     * @param text the user, if the id is a text, else null
     * @param hash of the user
     * @param timestamp in ms since 1970
     * @return false if the click does not count for its department, because there are too many
     */
    public boolean add(
            long number,
            @Nullable UserId text,
            int hash,
            long timestamp,
            @Nullable String department,
            boolean checkout,
            boolean cart) {
        all.users.add(number, text, hash, timestamp, checkout, cart);
        boolean hasRoom = true;
        if (byDepartment && department != null) {
            Part part = department(department);
            hasRoom = part != null;
            if (hasRoom) {
                part.users.add(number, text, hash, timestamp, false, false);
                spillIfFull(part);
            }
        }
        spillIfFull(all);
        return hasRoom;
    }

    /**
     * The users of all clicks, and those of all departments together, have half of the heap each.
     */
    private void spillIfFull(Part part) {
        if (part == all) {
            long max = byDepartment ? maxOnHeap / 2 : maxOnHeap;
            if (all.users.load() > max) {
                all.users.spill(max - max / SPILLED_PART);
            }
            return;
        }
        departmentLoad += part.users.load() - part.load;
        part.load = part.users.load();
        if (departmentLoad > maxOnHeap / 2) {
            spillDepartments();
        }
    }

    private void spillDepartments() {
        departmentLoad = 0;
        for (Part part : departments.values()) {
            part.users.spill(part.users.load() - part.users.load() / SPILLED_PART - 1);
            part.load = part.users.load();
            departmentLoad += part.load;
        }
    }

    /**
     * Must be called before {@link #advance} with the same watermark, for each timer of the {@link
     * LiveStore} that the watermark reaches.
     */
    public void onTimer(UserId user, long newWatermark) {
        forEachPart(part -> part.users.onTimer(user, newWatermark));
    }

    @Nullable
    private Part department(String name) {
        Part part = departments.get(name);
        if (part == null && departments.size() < MAX_DEPARTMENTS) {
            part = new Part(name);
            part.counts.beginAt(all.counts.next());
            part.users.advance(watermark);
            departments.put(name, part);
        }
        return part;
    }

    /** Emits the counts of all boundaries that the watermark has passed. */
    public void advance(long newWatermark) {
        watermark = newWatermark;
        isAtEnd = newWatermark == Long.MAX_VALUE;
        all.advance();
        departments.values().forEach(Part::advance);
        departments.values().removeIf(part -> part.counts.isEmpty());
        departmentLoad = 0;
        for (Part part : departments.values()) {
            part.load = part.users.load();
            departmentLoad += part.load;
        }
    }

    /**
     * For inputs that are sorted by user: forgets a user who has no more clicks. The counts stay
     * until the input ends.
     */
    public void forgetUsers() {
        all.users.clear();
        departments.values().forEach(part -> part.users.clear());
    }

    /** Writes the users who have changed since the last call. */
    public void writeChanges() {
        long users = all.users.size();
        for (Part part : departments.values()) {
            users += part.users.size();
        }
        if (isAtEnd || log.isTooLong(users)) {
            log.startOver();
            forEachPart(part -> part.users.writeAll(part::entry));
        } else {
            forEachPart(part -> part.users.writeChanged(part::entry));
        }
        log.flush();
    }

    private void forEachPart(Consumer<Part> action) {
        action.accept(all);
        departments.values().forEach(action);
    }

    /**
     * The clicks and checkouts at the boundaries that are still to come, which belong to no user.
     * They can be restored in any subtask.
     */
    public List<byte[]> clickCounts() {
        List<byte[]> stored = new ArrayList<>();
        forEachPart(
                part -> {
                    VarBytes out = new VarBytes();
                    out.put(VERSION);
                    part.writeName(out);
                    int head = out.position();
                    part.counts.forEach(
                            (boundary, counts) -> {
                                out.putSigned(boundary);
                                out.put(counts[LiveMetric.CLICKS.index()]);
                                out.put(counts[LiveMetric.CHECKOUTS.index()]);
                            });
                    if (out.position() > head) {
                        stored.add(out.take());
                    }
                });
        return stored;
    }

    /**
     * Takes up what {@link #clickCounts} returned in the subtasks of an earlier run. Call this
     * first of the methods that restore.
     */
    public void restoreClickCounts(Iterable<byte[]> stored) {
        for (byte[] bytes : stored) {
            VarBytes in = new VarBytes(bytes);
            int version = (int) in.get();
            if (version > VERSION) {
                throw new IllegalStateException(
                        "Live counts were written in version "
                                + version
                                + " of their layout; this job reads up to "
                                + VERSION);
            }
            Part part = restoredPart(in);
            while (!in.isAtEnd()) {
                long boundary = in.getSigned();
                part.counts.add(LiveMetric.CLICKS, boundary, boundary, in.get());
                part.counts.add(LiveMetric.CHECKOUTS, boundary, boundary, in.get());
            }
        }
    }

    /**
     * Takes up the log of a key group.
     *
     * @param segments the segments in order
     */
    public void restoreLog(int keyGroup, List<byte[]> segments) {
        log.restore(keyGroup, segments, in -> restoredPart(in).users.restore(in));
        // Later logs are of other users.
        forEachPart(this::spillIfFull);
    }

    /**
     * Notes a user in the {@link LiveStore}. Call this for all of them before {@link #restoreLog}.
     *
     * @param department as it was stored
     */
    public void restoreSpilled(String department, UserId user) {
        part(department).users.restoreSpilled(user);
    }

    /**
     * Counts a user in the {@link LiveStore}. Call this for all of them after {@link #start}.
     *
     * @param department as it was stored
     * @param closedUpTo as in {@link #start}
     */
    public void countSpilled(String department, UserId user, IntToLongFunction closedUpTo) {
        part(department).users.countSpilled(user, closedUpTo::applyAsLong);
    }

    private Part part(String department) {
        return department.isEmpty() ? all : departments.computeIfAbsent(department, Part::new);
    }

    /**
     * Begins to count with what was restored.
     *
     * @param closedUpTo the watermark up to which a user's boundaries were passed before the
     *     restart, by the hash code of the {@link UserId}
     */
    public void start(IntToLongFunction closedUpTo) {
        forEachPart(part -> part.users.countRestored(closedUpTo::applyAsLong));
    }

    private Part restoredPart(VarBytes in) {
        return part(in.get() == 0 ? "" : in.getText());
    }
}
