package io.clickstream.tools.produce;

/**
 * When the next record may go, so that records go at a steady rate. It knows no clock: it is told
 * how much time has passed.
 *
 * <p>Record i is due i / rate seconds after the start, and goes then, give or take {@link
 * #TOLERANCE_NANOS}; nothing adds up. What was missed in a stall longer than that (a garbage
 * collection, a broker that does not answer) is made up for at twice the rate, not in one burst.
 * After a stall of more than {@link #MAX_LAG_NANOS} the time that was missed is left out: records
 * are due later by that from then on, and the measured rate is lower than the one asked for.
 */
final class Pacing {

    /** Up to this, sleep is imprecise; beyond it, something stalled. */
    static final long TOLERANCE_NANOS = 50_000_000;

    static final long MAX_LAG_NANOS = 2_000_000_000;

    /** The longest wait, which is also the most that counts as time to make up in at once. */
    static final long STEP_NANOS = 10_000_000;

    private static final int CATCH_UP_SPEED = 2;
    private static final double NANOS_PER_SECOND = 1e9;

    private final double rate;
    private long last;
    private long reached;
    private long skipped;

    /**
     * Begins with the first record due at 0.
     *
     * @param rate records per second, above 0
     */
    Pacing(double rate) {
        this.rate = rate;
    }

    /** When a record is due after the start, in ns, where no time is left out. */
    static long dueNanos(long index, double rate) {
        return Math.round(index * NANOS_PER_SECOND / rate);
    }

    /**
     * How long to wait before asking again, in ns; 0 if the record may go now.
     *
     * @param index of the record, from 0
     * @param now ns since the start
     */
    long waitNanos(long index, long now) {
        long due = dueNanos(index, rate);
        long passed = now - skipped;
        long lag = passed - due;
        long step = Math.max(0, Math.min(now - last, STEP_NANOS));
        last = now;
        if (lag > MAX_LAG_NANOS) {
            skipped += lag;
            reached = due;
        } else if (lag <= TOLERANCE_NANOS) {
            reached = Math.max(reached, passed);
        } else {
            reached = Math.min(passed, reached + CATCH_UP_SPEED * step);
        }
        return due <= reached ? 0 : Math.min(due - reached, STEP_NANOS);
    }

    /** How much time was left out so far, in ns. */
    long skippedNanos() {
        return skipped;
    }
}
