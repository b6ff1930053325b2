package io.clickstream.bench;

import io.clickstream.aggregate.Aggregates;
import io.clickstream.config.JobConfig;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.event.EventTypes;
import io.clickstream.event.WindowCount;
import io.clickstream.local.server.LocalFlink;
import io.clickstream.sink.opensearch.OpenSearchDestination;
import io.clickstream.tools.command.Folders;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * Measures the job's sink for OpenSearch and that of Flink's own connector, in turns, with the same
 * limits of a bulk request, on RocksDB: how many documents per second each writes to a server that
 * throws them away, how much heap the job then has in use, and what another sink of the same job,
 * which commits with the checkpoints, notices when the server is away.
 */
final class SinksBenchmark implements Callable<Integer> {

    /**
     * How much to measure.
     *
     * @param documents of a run without an outage
     * @param rounds whose medians count, after one more to warm up
     * @param outage how long the server answers 503 in the run with an outage
     * @param checkpoints the time between two checkpoints
     */
    record Plan(long documents, int rounds, Duration outage, Duration checkpoints) {}

    /** The sinks. */
    enum Peer {
        OURS,
        CONNECTOR;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What one sink has shown.
     *
     * @param documentsPerSecond the median
     * @param heapBytes the most heap in use after a garbage collection, the median; of the whole
     *     process, server and cluster included
     * @param outage the run with an outage
     */
    record Result(double documentsPerSecond, double heapBytes, Outage outage) {}

    /**
     * What an outage has caused.
     *
     * @param usualMillis the longest time between two commits of the other sink before the outage
     * @param longestMillis the same, from the beginning of the outage on
     * @param heapBytes the most heap in use after a garbage collection
     * @param restarts how often the job failed and started again
     */
    record Outage(long usualMillis, long longestMillis, long heapBytes, long restarts) {}

    private static final Plan DEFAULT =
            new Plan(2_000_000, 3, Duration.ofSeconds(60), Duration.ofSeconds(5));

    private static final int DEPARTMENTS = 1_000;
    private static final long WINDOW_MILLIS = 10_000;
    private static final long FIRST_WINDOW = Instant.parse("2022-06-14T12:00:00Z").toEpochMilli();
    private static final double RATE_IN_OUTAGE = 2_000;
    private static final int COMMITS_BEFORE = 4;
    private static final int COMMITS_BEHIND = 2;
    private static final long POLL_MILLIS = 5;
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final PrintStream out;
    private final Plan plan;

    SinksBenchmark(PrintStream out, Plan plan) {
        this.out = out;
        this.plan = plan;
    }

    /** The measurement of the command line. */
    static SinksBenchmark withOutage(Duration outage) {
        return new SinksBenchmark(
                System.out,
                new Plan(DEFAULT.documents, DEFAULT.rounds, outage, DEFAULT.checkpoints));
    }

    @Override
    public Integer call() throws Exception {
        out.printf(
                Locale.ROOT,
                "%,d documents, parallelism 1, a checkpoint every %s; medians of %d rounds in"
                        + " turns; then %,.0f documents/s with an outage of %s%n",
                plan.documents,
                text(plan.checkpoints.toMillis()),
                plan.rounds,
                RATE_IN_OUTAGE,
                text(plan.outage.toMillis()));
        print(measure());
        return 0;
    }

    /** Measures both sinks. */
    Map<Peer, Result> measure() throws Exception {
        Map<Peer, double[]> rates = new EnumMap<>(Peer.class);
        Map<Peer, double[]> heaps = new EnumMap<>(Peer.class);
        for (Peer peer : Peer.values()) {
            rates.put(peer, new double[plan.rounds]);
            heaps.put(peer, new double[plan.rounds]);
        }
        Map<Peer, Result> results = new EnumMap<>(Peer.class);
        Path folder = Files.createTempDirectory("clickstream-sinks-benchmark-");
        try {
            for (int round = -1; round < plan.rounds; round++) {
                for (Peer peer : Peer.values()) {
                    try (HeapPeak heap = HeapPeak.start()) {
                        double rate = rate(peer, folder.resolve("run"));
                        out.printf(Locale.ROOT, "%s: %,.0f documents/s%n", peer, rate);
                        if (round >= 0) {
                            rates.get(peer)[round] = rate;
                            heaps.get(peer)[round] = heap.bytes();
                        }
                    }
                }
            }
            for (Peer peer : Peer.values()) {
                Outage outage = outage(peer, folder.resolve("run"));
                results.put(
                        peer,
                        new Result(
                                Measurement.median(rates.get(peer)),
                                Measurement.median(heaps.get(peer)),
                                outage));
            }
            return results;
        } finally {
            Folders.delete(folder);
        }
    }

    /** Documents per second between the first and the last one that the server has confirmed. */
    private double rate(Peer peer, Path folder) throws Exception {
        DataGeneratorSource<WindowCount> documents =
                new DataGeneratorSource<>(
                        SinksBenchmark::document, plan.documents, EventTypes.WINDOW_COUNT);
        try (DiscardingOpenSearch server = DiscardingOpenSearch.start();
                LocalFlink flink =
                        start(folder, env -> write(peer, source(env, documents), server.uri()))) {
            await("the first documents", flink, () -> server.documents() > 0);
            long first = server.documents();
            long began = System.nanoTime();
            await("all documents", flink, () -> server.documents() >= plan.documents);
            long nanos = System.nanoTime() - began;
            if (server.documents() > plan.documents) {
                throw new IllegalStateException(
                        "%s wrote %,d documents instead of %,d"
                                .formatted(peer, server.documents(), plan.documents));
            }
            return (plan.documents - first) * 1e9 / nanos;
        } finally {
            Folders.delete(folder);
        }
    }

