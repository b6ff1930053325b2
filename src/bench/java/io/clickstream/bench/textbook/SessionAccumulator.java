package io.clickstream.bench.textbook;

import io.clickstream.event.Click;
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
public final class SessionAccumulator {

    private static final long[] NO_TIMES = {};
    private static final String[] NO_DEPARTMENTS = {};

    /** No checkout yet. Times are never negative. */
    private static final long NO_CHECKOUT = -1;

    private long lastCheckout = NO_CHECKOUT;
    private long visitsUpToCheckout;
    private long[] laterVisits = NO_TIMES;
    private int laterVisitCount;
    private String[] departments = NO_DEPARTMENTS;
    private int departmentCount;

    /** Adds a click, whatever the order of times. */
    public void add(Click click) {
        if (click.department() != null) {
            addDepartment(click.department());
            addVisit(click.timestamp());
        }
        if (click.isCheckout()) {
            addCheckout(click.timestamp());
        }
    }

    /** Takes over all that the other one knows; the other one must not be used any more. */
    public SessionAccumulator merge(SessionAccumulator other) {
        addCheckout(other.lastCheckout);
        visitsUpToCheckout += other.visitsUpToCheckout;
        for (int i = 0; i < other.laterVisitCount; i++) {
            addVisit(other.laterVisits[i]);
        }
        for (int i = 0; i < other.departmentCount; i++) {
            addDepartment(other.departments[i]);
        }
        return this;
    }

    /** The session, now that its bounds are known. */
    public Session close(UserId user, long begin, long end) {
        return new Session(
                user,
                begin,
                end,
                visitsUpToCheckout + laterVisitCount,
                visitsUpToCheckout,
                lastCheckout != NO_CHECKOUT,
                Arrays.copyOf(departments, departmentCount));
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

    private void addDepartment(String department) {
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

    // What the serializer sees.

    static SessionAccumulator restore(
            long lastCheckout, long visitsUpToCheckout, long[] laterVisits, String[] departments) {
        SessionAccumulator restored = new SessionAccumulator();
        restored.lastCheckout = lastCheckout;
        restored.visitsUpToCheckout = visitsUpToCheckout;
        restored.laterVisits = laterVisits;
        restored.laterVisitCount = laterVisits.length;
        restored.departments = departments;
        restored.departmentCount = departments.length;
        return restored;
    }

    SessionAccumulator copy() {
        return restore(lastCheckout, visitsUpToCheckout, laterVisits(), departments());
    }

    long lastCheckout() {
        return lastCheckout;
    }

    long visitsUpToCheckout() {
        return visitsUpToCheckout;
    }

    long[] laterVisits() {
        return Arrays.copyOf(laterVisits, laterVisitCount);
    }

    String[] departments() {
        return Arrays.copyOf(departments, departmentCount);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof SessionAccumulator that)) {
            return false;
        }
        return lastCheckout == that.lastCheckout
                && visitsUpToCheckout == that.visitsUpToCheckout
                && Arrays.equals(laterVisits(), that.laterVisits())
                && Arrays.equals(departments(), that.departments());
    }

    @Override
    public int hashCode() {
        return Long.hashCode(lastCheckout) * 31 + Long.hashCode(visitsUpToCheckout);
    }
}
