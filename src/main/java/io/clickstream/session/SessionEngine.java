package io.clickstream.session;

import io.clickstream.event.Click;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import javax.annotation.Nullable;

/**
 * The open sessions of the users that one subtask owns.
 *
 * <p>They live on the heap: a click costs one look into a hash table. The store is touched in three
 * cases only. In front of a checkpoint, users who changed since the last one are written. When
 * there are more sessions than the heap's share, the users who were touched longest ago are left to
 * the store alone; they come back when they click, or when their session is over. And after a
 * restart all are read once.
 *
 * <p>A click behind the watermark is taken only if it joins an open session: the one it belonged to
 * may be closed and counted already.
 */
final class SessionEngine {

    /** Users touched within so many clicks count as touched at the same time. */
    private static final int CLICKS_PER_TOUCH = 1024;

    /**
     * Of the sessions on the heap, this part is spilled at once, so that it is not done per click.
     */
    private static final int SPILLED_PART = 32;

    private static final int TOUCH_SAMPLES = 1024;

    /** Bucket width: the users of one bucket are looked at anew with each watermark within it. */
    private static final int BUCKETS_PER_GAP = 64;

    private static final long MIN_BUCKET_MILLIS = 50;
    private static final long MAX_BUCKET_MILLIS = 1_000;

    private static final int MIN_DIRTY = 1024;

    private final long gap;
    private final int maxOnHeap;
    private final DepartmentNames names;
    private final SessionStore store;
    private final Consumer<Session> out;
    private final OpenUsers users = new OpenUsers();
    private final ExpiryBuckets expiry;
    private final SpilledUsers spilled = new SpilledUsers();
    private List<OpenUser> dirty = new ArrayList<>();
    private final List<UserId> closedInStore = new ArrayList<>();
    private long watermark = Long.MIN_VALUE;
    private long clicks;
    private long onHeap;
    private long spilledSessions;

    /**
     * Begins without sessions.
     *
     * @param gap two clicks of a user that are further apart are in two sessions
     * @param maxOnHeap sessions on the heap at most, by and large
     * @param out where closed sessions go
     */
    SessionEngine(
            Duration gap,
            int maxOnHeap,
            DepartmentNames names,
            SessionStore store,
            Consumer<Session> out) {
        this.gap = gap.toMillis();
        this.maxOnHeap = maxOnHeap;
        this.names = names;
        this.store = store;
        this.out = out;
        this.expiry =
                new ExpiryBuckets(
                        Math.min(
                                Math.max(this.gap / BUCKETS_PER_GAP, MIN_BUCKET_MILLIS),
                                MAX_BUCKET_MILLIS));
    }

    /**
     * Takes a click.
     *
     * @return false if it is late: behind the watermark, and it joins no open session
     */
    boolean add(Click click) {
        UserId id = click.user();
        int hash = OpenUsers.hash(id);
        OpenUser user = users.get(id, hash);
        if (user == null && spilled.mayContain(id)) {
            user = unspill(id, hash);
        }
        boolean known = user != null;
        if (!known) {
            user = new OpenUser(id, hash);
        }
        long timestamp = click.timestamp();
        String department = click.department();
        int change =
                user.add(
                        timestamp,
                        department,
                        department == null ? 0 : names.number(department),
                        click.isCheckout(),
                        gap,
                        !click.isBehindWatermark());
        if (change == OpenUser.NOT_TAKEN) {
            return false;
        }
        if (!known) {
            users.add(user);
        }
        user.lastTouch = (int) (clicks++ / CLICKS_PER_TOUCH);
        markDirty(user);
        if (change != 0) {
            onHeap += change;
            if (change > 0) {
                expiry.arm(user, timestamp + gap);
                if (onHeap > maxOnHeap) {
                    spill();
                }
            }
        }
        return true;
    }

    /** Closes all sessions on the heap whose last millisecond the watermark has reached. */
    void advance(long newWatermark) {
        watermark = newWatermark;
        expiry.advance(newWatermark, this::closeDue);
    }

    /**
     * Takes a look at a user in the store, whose session may be over. To be called with the
     * watermark that {@link #advance} will be called with.
     */
    void wake(UserId id, long newWatermark) {
        watermark = newWatermark;
        int hash = OpenUsers.hash(id);
        if (users.get(id, hash) != null || !spilled.mayContain(id)) {
            return;
        }
        // An old call may come for one whose session has grown since: then he just is back.
        OpenUser user = unspill(id, hash);
        if (user != null) {
            closeDue(user);
        }
    }

    /** Makes the store the same as the heap. */
    void writeChanges() {
        removeClosed();
        for (OpenUser user : dirty) {
            if (user.dirty) {
                write(user);
            }
        }
        dirty = new ArrayList<>();
    }

