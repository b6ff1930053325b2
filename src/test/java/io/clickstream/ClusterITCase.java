package io.clickstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.local.results.Comparison;
import io.clickstream.local.results.Results;
import io.clickstream.local.results.TopicReader;
import io.clickstream.local.server.FlinkCluster;
import io.clickstream.local.server.OpenSearchIndices;
import io.clickstream.local.server.OpenSearchNode;
import io.clickstream.testing.Await;
import io.clickstream.testing.LocalJob;
import io.clickstream.testing.PropertyGroups;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The jar in a cluster of processes, uploaded like a user would: a task manager is killed, the job
 * is stopped with a savepoint and goes on at another parallelism.
 */
@Execution(ExecutionMode.CONCURRENT)
class ClusterITCase {

    private static final String LAB = "FlinkApplicationProperties";
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
                                folder.resolve("logs"),
                                2,
                                Map.of(
                                        "execution.checkpointing.interval", "1 s",
                                        "execution.checkpointing.min-pause", "0 s",
                                        "restart-strategy.fixed-delay.delay", "1 s",
                                        "heartbeat.timeout", "10 s",
                                        "heartbeat.interval", "2 s"))) {
            for (String topic : Results.TOPICS) {
                kafka.broker().createTopic(topic, 1);
            }
            // Nothing but the lab's own property group, where the job looks for its file.
            writeConfig(
                    folder.resolve("flink/flink-conf/application_properties.json"),
                    lab(kafka, openSearch));
            Path wrong = folder.resolve("wrong.json");
            writeConfig(wrong, lab(kafka, openSearch).with(LAB, "Topik", "clicks"));
            String jar = cluster.upload(FlinkCluster.jobJar());
            String first = cluster.run(jar, List.of(), 2, null);
            send(kafka, traffic, start + 30_000);
            awaitResults(kafka, 1);

            cluster.killTaskManager();
            cluster.startTaskManager();
            send(kafka, traffic, start + 50_000);
            Await.until("a restart", TIMEOUT, () -> cluster.restarts(first) > 0);
            awaitResults(kafka, 4);
            Path savepoint = cluster.stopWithSavepoint(first, folder.resolve("savepoints"));
            send(kafka, traffic, start + 70_000);
            // An update that does not run, and back to the version before.
            assertThatThrownBy(
                            () ->
                                    cluster.run(
                                            jar,
                                            List.of("--config", wrong.toString()),
                                            2,
                                            savepoint))
                    .hasMessageContaining("Topik` is not known; did you mean `Topic`?");
            String second = cluster.run(jar, List.of(), 1, savepoint);
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

    private static PropertyGroups lab(LocalJob kafka, OpenSearchNode openSearch) {
        return PropertyGroups.none()
                .with(LAB, "BootstrapServers", kafka.broker().bootstrapServers())
                .with(LAB, "Topic", LocalJob.CLICKS)
                .with(LAB, "GroupId", "flinkapp")
                .with(LAB, "DepartmentsAgg_Topic", Results.DEPARTMENTS_TOPIC)
                .with(LAB, "clickEventsUserIdAggResult_Topic", Results.SESSIONS_TOPIC)
                .with(LAB, "userSessionsAggregatesWithOrderCheckout_Topic", Results.CHECKOUTS_TOPIC)
                .with(LAB, "OpenSearchEndpoint", openSearch.uri().toString())
                .with(LAB, "Region", "eu-central-1");
    }

    private static void writeConfig(Path file, PropertyGroups groups) throws IOException {
        List<Map<String, Object>> content = new ArrayList<>();
        groups.build()
                .forEach(
                        (id, properties) ->
                                content.add(
                                        Map.of("PropertyGroupId", id, "PropertyMap", properties)));
        Files.createDirectories(file.getParent());
        new ObjectMapper().writeValue(file.toFile(), content);
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
        ClickEncoder encoder = ClickEncoder.avro();
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
