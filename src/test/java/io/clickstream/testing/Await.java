package io.clickstream.testing;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits for something that happens elsewhere, and fails if it does not happen in time. */
public final class Await {

    private static final long POLL_MILLIS = 50;

    /** Looks whether something has happened. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    /**
     * Returns as soon as the condition holds.
     *
     * @param what what is waited for, in the words of the failure
     * @throws AssertionError if it does not hold in time
     */
    public static void until(String what, Duration timeout, Condition condition) throws Exception {
        long deadline = System.nanoTime() + timeout.toNanos();
        CountDownLatch never = new CountDownLatch(1);
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Not within " + timeout.toSeconds() + " s: " + what);
            }
            if (never.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("Nobody counts it down");
            }
        }
    }

    private Await() {}
}
