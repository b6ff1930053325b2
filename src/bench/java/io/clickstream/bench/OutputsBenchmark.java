package io.clickstream.bench;

import blue.strategic.parquet.ParquetReader;
import io.clickstream.ClickstreamJob;
import io.clickstream.StartChecks;
import io.clickstream.config.JobConfig;
import io.clickstream.local.server.KafkaBroker;
import io.clickstream.local.server.LocalFlink;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.tools.command.Folders;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.parquet.hadoop.metadata.BlockMetaData;

/**
 * Measures what outputs cost: the whole job from Kafka to Kafka on RocksDB, with JSON clicks, and
 * with more outputs, in turns. A time counts only if every click is in the finished files of the
 * archive, and every interaction and document has arrived.
 */
final class OutputsBenchmark implements Callable<Integer> {

    private static final String TOPIC = "ExampleTopic";
    private static final int CLICKS = 6_000_000;
    private static final int WARM_UP_CLICKS = 2_000_000;
    private static final int ROUNDS = 3;
    private static final int WARM_UPS = 1;

    /** So many interactions per second as Personalize accepts, at a million clicks per second. */
    private static final int CLICKS_PER_INTERACTION = 1_000;

    private static final String ITEM_VIEW = "item_view";
    private static final int CHECKPOINT_MILLIS = 5_000;
    private static final long POLL_MILLIS = 10;
    private static final long TIMEOUT_NANOS = 60_000_000_000L;
    private static final int WRONG = 1;

    /** A run's archive of JSON and its topics and checkpoints. */
    private static final long USED_BYTES = 1_400L << 20;

    /** As large as a batch of the archive's, and as much of them as a run writes. */
    private static final int PIECE_BYTES = 128 * 1024;

    private static final int PIECES = 8 * 1024;

    /** Longer than Personalize collects interactions before it sends them. */
    private static final Duration SETTLING = Duration.ofSeconds(30);

    private static final Variant NONE = new Variant("none", null, false, false, Set.of());

    private static final List<Variant> ARCHIVES =
            List.of(
                    NONE,
                    new Variant("json", "json", false, false, Set.of()),
                    new Variant("json, discarded", "json", false, true, Set.of()),
                    new Variant("json, gzip", "json", true, false, Set.of()),
                    new Variant("parquet", "parquet", false, false, Set.of()));

    private static final List<Variant> EVERYTHING =
            List.of(
                    NONE,
                    new Variant("Personalize", null, false, false, Set.of(Service.PERSONALIZE)),
                    new Variant("OpenSearch", null, false, false, Set.of(Service.OPENSEARCH)),
                    new Variant("archive", "json", false, false, Set.of()),
                    new Variant(
                            "all three",
                            "json",
                            false,
                            false,
                            Set.of(Service.OPENSEARCH, Service.PERSONALIZE)));

    private final PrintStream out = System.out;
    private final String column;
    private final List<Variant> variants;

    private OutputsBenchmark(String column, List<Variant> variants) {
        this.column = column;
        this.variants = variants;
    }

    /**
     * Without an archive and with each kind of it on the local disk; and once with files that are
     * thrown away, which tells what the job does from what the machine's files cost.
     */
    static OutputsBenchmark archives() {
        return new OutputsBenchmark("archive", ARCHIVES);
    }

    /**
     * The archive, OpenSearch, and Personalize, each alone and all together. The servers are in the
     * same process and only count what they receive, as fast as the job sends it.
     */
    static OutputsBenchmark everything() {
        return new OutputsBenchmark("beside the topics", EVERYTHING);
    }

    private enum Service {
        OPENSEARCH,
        PERSONALIZE
    }

    private record Variant(
            String name, String format, boolean gzip, boolean discarded, Set<Service> services) {

        /** Where a run keeps its archive. */
        URI archive(Path run) {
            URI folder = run.resolve("archive").toUri();
            return discarded
                    ? URI.create(DiscardingFileSystem.SCHEME + "://" + folder.getPath())
                    : folder;
        }
    }

    /** Returns 0 only if every archive was complete. */
    @Override
    public Integer call() throws Exception {
        // The server does not look at signatures.
        System.setProperty("aws.accessKeyId", "none");
        System.setProperty("aws.secretAccessKey", "none");
        Path folder = Files.createTempDirectory("clickstream-outputs-benchmark-");
        try (KafkaBroker broker = KafkaBroker.start(folder.resolve("kafka"))) {
            double before = megabytesPerSecond(folder.resolve("lines"));
            broker.createTopic(TOPIC, 1);
            long bytes = fill(broker);
            out.printf(
                    "%,d JSON clicks of %d bytes on average, parallelism 1, after a warm-up of %,d;"
                            + " medians of %d rounds in turns%n",
                    CLICKS, bytes / CLICKS, WARM_UP_CLICKS, ROUNDS);
            double[][] rates = new double[variants.size()][ROUNDS];
            for (int round = -WARM_UPS; round < ROUNDS; round++) {
                for (int i = 0; i < variants.size(); i++) {
                    double rate = run(broker, variants.get(i), folder.resolve("run"));
                    if (rate < 0) {
                        return WRONG;
                    }
                    out.printf("%s %s: %,.0f clicks/s%n", name(round), variants.get(i).name, rate);
                    if (round >= 0) {
                        rates[i][round] = rate;
                    }
                }
            }
            out.printf(
                    "%nThe file cache took %,.0f MB/s in pieces of %d KiB before, and %,.0f"
                            + " behind%n",
                    before, PIECE_BYTES / 1024, megabytesPerSecond(folder.resolve("lines")));
            print(rates);
            return 0;
        } finally {
            Folders.delete(folder);
        }
    }

