package io.clickstream.session;

import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import java.util.Arrays;
import javax.annotation.Nullable;

/**
 * What has to be known of an open session to close it, whatever the order in which its clicks come.
 *
 * <p>How many visits were at or before the last checkout can't be counted up directly, since a
 * later checkout or an earlier visit may still come. Visits up to the last checkout seen so far are
 * only counted: any later checkout includes them. The times of visits behind it are kept.
 */
final class OpenSession {

    /** No checkout yet. Times are never negative. */
    static final long NO_CHECKOUT = -1;

    private static final long[] NO_TIMES = {};
    private static final String[] NO_DEPARTMENTS = {};

    /** Departments with a number up to here are a bit each; names of others are kept. */
    static final int MAX_BITS = Long.SIZE;

    /** The user's next older open session. */
    @Nullable OpenSession older;

    private long begin;
    private long last;
    private long lastCheckout = NO_CHECKOUT;
    private long visitsUpToCheckout;
    private long[] laterVisits = NO_TIMES;
    private int laterVisitCount;
    private long departmentBits;
    private String[] otherDepartments = NO_DEPARTMENTS;

    /** Begins with a click, which is still to be added. */
    OpenSession(long timestamp) {
        this.begin = timestamp;
        this.last = timestamp;
    }

    /** As it was stored, still without departments; the array is not copied. */
    OpenSession(
            long begin, long last, long lastCheckout, long visitsUpToCheckout, long[] laterVisits) {
        this.begin = begin;
        this.last = last;
        this.lastCheckout = lastCheckout;
        this.visitsUpToCheckout = visitsUpToCheckout;
        this.laterVisits = laterVisits;
        this.laterVisitCount = laterVisits.length;
    }

    /**
     * Takes in a click that is near enough.
     *
     * @param number the department's in {@link DepartmentNames}; any if there is no department
     */
    void add(long timestamp, @Nullable String department, int number, boolean checkout) {
        if (timestamp > last) {
            last = timestamp;
        } else if (timestamp < begin) {
            begin = timestamp;
        }
        if (department != null) {
            addDepartment(department, number);
            addVisit(timestamp);
        }
        if (checkout) {
            addCheckout(timestamp);
        }
    }

    /** Takes over all that an older session of the same user knows. */
    void join(OpenSession other) {
        begin = Math.min(begin, other.begin);
        last = Math.max(last, other.last);
        addCheckout(other.lastCheckout);
        visitsUpToCheckout += other.visitsUpToCheckout;
        for (int i = 0; i < other.laterVisitCount; i++) {
            addVisit(other.laterVisits[i]);
        }
        departmentBits |= other.departmentBits;
        for (String department : other.otherDepartments) {
            addDepartment(department, DepartmentNames.NO_NUMBER);
        }
    }

    Session close(UserId user, long gap, DepartmentNames names) {
        return new Session(
                user,
                begin,
                last + gap,
                visitsUpToCheckout + laterVisitCount,
                visitsUpToCheckout,
                lastCheckout != NO_CHECKOUT,
                names.sorted(departmentBits, otherDepartments));
    }

    /** Time of the first event, ms since the epoch. */
    long begin() {
        return begin;
    }

    /** Time of the last event, ms since the epoch. */
    long last() {
        return last;
    }

    long lastCheckout() {
        return lastCheckout;
    }

    long visitsUpToCheckout() {
        return visitsUpToCheckout;
    }

    /** Times of the visits behind the last checkout, in ascending order, as many as counted. */
    long[] sortedLaterVisits() {
        Arrays.sort(laterVisits, 0, laterVisitCount);
        return laterVisits;
    }

    int laterVisitCount() {
        return laterVisitCount;
    }

    /** Bit n is the department with number n + 1. */
    long departmentBits() {
        return departmentBits;
    }

    /** Names of departments that are no bit; not copied. */
    String[] otherDepartments() {
        return otherDepartments;
    }

    /** Notes a visited department. */
    void addDepartment(String department, int number) {
        if (number != DepartmentNames.NO_NUMBER && number <= MAX_BITS) {
            departmentBits |= 1L << (number - 1);
            return;
        }
        for (String other : otherDepartments) {
            if (other.equals(department)) {
                return;
            }
        }
        otherDepartments = Arrays.copyOf(otherDepartments, otherDepartments.length + 1);
        otherDepartments[otherDepartments.length - 1] = department;
    }

    private void addVisit(long timestamp) {
        if (timestamp <= lastCheckout) {
            visitsUpToCheckout++;
            return;
        }
        if (laterVisitCount == laterVisits.length) {
            laterVisits = Arrays.copyOf(laterVisits, Math.max(4, laterVisitCount * 2));
        }
        laterVisits[laterVisitCount++] = timestamp;
    }

    private void addCheckout(long timestamp) {
        if (timestamp <= lastCheckout) {
            return;
        }
        lastCheckout = timestamp;
        int kept = 0;
        for (int i = 0; i < laterVisitCount; i++) {
            if (laterVisits[i] <= timestamp) {
                visitsUpToCheckout++;
            } else {
                laterVisits[kept++] = laterVisits[i];
            }
        }
        laterVisitCount = kept;
    }
}
