package io.clickstream.event;

import java.util.Objects;

/**
 * The number of sessions that ended in a window, for one department or in total. Also the partial
 * sums of single subtasks.
 */
public final class WindowCount {

    /**
     * The name for all sessions. It cannot be the name of a department, because an empty name is
     * not a department.
     */
    public static final String TOTAL = "";

    private final String department;
    private final long windowBegin;
    private final long windowEnd;
    private final long sessions;
    private final long sessionsWithCheckout;

    /**
     * Creates a count.
     *
     * @param department the department, or {@link #TOTAL}
     * @param windowBegin first millisecond of the window, in ms since 1970
     * @param windowEnd end of the window, exclusive, in ms since 1970
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

    /** Adds two parts of the same window and department. */
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