    private static String name(int round) {
        return round < 0 ? "warm-up" : "round " + (round + 1);
    }

    private void print(double[][] rates) {
        out.printf("%n| %s | clicks/s | of none |%n|:--|--:|--:|%n", column);
        for (double[] each : rates) {
            Arrays.sort(each);
        }
        for (int i = 0; i < rates.length; i++) {
            double rate = rates[i][ROUNDS / 2];
            out.printf(
                    "| %s | %,.0f | %.2f |%n",
                    variants.get(i).name, rate, rate / rates[0][ROUNDS / 2]);
        }
    }

    /** Writes a new file at once, as fast as the machine takes it, and deletes it. */
    private static double megabytesPerSecond(Path file) throws IOException {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
        long began = System.nanoTime();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = 0; i < PIECES; i++) {
                piece.clear();
                while (piece.hasRemaining()) {
                    channel.write(piece);
                }
            }
            return (double) PIECE_BYTES * PIECES * 1e3 / (System.nanoTime() - began);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static long fill(KafkaBroker broker) {
        List<GeneratedClick> block = new ArrayList<>();
        ClickGenerator.generate(Workload.LAB, block::add);
        ClickEncoder encoder = ClickEncoder.json();
        long bytes = 0;
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                broker.bootstrapServers(),
                                "linger.ms",
                                20,
                                "batch.size",
                                256 << 10),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            for (int i = 0; i < CLICKS; i++) {
                GeneratedClick click = block.get(i % block.size());
                long later = i / block.size() * Workload.LAB.block().toMillis();
                byte[] json = encoder.encode(click.at(click.eventTimestamp() + later));
                if (i % CLICKS_PER_INTERACTION == 0) {
                    json = withItem(json);
                }
                bytes += json.length;
                var unused = producer.send(new ProducerRecord<>(TOPIC, 0, null, json));
            }
        }
        return bytes;
    }

    /** Makes a click one on an item, of a type that no other click has. */
    private static byte[] withItem(byte[] json) {
        return new String(json, StandardCharsets.UTF_8)
                .replaceFirst(
                        "\"event_type\":\"[^\"]*\"",
                        "\"event_type\":\"" + ITEM_VIEW + "\",\"item\":\"a\"")
                .getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Runs the job over all clicks.
     *
     * @return clicks per second behind the warm-up; negative if an output is not complete
     */
    private double run(KafkaBroker broker, Variant variant, Path folder) throws Exception {
        URI archive = variant.archive(folder);
        UsedPages pages = UsedPages.forFilesIn(folder, USED_BYTES, folder.resolveSibling("used"));
        try (DiscardingOpenSearch openSearch = DiscardingOpenSearch.start();
                DiscardingPersonalize personalize = DiscardingPersonalize.start()) {
            JobConfig config = config(broker, variant, folder, openSearch.uri(), personalize.uri());
            return run(variant, folder, archive, config, openSearch, personalize);
        } finally {
            pages.close();
            DiscardingFileSystem.forget(archive);
            Folders.delete(folder);
        }
    }

    private double run(
            Variant variant,
            Path folder,
            URI archive,
            JobConfig config,
            DiscardingOpenSearch openSearch,
            DiscardingPersonalize personalize)
            throws Exception {
        try (LocalFlink flink =
                LocalFlink.start(
                        folder.resolve("flink"),
                        folder.resolve("log"),
                        1,
                        env -> {
                            env.enableCheckpointing(CHECKPOINT_MILLIS);
                            StartChecks.run(config, ClickstreamJob.define(env, config));
                        })) {
            long began = await(flink, WARM_UP_CLICKS);
            long first = flink.metrics().count(ClickstreamMetrics.CLICKS);
            long ended = await(flink, CLICKS);
            double rate = (CLICKS - first) * 1e9 / (ended - began);
            long letters = flink.metrics().countBelow(ClickstreamMetrics.DEAD_LETTERS);
            if (letters > 0) {
                out.printf("%s: %,d dead letters%n", variant.name, letters);
                return -1;
            }
            if (variant.format != null && !isComplete(archive)) {
                out.printf("%s: %,d of %,d are archived%n", variant.name, count(archive), CLICKS);
                return -1;
            }
            return hasArrived(variant, flink, openSearch, personalize) ? rate : -1;
        }
    }

    /** Whether the job has nothing left for a service, and the service has received something. */
    private boolean hasArrived(
            Variant variant,
            LocalFlink flink,
            DiscardingOpenSearch openSearch,
            DiscardingPersonalize personalize)
            throws InterruptedException {
        long deadline = System.nanoTime() + SETTLING.toNanos();
        while (true) {
            long events = flink.metrics().count(ClickstreamMetrics.PERSONALIZE_ACCEPTED);
            boolean interactions =
                    !variant.services.contains(Service.PERSONALIZE)
                            || (events > 0
                                    && events == personalize.events()
                                    && isZero(flink, ClickstreamMetrics.PERSONALIZE_HELD));
            boolean documents =
                    !variant.services.contains(Service.OPENSEARCH)
                            || (openSearch.documents() > 0
                                    && isZero(flink, ClickstreamMetrics.OPENSEARCH_PENDING));
            if (interactions && documents) {
                return true;
            }
            if (System.nanoTime() - deadline > 0) {
                out.printf(
                        "%s: %,d interactions are sent and %,d have arrived; %,d documents have"
                                + " arrived%n",
                        variant.name, events, personalize.events(), openSearch.documents());
                return false;
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static long await(LocalFlink flink, long clicks) throws Exception {
        long deadline = System.nanoTime() + TIMEOUT_NANOS;
        while (flink.metrics().count(ClickstreamMetrics.CLICKS) < clicks) {
            if (System.nanoTime() > deadline || flink.failure().isPresent()) {
                throw new IllegalStateException(
                        "the job read %,d clicks of %,d, and %,d dead letters"
                                .formatted(
                                        flink.metrics().count(ClickstreamMetrics.CLICKS),
                                        clicks,
                                        flink.metrics()
                                                .countBelow(ClickstreamMetrics.DEAD_LETTERS)),
                        flink.failure().orElse(null));
            }
            Thread.sleep(POLL_MILLIS);
        }
        return System.nanoTime();
    }

    private static boolean isZero(LocalFlink flink, String gauge) {
        return flink.metrics().gauge(gauge).stream().allMatch(value -> value == 0);
    }

    /** Waits for the checkpoints that finish the files. */
    private static boolean isComplete(URI archive) throws Exception {
        long deadline = System.nanoTime() + 6 * CHECKPOINT_MILLIS * 1_000_000L;
        while (count(archive) < CLICKS) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(1_000);
        }
        return count(archive) == CLICKS;
    }

    private static long count(URI archive) throws IOException {
        return archive.getScheme().equals(DiscardingFileSystem.SCHEME)
                ? DiscardingFileSystem.lines(archive)
                : count(Path.of(archive));
    }

    private static long count(Path archive) throws IOException {
        List<Path> finished;
        try (Stream<Path> files = Files.walk(archive)) {
            finished =
                    files.filter(Files::isRegularFile)
                            .filter(file -> !file.getFileName().toString().startsWith("."))
                            .toList();
        }
        long count = 0;
        for (Path file : finished) {
            count += file.toString().endsWith(".parquet") ? rows(file) : lines(file);
        }
        return count;
    }

    private static long rows(Path file) throws IOException {
        return ParquetReader.readMetadata(file.toFile()).getBlocks().stream()
                .mapToLong(BlockMetaData::getRowCount)
                .sum();
    }

    private static long lines(Path file) throws IOException {
        long lines = 0;
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
                InputStream unpacked =
                        file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in) {
            for (int read = unpacked.read(buffer); read >= 0; read = unpacked.read(buffer)) {
                for (int i = 0; i < read; i++) {
                    lines += buffer[i] == '\n' ? 1 : 0;
                }
            }
        }
        return lines;
    }

    private static JobConfig config(
            KafkaBroker broker, Variant variant, Path folder, URI openSearch, URI personalize) {
        Map<String, Map<String, String>> groups = new HashMap<>();
        groups.put(
                "source.kafka",
                Map.of(
                        "bootstrap-servers",
                        broker.bootstrapServers(),
                        "topic",
                        TOPIC,
                        "start",
                        "earliest"));
        groups.put("sink.kafka", Map.of("create-topics", "true"));
        groups.put("format", Map.of("type", "json"));
        if (variant.format != null) {
            groups.put(
                    "sink.archive",
                    Map.of(
                            "path",
                            variant.archive(folder).toString(),
                            "format",
                            variant.format,
                            "gzip",
                            Boolean.toString(variant.gzip),
                            "max-age",
                            "3650 d",
                            "inactivity",
                            "1 s"));
        }
        if (variant.services.contains(Service.OPENSEARCH)) {
            groups.put(
                    "sink.opensearch",
                    Map.of("endpoint", openSearch.toString(), "templates", "ignore"));
        }
        if (variant.services.contains(Service.PERSONALIZE)) {
            groups.put(
                    "sink.personalize",
                    Map.of(
                            "tracking-id",
                            "none",
                            "region",
                            "us-east-1",
                            "endpoint",
                            personalize.toString(),
                            "item",
                            "/item",
                            "event-types",
                            ITEM_VIEW + "=View",
                            "spill-path",
                            folder.resolve("undelivered").toUri().toString()));
        }
        return JobConfig.parse(groups);
    }
}
