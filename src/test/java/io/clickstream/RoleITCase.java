package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.deploy.HttpGate;
import io.clickstream.deploy.KafkaGate;
import io.clickstream.local.GlueRegistry;
import io.clickstream.local.KafkaBroker;
import io.clickstream.local.KinesisServer;
import io.clickstream.local.OpenSearchNode;
import io.clickstream.local.PersonalizeServer;
import io.clickstream.local.RegistryEncoders.VersionedEncoder;
import io.clickstream.local.ShopTraffic;
import io.clickstream.local.WriterVersion;
import io.clickstream.testing.Await;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.LocalJob;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the role of the template allows is what the job does: nothing is missing, nothing unused.
 */
class RoleITCase {

    private static final Duration SOON = Duration.ofMinutes(2);

    /** Rights that a broker of our own does not ask for, and why the role has them. */
    private static final Map<String, String> UNSEEN =
            Map.of(
                    "kafka-cluster:Connect",
                    "MSK asks for it with each connection",
                    "kafka-cluster:DescribeCluster",
                    "MSK asks for it where the start check looks for a broker to ask",
                    "kafka-cluster:WriteDataIdempotently",
                    "MSK asks for it with each producer of a transaction");

    private final Clock clock = Clock.systemUTC();
    private final AwsCredentials credentials = AwsCredentials.some();

    @AfterEach
    void forgetCredentials() {
        credentials.close();
    }

    @Test
    void ofACluster(@TempDir Path folder) throws Exception {
        KafkaBroker broker =
                KafkaBroker.start(
                        folder.resolve("kafka"), KafkaGate.listeners(), KafkaGate.install());
        try (LocalJob job = new LocalJob(broker, 2)) {
            configure(job, broker);
            job.start(folder, 2);
            job.send(0, clicks());
            Await.until("clicks", SOON, () -> job.count("clicks") == 40);
            job.send(0, List.of("no JSON".getBytes(UTF_8)));
            // Offsets are committed a while after their checkpoint.
            Await.until(
                    "a commit",
                    SOON,
                    () -> KafkaGate.actions().contains("kafka-cluster:AlterGroup"));
            job.awaitCheckpoint();
            job.flink().loseTaskManager();
            Await.until("a restart", SOON, () -> job.flink().restarts() > 0);
            job.send(0, clicks());
            job.awaitCheckpoint();
            String savepoint = job.flink().stopWithSavepoint(folder.resolve("savepoint"));
            job.flink().close();
            job.startFrom(savepoint, folder.resolve("after"), 1);
            job.awaitCheckpoint();
            job.flink().drain(folder.resolve("drained"));
            Await.until("sessions", SOON, () -> !job.topic("shop-Departments_Agg").isEmpty());
            assertThat(job.topic("shop-DeadLetters")).hasSize(1);
        }

        assertThat(KafkaGate.refused()).isEmpty();
        Set<String> unused = new TreeSet<>(KafkaGate.granted());
        unused.removeAll(KafkaGate.actions());
        assertThat(unused).isEqualTo(UNSEEN.keySet());
    }

