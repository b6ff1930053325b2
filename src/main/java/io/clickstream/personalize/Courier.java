package io.clickstream.personalize;

import io.clickstream.config.PersonalizeConfig;
import io.clickstream.event.Interaction;
import io.clickstream.metrics.LimitedWarnings;
import io.clickstream.personalize.EventsClient.Answer;
import io.clickstream.personalize.Outbox.Call;
import io.clickstream.personalize.Outbox.Parcel;
import io.clickstream.personalize.Outbox.Receipt;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.annotation.Nullable;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the calls of one subtask, in its own threads and within its share of the rate. The task's
 * thread never waits for Personalize, or for the file system that receives interactions during an
 * outage. Thread-safe.
 */
final class Courier implements AutoCloseable {

    /** At 30 ms per call, these make 1,000 calls/s. */
    private static final int CALLS_AT_ONCE = 32;

    /** The interval at which the threads look for work, in ms. */
    private static final long TICK_MILLIS = 10;

    /** The time between two warnings about the same problem, in ms. */
    private static final long WARNING_PERIOD_MILLIS = 30_000;

    private static final Logger LOG = LoggerFactory.getLogger(Courier.class);

    private final LimitedWarnings warnings = new LimitedWarnings(LOG);

    /** Receives interactions that Personalize does not accept. */
    interface Spill {
        void write(List<Interaction> interactions) throws IOException;
    }

    private final Outbox outbox;
    private final EventsClient client;
    private final CallRate rate;
    private final Spill spill;
    private final PersonalizeMetrics metrics;
    private final BiConsumer<Parcel, String> refused;
    private final Consumer<Exception> fatal;
    private final Set<String> users = new HashSet<>();
    private final ExecutorService threads =
            Executors.newCachedThreadPool(new ExecutorThreadFactory("personalize"));
    private int underWay;
    private boolean spilling;
    private boolean closed;
    private long nextWarning = Long.MIN_VALUE;

    /**
     * Creates a courier that does nothing until {@link #start}.
     *
     * @param callsPerSecond the rate of this courier only
     * @param refused receives interactions that Personalize refuses, with its message; calls {@link
     *     #stored} when they are stored
     * @param fatal receives errors that should never happen
     */
    Courier(
            PersonalizeConfig config,
            double callsPerSecond,
            Spill spill,
            PersonalizeMetrics metrics,
            BiConsumer<Parcel, String> refused,
            Consumer<Exception> fatal) {
        this.outbox =
                new Outbox(config.spillAfter(), () -> ThreadLocalRandom.current().nextDouble());
        this.client = new EventsClient(config, CALLS_AT_ONCE);
        this.rate = new CallRate(callsPerSecond);
        this.spill = spill;
        this.metrics = metrics;
        this.refused = refused;
        this.fatal = fatal;
    }

    void start() {
        threads.execute(this::run);
    }

    /** Adds interactions after all others. */
    synchronized void add(List<Interaction> interactions, Receipt receipt) {
        outbox.add(interactions, receipt);
        metrics.held(outbox.held());
        notifyAll();
    }

    /**
     * Whether so many interactions are held that no more should be added, unless an outage allows
     * spilling them.
     */
    synchronized boolean isFull() {
        return outbox.isFull();
    }

    /**
     * The interactions that are neither delivered nor stored elsewhere, in order within a session.
     */
    synchronized List<Interaction> held() {
        return outbox.all();
    }

    /** Waits a moment for all interactions to leave, and returns whether they have. */
    synchronized boolean awaitEmpty() throws InterruptedException {
        long end = monotonicMillis() + TICK_MILLIS;
        for (long rest = TICK_MILLIS;
                rest > 0 && outbox.held() > 0;
                rest = end - monotonicMillis()) {
            wait(rest);
        }
        return outbox.held() == 0;
    }

    /** Must be called when refused interactions are stored elsewhere. */
    synchronized void stored(Parcel parcel) {
        outbox.stored(parcel);
        changed();
    }

    private void run() {
        try {
            while (true) {
                Runnable next = next();
                if (next == null) {
                    return;
                }
                threads.execute(next);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** Waits for work; null if there will be no more. */
    @Nullable
    private synchronized Runnable next() throws InterruptedException {
        while (!closed) {
            long now = monotonicMillis();
            if (!spilling && outbox.shouldSpill(now)) {
                spilling = true;
                Parcel parcel = outbox.takeToSpill(now);
                return () -> spill(parcel);
            }
            long nanos = System.nanoTime();
            Call call = underWay < CALLS_AT_ONCE && rate.allows(nanos) ? outbox.next(now) : null;
            if (call != null) {
                rate.count(nanos);
                underWay++;
                return () -> make(call);
            }
            wait(outbox.held() == 0 ? 0 : TICK_MILLIS);
        }
        return null;
    }

    private void make(Call call) {
        try {
            List<Interaction> interactions = call.interactions();
            answered(call, interactions, client.put(interactions));
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private synchronized void answered(Call call, List<Interaction> interactions, Answer answer) {
        if (closed) {
            return;
        }
        underWay--;
        metrics.call(call.isRetry());
        switch (answer.outcome()) {
            case DELIVERED:
                outbox.delivered(call);
                metrics.accepted(interactions.size());
                count(interactions.get(0).user());
                break;
            case REFUSED:
                Parcel parcel = outbox.refused(call);
                if (parcel != null) {
                    refused.accept(parcel, answer.detail());
                }
                break;
            case THROTTLED:
                metrics.throttled();
                retry(call, answer);
                break;
            case FAILED:
                metrics.failed();
                retry(call, answer);
                break;
        }
        changed();
    }

    private void retry(Call call, Answer answer) {
        long now = monotonicMillis();
        outbox.failed(call, now);
        if (now >= nextWarning) {
            nextWarning = now + WARNING_PERIOD_MILLIS;
            LOG.warn(
                    "Personalize did not accept a call, which will be repeated: {}; {}"
                            + " interactions are held",
                    answer.detail(),
                    outbox.held());
        }
    }

    private void count(@Nullable String user) {
        if (user != null && users.size() < PersonalizeMetrics.USERS_TO_TRAIN && users.add(user)) {
            metrics.users(users.size());
        }
    }

    private void spill(Parcel parcel) {
        List<Interaction> interactions = parcel.interactions();
        try {
            if (!interactions.isEmpty()) {
                spill.write(interactions);
            }
        } catch (IOException e) {
            warnings.warn(
                    "{} interactions could not be written to `sink.personalize / spill-path`. The"
                            + " job tries again",
                    interactions.size(),
                    e);
            ended(parcel, false);
            return;
        } catch (RuntimeException e) {
            fail(e);
            return;
        }
        ended(parcel, true);
        warnings.warn(
                "{} interactions were spilled, because Personalize is down", interactions.size());
    }

    private synchronized void ended(Parcel parcel, boolean stored) {
        if (closed) {
            return;
        }
        spilling = false;
        if (stored) {
            metrics.spilled(parcel.interactions().size());
            outbox.stored(parcel);
        } else {
            outbox.notStored(parcel, monotonicMillis());
        }
        changed();
    }

    private void changed() {
        metrics.held(outbox.held());
        notifyAll();
    }

    private void fail(Exception e) {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        fatal.accept(e);
    }

    private static long monotonicMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /** Ends at once. The interactions that are still held are in the last checkpoint. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        threads.shutdownNow();
        client.close();
    }
}
