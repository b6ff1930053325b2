package io.clickstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.local.results.TopicReader;
import io.clickstream.local.server.FlinkCluster;
import io.clickstream.local.server.KafkaBroker;
import io.clickstream.local.server.ManagedService;
import io.clickstream.local.server.PersonalizeServer;
import io.clickstream.local.server.S3Server;
import io.clickstream.source.FileRecords;
import io.clickstream.testing.Await;
import io.clickstream.testing.FakeOpenSearch;
import io.clickstream.testing.InstanceMetadata;
import io.clickstream.testing.PropertyGroups;
import io.clickstream.testing.ReadOnlyRoot;
import io.clickstream.tools.flink.LocalFileSystems;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The job keeps the rules of the managed service's Flink 2.2: it sets in its code only what it may,
 * writes files only to the folder for temporary files, and asks instance metadata only for
 * credentials and the region. The cluster, a read-only file system, and the metadata refuse the
 * rest.
 */
class ServiceRulesITCase {

    private static final String CLICKS = "clicks";
    private static final String BUCKET = "archive";
    private static final long START = 1_655_183_298_630L;
    private static final Duration SOON = Duration.ofSeconds(60);

    /** What the cluster itself writes to is not the job's. */
    private static final List<String> OF_THE_CLUSTER = List.of("checkpoints", "upload", "web");

    @TempDir private static Path folder;
    private static Path temporary;
    private static List<String> readOnly;
    private static InstanceMetadata metadata;
    private static S3Server s3;
    private static FlinkCluster cluster;
    private static String jar;

    @BeforeAll
    static void start() throws Exception {
        Path flink = Files.createDirectories(folder.resolve("flink"));
        temporary = flink.resolve("tmp");
        List<Path> writable = new ArrayList<>(List.of(temporary));
        OF_THE_CLUSTER.forEach(name -> writable.add(flink.resolve(name)));
        readOnly = ReadOnlyRoot.command(writable).orElse(null);
        assumeTrue(readOnly != null, "this machine does not permit a read-only view of its files");
        metadata = InstanceMetadata.start();
        s3 = S3Server.start(folder.resolve("s3.log"));
        s3.createBucket(BUCKET);
        LocalFileSystems.initialize(s3.settings());
        Map<String, String> settings = new HashMap<>(ManagedService.settings());
        settings.putAll(s3.settings());
        settings.put("execution.checkpointing.interval", "1 s");
        // A replay of all aggregates has many shuffles for a small task manager.
        settings.put("taskmanager.network.sort-shuffle.min-buffers", "64");
        Map<String, String> environment = new HashMap<>(metadata.environment());
        environment.put("FLINK_PLUGINS_DIR", LocalFileSystems.plugins().toString());
        environment.put("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
        cluster =
                FlinkCluster.start(
                        flink,
                        folder.resolve("logs"),
                        1,
                        settings,
                        environment,
                        FlinkCluster.Launch.own().by(readOnly));
        jar = cluster.upload(FlinkCluster.jobJar());
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
        if (s3 != null) {
            s3.close();
        }
        if (metadata != null) {
            metadata.close();
        }
    }

    /** Each with the other libraries that unpack native code. */
    @ParameterizedTest
    @CsvSource({"json, true, zstd", "parquet, false, snappy"})
    void aJobWithAllItsOutputsKeepsThem(String format, boolean gzip, String compression)
            throws Exception {
        List<byte[]> clicks = clicks();
        String archive = "s3://" + BUCKET + "/" + format;
        try (KafkaBroker broker = KafkaBroker.start(folder.resolve("kafka-" + format));
                FakeOpenSearch openSearch = FakeOpenSearch.start();
                PersonalizeServer personalize = PersonalizeServer.start()) {
            broker.createTopic(CLICKS, 2);
            send(broker, compression, clicks);
            PropertyGroups groups =
                    common("source.kafka", "bootstrap-servers", broker.bootstrapServers())
                            .with("source.kafka", "topic", CLICKS)
                            .with("source.kafka", "start", "earliest")
                            .with("sink.kafka", "create-topics", "true")
                            .with("sink.kafka", "kafka.compression.type", compression)
                            .with("sink.opensearch", "endpoint", openSearch.uri().toString())
                            .with("sink.opensearch", "templates", "ignore")
                            .with("sink.opensearch", "auth", "sigv4")
                            .with("sink.opensearch", "service", "es")
                            .with("sink.opensearch", "region", InstanceMetadata.REGION)
                            .with("sink.archive", "path", archive)
                            .with("sink.archive", "format", format)
                            .with("sink.archive", "gzip", Boolean.toString(gzip))
                            .with("sink.archive", "roll-interval", "2 s")
                            .with("sink.archive", "inactivity", "1 s")
                            .with("sink.personalize", "tracking-id", PersonalizeServer.TRACKING_ID)
                            .with("sink.personalize", "endpoint", personalize.uri().toString())
                            .with("sink.personalize", "item", "/product_type")
                            .with("sink.personalize", "spill-path", archive + "-spilled");

            String job = run(groups);

            List<String> topics = Aggregates.ALL.stream().map(Aggregate::defaultTopic).toList();
            await(job, "results in topics", () -> haveRecords(broker, topics));
            await(job, "documents", () -> openSearch.indices().size() >= Aggregates.ALL.size());
            await(job, "interactions", () -> personalize.distinct() > 0);
            await(job, "the archive", () -> archived(archive) == clicks.size());
            assertThat(openSearch.received())
                    .anyMatch(
                            request ->
                                    request.uri().getPath().equals("/_bulk")
                                            && request.header("Authorization")
                                                    .contains(InstanceMetadata.ACCESS_KEY));
            cluster.cancel(job);
        }
        String replay =
                run(
                        common("source.files", "path", archive)
                                .with("sink.files", "path", archive + "-results"));
        await(replay, "the replay", () -> cluster.state(replay).equals("FINISHED"));

        assertThat(archived(archive + "-results")).isPositive();
        assertThat(metadata.answered())
                .contains("/latest/dynamic/instance-identity/document")
                .anyMatch(path -> path.startsWith("/latest/meta-data/iam/security-credentials/"));
        assertThat(metadata.refused()).isEmpty();
        assertThat(logs()).noneMatch(line -> line.contains("Read-only file system"));
    }

    /** Metadata that are asked for past the SDK would not come to the server of this test. */
    @Test
    void onlyTheSdkKnowsWhereMetadataAre() throws Exception {
        TreeSet<String> knowing = new TreeSet<>();
        try (JarFile file = new JarFile(FlinkCluster.jobJar().toFile())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                if (!entry.getName().endsWith(".class")) {
                    continue;
                }
                try (InputStream in = file.getInputStream(entry)) {
                    String content = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
                    if (content.contains("169.254.169.254")
                            || content.contains("EC2MetadataUtils")) {
                        knowing.add(entry.getName().replaceFirst("(\\$.*)?\\.class", ""));
                    }
                }
            }
        }

        assertThat(knowing)
                .allMatch(name -> name.startsWith("software/amazon/awssdk/"))
                .contains("software/amazon/awssdk/regions/internal/util/EC2MetadataUtils");
    }

