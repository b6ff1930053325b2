package io.clickstream.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.ClickstreamJob;
import io.clickstream.StartChecks;
import io.clickstream.aggregate.Aggregate;
import io.clickstream.config.JobConfig;
import io.clickstream.event.DeadLetter;
import io.clickstream.local.results.Comparison;
import io.clickstream.local.results.TopicReader;
import io.clickstream.local.server.KafkaBroker;
import io.clickstream.local.server.KinesisServer;
import io.clickstream.local.server.LocalFlink;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.tools.oracle.Expected;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The production job in a cluster within this JVM, reading clicks from a topic of an embedded
 * broker and writing to its topics. Event time goes fast: idle after a second, a small bound.
 */
public final class LocalJob implements AutoCloseable {

    public static final String CLICKS = "ExampleTopic";
    public static final String DEAD_LETTERS = "DeadLetters";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofMillis(500);

    private final KafkaBroker broker;
    private final Map<String, Map<String, String>> properties = new HashMap<>();
    private final KafkaProducer<byte[], byte[]> producer;
    private LocalFlink flink;
    private boolean unaligned;
    private Duration checkpointInterval = CHECKPOINT_INTERVAL;

    /**
     * Starts a broker, without a job yet.
     *
     * @param partitions of the topic of clicks
     */
    public LocalJob(Path folder, int partitions) {
        this(KafkaBroker.start(folder.resolve("kafka")), partitions);
    }

    /** Takes over a broker, and closes it in the end. */
    public LocalJob(KafkaBroker broker, int partitions) {
        this.broker = broker;
        broker.createTopic(CLICKS, partitions);
        producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrapServers(), "acks", "all"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
        set("source.kafka", "bootstrap-servers", broker.bootstrapServers());
        set("source.kafka", "topic", CLICKS);
        set("source.kafka", "start", "earliest");
        set("sink.kafka", "create-topics", "true");
        set("format", "type", "json");
        set("event-time", "out-of-orderness", "6 s");
        set("event-time", "idle-timeout", "1 s");
    }

    public LocalJob set(String group, String key, String value) {
        properties.computeIfAbsent(group, name -> new HashMap<>()).put(key, value);
        return this;
    }

    /** Adds groups with their default settings, where they have no other. */
    public LocalJob groups(Set<String> names) {
        names.forEach(name -> properties.computeIfAbsent(name, group -> new HashMap<>()));
        return this;
    }

    /** Leaves a property at its default. */
    public LocalJob unset(String group, String key) {
        properties.get(group).remove(key);
        return this;
    }

    /** Lets barriers overtake records, as users may configure a cluster. */
    public LocalJob unaligned() {
        unaligned = true;
        return this;
    }

    /** Makes no checkpoints but those that a test asks for. */
    public LocalJob checkpointsOnDemand() {
        checkpointInterval = Duration.ofMinutes(10);
        return this;
    }

    /** Does without what a group configures. */
    public LocalJob withoutGroup(String group) {
        properties.remove(group);
        return this;
    }

    /** Reads clicks from a stream instead of the topic. */
    public LocalJob readStream(KinesisServer server, String stream) {
        properties.remove("source.kafka");
        server.properties().forEach((key, value) -> set("source.kinesis", key, value));
        set("source.kinesis", "stream", stream);
        set("source.kinesis", "poll-interval", "50 ms");
        return set("sink.kafka", "bootstrap-servers", broker.bootstrapServers());
    }

    public LocalJob start(Path folder, int parallelism) throws Exception {
        flink =
                LocalFlink.start(
                        folder.resolve("flink"),
                        folder.resolve("flink.log"),
                        parallelism,
                        this::define);
        return this;
    }

    /** Goes on from a savepoint of {@link LocalFlink#stopWithSavepoint}. */
    public LocalJob startFrom(String savepoint, Path folder, int parallelism) throws Exception {
        flink =
                LocalFlink.startFrom(
                        savepoint,
                        folder.resolve("flink"),
                        folder.resolve("flink.log"),
                        parallelism,
                        this::define);
        return this;
    }

