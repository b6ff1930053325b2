package io.clickstream.personalize;

/**
 * A limit in calls per second, evenly distributed. Unused calls can be made up for within 100 ms.
 * Times are in ns of a monotonic clock.
 */
final class CallRate {

    private static final long MADE_UP_NANOS = 100_000_000;

    private final long intervalNanos;
    private long next;
    private boolean begun;

    /**
     * Creates a limit.
     *
     * @param callsPerSecond more than 0; less than 1 for one call in several seconds
     */
    CallRate(double callsPerSecond) {
        intervalNanos = (long) (1e9 / callsPerSecond);
    }

    /** Whether a call is allowed now. */
    boolean allows(long now) {
        return !begun || next - now <= 0;
    }

    /** Counts a call that is made now. */
    void count(long now) {
        long from = !begun || now - next > MADE_UP_NANOS ? now - MADE_UP_NANOS : next;
        // The first call has nothing to make up for.
        next = (begun ? from : now) + intervalNanos;
        begun = true;
    }
}
