package io.clickstream.event;

import java.util.Objects;
import javax.annotation.Nullable;

/** How many sessions of a window reached one step of a funnel. */
public final class FunnelStep {

    /** In place of a duration where no session reached the step, and for the first step. */
    public static final long NO_MEDIAN = -1;

    @Nullable private final String department;
    private final int step;
    private final String name;
    private final long sessions;
    private final long sessionsBefore;
    private final long sessionsAtFirst;
    private final long medianMillis;
    private final long windowBegin;
    private final long windowEnd;

    /**
     * Creates a result.
     *
     * @param department null for all sessions; otherwise only sessions that visited it count
     * @param step its number, from 1 on
     * @param sessions that reached it
     * @param sessionsBefore that reached the last step before it that is not optional; of the first
     *     step itself
     * @param sessionsAtFirst that reached the first step
     * @param medianMillis of the time from the last step before it that is not optional, rounded
     *     down, or {@link #NO_MEDIAN}
     * @param windowBegin the first millisecond, ms since the epoch
     * @param windowEnd exclusive
     */
    public FunnelStep(
            @Nullable String department,
            int step,
            String name,
            long sessions,
            long sessionsBefore,
            long sessionsAtFirst,
            long medianMillis,
            long windowBegin,
            long windowEnd) {
        this.department = department;
        this.step = step;
        this.name = Objects.requireNonNull(name);
        this.sessions = sessions;
        this.sessionsBefore = sessionsBefore;
        this.sessionsAtFirst = sessionsAtFirst;
        this.medianMillis = medianMillis;
        this.windowBegin = windowBegin;
        this.windowEnd = windowEnd;
    }

    /** Null for all sessions. */
    @Nullable
    public String department() {
        return department;
    }

    /** The step's number, from 1 on. */
    public int step() {
        return step;
    }

    public String name() {
        return name;
    }

    /** How many sessions reached the step. */
    public long sessions() {
        return sessions;
    }

    /** How many reached the last step before it that is not optional. */
    public long sessionsBefore() {
        return sessionsBefore;
    }

    /** How many reached the first step. */
    public long sessionsAtFirst() {
        return sessionsAtFirst;
    }

    /** Of the time from the last step before it that is not optional, or {@link #NO_MEDIAN}. */
    public long medianMillis() {
        return medianMillis;
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

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof FunnelStep)) {
            return false;
        }
        FunnelStep that = (FunnelStep) other;
        return Objects.equals(department, that.department)
                && step == that.step
                && name.equals(that.name)
                && sessions == that.sessions
                && sessionsBefore == that.sessionsBefore
                && sessionsAtFirst == that.sessionsAtFirst
                && medianMillis == that.medianMillis
                && windowBegin == that.windowBegin
                && windowEnd == that.windowEnd;
    }

    @Override
    public int hashCode() {
        return Objects.hash(department, step, name, sessions, windowBegin, windowEnd);
    }

    @Override
    public String toString() {
        return "FunnelStep{"
                + (department == null ? "" : department + ' ')
                + step
                + ' '
                + name
                + ' '
                + windowBegin
                + " to "
                + windowEnd
                + ": sessions "
                + sessions
                + " of "
                + sessionsBefore
                + " and "
                + sessionsAtFirst
                + ", median "
                + medianMillis
                + " ms}";
    }
}
