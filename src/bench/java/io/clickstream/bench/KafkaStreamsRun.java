package io.clickstream.bench;

import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.aggregate.AggregateJson;
import io.clickstream.aggregate.CheckoutFormat;
import io.clickstream.aggregate.DepartmentCountFormat;
import io.clickstream.aggregate.SessionCountFormat;
import io.clickstream.bench.kstreams.SessionsTopology;
import io.clickstream.event.Session;
import io.clickstream.event.WindowCount;
import io.clickstream.format.AvroClickDecoder;
import io.clickstream.format.JsonClickDecoder;
import io.clickstream.source.BotSigns;
import io.clickstream.source.RecordDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import samples.clickstream.avro.ClickEvent;

/**
 * Runs and measures Kafka Streams, at least once, with a commit as often as Flink has a checkpoint.
 * The time ends when the last click has been added to its session in the store; what the cache
 * still holds is flushed after that. Its heap also holds the results.
 */
final class KafkaStreamsRun {

    /** Half a gigabyte, a thousand times as much as the open sessions of the lab take. */
    private static final String CACHE_BYTES = Long.toString(512L << 20);

    /** As many as the job's own source takes. */
    private static final String MAX_POLL_RECORDS = "5000";

    private static final int MAX_RECORD_BYTES = 1 << 20;

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    /** Runs it to its end. */
    static RunResult run(RunSpec spec, RunProgress progress) throws Exception {
        try (RunningPeer running = RunningPeer.begin(spec.id(), spec.keepLines());
                HeapPeak heap = HeapPeak.start()) {
            AtomicLong clicks = running.newCounter();
            SessionsTopology topology =
                    new SessionsTopology(
                            Duration.ofMillis(spec.gapMillis()),
                            Workload.BOUND,
                            () -> decoder(spec.block().format()),
                            clicks::incrementAndGet);
            Stopwatch stopwatch = new Stopwatch(spec);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            long end;
            long peakHeap;
            try (KafkaStreams streams =
                    new KafkaStreams(topology.of(spec.topic()), properties(spec))) {
                streams.setUncaughtExceptionHandler(
                        cause -> {
                            failure.set(cause);
                            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
                        });
                streams.start();
                stopwatch.await(
                        running,
                        progress,
                        () -> {
                            if (failure.get() != null) {
                                throw new IllegalStateException(
                                        "Kafka Streams failed", failure.get());
                            }
                        });
                end = System.nanoTime();
                peakHeap = heap.bytes();
                if (!streams.close(TIMEOUT)) {
                    throw new IllegalStateException("Kafka Streams did not stop");
                }
            }
            addResults(running, topology.sessions());
            return new RunResult(
                    stopwatch.rate(end),
                    stopwatch.seconds(end),
                    peakHeap,
                    -1,
                    -1,
                    -1,
                    running.digests(),
                    running.lines());
        }
    }

    private static RecordDecoder decoder(ClickFormat format) {
        return new RecordDecoder(
                format == ClickFormat.AVRO
                        ? new AvroClickDecoder(ClickEvent.getClassSchema())
                        : new JsonClickDecoder(),
                Set.of("order_checkout"),
                BotSigns.NONE,
                MAX_RECORD_BYTES,
                Duration.ZERO,
                Clock.systemUTC());
    }

    private static Properties properties(RunSpec spec) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, spec.id());
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, spec.bootstrapServers());
        properties.put(StreamsConfig.STATE_DIR_CONFIG, spec.folder());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, spec.parallelism());
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, CACHE_BYTES);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, spec.checkpointMillis());
        properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
        return properties;
    }

    private static void addResults(RunningPeer running, List<Session> sessions) {
        Map<String, WindowCount> counts = new HashMap<>();
        for (Session session : sessions) {
            count(WindowCount.TOTAL, session, counts);
            for (int i = 0; i < session.departmentCount(); i++) {
                count(session.department(i), session, counts);
            }
        }
        Map<Boolean, List<WindowCount>> totals =
                counts.values().stream()
                        .collect(java.util.stream.Collectors.partitioningBy(WindowCount::isTotal));
        add(running, ResultType.DEPARTMENTS, new DepartmentCountFormat(), totals.get(false));
        add(running, ResultType.SESSIONS, new SessionCountFormat(), totals.get(true));
        add(
                running,
                ResultType.CHECKOUTS,
                new CheckoutFormat(),
                sessions.stream().filter(Session::hasCheckout).toList());
    }

    private static void count(String department, Session session, Map<String, WindowCount> counts) {
        long window = Workload.WINDOW.toMillis();
        long begin = Math.floorDiv(session.lastMillisecond(), window) * window;
        counts.merge(
                begin + department,
                new WindowCount(
                        department, begin, begin + window, 1, session.hasCheckout() ? 1 : 0),
                WindowCount::plus);
    }

    private static <T> void add(
            RunningPeer running,
            ResultType aggregate,
            AggregateFormat<T> format,
            Collection<T> values) {
        AggregateJson<T> json = new AggregateJson<>(format);
        List<String> lines =
                values.stream()
                        .map(value -> new String(json.toBytes(value), StandardCharsets.UTF_8))
                        .toList();
        running.add(aggregate, Digest.of(lines), running.keepsLines() ? lines : List.of());
    }

    private KafkaStreamsRun() {}
}
