package io.clickstream.source.kinesis;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.util.clock.SystemClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The single thread of all feeds of a reader, so that they need no locks. */
final class FeedLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FeedLoop.class);

    private static final long FIRST_WAIT_MILLIS = 200;
    private static final long LONGEST_WAIT_MILLIS = 10_000;

    private static final long CLOSE_SECONDS = 2;

    private final ScheduledThreadPoolExecutor executor =
            new ScheduledThreadPoolExecutor(
                    1,
                    task -> {
                        Thread thread = new Thread(task, "kinesis-shards");
                        thread.setDaemon(true);
                        return thread;
                    });

    /** A monotonic clock, in ms. */
    static long now() {
        return SystemClock.getInstance().relativeTimeMillis();
    }

    void run(Runnable task) {
        runIn(Duration.ZERO, task);
    }

    void runIn(Duration delay, Runnable task) {
        try {
            var unused = executor.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Closed: nothing is read any more");
        }
    }

    /** Waits that grow with the number of failures, and differ between shards. */
    static Duration backoff(int failures) {
        long most = Math.min(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS << Math.min(failures, 10));
        return Duration.ofMillis(most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1));
    }

    @Override
    public void close() {
        // What is due now is still done; what is for later is not.
        try {
            executor.submit(() -> {}).get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("A shard could not be closed in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        executor.shutdownNow();
    }
}