    private void define(StreamExecutionEnvironment env) throws InterruptedException {
        env.enableCheckpointing(checkpointInterval.toMillis());
        env.getCheckpointConfig().enableUnalignedCheckpoints(unaligned);
        JobConfig config = JobConfig.parse(properties);
        StartChecks.run(config, ClickstreamJob.define(env, config));
    }

    /** Writes its property groups as the managed service does, for scripts that ask for them. */
    public Path writeConfig(Path file) throws IOException {
        List<Map<String, Object>> groups = new ArrayList<>();
        properties.forEach(
                (group, map) -> groups.add(Map.of("PropertyGroupId", group, "PropertyMap", map)));
        JSON.writeValue(file.toFile(), groups);
        return file;
    }

    public LocalFlink flink() {
        return flink;
    }

    public KafkaBroker broker() {
        return broker;
    }

    /** Sends records to one partition, in their order, and waits until the broker has them. */
    public void send(int partition, List<byte[]> records) throws Exception {
        List<Future<?>> sent = new ArrayList<>();
        for (byte[] record : records) {
            sent.add(producer.send(new ProducerRecord<>(CLICKS, partition, null, record)));
        }
        for (Future<?> each : sent) {
            each.get();
        }
    }

    public void send(int partition, String... records) throws Exception {
        List<byte[]> bytes = new ArrayList<>();
        for (String record : records) {
            bytes.add(record.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        send(partition, bytes);
    }

    /** What a topic holds, as far as it is committed. */
    public List<String> topic(String name) {
        try (TopicReader reader = new TopicReader(broker.bootstrapServers(), List.of(name))) {
            reader.readCommitted();
            return List.copyOf(reader.values(name));
        }
    }

    public List<JsonNode> deadLetters() throws IOException {
        List<JsonNode> letters = new ArrayList<>();
        for (String letter : topic(DEAD_LETTERS)) {
            letters.add(JSON.readTree(letter));
        }
        return letters;
    }

    /** Differences between the topics of aggregates and what is expected in them. */
    public List<String> differences(Expected expected) {
        List<String> differences = new ArrayList<>();
        for (Aggregate<?> aggregate : expected.aggregates()) {
            String topic = aggregate.defaultTopic();
            Comparison comparison = Comparison.ofLines(topic, expected.of(aggregate), topic(topic));
            if (!comparison.isEqual()) {
                differences.addAll(comparison.report());
            }
        }
        return differences;
    }

    /** Waits until the topics hold exactly what is expected; fails with the differences. */
    public void awaitTopics(Expected expected, Duration timeout) throws Exception {
        try {
            Await.until("topics", timeout, () -> differences(expected).isEmpty());
        } catch (AssertionError e) {
            throw new AssertionError(
                    "Not as expected within "
                            + timeout.toSeconds()
                            + " s:\n"
                            + String.join("\n", differences(expected)),
                    e);
        }
    }

    /** Waits until one more checkpoint is complete, for which all tasks must run. */
    public void awaitCheckpoint() throws Exception {
        long before = flink.completedCheckpoints();
        Await.until(
                "a checkpoint", Duration.ofMinutes(1), () -> flink.completedCheckpoints() > before);
    }

    public long count(String metric) {
        return flink.metrics().count(metric);
    }

    public long deadLetterCount(DeadLetter.Reason reason) {
        return count(ClickstreamMetrics.DEAD_LETTERS + reason.label());
    }

    /** Partitions or shards that give nothing and may not be caught up, of all subtasks. */
    public long stalledPartitions() {
        return flink
                .metrics()
                .gauge("Source: click-source", ClickstreamMetrics.STALLED_PARTITIONS)
                .stream()
                .mapToLong(partitions -> partitions)
                .sum();
    }

    /** How far the partition or shard is behind that is furthest behind, in ms. */
    public long millisBehindLatest() {
        return flink
                .metrics()
                .gauge("Source: click-source", ClickstreamMetrics.MILLIS_BEHIND_LATEST)
                .stream()
                .mapToLong(millis -> millis)
                .max()
                .orElse(-1);
    }

    @Override
    public void close() {
        if (flink != null) {
            flink.close();
        }
        producer.close();
        broker.close();
    }
}