    /** Else the other tests would show nothing. */
    @Test
    void nothingCanBeWrittenBesideTheTemporaryFiles() throws Exception {
        assertThat(touch(temporary.resolve("permitted"))).isZero();
        for (Path other : List.of(folder, Path.of(System.getProperty("user.home")), Path.of("/"))) {
            assertThat(touch(other.resolve("refused"))).as("%s", other).isNotZero();
        }
    }

    private static int touch(Path file) throws Exception {
        List<String> command = new ArrayList<>(readOnly);
        command.addAll(List.of("touch", file.toString()));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** All aggregates, and event time that goes fast. */
    private static PropertyGroups common(String group, String key, String value) {
        PropertyGroups groups =
                PropertyGroups.none()
                        .with(group, key, value)
                        .with("format", "type", "json")
                        .with("format", "item", "/product_type")
                        .with("event-time", "out-of-orderness", "6 s")
                        .with("event-time", "idle-timeout", "1 s")
                        .with("duplicates", "id", "/globalseq")
                        .with("trending", "span", "20 s")
                        .with("trending", "slide", "5 s")
                        .with("live", "span", "20 s")
                        .with("carts", "abandoned-after", "5 s");
        Aggregates.groups().forEach(groups::group);
        return groups;
    }

    private static String run(PropertyGroups groups) throws Exception {
        Path config = groups.write(Files.createTempFile(folder, "job", ".json"));
        return cluster.run(jar, List.of("--config", config.toString()), 1, null);
    }

    private static void await(String job, String what, Await.Condition condition) throws Exception {
        Await.until(
                what,
                SOON,
                () -> {
                    assertThat(cluster.restarts(job)).as("restarts, see the log").isZero();
                    return condition.holds();
                });
    }

    private static List<byte[]> clicks() {
        ShopTraffic traffic = new ShopTraffic(17, 10, 40, START);
        List<GeneratedClick> clicks = new ArrayList<>();
        traffic.until(START + 40_000, clicks::add);
        traffic.flush(clicks::add);
        return clicks.stream().map(click -> ClickEncoder.json().encode(click)).toList();
    }

    private static void send(KafkaBroker broker, String compression, List<byte[]> records)
            throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                broker.bootstrapServers(),
                                "compression.type",
                                compression),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            List<Future<?>> sent = new ArrayList<>();
            for (byte[] record : records) {
                sent.add(producer.send(new ProducerRecord<>(CLICKS, record)));
            }
            sent.add(producer.send(new ProducerRecord<>(CLICKS, new byte[] {'?'})));
            for (Future<?> each : sent) {
                each.get();
            }
        }
    }

    private static boolean haveRecords(KafkaBroker broker, List<String> topics) {
        try (TopicReader reader = new TopicReader(broker.bootstrapServers(), topics)) {
            reader.readCommitted();
            return topics.stream().noneMatch(topic -> reader.values(topic).isEmpty());
        }
    }

    /** How many records the finished files below a folder have. */
    private static int archived(String address) throws IOException {
        org.apache.flink.core.fs.Path path = new org.apache.flink.core.fs.Path(address);
        FileSystem files = path.getFileSystem();
        return files.exists(path) ? records(files, path) : 0;
    }

    private static int records(FileSystem files, org.apache.flink.core.fs.Path path)
            throws IOException {
        int records = 0;
        for (FileStatus each : files.listStatus(path)) {
            String name = each.getPath().getName();
            if (name.startsWith("_") || name.startsWith(".")) {
                continue;
            }
            if (each.isDir()) {
                records += records(files, each.getPath());
                continue;
            }
            try (FileRecords file = FileRecords.open(each.getPath())) {
                while (file.next() != null) {
                    records++;
                }
            }
        }
        return records;
    }

    private static List<String> logs() throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder.resolve("logs"))) {
            for (Path file : files.toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }
}
