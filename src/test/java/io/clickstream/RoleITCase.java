package io.clickstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.clickstream.config.JobConfig;
import io.clickstream.deploy.Calls;
import io.clickstream.deploy.HttpGate;
import io.clickstream.deploy.KafkaGate;
import io.clickstream.deploy.StackResult;
import io.clickstream.local.server.GlueRegistry;
import io.clickstream.local.server.KafkaBroker;
import io.clickstream.local.server.KinesisServer;
import io.clickstream.local.server.OpenSearchNode;
import io.clickstream.local.server.PersonalizeServer;
import io.clickstream.local.server.RegistryEncoders.VersionedEncoder;
import io.clickstream.local.server.WriterVersion;
import io.clickstream.testing.Await;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.LocalJob;
import io.clickstream.testing.PropertyGroups;
import io.clickstream.tools.traffic.ShopTraffic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

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

    private static final String SECRETS_ENDPOINT = "aws.endpointUrlSecretsManager";

    private static final String SECRET =
            "arn:aws:secretsmanager:eu-central-1:111122223333:secret:shop-AbCdEf";

    private static final Map<String, String> OF_STREAMS = ofStreams();

    /** Events that each of the results counts. */
    private static final List<String> TYPES =
            List.of("order_checkout", "add_to_cart", "product_detail");

    /** Of clicks, and of results. */
    private static final List<String> STREAMS =
            Stream.concat(
                            Stream.of("clicks"),
                            StackResult.all().stream().map(result -> "shop-" + result.topic()))
                    .toList();

    private static Map<String, String> ofStreams() {
        Map<String, String> parameters = new HashMap<>(StackResult.allOn());
        parameters.putAll(
                Map.of(
                        "JarBucket", "jars",
                        "JarKey", "clickstream/a.jar",
                        "Source", "kinesis",
                        "StreamArn", "arn:aws:kinesis:eu-central-1:111122223333:stream/clicks"));
        return parameters;
    }

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
        Calls.assertRecorded("kafka", KafkaGate.accesses(), access -> !isOptional(access));
        assertOptionalRecorded("kafka-", KafkaGate.accesses());
        Set<String> unused = new TreeSet<>(KafkaGate.granted());
        unused.removeAll(KafkaGate.actions());
        assertThat(unused).isEqualTo(UNSEEN.keySet());
    }

    @Test
    void ofStreamsADomainAndPersonalize(@TempDir Path folder) throws Exception {
        Map<String, String> parameters = new HashMap<>(OF_STREAMS);
        parameters.putAll(
                Map.of(
                        "OpenSearchEndpoint", "https://search.example",
                        "OpenSearchDomainArn", "arn:aws:es:eu-central-1:111122223333:domain/shop",
                        "DeadLettersIndex", "dead_letters",
                        "TrackingId", PersonalizeServer.TRACKING_ID,
                        "Item", "/item",
                        "SpillBucket", "kept"));
        try (KinesisServer kinesis = KinesisServer.start(folder.resolve("kinesis.log"));
                OpenSearchNode node = OpenSearchNode.start(folder.resolve("opensearch"));
                PersonalizeServer personalize = PersonalizeServer.start();
                HttpGate stream = HttpGate.ofKinesis(kinesis.uri(), parameters, STREAMS);
                HttpGate domain = HttpGate.ofOpenSearch(node.uri(), parameters);
                HttpGate events = HttpGate.ofPersonalize(personalize.uri(), parameters);
                LocalJob job = new LocalJob(folder, 1)) {
            configure(job, parameters, kinesis, stream);
            job.set("sink.opensearch", "endpoint", domain.uri().toString())
                    .set("sink.personalize", "region", PersonalizeServer.REGION)
                    .set("sink.personalize", "endpoint", events.uri().toString())
                    .set(
                            "sink.personalize",
                            "spill-path",
                            folder.resolve("spill").toUri().toString())
                    .start(folder, 2);
            personalize.refuse(item -> item.equals("i7"));
            kinesis.put("clicks", records());

            awaitResults(kinesis);
            Await.until("interactions", SOON, () -> personalize.distinct() == 297);
            // Dead letters of a sink go one by one.
            Await.until(
                    "a refused one", SOON, () -> stream.actions().contains("kinesis:PutRecord"));
            Await.until("documents", SOON, () -> domain.actions().contains("es:ESHttpPost"));

            assertThat(stream.refused()).isEmpty();
            assertThat(domain.refused()).isEmpty();
            assertThat(events.refused()).isEmpty();
            Calls.assertRecorded("personalize", events.accesses());
            Calls.assertRecorded(
                    "opensearch", domain.accesses(), access -> !access.contains("dead_letters"));
            Calls.assertRecorded(
                    "opensearch-dead-letters",
                    domain.accesses(),
                    access -> access.contains("dead_letters"));
            Calls.assertRecorded("kinesis-polling", stream.accesses(), RoleITCase::isOfClicks);
            Calls.assertRecorded(
                    "kinesis-results",
                    stream.accesses(),
                    access -> !isOfClicks(access) && !isOptional(access));
            assertOptionalRecorded("kinesis-", stream.accesses());
        }
    }

    @Test
    void ofFanOut(@TempDir Path folder) throws Exception {
        Map<String, String> parameters = new HashMap<>(OF_STREAMS);
        parameters.put("Reader", "efo");
        try (KinesisServer kinesis = KinesisServer.start(folder.resolve("kinesis.log"));
                HttpGate stream = HttpGate.ofKinesis(kinesis.uri(), parameters, STREAMS);
                LocalJob job = new LocalJob(folder, 1)) {
            configure(job, parameters, kinesis, stream);
            job.start(folder, 2);
            kinesis.put("clicks", records());

            Await.until("clicks", SOON, () -> job.count("clicks") == 300);
            assertThat(stream.refused()).isEmpty();
            Calls.assertRecorded("kinesis-fan-out", stream.accesses(), RoleITCase::isOfClicks);
        }
    }

    /** A secret is asked for when the configuration is read, whatever refers to it. */
    @Test
    void ofASecret() throws Exception {
        Map<String, String> parameters = new HashMap<>(OF_STREAMS);
        parameters.put("SecretArns", SECRET);
        HttpServer secrets =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        secrets.createContext(
                "/",
                exchange -> {
                    byte[] answer = "{\"SecretString\":\"swordfish\"}".getBytes(UTF_8);
                    exchange.getRequestBody().readAllBytes();
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        secrets.start();
        URI server = URI.create("http://127.0.0.1:" + secrets.getAddress().getPort());
        try (HttpGate gate = HttpGate.ofSecretsManager(server, parameters)) {
            System.setProperty(SECRETS_ENDPOINT, gate.uri().toString());
            JobConfig.parse(
                    PropertyGroups.smallest()
                            .with("sink.opensearch", "endpoint", "https://search.example")
                            .with("sink.opensearch", "auth", "basic")
                            .with("sink.opensearch", "username", "ann")
                            .with("sink.opensearch", "password", "secretsmanager:" + SECRET)
                            .build());

            assertThat(gate.refused()).isEmpty();
            Calls.assertRecorded("secrets", gate.accesses());
        } finally {
            System.clearProperty(SECRETS_ENDPOINT);
            secrets.stop(0);
        }
    }

    private static boolean isOptional(String access) {
        return StackResult.optional().stream().anyMatch(result -> isOf(result, access));
    }

    private static boolean isOf(StackResult result, String access) {
        return access.endsWith("/shop-" + result.topic());
    }

    private static void assertOptionalRecorded(String prefix, Set<String> accesses)
            throws IOException {
        for (StackResult result : StackResult.optional()) {
            Calls.assertRecorded(prefix + result.stem(), accesses, access -> isOf(result, access));
        }
    }

    private static boolean isOfClicks(String access) {
        return access.contains(":stream/clicks");
    }

    private static void awaitResults(KinesisServer kinesis) throws Exception {
        for (String results : STREAMS.subList(1, STREAMS.size())) {
            Await.until(results, SOON, () -> !kinesis.records(results).isEmpty());
        }
    }

    /**
     * Views and orders of 100 users, what they put into their carts after that, and what is no
     * click.
     */
    private List<PutRecordsRequestEntry> records() {
        long now = clock.millis();
        List<PutRecordsRequestEntry> records = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String user = "user " + i;
            records.add(KinesisServer.entry(user, record(i, now + i, "product_detail")));
            records.add(KinesisServer.entry(user, record(i, now + i, "order_checkout")));
            records.add(KinesisServer.entry(user, record(i, now + i + 1, "add_to_cart")));
        }
        records.add(KinesisServer.entry("nobody", "no JSON".getBytes(UTF_8)));
        return records;
    }

    /** As the template does, but at a server of our own behind a gate. */
    private static void configure(
            LocalJob job, Map<String, String> parameters, KinesisServer kinesis, HttpGate gate)
            throws Exception {
        for (String each : STREAMS) {
            kinesis.createStream(each, 1);
        }
        job.withoutGroup("source.kafka").withoutGroup("sink.kafka");
        HttpGate.propertyGroups(parameters)
                .forEach(
                        (group, properties) ->
                                properties.forEach((key, value) -> job.set(group, key, value)));
        for (String group : List.of("source.kinesis", "sink.kinesis")) {
            kinesis.properties().forEach((key, value) -> job.set(group, key, value));
            job.set(group, "endpoint", gate.uri().toString());
        }
        job.set("source.kinesis", "stream", "clicks")
                .set("aggregates", "session-gap", "1 s")
                .set("aggregates", "window", "1 s")
                .set("trending", "span", "2 s")
                .set("trending", "slide", "1 s")
                .set("carts", "abandoned-after", "1 s")
                .set("event-time", "out-of-orderness", "1 s");
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
            Calls.assertRecorded("glue", gate.accesses());
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
            String type = TYPES.get(i % TYPES.size());
            clicks.add(record(i, clock.millis(), type));
        }
        return clicks;
    }

    /** With all fields of the lab's records, and an item: each result finds what it counts. */
    private static byte[] record(int user, long millis, String type) {
        return """
        {"ip":"192.0.2.1","eventtimestamp":%d,"devicetype":"mobile","event_type":"%s",\
        "product_type":"Books","userid":%d,"globalseq":%d,"prevglobalseq":0,"item":"i%d"}\
        """
                .formatted(millis, type, user, user + 1, user)
                .getBytes(UTF_8);
    }
}
