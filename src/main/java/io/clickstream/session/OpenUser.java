package io.clickstream.session;

import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import java.util.function.Consumer;
import javax.annotation.Nullable;

/**
 * A user with open sessions. There may be several, as long as the watermark has passed none: they
 * are apart by more than the gap, and form a list from the newest to the oldest. Nearly every click
 * concerns the newest.
 */
final class OpenUser {

    /** In no bucket. */
    static final long NOT_ARMED = Long.MAX_VALUE;

    /** What {@link #add} answers for a click that was not taken. */
    static final int NOT_TAKEN = Integer.MIN_VALUE;

    private final UserId user;
    private final int hash;

    /** Of the id, so that nearly all comparisons look at this object alone. */
    private final long number;

    private final boolean plainNumber;
    @Nullable private OpenSession newest;

    /** The bucket in which the end of the oldest session is looked at next, or an earlier one. */
    long armedBucket = NOT_ARMED;

    /** When the user was touched last, on the engine's own clock. */
    int lastTouch;

    /** Whether the sessions differ from what is stored of them. */
    boolean dirty;

    /** Whether the store has an entry of this user. */
    boolean stored;

    OpenUser(UserId user, int hash) {
        this.user = user;
        this.hash = hash;
        this.number = user.number();
        this.plainNumber = user.text() == null;
    }

    boolean is(UserId other) {
        return plainNumber ? number == other.number() && other.text() == null : user.equals(other);
    }

    UserId user() {
        return user;
    }

    int hash() {
        return hash;
    }

    @Nullable
    OpenSession newest() {
        return newest;
    }

    void setNewest(@Nullable OpenSession session) {
        newest = session;
    }

    /**
     * Adds a click to the session that it belongs to, to a new one if there is none.
     *
     * @param number the department's in {@link DepartmentNames}; any if there is no department
     * @param mayOpen whether a new session may begin
     * @return by how much the number of sessions changed: 0, 1 for a new one, -1 where the click
     *     joined two; {@link #NOT_TAKEN} if it may not open one and is near none
     */
    int add(
            long timestamp,
            @Nullable String department,
            int number,
            boolean checkout,
            long gap,
            boolean mayOpen) {
        OpenSession newer = null;
        OpenSession session = newest;
        while (session != null && session.begin() - gap > timestamp) {
            newer = session;
            session = session.older;
        }
        if (session == null || timestamp > session.last() + gap) {
            if (!mayOpen) {
                return NOT_TAKEN;
            }
            OpenSession opened = new OpenSession(timestamp);
            opened.add(timestamp, department, number, checkout);
            opened.older = session;
            if (newer == null) {
                newest = opened;
            } else {
                newer.older = opened;
            }
            return 1;
        }
        session.add(timestamp, department, number, checkout);
        OpenSession older = session.older;
        // Only a click before the session's begin can reach the one before it.
        if (older != null && session.begin() <= older.last() + gap) {
            session.join(older);
            session.older = older.older;
            return -1;
        }
        return 0;
    }

    /**
     * Closes all sessions whose last millisecond the watermark has reached.
     *
     * @return how many
     */
    int closeDue(long watermark, long gap, DepartmentNames names, Consumer<Session> out) {
        OpenSession newer = null;
        OpenSession session = newest;
        while (session != null && session.last() + gap - 1 > watermark) {
            newer = session;
            session = session.older;
        }
        if (session == null) {
            return 0;
        }
        if (newer == null) {
            newest = null;
        } else {
            newer.older = null;
        }
        // All older ones end earlier.
        int closed = 0;
        for (OpenSession due = session; due != null; due = due.older) {
            out.accept(due.close(user, gap, names));
            closed++;
        }
        return closed;
    }

    /** End of the oldest session, exclusive, ms since the epoch. There must be one. */
    long earliestEnd(long gap) {
        OpenSession oldest = newest;
        while (oldest.older != null) {
            oldest = oldest.older;
        }
        return oldest.last() + gap;
    }

    int sessionCount() {
        int count = 0;
        for (OpenSession session = newest; session != null; session = session.older) {
            count++;
        }
        return count;
    }
}
