package io.clickstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clickstream.local.server.KinesisServer;
import io.clickstream.metrics.ClickstreamMetrics;
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
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * The source and the sinks on a second implementation of Kinesis, which shares no code with the
 * first one. Only where moto_server is installed: {@code pip install 'moto[server]'}.
 */
class MotoKinesisITCase {

    private static final String CBOR = "aws.cborEnabled";
    private static final String CLICKS = "clicks";
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    @TempDir private Path folder;
    private KinesisServer server;

    @BeforeEach
    void start() {
        System.setProperty(CBOR, "false");
        Optional<KinesisServer> moto = KinesisServer.startMoto(folder.resolve("moto.log"));
        assumeTrue(moto.isPresent(), "there is no moto_server on this machine");
        server = moto.get();
    }

    @AfterEach
    void stop() {
        System.clearProperty(CBOR);
        if (server != null) {
            server.close();
        }
    }

    @Test
    void agreesThroughAReshardAndALostTaskManager() throws Exception {
        server.createStream(CLICKS, 2);
        List<String> outputs = List.of("departments", "sessions", "checkouts", "dead-letters");
        outputs.forEach(name -> server.createStream(name, 1));
        TrafficLedger ledger = new TrafficLedger(Duration.ofSeconds(1), Duration.ofSeconds(10));
        long start = Clock.systemUTC().millis() - 70_000;
        ShopTraffic traffic = new ShopTraffic(7, 200, 3_000, start);
        try (LocalJob job = new LocalJob(folder, 1)) {
            job.readStream(server, CLICKS).set("event-time", "idle-timeout", "3 s");
            server.properties().forEach((key, value) -> job.set("sink.kinesis", key, value));
            outputs.forEach(name -> job.set("sink.kinesis", name + "-stream", name));
            job.start(folder, 2);
            send(traffic, start + 10_000, ledger);
            Await.until("clicks", TIMEOUT, () -> job.count(ClickstreamMetrics.CLICKS) >= 100);
            server.reshard(CLICKS, 4);
            send(traffic, start + 20_000, ledger);
            job.flink().loseTaskManager();
            Await.until("a restart", TIMEOUT, () -> job.flink().restarts() > 0);
            server.reshard(CLICKS, 2);
            send(traffic, start + 30_000, ledger);
            List<GeneratedClick> rest = new ArrayList<>();
            traffic.flush(rest::add);
            send(rest, ledger);

            Expected expected = ledger.expected();
            job.awaitTopics(expected, TIMEOUT);
            assertThat(job.topic(LocalJob.DEAD_LETTERS)).isEmpty();
            awaitStream("departments", expected.departments());
            awaitStream("sessions", expected.sessions());
            awaitStream("checkouts", expected.checkouts());
            assertThat(server.values("dead-letters")).isEmpty();
            assertThat(expected.checkouts()).hasSizeGreaterThan(50);
        }
    }

    /** At least once: what was written before the failure may be there again. */
    private void awaitStream(String name, List<String> expected) throws Exception {
        Await.until(
                name,
                TIMEOUT,
                () -> server.values(name).stream().distinct().count() >= expected.size());
        assertThat(server.values(name).stream().distinct().toList())
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    private void send(ShopTraffic traffic, long until, TrafficLedger ledger) {
        List<GeneratedClick> clicks = new ArrayList<>();
        traffic.until(until, clicks::add);
        send(clicks, ledger);
    }

    private void send(List<GeneratedClick> clicks, TrafficLedger ledger) {
        ClickEncoder encoder = ClickEncoder.json();
        List<PutRecordsRequestEntry> entries = new ArrayList<>();
        for (GeneratedClick click : clicks) {
            entries.add(
                    KinesisServer.entry(Integer.toString(click.userId()), encoder.encode(click)));
            ledger.sent(click.forOracle());
        }
        server.put(CLICKS, entries);
    }
}
