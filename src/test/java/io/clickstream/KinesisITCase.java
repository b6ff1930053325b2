package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.config.ConfigException;
import io.clickstream.local.results.Results;
import io.clickstream.local.server.KinesisServer;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.testing.Await;
import io.clickstream.testing.Clicks;
import io.clickstream.testing.LocalJob;
import io.clickstream.testing.PackedRecord;
import io.clickstream.testing.SavepointStates;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.Oracle;
import io.clickstream.tools.oracle.OracleClick;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.Record;

/** The job with Kinesis in front of it: reshards, failures, savepoints, shards far apart. */
class KinesisITCase {

    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final AtomicInteger STREAMS = new AtomicInteger();

    @TempDir private static Path serverFolder;
    private static KinesisServer server;

    private final String stream = "clicks-" + STREAMS.incrementAndGet();

    @BeforeAll
    static void startServer() {
        server = KinesisServer.start(serverFolder.resolve("kinesis.log"));
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void reshardsFailureAndSavepointGiveEachResultOnce(@TempDir Path folder) throws Exception {
        server.createStream(stream, 2);
        TrafficLedger ledger = new TrafficLedger(GAP, WINDOW);
        long start = Clock.systemUTC().millis() - 70_000;
        ShopTraffic traffic = new ShopTraffic(7, 400, 5_000, start);
        try (LocalJob job = new LocalJob(folder, 1)) {
            job.readStream(server, stream).set("event-time", "idle-timeout", "3 s");
            job.start(folder.resolve("first"), 2);

            send(traffic, start + 10_000, ledger);
            awaitClicks(job, 100);
            server.reshard(stream, 4);
            assertThat(server.openShards(stream)).isEqualTo(4);
            send(traffic, start + 20_000, ledger);
            Await.until(
                    "first windows", TIMEOUT, () -> !job.topic(Results.SESSIONS_TOPIC).isEmpty());
            job.flink().loseTaskManager();
            send(traffic, start + 30_000, ledger);
            Await.until("a restart", TIMEOUT, () -> job.flink().restarts() > 0);
            String savepoint = job.flink().stopWithSavepoint(folder.resolve("savepoints"));
            job.flink().close();
            SavepointStates.assertReadableByLaterFlink(savepoint);
            send(traffic, start + 40_000, ledger);
            server.reshard(stream, 2);
            send(traffic, start + 50_000, ledger);
            job.startFrom(savepoint, folder.resolve("second"), 2);
            awaitClicks(job, 100);
            server.reshard(stream, 4);
            send(traffic, start + 55_000, ledger);
            server.reshard(stream, 2);
            assertThat(server.openShards(stream)).isEqualTo(2);
            send(traffic, start + 60_000, ledger);
            List<GeneratedClick> rest = new ArrayList<>();
            traffic.flush(rest::add);
            send(rest, ledger);

            Expected expected = ledger.expected();
            job.awaitTopics(expected, TIMEOUT);
            assertThat(job.topic(LocalJob.DEAD_LETTERS)).isEmpty();
            assertThat(expected.checkouts()).hasSizeGreaterThan(100);
        }
    }

    @Test
    void shardsAMinuteApartMakeNoClickLate(@TempDir Path folder) throws Exception {
        long now = Clock.systemUTC().millis();
        server.createStream(stream, 2);
        try (LocalJob job = new LocalJob(folder, 1)) {
            job.readStream(server, stream).start(folder, 2);
            List<Clicks> all = new ArrayList<>();
            // Both go on side by side, the lower one always a minute behind the upper one.
            for (int second = 0; second < 8; second++) {
                all.addAll(put(key(0), now - 120_000 + second * 5_000L, 20, 250, "Toys"));
                all.addAll(put(key(1), now - 60_000 + second * 5_000L, 20, 250, "Books"));
                awaitClicks(job, all.size());
            }
            job.awaitTopics(expected(all), TIMEOUT);
            assertThat(job.topic(LocalJob.DEAD_LETTERS)).isEmpty();
        }
    }

    /** One subtask reads all shards: the watermark of the one behind must last. */
    @Test
    void aShardFarBehindIsSplitAndNoClickIsLate(@TempDir Path folder) throws Exception {
        splitFarBehind(folder, 1);
    }

    /** The children must be read where their parent was. */
    @Test
    void aShardFarBehindIsSplitAndNoClickIsLateThoughOthersAreReadElsewhere(@TempDir Path folder)
            throws Exception {
        splitFarBehind(folder, 2);
    }

    private void splitFarBehind(Path folder, int parallelism) throws Exception {
        long now = Clock.systemUTC().millis();
        server.createStream(stream, 2);
        List<Clicks> all = new ArrayList<>();
        all.addAll(put(key(1), now - 60_000, 100, 100, "Books"));
        all.addAll(put(key(0), now - 600_000, 100, 100, "Toys"));
        server.reshard(stream, 4);
        all.addAll(put(key(1), now - 50_000, 100, 100, "Books"));
        all.addAll(put(key(0), now - 590_000, 100, 100, "Toys"));
        try (LocalJob job = new LocalJob(folder, 1)) {
            job.readStream(server, stream).start(folder, parallelism);

            job.awaitTopics(expected(all), TIMEOUT);
            assertThat(job.topic(LocalJob.DEAD_LETTERS)).isEmpty();
        }
    }

    @Test
    void closedShardsDoNotHoldTheOthers(@TempDir Path folder) throws Exception {
        long now = Clock.systemUTC().millis();
        server.createStream(stream, 2);
        try (LocalJob job = new LocalJob(folder, 1)) {
            job.readStream(server, stream).start(folder, 2);
            List<Clicks> all = new ArrayList<>();
            all.addAll(put(key(0), now - 300_000, 20, 250, "Toys"));
            all.addAll(put(key(1), now - 300_000, 20, 250, "Books"));
            awaitClicks(job, all.size());
            server.reshard(stream, 1);
            // One subtask has no shard any more, now and for ever.
            all.addAll(put(key(0), now - 200_000, 20, 250, "Toys"));
            all.addAll(put(key(1), now - 100_000, 20, 250, "Toys"));
            job.awaitTopics(expected(all), TIMEOUT);
            assertThat(job.topic(LocalJob.DEAD_LETTERS)).isEmpty();
        }
    }

    @Test
    void packedRecordsAreTakenApartWhateverTheirKeysAndEachHasItsPosition(@TempDir Path folder)
            throws Exception {
        long now = Clock.systemUTC().millis();
        server.createStream(stream, 2);
        List<Clicks> clicks =
                List.of(
                        click("ann").at(now - 30_000).in("Books"),
                        click("bob").at(now - 29_900).in("Toys").checkingOut());
        byte[] malformed = "no click".getBytes(StandardCharsets.UTF_8);
        // The keys inside are of the other shard.
        byte[] packed =
                PackedRecord.of(
                        key(1), List.of(clicks.get(0).toJson(), malformed, clicks.get(1).toJson()));
        server.put(stream, List.of(KinesisServer.entry(key(0), packed)));
        try (LocalJob job = new LocalJob(folder, 1)) {
            job.readStream(server, stream).start(folder, 2);

            job.awaitTopics(expected(clicks), TIMEOUT);
            Await.until("a letter", TIMEOUT, () -> !job.topic(LocalJob.DEAD_LETTERS).isEmpty());
            JsonNode letter = job.deadLetters().get(0);
            var record = server.records(stream).get(0);
            assertThat(letter.get("text").asText()).isEqualTo("no click");
            assertThat(letter.get("source").asText()).isEqualTo(stream);
            assertThat(letter.get("partition").asText())
                    .isEqualTo(server.shards(stream).get(0).shardId());
            assertThat(letter.get("offset").asText()).isEqualTo(record.sequenceNumber() + "/1");
            assertThat(job.count(ClickstreamMetrics.RECORDS_IN)).isEqualTo(3);
        }
    }

    /**
     * Without a failure: the server keeps the subscriptions of a lost task manager for five
     * minutes.
     */
    @Test
    void enhancedFanOutReadsWhatIsThereAndWhatComes(@TempDir Path folder) throws Exception {
        server.createStream(stream, 2);
        TrafficLedger ledger = new TrafficLedger(GAP, WINDOW);
        long start = Clock.systemUTC().millis() - 40_000;
        ShopTraffic traffic = new ShopTraffic(11, 200, 5_000, start);
        try (LocalJob job = new LocalJob(folder, 1)) {
            send(traffic, start + 10_000, ledger);
            job.readStream(server, stream)
                    .set("source.kinesis", "reader", "efo")
                    .set("source.kinesis", "consumer", "clickstream")
                    .set("event-time", "idle-timeout", "3 s")
                    .start(folder, 2);
            awaitClicks(job, 100);
            List<GeneratedClick> rest = new ArrayList<>();
            traffic.flush(rest::add);
            send(rest, ledger);

            job.awaitTopics(ledger.expected(), TIMEOUT);
            assertThat(job.topic(LocalJob.DEAD_LETTERS)).isEmpty();
        }
    }

    @Test
    void startsAtATimeOrAtTheEnd(@TempDir Path folder) throws Exception {
        server.createStream(stream, 2);
        long now = Clock.systemUTC().millis();
        put(key(0), now - 60_000, 5, 100, "Toys");
        long then = Clock.systemUTC().millis() + 1;
        Await.until("the next moment", TIMEOUT, () -> Clock.systemUTC().millis() > then);
        put(key(0), now - 50_000, 3, 100, "Toys");
        put(key(1), now - 50_000, 4, 100, "Toys");
        try (LocalJob job = new LocalJob(folder, 1)) {
            job.readStream(server, stream)
                    .set("source.kinesis", "start", Instant.ofEpochMilli(then).toString())
                    .start(folder.resolve("time"), 1);
            awaitClicks(job, 7);
            assertThat(job.count(ClickstreamMetrics.RECORDS_IN)).isEqualTo(7);
            job.flink().close();

            job.set("source.kinesis", "start", "latest").start(folder.resolve("latest"), 1);
            // Some of these may come before the job has found the end.
            int[] sent = {0};
            Await.until(
                    "a record",
                    TIMEOUT,
                    () -> {
                        put(key(0), now - 40_000, 1, 100, "Toys");
                        sent[0]++;
                        return job.count(ClickstreamMetrics.RECORDS_IN) > 0;
                    });
            assertThat(job.count(ClickstreamMetrics.RECORDS_IN)).isLessThanOrEqualTo(sent[0]);
        }
    }

    @Test
    void aggregatesAndDeadLettersGoToStreamsByTheKeysOfTheTopics(@TempDir Path folder)
            throws Exception {
        server.createStream(stream, 1);
        List<String> outputs =
                Stream.of("departments", "sessions", "checkouts", "dead-letters")
                        .map(name -> stream + "-" + name)
                        .toList();
        outputs.forEach(name -> server.createStream(name, 2));
        long now = Clock.systemUTC().millis();
        List<Clicks> clicks =
                List.of(
                        click("ann").at(now - 30_000).in("Books"),
                        click("bob").at(now - 29_900).in("Toys").checkingOut());
        try (LocalJob job = new LocalJob(folder, 1)) {
            job.readStream(server, stream).withoutGroup("sink.kafka");
            server.properties().forEach((key, value) -> job.set("sink.kinesis", key, value));
            for (String name : List.of("departments", "sessions", "checkouts", "dead-letters")) {
                job.set("sink.kinesis", name + "-stream", stream + "-" + name);
            }
            job.start(folder, 1);
            for (Clicks each : clicks) {
                server.put(stream, List.of(KinesisServer.entry("k", each.toJson())));
            }
            server.put(stream, List.of(KinesisServer.entry("k", new byte[] {'?'})));

            Expected expected = expected(clicks);
            List<List<String>> values =
                    List.of(expected.departments(), expected.sessions(), expected.checkouts());
            for (int i = 0; i < values.size(); i++) {
                String name = outputs.get(i);
                int size = values.get(i).size();
                Await.until(name, TIMEOUT, () -> server.values(name).size() >= size);
                assertThat(server.values(name)).containsExactlyInAnyOrderElementsOf(values.get(i));
            }
            Await.until("a letter", TIMEOUT, () -> !server.values(outputs.get(3)).isEmpty());
            assertThat(server.values(outputs.get(3)))
                    .singleElement()
                    .asString()
                    .startsWith("{\"reason\":\"malformed\"");
            assertThat(server.records(outputs.get(0)))
                    .extracting(Record::partitionKey)
                    .containsExactlyInAnyOrder("Books", "Toys");
            assertThat(server.records(outputs.get(3)))
                    .extracting(Record::partitionKey)
                    .containsExactly("malformed");
        }
    }

    @Test
    void missingStreamsAreNamedAtTheStart(@TempDir Path folder) throws Exception {
        server.createStream(stream, 1);
        try (LocalJob job = new LocalJob(folder, 1)) {
            job.readStream(server, "clikcs");
            server.properties().forEach((key, value) -> job.set("sink.kinesis", key, value));
            job.set("sink.kinesis", "departments-stream", stream);

            assertThatThrownBy(() -> job.start(folder, 1))
                    .isInstanceOfSatisfying(
                            ConfigException.class,
                            e ->
                                    assertThat(e.errors())
                                            .hasSize(4)
                                            .contains(
                                                    "`source.kinesis / stream` names stream"
                                                            + " `clikcs`, which Kinesis at "
                                                            + server.uri()
                                                            + " does not have; create it or"
                                                            + " correct the name"));
        }
    }

    /** Clicks of one user each, at a distance, into the shard of a key. */
    private List<Clicks> put(String key, long begin, int count, long step, String department) {
        List<Clicks> clicks = new ArrayList<>();
        List<PutRecordsRequestEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Clicks click = click(key + i % 7).at(begin + i * step).in(department);
            clicks.add(click);
            entries.add(KinesisServer.entry(key, click.toJson()));
        }
        server.put(stream, entries);
        return clicks;
    }

    /** A key that hashes into the lower (0) or the upper (1) half of all. */
    private static String key(int half) throws Exception {
        for (int i = 0; ; i++) {
            String key = "key-" + i;
            byte[] hash =
                    MessageDigest.getInstance("MD5").digest(key.getBytes(StandardCharsets.UTF_8));
            if ((hash[0] & 0x80) >> 7 == half) {
                return key;
            }
        }
    }

    private static Expected expected(List<Clicks> clicks) {
        List<OracleClick> all = clicks.stream().map(Clicks::forOracle).toList();
        return Oracle.expect(all, GAP, WINDOW);
    }

    private static void awaitClicks(LocalJob job, long count) throws Exception {
        Await.until("clicks", TIMEOUT, () -> job.count(ClickstreamMetrics.CLICKS) >= count);
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
        server.put(stream, entries);
    }
}