    private Outage outage(Peer peer, Path folder) throws Exception {
        DataGeneratorSource<WindowCount> documents =
                new DataGeneratorSource<>(
                        SinksBenchmark::document,
                        Long.MAX_VALUE,
                        RateLimiterStrategy.perSecond(RATE_IN_OUTAGE),
                        EventTypes.WINDOW_COUNT);
        CommitTimes<WindowCount> commits = new CommitTimes<>();
        try (DiscardingOpenSearch server = DiscardingOpenSearch.start();
                HeapPeak heap = HeapPeak.start();
                LocalFlink flink =
                        start(
                                folder,
                                env -> {
                                    DataStream<WindowCount> counts = source(env, documents);
                                    write(peer, counts, server.uri());
                                    counts.sinkTo(commits).name("commits").uid("commits");
                                })) {
            await("commits", flink, () -> commits.nanos().size() > COMMITS_BEFORE);
            List<Long> before = commits.nanos();
            server.goAway(plan.outage);
            long end = System.nanoTime() + plan.outage.toNanos();
            await("end of the outage", flink, () -> System.nanoTime() - end > 0);
            long written = server.documents();
            await(
                    "commits behind the outage",
                    flink,
                    () ->
                            server.documents() > written
                                    && commits.nanos().stream()
                                                    .filter(nanos -> nanos - end > 0)
                                                    .count()
                                            >= COMMITS_BEHIND);
            List<Long> all = commits.nanos();
            return new Outage(
                    longestMillis(before),
                    longestMillis(all.subList(before.size() - 1, all.size())),
                    heap.bytes(),
                    flink.restarts());
        } finally {
            Folders.delete(folder);
        }
    }

    private static long longestMillis(List<Long> nanos) {
        return LongStream.range(1, nanos.size())
                        .map(i -> nanos.get((int) i) - nanos.get((int) i - 1))
                        .max()
                        .orElseThrow()
                / 1_000_000;
    }

    private LocalFlink start(Path folder, LocalFlink.Definition job) throws Exception {
        return LocalFlink.start(
                folder.resolve("flink"),
                folder.resolve("log"),
                1,
                env -> {
                    env.enableCheckpointing(plan.checkpoints.toMillis());
                    job.define(env);
                });
    }

    private static DataStream<WindowCount> source(
            StreamExecutionEnvironment env, DataGeneratorSource<WindowCount> documents) {
        return env.fromSource(documents, WatermarkStrategy.noWatermarks(), "documents")
                .uid("documents");
    }

    private static WindowCount document(long number) {
        long begin = FIRST_WINDOW + number / DEPARTMENTS * WINDOW_MILLIS;
        return new WindowCount(
                "department-" + number % DEPARTMENTS, begin, begin + WINDOW_MILLIS, number, 0);
    }

    private static void write(Peer peer, DataStream<WindowCount> counts, URI endpoint) {
        OpenSearchConfig config = config(endpoint);
        if (peer == Peer.OURS) {
            new OpenSearchDestination(config, List.of(Aggregates.DEPARTMENT_COUNTS), false)
                    .writer(Aggregates.DEPARTMENT_COUNTS, "outbox")
                    .write(counts, "outbox")
                    .orElseThrow()
                    .sinkTo(new DiscardingSink<>())
                    .name("dead-letters")
                    .uid("dead-letters");
        } else {
            ConnectorSink.write(counts, endpoint, config.bulkMaxActions(), config.bulkInterval());
        }
    }

    private static OpenSearchConfig config(URI endpoint) {
        return JobConfig.parse(
                        Map.of(
                                "source.kafka",
                                Map.of("bootstrap-servers", "none:1", "topic", "none"),
                                "sink.opensearch",
                                Map.of("endpoint", endpoint.toString(), "index-period", "day")))
                .openSearch()
                .orElseThrow();
    }

    private void await(String what, LocalFlink flink, BooleanSupplier isReached)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + plan.outage.plus(TIMEOUT).toNanos();
        while (!isReached.getAsBoolean()) {
            // A bounded job may end between the two questions.
            if (flink.failure().isPresent() && !isReached.getAsBoolean()) {
                throw new IOException("The job has ended before: " + what, flink.failure().get());
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("The job did not reach: " + what);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Prints a table. */
    void print(Map<Peer, Result> results) {
        out.printf(
                "%n| sink | documents/s | heap | longest time between commits of another sink |"
                        + " in an outage of %s | heap in the outage | restarts in the outage |%n"
                        + "|:--|--:|--:|--:|--:|--:|--:|%n",
                text(plan.outage.toMillis()));
        results.forEach(
                (peer, result) ->
                        out.printf(
                                Locale.ROOT,
                                "| %s | %,.0f | %,.0f MB | %s | %s | %,d MB | %d |%n",
                                peer,
                                result.documentsPerSecond,
                                result.heapBytes / (1 << 20),
                                text(result.outage.usualMillis),
                                text(result.outage.longestMillis),
                                result.outage.heapBytes >> 20,
                                result.outage.restarts));
        Result ours = results.get(Peer.OURS);
        Result theirs = results.get(Peer.CONNECTOR);
        out.printf(
                Locale.ROOT,
                "| ours is | %.2f x | %.2f x | %.2f x | %.2f x | %.2f x | |%n",
                ours.documentsPerSecond / theirs.documentsPerSecond,
                ours.heapBytes / theirs.heapBytes,
                (double) ours.outage.usualMillis / theirs.outage.usualMillis,
                (double) ours.outage.longestMillis / theirs.outage.longestMillis,
                (double) ours.outage.heapBytes / theirs.outage.heapBytes);
    }

    private static String text(long millis) {
        return String.format(Locale.ROOT, "%.1f s", millis / 1e3);
    }
}
