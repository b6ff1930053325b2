package io.clickstream.local;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends the clicks of {@link ShopTraffic} to a topic or a stream as the clock goes, keyed by user,
 * each exactly once. Every click sent is in the ledger.
 */
public final class TrafficProducer implements AutoCloseable {

    private static final long PERIOD_MILLIS = 10;

    /** What a stalled machine may fall behind before the traffic skips the time it missed. */
    private static final long MAX_LAG_MILLIS = 2_000;

    private static final long LEDGER_PERIOD_MILLIS = 5_000;

    private final Target target;
    private final ShopTraffic traffic;
    private final ClickEncoder encoder;
    private final TrafficLedger ledger;
    private final Clock clock;
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
        this(new Topic(bootstrapServers, topic), traffic, encoder, ledger, clock);
    }

    /**
     * A producer that does nothing yet, into a stream of Kinesis.
     *
     * @param traffic whose time is the clock's now
     */
    public TrafficProducer(
            KinesisServer server,
            String stream,
            ShopTraffic traffic,
            ClickEncoder encoder,
            TrafficLedger ledger,
            Clock clock) {
        this(new KinesisStream(server, stream), traffic, encoder, ledger, clock);
    }

    private TrafficProducer(
            Target target,
            ShopTraffic traffic,
            ClickEncoder encoder,
            TrafficLedger ledger,
            Clock clock) {
        this.target = target;
        this.traffic = traffic;
        this.encoder = encoder;
        this.ledger = ledger;
        this.clock = clock;
    }

    /** Where clicks go. For one thread. */
    private interface Target extends AutoCloseable {

        void send(String user, byte[] click, AtomicReference<Exception> failure);

        /** Sends what is held back for company. */
        void sendNow();

        /** Returns when all has arrived. */
        void flush();

        String name();

        @Override
        void close();
    }

    private static final class KinesisStream implements Target {

        private final KinesisServer server;
        private final String stream;
        private final List<PutRecordsRequestEntry> entries = new ArrayList<>();

        KinesisStream(KinesisServer server, String stream) {
            this.server = server;
            this.stream = stream;
        }

        @Override
        public void send(String user, byte[] click, AtomicReference<Exception> failure) {
            entries.add(KinesisServer.entry(user, click));
        }

        @Override
        public void sendNow() {
            if (!entries.isEmpty()) {
                server.put(stream, entries);
                entries.clear();
            }
        }

        @Override
        public void flush() {
            sendNow();
        }

        @Override
        public String name() {
            return stream;
        }

        @Override
        public void close() {
            // The server's client is the server's.
        }
    }

    private static final class Topic implements Target {

        private final String topic;
        private final KafkaProducer<byte[], byte[]> producer;

        Topic(String bootstrapServers, String topic) {
            this.topic = topic;
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

        @Override
        public void send(String user, byte[] click, AtomicReference<Exception> failure) {
            byte[] key = user.getBytes(StandardCharsets.UTF_8);
            var unused =
                    producer.send(
                            new ProducerRecord<>(topic, key, click),
                            (metadata, exception) -> {
                                if (exception != null) {
                                    failure.compareAndSet(null, exception);
                                }
                            });
        }

        @Override
        public void sendNow() {
            // The producer does it by itself.
        }

        @Override
        public void flush() {
            producer.flush();
        }

        @Override
        public String name() {
            return topic;
        }

        @Override
        public void close() {
            producer.close();
        }
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
                target.sendNow();
                if (now >= nextLedger) {
                    ledger.completeUntil(traffic.time() - ShopTraffic.MAX_DELAY.toMillis());
                    nextLedger = now + LEDGER_PERIOD_MILLIS;
                }
            } while (!stopped.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS));
            traffic.flush(this::send);
            target.flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure.compareAndSet(null, e);
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private void send(GeneratedClick click) {
        ledger.sent(click.forOracle());
        target.send(Integer.toString(click.userId()), encoder.encode(click), failure);
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
            throw new IllegalStateException("clicks could not be sent to " + target.name(), cause);
        }
    }

    /** Stops sending, whatever has arrived. */
    @Override
    public void close() {
        stopped.countDown();
        target.close();
    }
}