    @Test
    void ofStreamsADomainAndPersonalize(@TempDir Path folder) throws Exception {
        Map<String, String> parameters =
                Map.of(
                        "JarBucket", "jars",
                        "JarKey", "clickstream/a.jar",
                        "Source", "kinesis",
                        "StreamArn", "arn:aws:kinesis:eu-central-1:111122223333:stream/clicks",
                        "OpenSearchEndpoint", "https://search.example",
                        "OpenSearchDomainArn", "arn:aws:es:eu-central-1:111122223333:domain/shop",
                        "TrackingId", PersonalizeServer.TRACKING_ID,
                        "Item", "/item",
                        "SpillBucket", "kept");
        List<String> streams =
                List.of(
                        "clicks",
                        "shop-Departments_Agg",
                        "shop-ClickEvents_UserId_Agg_Result",
                        "shop-User_Sessions_Aggregates_With_Order_Checkout",
                        "shop-DeadLetters");
        try (KinesisServer kinesis = KinesisServer.start(folder.resolve("kinesis.log"));
                OpenSearchNode node = OpenSearchNode.start(folder.resolve("opensearch"));
                PersonalizeServer personalize = PersonalizeServer.start();
                HttpGate stream = HttpGate.ofKinesis(kinesis.uri(), parameters, streams);
                HttpGate domain = HttpGate.ofOpenSearch(node.uri(), parameters);
                HttpGate events = HttpGate.ofPersonalize(personalize.uri(), parameters);
                LocalJob job = new LocalJob(folder, 1)) {
            for (String each : streams) {
                kinesis.createStream(each, 1);
            }
            job.withoutGroup("source.kafka").withoutGroup("sink.kafka");
            HttpGate.propertyGroups(parameters)
                    .forEach(
                            (group, properties) ->
                                    properties.forEach((key, value) -> job.set(group, key, value)));
            for (String group : List.of("source.kinesis", "sink.kinesis")) {
                kinesis.properties().forEach((key, value) -> job.set(group, key, value));
                job.set(group, "endpoint", stream.uri().toString());
            }
            job.set("source.kinesis", "stream", "clicks")
                    .set("sink.opensearch", "endpoint", domain.uri().toString())
                    .set("sink.personalize", "region", PersonalizeServer.REGION)
                    .set("sink.personalize", "endpoint", events.uri().toString())
                    .set(
                            "sink.personalize",
                            "spill-path",
                            folder.resolve("spill").toUri().toString())
                    .set("aggregates", "session-gap", "1 s")
                    .start(folder, 2);
            personalize.refuse(item -> item.equals("i7"));
            long now = clock.millis();
            List<PutRecordsRequestEntry> records = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                String record =
                        "{\"userid\":%d,\"eventtimestamp\":%d,\"event_type\":\"product_detail\","
                                + "\"product_type\":\"Books\",\"item\":\"i%d\"}";
                records.add(
                        KinesisServer.entry(
                                "user " + i, record.formatted(i, now + i, i).getBytes(UTF_8)));
            }
            records.add(KinesisServer.entry("nobody", "no JSON".getBytes(UTF_8)));
            kinesis.put("clicks", records);

            Await.until(
                    "departments", SOON, () -> !kinesis.records("shop-Departments_Agg").isEmpty());
            Await.until("a letter", SOON, () -> !kinesis.records("shop-DeadLetters").isEmpty());
            Await.until("interactions", SOON, () -> personalize.distinct() == 99);
            // Dead letters of a sink go one by one.
            Await.until(
                    "a refused one", SOON, () -> stream.actions().contains("kinesis:PutRecord"));
            Await.until("documents", SOON, () -> domain.actions().contains("es:ESHttpPost"));

            assertThat(stream.refused()).isEmpty();
            assertThat(domain.refused()).isEmpty();
            assertThat(events.refused()).isEmpty();
            assertThat(events.actions()).isEqualTo(events.granted("personalize"));
            assertThat(domain.actions()).isEqualTo(domain.granted("es"));
            assertThat(stream.actions()).isEqualTo(stream.granted("kinesis"));
        }
    }

    @Test
    void ofARegistry(@TempDir Path folder) throws Exception {
        Map<String, String> parameters = new HashMap<>(KafkaGate.parameters());
        parameters.put("Format", "avro");
        parameters.put("Registry", "glue");
        try (GlueRegistry registry = GlueRegistry.start();
                HttpGate gate = HttpGate.ofGlue(registry.uri(), parameters);
                LocalJob job = new LocalJob(folder, 1)) {
            registry.properties().forEach((key, value) -> job.set("registry", key, value));
            job.set("registry", "endpoint", gate.uri().toString())
                    .set("format", "type", "avro")
                    .start(folder, 1);
            VersionedEncoder encoder = registry.encoder(LocalJob.CLICKS);
            List<byte[]> records = new ArrayList<>();
            new ShopTraffic(3, 100, 3_000, clock.millis() - 5_000)
                    .until(
                            clock.millis(),
                            click -> records.add(encoder.encode(WriterVersion.NEWER, click)));
            job.send(0, records);
            Await.until("clicks", SOON, () -> job.count("clicks") == records.size());

            assertThat(gate.refused()).isEmpty();
            assertThat(gate.actions()).isEqualTo(gate.granted("glue"));
        }
    }

    /** As the template does, but at a broker without a login. */
    private static void configure(LocalJob job, KafkaBroker broker) throws Exception {
        KafkaGate.propertyGroups()
                .forEach(
                        (group, properties) ->
                                properties.forEach((key, value) -> job.set(group, key, value)));
        job.unset("source.kafka", "security")
                .unset("source.kafka", "start")
                .set(
                        "source.kafka",
                        "bootstrap-servers",
                        broker.bootstrapServers(KafkaGate.LISTENER))
                .set("aggregates", "session-gap", "1 s");
    }

    private List<byte[]> clicks() {
        List<byte[]> clicks = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            clicks.add(click("user " + i).at(clock.millis()).in("Books").toJson());
        }
        return clicks;
    }
}
