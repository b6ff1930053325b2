package io.clickstream.tools.produce;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Makes the records of a run and sends them, at a steady rate or as fast as the target takes them.
 * One thread calls {@link #run}, others may call the rest.
 */
public final class Production {

    private static final double NANOS_PER_SECOND = 1e9;

    private final RecordSequence records;
    private final Target target;
    private final boolean paced;
    private final Duration duration;
    private final Clock clock;
    private final Pacing pacing;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private volatile long sent;
    private volatile long sendingNanos;

    /**
     * A run that has not begun.
     *
     * @param paced whether records go as the clock goes; else their times alone are apart
     * @param duration after which it ends, in time of the clock or of the records
     * @param clock by which it is paced
     */
    Production(
            RecordSequence records, Target target, boolean paced, Duration duration, Clock clock) {
        this.records = records;
        this.target = target;
        this.paced = paced;
        this.duration = duration;
        this.clock = clock;
        this.pacing = new Pacing(records.rate());
    }

    /**
     * A run at a steady rate that goes on until it is stopped.
     *
     * @param records whose first has the time of now
     */
    public Production(RecordSequence records, Target target, Clock clock) {
        this(records, target, true, Duration.ofNanos(Long.MAX_VALUE), clock);
    }

    /**
     * Sends all records, and returns when the target has them or has given them up.
     *
     * @throws InterruptedException if the thread was interrupted; what was sent may not arrive
     */
    public void run() throws InterruptedException {
        Instant start = clock.instant();
        for (long index = 0; index < records.records() && !stopped.get(); index++) {
            if (paced && !await(index, start)) {
                break;
            }
            long elapsed = Pacing.dueNanos(index, records.rate()) + pacing.skippedNanos();
            if (elapsed >= duration.toNanos()) {
                break;
            }
            target.send(records.next(records.start() + TimeUnit.NANOSECONDS.toMillis(elapsed)));
            sent = records.sent();
            // The last record takes its time as well: ten records at 10/s last for a second.
            long ended = paced ? nanosSince(start) : elapsed;
            sendingNanos = Math.max(1, ended + Math.round(NANOS_PER_SECOND / records.rate()));
        }
        while (records.hasHeldBack()) {
            target.send(records.nextHeldBack());
            sent = records.sent();
        }
        target.flush();
    }

    /** Waits until a record is due; false if the run is to end before that. */
    private boolean await(long index, Instant start) throws InterruptedException {
        while (true) {
            long skipped = pacing.skippedNanos();
            long wait = pacing.waitNanos(index, nanosSince(start));
            if (pacing.skippedNanos() > skipped) {
                records.leftOut();
            }
            if (wait == 0) {
                return true;
            }
            if (stopped.get()) {
                return false;
            }
            TimeUnit.NANOSECONDS.sleep(wait);
        }
    }

    private long nanosSince(Instant start) {
        return Duration.between(start, clock.instant()).toNanos();
    }

    /** Ends the run after the record that is being sent; {@link #run} returns then. */
    public void stop() {
        stopped.set(true);
    }

    /** How many records were sent so far, arrived or not. */
    long sent() {
        return sent;
    }

    /** How long records were sent, in seconds. */
    double seconds() {
        return sendingNanos / NANOS_PER_SECOND;
    }

    /** How much time was left out because records could not be sent in time, in seconds. */
    double secondsLeftOut() {
        return pacing.skippedNanos() / NANOS_PER_SECOND;
    }
}
