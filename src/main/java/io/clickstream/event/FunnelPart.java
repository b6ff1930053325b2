package io.clickstream.event;

import java.util.Arrays;

/**
 * The sessions of one window that entered a funnel, of one subtask: how many reached each step, and
 * how long each took.
 */
public final class FunnelPart {

    /** In place of a department, for all sessions. */
    public static final String TOTAL = "";

    private final String department;
    private final long windowBegin;
    private final long windowEnd;
    private final long[] sessions;
    private final long[][] millis;

    /**
     * Creates a part. The arrays are not copied.
     *
     * @param department or {@link #TOTAL}
     * @param windowBegin the first millisecond, ms since the epoch
     * @param windowEnd exclusive
     * @param sessions that reached each step
     * @param millis for each step, how long the sessions that reached it took from the one before,
     *     in any order
     */
    public FunnelPart(
            String department, long windowBegin, long windowEnd, long[] sessions, long[][] millis) {
        this.department = department;
        this.windowBegin = windowBegin;
        this.windowEnd = windowEnd;
        this.sessions = sessions;
        this.millis = millis;
    }

    /** A department, or {@link #TOTAL}. */
    public String department() {
        return department;
    }

    public long windowBegin() {
        return windowBegin;
    }

    public long windowEnd() {
        return windowEnd;
    }

    public long lastMillisecond() {
        return windowEnd - 1;
    }

    /** How many steps the funnel has. */
    public int steps() {
        return sessions.length;
    }

    /** How many sessions reached a step, from 0 on. */
    public long sessions(int step) {
        return sessions[step];
    }

    /** How long they took from the step before. Not to be changed. */
    public long[] millis(int step) {
        return millis[step];
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof FunnelPart)) {
            return false;
        }
        FunnelPart that = (FunnelPart) other;
        return department.equals(that.department)
                && windowBegin == that.windowBegin
                && windowEnd == that.windowEnd
                && Arrays.equals(sessions, that.sessions)
                && Arrays.deepEquals(millis, that.millis);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sessions) + 31 * (department.hashCode() + (int) windowBegin);
    }

    @Override
    public String toString() {
        return "FunnelPart{"
                + (department.isEmpty() ? "" : department + ' ')
                + windowBegin
                + " to "
                + windowEnd
                + ": sessions "
                + Arrays.toString(sessions)
                + ", ms "
                + Arrays.deepToString(millis)
                + '}';
    }
}
