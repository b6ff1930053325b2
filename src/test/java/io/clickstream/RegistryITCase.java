package io.clickstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.config.ConfigException;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.local.server.ConfluentRegistry;
import io.clickstream.local.server.GlueRegistry;
import io.clickstream.local.server.RegistryEncoders.VersionedEncoder;
import io.clickstream.local.server.RegistryServer;
import io.clickstream.local.server.WriterVersion;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.testing.Await;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.LocalJob;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The job behind a schema registry that is not always there, and does not know everything. */
class RegistryITCase {

    /** Another length of the outage, in seconds, for a run by hand. */
    private static final Duration OUTAGE = Duration.ofSeconds(Long.getLong("registry.outage", 8));

    private static final int PARTITIONS = 3;
    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration SOON = Duration.ofSeconds(30);

    private final AwsCredentials credentials = AwsCredentials.some();
    private final TrafficLedger ledger = new TrafficLedger(GAP, WINDOW);
    private final long start = Clock.systemUTC().millis() - 60_000;
    private final ShopTraffic traffic = new ShopTraffic(11, 800, 5_000, start);

    enum Registry {
        CONFLUENT,
        GLUE;

        RegistryServer start() {
            return this == CONFLUENT ? ConfluentRegistry.start() : GlueRegistry.start();
        }

        /** A record whose id nobody has registered. */
        byte[] unknown(int id) {
            return this == CONFLUENT
                    ? ByteBuffer.allocate(8).putInt(1, 5_000 + id).array()
                    : ByteBuffer.allocate(40).put((byte) 3).put((byte) 0).putLong(id).array();
        }
    }

    @AfterEach
    void forgetCredentials() {
        credentials.close();
    }

    @ParameterizedTest
    @EnumSource(Registry.class)
    void losesNothingWhileTheRegistryIsAway(Registry kind, @TempDir Path folder) throws Exception {
        try (RegistryServer registry = kind.start();
                LocalJob job = job(registry, folder)) {
            VersionedEncoder encoder = registry.encoder(LocalJob.CLICKS);
            // So that the registry has it, and no click before the outage needs it.
            byte[] newer = encoder.encode(WriterVersion.NEWER, anyClick());
            assertThat(newer).isNotEmpty();
            job.start(folder, 2);

            send(job, start + 20_000, click -> encoder.encode(WriterVersion.OLDER, click));
            long before = ledger.clicks();
            Await.until(
                    "the clicks by the older schema",
                    SOON,
                    () -> job.count(ClickstreamMetrics.CLICKS) == before);
            assertThat(job.count(ClickstreamMetrics.REGISTRY_RETRIES)).isZero();

            registry.goAway();
            send(job, start + 30_000, encoder.mixed()::encode);
            Await.until(
                    "an attempt that fails",
                    SOON,
                    () -> job.count(ClickstreamMetrics.REGISTRY_RETRIES) > 0);
            Thread.sleep(OUTAGE.toMillis());
            assertThat(job.count(ClickstreamMetrics.CLICKS)).isLessThan(ledger.clicks());
            assertThat(job.flink().failure()).isEmpty();
            long retries = job.count(ClickstreamMetrics.REGISTRY_RETRIES);
            registry.comeBack();

            long sent = ledger.clicks();
            Await.until(
                    "the clicks by the newer schema",
                    SOON,
                    () -> job.count(ClickstreamMetrics.CLICKS) == sent);
            send(job, start + 40_000, encoder.mixed()::encode);
            sendRest(job, encoder.mixed()::encode);
            Expected expected = ledger.expected();
            job.awaitTopics(expected, Duration.ofMinutes(2));

            assertThat(job.topic(LocalJob.DEAD_LETTERS)).isEmpty();
            assertThat(job.flink().restarts()).isZero();
            assertThat(job.count(ClickstreamMetrics.CLICKS)).isEqualTo(ledger.clicks());
            assertThat(job.count(ClickstreamMetrics.RECORDS_IN)).isEqualTo(ledger.clicks());
            // Two schemas, each by two subtasks.
            assertThat(job.count(ClickstreamMetrics.REGISTRY_LOOKUPS)).isEqualTo(4);
            assertThat(expected.sessions()).hasSizeGreaterThan(3);
            System.out.printf(
                    "%s: away for %d s, %d clicks, %d retries%n",
                    kind, OUTAGE.toSeconds(), ledger.clicks(), retries);
        }
    }

