package io.clickstream.event;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.annotation.Nullable;

/** A closed session: the events of one user with no gap longer than the session gap. */
public final class Session {

    private final UserId user;
    private final long begin;
    private final long end;
    private final long visits;
    private final long checkoutVisits;
    private final boolean checkout;
    private final String[] departments;
    private final long departmentsLeftOut;

    /** Null if the user is not another one. */
    @Nullable private final UserId known;

    /** Null if there is no funnel. */
    @Nullable private final long[] stepTimes;

    /**
     * A session whose departments are all there.
     *
     * @param begin time of the first event, ms since the epoch
     * @param end time of the last event plus the session gap, exclusive
     * @param visits how many events were visits of a department
     * @param checkoutVisits how many of them were at or before the last checkout, by event time
     * @param checkout whether at least one event was a checkout
     * @param departments the distinct departments in the order of {@link String#compareTo}; not
     *     copied
     */
    public Session(
            UserId user,
            long begin,
            long end,
            long visits,
            long checkoutVisits,
            boolean checkout,
            String[] departments) {
        this(user, begin, end, visits, checkoutVisits, checkout, departments, 0);
    }

    /**
     * A session of a job without a funnel.
     *
     * @param begin time of the first event, ms since the epoch
     * @param end time of the last event plus the session gap, exclusive
     * @param visits how many events were visits of a department
     * @param checkoutVisits how many of them were at or before the last checkout, by event time
     * @param checkout whether at least one event was a checkout
     * @param departments the distinct departments in the order of {@link String#compareTo}; not
     *     copied
     * @param departmentsLeftOut how many further departments there were, all of them behind these
     *     in the order
     */
    public Session(
            UserId user,
            long begin,
            long end,
            long visits,
            long checkoutVisits,
            boolean checkout,
            String[] departments,
            long departmentsLeftOut) {
        this(
                user,
                begin,
                end,
                visits,
                checkoutVisits,
                checkout,
                departments,
                departmentsLeftOut,
                null,
                null);
    }

    /**
     * A session.
     *
     * @param begin time of the first event, ms since the epoch
     * @param end time of the last event plus the session gap, exclusive
     * @param visits how many events were visits of a department
     * @param checkoutVisits how many of them were at or before the last checkout, by event time
     * @param checkout whether at least one event was a checkout
     * @param departments the distinct departments in the order of {@link String#compareTo}; not
     *     copied
     * @param departmentsLeftOut how many further departments there were, all of them behind these
     *     in the order
     * @param known the user that the visitor turned out to be; null if the user is not another one
     * @param stepTimes when the session reached each step of the funnel, ms since the epoch, or -1;
     *     null without a funnel, or if no event was of any step; not copied
     */
    public Session(
            UserId user,
            long begin,
            long end,
            long visits,
            long checkoutVisits,
            boolean checkout,
            String[] departments,
            long departmentsLeftOut,
            @Nullable UserId known,
            @Nullable long[] stepTimes) {
        this.user = Objects.requireNonNull(user);
        this.known = known;
        this.begin = begin;
        this.end = end;
        this.visits = visits;
        this.checkoutVisits = checkoutVisits;
        this.checkout = checkout;
        this.departments = departments;
        this.departmentsLeftOut = departmentsLeftOut;
        this.stepTimes = stepTimes;
    }

    /** The user, or with an anonymous id, the visitor. It identifies the session. */
    public UserId user() {
        return user;
    }

    /** The user that the visitor turned out to be; null if the user is not another one. */
    @Nullable
    public UserId known() {
        return known;
    }

    /** The user to show: the known one if there is one. */
    public UserId shownUser() {
        return known == null ? user : known;
    }

    public long begin() {
        return begin;
    }

    public long end() {
        return end;
    }

    /** The last millisecond: the session's timestamp, which decides the window that counts it. */
    public long lastMillisecond() {
        return end - 1;
    }

    public long visits() {
        return visits;
    }

    public long checkoutVisits() {
        return checkoutVisits;
    }

    public boolean hasCheckout() {
        return checkout;
    }

    public int departmentCount() {
        return departments.length;
    }

    public String department(int index) {
        return departments[index];
    }

    /**
     * How many distinct departments the list leaves out because it would be too long. It is exact
     * below 8,192 and an estimate beyond.
     */
    public long departmentsLeftOut() {
        return departmentsLeftOut;
    }

    /** Whether any event was of a step of the funnel. */
    public boolean hasStepTimes() {
        return stepTimes != null;
    }

    /** How many steps the funnel has. Only if {@link #hasStepTimes()}. */
    public int steps() {
        return stepTimes.length;
    }

    /**
     * When the session reached a step of the funnel, from 0 on, in ms since the epoch; -1 if it did
     * not. Only if {@link #hasStepTimes()}.
     */
    public long stepTime(int step) {
        return stepTimes[step];
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Session)) {
            return false;
        }
        Session that = (Session) other;
        return user.equals(that.user)
                && begin == that.begin
                && end == that.end
                && visits == that.visits
                && checkoutVisits == that.checkoutVisits
                && checkout == that.checkout
                && departmentsLeftOut == that.departmentsLeftOut
                && Objects.equals(known, that.known)
                && Arrays.equals(departments, that.departments)
                && Arrays.equals(stepTimes, that.stepTimes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(user, begin, end);
    }

    @Override
    public String toString() {
        return "Session{"
                + user
                + (known == null ? "" : " known as " + known)
                + " ["
                + begin
                + ", "
                + end
                + ") visits "
                + visits
                + " checkoutVisits "
                + checkoutVisits
                + (checkout ? " checkout " : " ")
                + List.of(departments)
                + (departmentsLeftOut == 0 ? "" : " and " + departmentsLeftOut + " left out")
                + (stepTimes == null ? "" : " steps " + Arrays.toString(stepTimes))
                + '}';
    }
}
