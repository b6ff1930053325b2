package io.clickstream.local.run;

import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.produce.Deliveries;
import io.clickstream.tools.produce.KafkaTarget;
import io.clickstream.tools.produce.Production;
import io.clickstream.tools.produce.RecordSequence;
import io.clickstream.tools.produce.Target;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.ShopTraffic;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Sends records as the clock goes, in a thread of its own, until it is stopped. */
public final class TrafficProducer implements AutoCloseable {

    private final Target target;
    private final Deliveries deliveries;
    private final Production production;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final Thread thread = new Thread(this::run, "traffic");

    /**
     * A producer that does nothing yet.
     *
     * @param records whose first has the time of now
     * @param target is closed with this producer
     * @param deliveries what the target tells
     */
    public TrafficProducer(
            RecordSequence records, Target target, Deliveries deliveries, Clock clock) {
        this.target = target;
        this.deliveries = deliveries;
        this.production = new Production(records, target, clock);
    }

    /**
     * A producer of the visits to a shop, to a topic, from now on.
     *
     * @param rate clicks per second
     * @param ledger notes the clicks
     */
    public static TrafficProducer ofShop(
            String bootstrapServers,
            String topic,
            ClickEncoder encoder,
            int rate,
            long seed,
            TrafficLedger ledger,
            Duration sessionGap) {
        Clock clock = Clock.systemUTC();
        Deliveries deliveries = new Deliveries();
        return new TrafficProducer(
                RecordSequence.ofShop(
                        encoder,
                        rate,
                        ShopTraffic.usualUsers(rate),
                        seed,
                        clock.millis(),
                        ShopTraffic.MAX_DELAY,
                        ledger,
                        sessionGap),
                new KafkaTarget(bootstrapServers, topic, Map.of(), deliveries),
                deliveries,
                clock);
    }

    /** Begins to send. */
    public void start() {
        thread.start();
    }

    private void run() {
        try {
            production.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure.compareAndSet(null, e);
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    /** Why a click could not be sent, the first time that happened. */
    public Optional<Exception> failure() {
        return Optional.ofNullable(failure.get()).or(deliveries::firstFailure);
    }

    /**
     * Stops sending, and returns when all that was sent has arrived.
     *
     * @throws IllegalStateException if a click could not be sent
     */
    public void stop() throws InterruptedException {
        production.stop();
        thread.join();
        Optional<Exception> cause = failure();
        if (cause.isPresent()) {
            throw new IllegalStateException(
                    "clicks could not be sent to " + target.name(), cause.get());
        }
    }

    /** Stops sending, whatever has arrived. */
    @Override
    public void close() {
        production.stop();
        // It may wait for room that nobody makes any more.
        thread.interrupt();
        target.close();
    }
}
