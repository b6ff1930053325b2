package io.clickstream.event;

import java.util.Objects;
import javax.annotation.Nullable;

/**
 * Who and what was on the site at a boundary, before which all clicks count. Of one subtask, or the
 * sum of several.
 */
public final class LiveCount {

    @Nullable private final String department;
    private final long windowBegin;
    private final long windowEnd;
    private final long activeUsers;
    private final long openSessions;
    private final long openSessionsWithCheckout;
    private final long openCarts;
    private final long clicks;
    private final long checkouts;

    /**
     * Creates counts.
     *
     * @param department null for the counts of all clicks; otherwise only clicks in this department
     *     count, and there are no counts of sessions
     * @param windowBegin the begin of the span in which users are active, in ms since 1970
     * @param windowEnd the boundary, in ms since 1970
     * @param activeUsers users with a click in the span
     * @param openSessions sessions that began before the boundary, and whose last click before it
     *     is at most a session gap earlier
     * @param openSessionsWithCheckout open sessions with a checkout before the boundary
     * @param openCarts open sessions with a cart event and no checkout before the boundary
     * @param clicks in the span
     * @param checkouts in the span
     */
    public LiveCount(
            @Nullable String department,
            long windowBegin,
            long windowEnd,
            long activeUsers,
            long openSessions,
            long openSessionsWithCheckout,
            long openCarts,
            long clicks,
            long checkouts) {
        this.department = department;
        this.windowBegin = windowBegin;
        this.windowEnd = windowEnd;
        this.activeUsers = activeUsers;
        this.openSessions = openSessions;
        this.openSessionsWithCheckout = openSessionsWithCheckout;
        this.openCarts = openCarts;
        this.clicks = clicks;
        this.checkouts = checkouts;
    }

    /** The sum of counts of different users at the same boundary. */
    public LiveCount plus(LiveCount other) {
        return new LiveCount(
                department,
                windowBegin,
                windowEnd,
                activeUsers + other.activeUsers,
                openSessions + other.openSessions,
                openSessionsWithCheckout + other.openSessionsWithCheckout,
                openCarts + other.openCarts,
                clicks + other.clicks,
                checkouts + other.checkouts);
    }

    /** A key for sums of the same department, or of all clicks: no department is empty. */
    public String key() {
        return department == null ? "" : department;
    }

    /** Null for the counts of all clicks. */
    @Nullable
    public String department() {
        return department;
    }

    public long windowBegin() {
        return windowBegin;
    }

    public long windowEnd() {
        return windowEnd;
    }

    /** The last millisecond that counts. */
    public long lastMillisecond() {
        return windowEnd - 1;
    }

    public long activeUsers() {
        return activeUsers;
    }

    public long openSessions() {
        return openSessions;
    }

    public long openSessionsWithCheckout() {
        return openSessionsWithCheckout;
    }

    public long openCarts() {
        return openCarts;
    }

    public long clicks() {
        return clicks;
    }

    public long checkouts() {
        return checkouts;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof LiveCount)) {
            return false;
        }
        LiveCount that = (LiveCount) other;
        return Objects.equals(department, that.department)
                && windowBegin == that.windowBegin
                && windowEnd == that.windowEnd
                && activeUsers == that.activeUsers
                && openSessions == that.openSessions
                && openSessionsWithCheckout == that.openSessionsWithCheckout
                && openCarts == that.openCarts
                && clicks == that.clicks
                && checkouts == that.checkouts;
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                department,
                windowBegin,
                windowEnd,
                activeUsers,
                openSessions,
                openSessionsWithCheckout,
                openCarts,
                clicks,
                checkouts);
    }

    @Override
    public String toString() {
        return "LiveCount{"
                + (department == null ? "" : department + ' ')
                + windowBegin
                + " to "
                + windowEnd
                + ": users "
                + activeUsers
                + ", sessions "
                + openSessions
                + ", with checkout "
                + openSessionsWithCheckout
                + ", carts "
                + openCarts
                + ", clicks "
                + clicks
                + ", checkouts "
                + checkouts
                + '}';
    }
}