    @ParameterizedTest
    @EnumSource(Registry.class)
    void makesOneDeadLetterOfEachUnknownId(Registry kind, @TempDir Path folder) throws Exception {
        try (RegistryServer registry = kind.start();
                LocalJob job = job(registry, folder)) {
            job.start(folder, 2);
            VersionedEncoder encoder = registry.encoder(LocalJob.CLICKS);

            send(job, start + 10_000, encoder.mixed()::encode);
            List<byte[]> unknown = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                unknown.add(kind.unknown(i));
                job.send(i % PARTITIONS, List.of(unknown.get(i)));
            }
            send(job, start + 20_000, encoder.mixed()::encode);
            sendRest(job, encoder.mixed()::encode);

            job.awaitTopics(ledger.expected(), Duration.ofMinutes(2));
            Await.until(
                    "dead letters",
                    SOON,
                    () -> job.topic(LocalJob.DEAD_LETTERS).size() >= unknown.size());
            assertThat(job.deadLetters())
                    .extracting(letter -> letter.get("reason").asText())
                    .hasSize(10)
                    .containsOnly("unknown-schema");
            assertThat(job.deadLetters())
                    .extracting(RegistryITCase::record)
                    .containsExactlyInAnyOrderElementsOf(
                            unknown.stream().map(Arrays::toString).toList());
            assertThat(job.deadLetterCount(Reason.UNKNOWN_SCHEMA)).isEqualTo(10);
            assertThat(job.count(ClickstreamMetrics.CLICKS)).isEqualTo(ledger.clicks());
            assertThat(job.flink().restarts()).isZero();
        }
    }

    @Test
    void doesNotStartWithAWrongLogin(@TempDir Path folder) {
        try (ConfluentRegistry registry = ConfluentRegistry.start();
                LocalJob job = job(registry, folder)) {
            registry.requireLogin("job", "s3cret");
            job.set("registry", "username", "job").set("registry", "password", "sekret");

            assertThatThrownBy(() -> job.start(folder, 1))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageEndingWith(
                            "group `registry`: "
                                    + registry.uri()
                                    + " answers 401: Unauthorized; set `registry / username` and"
                                    + " `registry / password` to a login with the"
                                    + " permission to read schemas");
        }
    }

    private static LocalJob job(RegistryServer registry, Path folder) {
        LocalJob job = new LocalJob(folder, PARTITIONS);
        registry.properties().forEach((key, value) -> job.set("registry", key, value));
        return job.set("format", "type", "avro")
                .set("registry", "retry-max-delay", "1 s")
                // Above what is sent at a time, so that partitions may be read one by one.
                .set("event-time", "out-of-orderness", "16 s")
                .set("event-time", "idle-timeout", "5 s");
    }

    private static String record(JsonNode letter) {
        return Arrays.toString(
                letter.has("text")
                        ? letter.get("text")
                                .asText()
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8)
                        : Base64.getDecoder().decode(letter.get("base64").asText()));
    }

    private GeneratedClick anyClick() {
        return new GeneratedClick("192.0.2.1", start, "mobile", "order", "Books", 1, 1, 0);
    }

    private void send(LocalJob job, long until, Function<GeneratedClick, byte[]> encoder)
            throws Exception {
        List<GeneratedClick> clicks = new ArrayList<>();
        traffic.until(until, clicks::add);
        send(job, clicks, encoder);
    }

    private void sendRest(LocalJob job, Function<GeneratedClick, byte[]> encoder) throws Exception {
        List<GeneratedClick> clicks = new ArrayList<>();
        traffic.flush(clicks::add);
        send(job, clicks, encoder);
    }

    private void send(
            LocalJob job, List<GeneratedClick> clicks, Function<GeneratedClick, byte[]> encoder)
            throws Exception {
        List<List<byte[]>> records = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            records.add(new ArrayList<>());
        }
        for (GeneratedClick click : clicks) {
            records.get(click.userId() % PARTITIONS).add(encoder.apply(click));
            ledger.sent(click.forOracle());
        }
        for (int i = 0; i < PARTITIONS; i++) {
            job.send(i, records.get(i));
        }
    }
}
