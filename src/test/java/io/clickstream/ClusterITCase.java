package io.clickstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.local.ClickEncoder;
import io.clickstream.local.Comparison;
import io.clickstream.local.Expected;
import io.clickstream.local.FlinkCluster;
import io.clickstream.local.GeneratedClick;
import io.clickstream.local.OpenSearchIndices;
import io.clickstream.local.OpenSearchNode;
import io.clickstream.local.Results;
import io.clickstream.local.ShopTraffic;
import io.clickstream.local.TopicReader;
import io.clickstream.local.TrafficLedger;
import io.clickstream.testing.Await;
import io.clickstream.testing.LocalJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jar in a cluster of processes, uploaded like a user would: a task manager is killed, the job
 * is stopped with a savepoint and goes on at another parallelism.
 */
class ClusterITCase {

    private static final int PARTITIONS = 3;
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);

    private final TrafficLedger ledger = new TrafficLedger(GAP, WINDOW);

    @Test
    void topicsAndIndicesHoldEachResultOnce(@TempDir Path folder) throws Exception {
        long start = Clock.systemUTC().millis() - 100_000;
        ShopTraffic traffic = new ShopTraffic(13, 500, 4_000, start);
        try (OpenSearchNode openSearch = OpenSearchNode.start(folder.resolve("opensearch"));
                LocalJob kafka = new LocalJob(folder, PARTITIONS);
                FlinkCluster cluster =
                        FlinkCluster.start(
                                folder.resolve("flink"),
                                2,
                                Map.of(
                                        "execution.checkpointing.interval", "1 s",
                                        "execution.checkpointing.min-pause", "0 s",
                                        "restart-strategy.fixed-delay.delay", "1 s",
                                        "heartbeat.timeout", "10 s",
                                        "heartbeat.interval", "2 s"))) {
            List<String> arguments = List.of("--config", config(folder, kafka, openSearch));
            String jar = cluster.upload(jar());
            String first = cluster.run(jar, arguments, 2, null);
            send(kafka, traffic, start + 30_000);
            awaitResults(kafka, 1);

            cluster.killTaskManager();
            cluster.startTaskManager();
            send(kafka, traffic, start + 50_000);
            Await.until("a restart", TIMEOUT, () -> cluster.restarts(first) > 0);
            awaitResults(kafka, 4);
            Path savepoint = cluster.stopWithSavepoint(first, folder.resolve("savepoints"));
            send(kafka, traffic, start + 70_000);
            String second = cluster.run(jar, arguments, 1, savepoint);
            send(kafka, traffic, start + 90_000);
            sendRest(kafka, traffic);

            Expected expected = ledger.expected();
            kafka.awaitTopics(expected, TIMEOUT);
            assertThat(kafka.topic(LocalJob.DEAD_LETTERS)).isEmpty();
            OpenSearchIndices indices = new OpenSearchIndices(openSearch.uri());
            try (Results results = Results.ofTopics(kafka.broker().bootstrapServers(), indices)) {
                Await.until("documents", TIMEOUT, () -> results.areComplete(expected));
                assertThat(results.compare(expected)).allMatch(Comparison::isEqual);
            }
            assertThat(expected.checkouts()).hasSizeGreaterThan(100);
            cluster.cancel(second);
        }
    }

    private static void awaitResults(LocalJob kafka, int windows) throws Exception {
        Await.until(
                windows + " windows",
                TIMEOUT,
                () -> {
                    try (TopicReader reader =
                            new TopicReader(
                                    kafka.broker().bootstrapServers(),
                                    List.of(Results.SESSIONS_TOPIC))) {
                        reader.readCommitted();
                        return reader.values(Results.SESSIONS_TOPIC).size() >= windows;
                    }
                });
    }

    /** Property groups in a file, as the service hands them over. */
    private static String config(Path folder, LocalJob kafka, OpenSearchNode openSearch)
            throws IOException {
        for (String topic : Results.TOPICS) {
            kafka.broker().createTopic(topic, 1);
        }
        kafka.broker().createTopic(LocalJob.DEAD_LETTERS, 1);
        List<Map<String, Object>> groups = new ArrayList<>();
        groups.add(
                group(
                        "source.kafka",
                        Map.of(
                                "bootstrap-servers",
                                kafka.broker().bootstrapServers(),
                                "topic",
                                LocalJob.CLICKS,
                                "start",
                                "earliest")));
        groups.add(group("format", Map.of("type", "json")));
        // Event time goes on by clicks, until the last have come.
        groups.add(group("event-time", Map.of("out-of-orderness", "6 s", "idle-timeout", "10 s")));
        groups.add(group("sink.kafka", Map.of("transaction-timeout", "10 min")));
        groups.add(group("sink.opensearch", Map.of("endpoint", openSearch.uri().toString())));
        Path file = folder.resolve("application_properties.json");
        new ObjectMapper().writeValue(file.toFile(), groups);
        return file.toString();
    }

    private static Map<String, Object> group(String id, Map<String, String> properties) {
        return Map.of("PropertyGroupId", id, "PropertyMap", properties);
    }

    private static Path jar() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(
                            file ->
                                    file.getFileName()
                                            .toString()
                                            .matches("clickstream-analytics-.*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("there is no jar: run mvn package"));
        }
    }

    private void send(LocalJob kafka, ShopTraffic traffic, long until) throws Exception {
        List<GeneratedClick> clicks = new ArrayList<>();
        traffic.until(until, clicks::add);
        send(kafka, clicks);
    }

    private void sendRest(LocalJob kafka, ShopTraffic traffic) throws Exception {
        List<GeneratedClick> clicks = new ArrayList<>();
        traffic.flush(clicks::add);
        send(kafka, clicks);
    }

    private void send(LocalJob kafka, List<GeneratedClick> clicks) throws Exception {
        ClickEncoder encoder = ClickEncoder.json();
        List<List<byte[]>> records = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            records.add(new ArrayList<>());
        }
        for (GeneratedClick click : clicks) {
            records.get(click.userId() % PARTITIONS).add(encoder.encode(click));
            ledger.sent(click.forOracle());
        }
        for (int i = 0; i < PARTITIONS; i++) {
            kafka.send(i, records.get(i));
        }
    }
}