    /** Takes up a user that was found in the store after a restart. */
    void restore(UserId id) {
        OpenUser user = new OpenUser(id, OpenUsers.hash(id));
        if (!store.read(user)) {
            return;
        }
        user.stored = true;
        if (onHeap >= maxOnHeap) {
            leaveToStore(user);
            return;
        }
        onHeap += user.sessionCount();
        users.add(user);
        expiry.arm(user, user.earliestEnd(gap));
    }

    /** For inputs that are sorted by user: closes all of a user who will not click any more. */
    void closeAll() {
        advance(Long.MAX_VALUE);
        watermark = Long.MIN_VALUE;
    }

    long sessionsOnHeap() {
        return onHeap;
    }

    long sessionsSpilled() {
        return spilledSessions;
    }

    /** Users whose changes are not in the store yet, closed ones included. */
    int changedUsers() {
        return dirty.size() + closedInStore.size();
    }

    boolean isEmpty() {
        return users.size() == 0 && spilled.size() == 0 && expiry.isEmpty();
    }

    private long closeDue(OpenUser user) {
        int closed = user.closeDue(watermark, gap, names, out);
        onHeap -= closed;
        if (user.newest() == null) {
            users.remove(user);
            user.armedBucket = OpenUser.NOT_ARMED;
            user.dirty = false;
            if (user.stored) {
                closedInStore.add(user.user());
            }
            return OpenUser.NOT_ARMED;
        }
        if (closed > 0) {
            markDirty(user);
        }
        return user.earliestEnd(gap);
    }

    private void markDirty(OpenUser user) {
        if (user.dirty) {
            return;
        }
        user.dirty = true;
        dirty.add(user);
        // Users come and go between two checkpoints; those who went need not be remembered.
        if (dirty.size() > 2 * users.size() + MIN_DIRTY) {
            dirty.removeIf(each -> !each.dirty);
        }
    }

    private void write(OpenUser user) {
        store.write(user);
        user.stored = true;
        user.dirty = false;
    }

    /**
     * Removes closed users from the store. Must have happened before a user is spilled or read: one
     * who is in the store and not on the heap is a spilled one then, and nobody else.
     */
    private void removeClosed() {
        for (UserId id : closedInStore) {
            // Who has come again since, and is on the heap, is written with the next changes.
            store.remove(id);
            OpenUser again = users.get(id, OpenUsers.hash(id));
            if (again != null) {
                again.stored = false;
            }
        }
        closedInStore.clear();
    }

    /** Brings a user back to the heap; null if it is another one with the same fingerprint. */
    @Nullable
    private OpenUser unspill(UserId id, int hash) {
        removeClosed();
        OpenUser user = new OpenUser(id, hash);
        if (!store.read(user)) {
            return null;
        }
        spilled.remove(id);
        user.stored = true;
        int sessions = user.sessionCount();
        spilledSessions -= sessions;
        onHeap += sessions;
        users.add(user);
        expiry.arm(user, user.earliestEnd(gap));
        return user;
    }

    /** Leaves the users who were touched longest ago to the store. */
    private void spill() {
        removeClosed();
        int threshold = touchThreshold();
        List<OpenUser> leaving = new ArrayList<>();
        users.forEach(
                user -> {
                    if (user.lastTouch - threshold <= 0) {
                        leaving.add(user);
                    }
                });
        for (OpenUser user : leaving) {
            users.remove(user);
            onHeap -= user.sessionCount();
            if (user.dirty) {
                write(user);
            }
            leaveToStore(user);
        }
        expiry.prune();
        dirty.removeIf(user -> !user.dirty);
    }

    private void leaveToStore(OpenUser user) {
        spilled.add(user.user());
        spilledSessions += user.sessionCount();
        store.wakeAt(user.user(), user.earliestEnd(gap) - 1);
        user.armedBucket = OpenUser.NOT_ARMED;
        user.setNewest(null);
    }

    /** The touch below which about the part to be spilled lies, from a sample. */
    private int touchThreshold() {
        int now = (int) (clicks / CLICKS_PER_TOUCH);
        int[] ages = new int[TOUCH_SAMPLES];
        int[] seen = {0};
        int every = Math.max(1, users.size() / TOUCH_SAMPLES);
        users.forEach(
                user -> {
                    int index = seen[0]++ / every;
                    if (index < TOUCH_SAMPLES) {
                        ages[index] = now - user.lastTouch;
                    }
                });
        int samples = Math.min(TOUCH_SAMPLES, (seen[0] + every - 1) / every);
        Arrays.sort(ages, 0, samples);
        return now - ages[samples - 1 - samples / SPILLED_PART];
    }
}
