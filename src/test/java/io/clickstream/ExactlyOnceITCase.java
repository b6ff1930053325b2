package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.local.results.Comparison;
import io.clickstream.local.results.Results;
import io.clickstream.local.server.OpenSearchIndices;
import io.clickstream.local.server.OpenSearchNode;
import io.clickstream.testing.Await;
import io.clickstream.testing.LocalJob;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task manager is lost in the middle, with Kafka and OpenSearch behind the job. */
class ExactlyOnceITCase {

    private static final int PARTITIONS = 3;
    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);

    @Test
    void topicsAndIndicesHoldEachResultOnceThoughTheTaskManagerIsLost(@TempDir Path folder)
            throws Exception {
        TrafficLedger ledger = new TrafficLedger(GAP, WINDOW);
        long start = Clock.systemUTC().millis() - 70_000;
        ShopTraffic traffic = new ShopTraffic(7, 800, 5_000, start);

        try (OpenSearchNode openSearch = OpenSearchNode.start(folder.resolve("opensearch"));
                LocalJob job = new LocalJob(folder, PARTITIONS)) {
            job.set("sink.opensearch", "endpoint", openSearch.uri().toString());
            job.start(folder, 2);

            send(job, traffic, start + 30_000, ledger);
            Await.until(
                    "first windows",
                    Duration.ofMinutes(1),
                    () -> !job.topic(Results.SESSIONS_TOPIC).isEmpty());
            job.flink().loseTaskManager();
            send(job, traffic, start + 45_000, ledger);
            Await.until("a restart", Duration.ofMinutes(1), () -> job.flink().restarts() > 0);
            send(job, traffic, start + 60_000, ledger);
            sendRest(job, traffic, ledger);

            Expected expected = ledger.expected();
            job.awaitTopics(expected, Duration.ofMinutes(2));
            assertThat(job.topic(LocalJob.DEAD_LETTERS)).isEmpty();
            OpenSearchIndices indices = new OpenSearchIndices(openSearch.uri());
            try (Results results = Results.ofTopics(job.broker().bootstrapServers(), indices)) {
                Await.until(
                        "documents", Duration.ofSeconds(30), () -> results.areComplete(expected));
                assertThat(results.compare(expected)).allMatch(Comparison::isEqual);
            }
            assertThat(expected.sessions()).hasSizeGreaterThan(5);
            assertThat(expected.checkouts()).hasSizeGreaterThan(100);
        }
    }

    /** Barriers overtake records, and the subtasks' watermarks differ at each checkpoint. */
    @Test
    void topicsHoldEachResultOnceThoughThreeTaskManagersAreLostWithUnalignedCheckpoints(
            @TempDir Path folder) throws Exception {
        TrafficLedger ledger = new TrafficLedger(GAP, WINDOW);
        long start = Clock.systemUTC().millis() - 70_000;
        ShopTraffic traffic = new ShopTraffic(11, 800, 5_000, start);

        try (LocalJob job = new LocalJob(folder, PARTITIONS)) {
            // Event time goes on by clicks alone, however long the job takes to come back.
            job.set("event-time", "idle-timeout", "10 min")
                    .set("event-time", "max-future-skew", "10 min")
                    .unaligned()
                    .start(folder, 3);
            for (int lost = 1; lost <= 3; lost++) {
                int before = lost;
                send(job, traffic, start + 15_000L * lost, ledger);
                job.awaitCheckpoint();
                job.flink().loseTaskManager();
                send(job, traffic, start + 15_000L * lost + 5_000, ledger);
                Await.until(
                        "a restart", Duration.ofMinutes(1), () -> job.flink().restarts() >= before);
            }
            send(job, traffic, start + 60_000, ledger);
            sendRest(job, traffic, ledger);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                // Closes all sessions but its own.
                job.send(
                        partition, List.of(click("end " + partition).at(start + 120_000).toJson()));
            }

            job.awaitTopics(ledger.expected(), Duration.ofMinutes(2));
            assertThat(job.topic(LocalJob.DEAD_LETTERS)).isEmpty();
        }
    }

    private static void send(LocalJob job, ShopTraffic traffic, long until, TrafficLedger ledger)
            throws Exception {
        List<GeneratedClick> clicks = new ArrayList<>();
        traffic.until(until, clicks::add);
        send(job, clicks, ledger);
    }

    private static void sendRest(LocalJob job, ShopTraffic traffic, TrafficLedger ledger)
            throws Exception {
        List<GeneratedClick> clicks = new ArrayList<>();
        traffic.flush(clicks::add);
        send(job, clicks, ledger);
    }

    private static void send(LocalJob job, List<GeneratedClick> clicks, TrafficLedger ledger)
            throws Exception {
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
            job.send(i, records.get(i));
        }
    }
}
