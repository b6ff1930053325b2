package io.clickstream.bench;

import java.util.concurrent.TimeUnit;

/**
 * Follows a run from outside: sees when the warm-up is over and when the last click is decoded. It
 * looks every millisecond, which costs a thousandth of a processor.
 */
final class Stopwatch {

    private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** A run that stands still for so long has failed. */
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(120);

    /** Says why a run has ended by itself, if it has. */
    interface Failure {
        void throwIfAny() throws Exception;
    }

    private final RunSpec spec;
    private long firstClicks;
    private long firstNanos;
    private long decodedNanos;

    Stopwatch(RunSpec spec) {
        this.spec = spec;
    }

    /** Returns when all clicks are decoded. */
    void await(RunningPeer running, RunProgress progress, Failure failure) throws Exception {
        long nextProgress = System.nanoTime();
        long seen = -1;
        long seenNanos = nextProgress;
        while (true) {
            long clicks = running.clicks();
            long now = System.nanoTime();
            if (firstNanos == 0 && clicks >= spec.warmUpClicks()) {
                firstClicks = clicks;
                firstNanos = now;
            }
            if (clicks >= spec.clicks()) {
                decodedNanos = now;
                return;
            }
            if (clicks != seen) {
                seen = clicks;
                seenNanos = now;
            } else if (now - seenNanos > STALL_NANOS) {
                throw new IllegalStateException(
                        "%s stands still at click %d of %d"
                                .formatted(spec.peer(), clicks, spec.clicks()));
            }
            if (now >= nextProgress) {
                failure.throwIfAny();
                progress.clicks(clicks);
                nextProgress = now + PROGRESS_NANOS;
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    /** When all clicks were decoded, on the clock of {@link System#nanoTime}. */
    long decodedNanos() {
        return decodedNanos;
    }

    /** The time from the end of the warm-up to a moment, in seconds. */
    double seconds(long endNanos) {
        return (endNanos - firstNanos) / 1e9;
    }

    /** Clicks per second from the end of the warm-up to a moment. */
    double rate(long endNanos) {
        return (spec.clicks() - firstClicks) / seconds(endNanos);
    }
}
