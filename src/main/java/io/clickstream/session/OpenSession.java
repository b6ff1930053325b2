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

    /** The user's next older open session. */
    @Nullable OpenSession older;

    private long begin;
    private long last;
    private long lastCheckout = NO_CHECKOUT;
    private long visitsUpToCheckout;
    private long[] laterVisits = NO_TIMES;
    private int laterVisitCount;
    private String[] departments = NO_DEPARTMENTS;
    private int departmentCount;

    /** Begins with a click, which is still to be added. */
    OpenSession(long timestamp) {
        this.begin = timestamp;
        this.last = timestamp;
    }

    /** As it was stored; arrays are not copied. */
    OpenSession(
            long begin,
            long last,
            long lastCheckout,
            long visitsUpToCheckout,
            long[] laterVisits,
            String[] departments) {
        this.begin = begin;
        this.last = last;
        this.lastCheckout = lastCheckout;
        this.visitsUpToCheckout = visitsUpToCheckout;
        this.laterVisits = laterVisits;
        this.laterVisitCount = laterVisits.length;
        this.departments = departments;
        this.departmentCount = departments.length;
    }

    /** Takes in a click that is near enough. */
    void add(long timestamp, @Nullable String department, boolean checkout) {
        if (timestamp > last) {
            last = timestamp;
        } else if (timestamp < begin) {
            begin = timestamp;
        }
        if (department != null) {
            addDepartment(department);
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
        for (int i = 0; i < other.departmentCount; i++) {
            addDepartment(other.departments[i]);
        }
    }

    Session close(UserId user, long gap) {
        return new Session(
                user,
                begin,
                last + gap,
                visitsUpToCheckout + laterVisitCount,
                visitsUpToCheckout,
                lastCheckout != NO_CHECKOUT,
                departmentCount == departments.length
                        ? departments
                        : Arrays.copyOf(departments, departmentCount));
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

    String department(int index) {
        return departments[index];
    }

    int departmentCount() {
        return departmentCount;
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

    @SuppressWarnings("ReferenceEquality") // Pooled strings are mostly the same object.
    private void addDepartment(String department) {
        for (int i = 0; i < departmentCount; i++) {
            if (departments[i] == department) {
                return;
            }
        }
        int index = Arrays.binarySearch(departments, 0, departmentCount, department);
        if (index >= 0) {
            return;
        }
        int insertion = -index - 1;
        if (departmentCount == departments.length) {
            departments = Arrays.copyOf(departments, Math.max(2, departmentCount * 2));
        }
        System.arraycopy(
                departments, insertion, departments, insertion + 1, departmentCount - insertion);
        departments[insertion] = department;
        departmentCount++;
    }
}
