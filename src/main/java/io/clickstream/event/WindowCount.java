package io.clickstream.event;

import java.util.Objects;

/**
 * How many sessions ended in one window: of one department, or in all. Also what subtasks add up on
 * their own and send on as a part of the sum.
 */
public final class WindowCount {

    /** Stands for all sessions. No department is named so, since an empty name is no department. */
    public static final String TOTAL = "";

    private final String department;
    private final long windowBegin;
    private final long windowEnd;
    private final long sessions;
    private final long sessionsWithCheckout;

    /**
     * @param department the department, or {@link #TOTAL}
     * @param windowBegin first millisecond of the window, since the epoch
     * @param windowEnd end of the window, exclusive
     */
    public WindowCount(
            String department,
            long windowBegin,
            long windowEnd,
            long sessions,
            long sessionsWithCheckout) {
        this.department = Objects.requireNonNull(department);
        this.windowBegin = windowBegin;
        this.windowEnd = windowEnd;
        this.sessions = sessions;
        this.sessionsWithCheckout = sessionsWithCheckout;
    }

    public String department() {
        return department;
    }

    public boolean isTotal() {
        return department.isEmpty();
    }

    public long windowBegin() {
        return windowBegin;
    }

    public long windowEnd() {
        return windowEnd;
    }

    /** The window's last millisecond: the timestamp of the record. */
    public long lastMillisecond() {
        return windowEnd - 1;
    }

    public long sessions() {
        return sessions;
    }

    public long sessionsWithCheckout() {
        return sessionsWithCheckout;
    }

    /** Adds up two parts of the same window and department. */
    public WindowCount plus(WindowCount other) {
        return new WindowCount(
                department,
                windowBegin,
                windowEnd,
                sessions + other.sessions,
                sessionsWithCheckout + other.sessionsWithCheckout);
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof WindowCount)) {
            return false;
        }
        WindowCount that = (WindowCount) other;
        return department.equals(that.department)
                && windowBegin == that.windowBegin
                && windowEnd == that.windowEnd
                && sessions == that.sessions
                && sessionsWithCheckout == that.sessionsWithCheckout;
    }

    @Override
    public int hashCode() {
        return Objects.hash(department, windowBegin);
    }

    @Override
    public String toString() {
        return "WindowCount{"
                + (isTotal() ? "all" : department)
                + " ["
                + windowBegin
                + ", "
                + windowEnd
                + ") sessions "
                + sessions
                + ", with checkout "
                + sessionsWithCheckout
                + '}';
    }
}
