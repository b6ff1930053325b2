package io.clickstream.local;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.annotation.Nullable;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends the clicks of {@link ShopTraffic} to a topic as the clock goes, keyed by user, each exactly
 * once. Every click sent is in the ledger.
 */
public final class TrafficProducer implements AutoCloseable {

    private static final long PERIOD_MILLIS = 10;

    /** What a stalled machine may fall behind before the traffic skips the time it missed. */
    private static final long MAX_LAG_MILLIS = 2_000;

    private static final long LEDGER_PERIOD_MILLIS = 5_000;

    private final String topic;
    private final ShopTraffic traffic;
    private final ClickEncoder encoder;
    private final TrafficLedger ledger;
    private final Clock clock;
    private final KafkaProducer<byte[], byte[]> producer;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final Thread thread = new Thread(this::run, "traffic");

    /**
     * A producer that does nothing yet.
     *
     * @param traffic whose time is the clock's now
     */
    public TrafficProducer(
            String bootstrapServers,
            String topic,
            ShopTraffic traffic,
            ClickEncoder encoder,
            TrafficLedger ledger,
            Clock clock) {
        this.topic = topic;
        this.traffic = traffic;
        this.encoder = encoder;
        this.ledger = ledger;
        this.clock = clock;
        this.producer =
                new KafkaProducer<>(
                        Map.of(
                                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                bootstrapServers,
                                ProducerConfig.ACKS_CONFIG,
                                "all",
                                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                                true,
                                ProducerConfig.LINGER_MS_CONFIG,
                                5,
                                ProducerConfig.CLIENT_ID_CONFIG,
                                "shop-traffic"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
    }

    /** Begins to send. */
    public void start() {
        thread.start();
    }

    private void run() {
        try {
            long nextLedger = traffic.time() + LEDGER_PERIOD_MILLIS;
            do {
                long now = clock.millis();
                if (now - traffic.time() > MAX_LAG_MILLIS) {
                    traffic.skipTo(now, this::send);
                }
                traffic.until(now, this::send);
                if (now >= nextLedger) {
                    ledger.completeUntil(traffic.time() - ShopTraffic.MAX_DELAY.toMillis());
                    nextLedger = now + LEDGER_PERIOD_MILLIS;
                }
            } while (!stopped.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS));
            traffic.flush(this::send);
            producer.flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure.compareAndSet(null, e);
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private void send(GeneratedClick click) {
        ledger.sent(click.forOracle());
        byte[] key = Integer.toString(click.userId()).getBytes(StandardCharsets.UTF_8);
        var unused =
                producer.send(
                        new ProducerRecord<>(topic, key, encoder.encode(click)), this::onResult);
    }

    private void onResult(@Nullable RecordMetadata metadata, @Nullable Exception exception) {
        if (exception != null) {
            failure.compareAndSet(null, exception);
        }
    }

    /** Why a click could not be sent, the first time that happened. */
    public Optional<Exception> failure() {
        return Optional.ofNullable(failure.get());
    }

    /**
     * Stops sending, and returns when all that was sent has arrived.
     *
     * @throws IllegalStateException if a click could not be sent
     */
    public void stop() throws InterruptedException {
        stopped.countDown();
        thread.join();
        Exception cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("clicks could not be sent to " + topic, cause);
        }
    }

    /** Stops sending, whatever has arrived. */
    @Override
    public void close() {
        stopped.countDown();
        producer.close();
    }
}
