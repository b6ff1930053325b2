package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.ConfigException;
import io.clickstream.config.JobConfig;
import io.clickstream.local.results.TopicReader;
import io.clickstream.local.server.KafkaBroker;
import io.clickstream.local.server.LocalFlink;
import io.clickstream.testing.Await;
import io.clickstream.testing.CapturedLog;
import io.clickstream.testing.Certificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways to log in at a broker that wants TLS, a client's certificate, or user and password. */
class KafkaLoginITCase {

    private static final String CLICKS = "ExampleTopic";
    private static final String SESSIONS = "ClickEvents_UserId_Agg_Result";

    /** Has what a JAAS configuration must escape. */
    private static final String PASSWORD = "sc4am \"s3cret\\";

    @TempDir private static Path folder;
    private static Certificate brokers;
    private static Certificate clients;
    private static Path password;
    private static KafkaBroker broker;

    private final Map<String, Map<String, String>> properties = new HashMap<>();

    @BeforeAll
    static void startBroker() throws Exception {
        brokers = Certificate.make(folder, "broker");
        clients = Certificate.make(folder, "client");
        password = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
        broker =
                KafkaBroker.start(
                        folder.resolve("kafka"),
                        Map.of("TLS", "SSL", "MTLS", "SSL", "SCRAM", "SASL_SSL"),
                        Map.of(
                                "ssl.keystore.location",
                                brokers.keystore(),
                                "ssl.keystore.password",
                                Certificate.PASSWORD,
                                "ssl.truststore.type",
                                "PEM",
                                "ssl.truststore.location",
                                clients.certificate(),
                                "listener.name.mtls.ssl.client.auth",
                                "required",
                                "sasl.enabled.mechanisms",
                                "SCRAM-SHA-512",
                                "listener.name.scram.scram-sha-512.sasl.jaas.config",
                                "org.apache.kafka.common.security.scram.ScramLoginModule"
                                        + " required;"));
        broker.createTopic(CLICKS, 1);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.alterUserScramCredentials(
                            List.of(
                                    new UserScramCredentialUpsertion(
                                            "ann",
                                            new ScramCredentialInfo(
                                                    ScramMechanism.SCRAM_SHA_512, 4096),
                                            PASSWORD)))
                    .all()
                    .get();
        }
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    KafkaLoginITCase() {
        set("source.kafka", "topic", CLICKS);
        set("source.kafka", "start", "earliest");
        set("sink.kafka", "create-topics", "true");
        set("format", "type", "json");
        set("event-time", "out-of-orderness", "0 s");
        set("event-time", "idle-timeout", "1 s");
    }

    /** All of the job's clients, and what they log. */
    @Test
    void aJobReadsByScramAndWritesByMutualTlsAndLogsNoSecret() throws Exception {
        scram("file:" + password);
        set("sink.kafka", "bootstrap-servers", broker.bootstrapServers("MTLS"));
        set("sink.kafka", "security", "mtls");
        set("sink.kafka", "truststore", brokers.certificate());
        set("sink.kafka", "keystore", clients.keystore());
        set("sink.kafka", "keystore-password", Certificate.PASSWORD);
        send(click("ann").at("12:00:00").in("Books").toJson());

        try (CapturedLog log = new CapturedLog(Level.INFO)) {
            try (LocalFlink flink =
                    LocalFlink.start(
                            folder.resolve("flink"),
                            folder.resolve("flink.log"),
                            1,
                            env -> {
                                env.enableCheckpointing(500);
                                JobConfig config = JobConfig.parse(properties);
                                StartChecks.run(config, ClickstreamJob.define(env, config));
                            })) {
                assertThat(flink).isNotNull();
                Await.until(
                        "a count of sessions",
                        Duration.ofSeconds(60),
                        () -> sessions().size() == 1);
            }

            assertThat(sessions().get(0)).startsWith("{\"userSessionCount\":1,");
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("sasl.jaas.config = [hidden]"))
                    .anyMatch(line -> line.contains("ssl.keystore.password = [hidden]"))
                    .noneMatch(line -> line.contains("s3cret"));
        }
    }

    @Test
    void tlsTrustsWhomItIsTold() throws Exception {
        source("TLS", "tls");
        set("source.kafka", "truststore", "file:" + brokers.certificate());

        assertThat(problems()).isEmpty();
    }

    @Test
    void mutualTlsTakesPemTextByReference() throws Exception {
        Path pem = Files.writeString(folder.resolve("client-and-key.pem"), clients.pem());
        source("MTLS", "mtls");
        set("source.kafka", "truststore", "file:" + brokers.certificate());
        set("source.kafka", "keystore", "file:" + pem);

        assertThat(problems()).isEmpty();
    }

    @Test
    void aWrongPasswordIsToldByASentenceWithoutIt() throws Exception {
        scram("s3cret but wrong");

        assertThat(problems())
                .containsExactly(
                        "Kafka at "
                                + broker.bootstrapServers("SCRAM")
                                + " refuses the login (Authentication failed during authentication"
                                + " due to invalid credentials with SASL mechanism SCRAM-SHA-512);"
                                + " check `source.kafka / username` and `source.kafka / password`");
    }

    @Test
    void brokersThatAreNotTrustedAreNamed() throws Exception {
        source("TLS", "tls");

        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith("Kafka at " + broker.bootstrapServers("TLS"))
                .contains("cannot establish a TLS connection (")
                .endsWith("check `source.kafka / truststore`");
    }

    @Test
    void aClientWithoutACertificateIsRefused() throws Exception {
        source("MTLS", "tls");
        set("source.kafka", "truststore", brokers.certificate());

        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith("Kafka at " + broker.bootstrapServers("MTLS"))
                .contains("cannot establish a TLS connection (")
                .endsWith("check `source.kafka / truststore`");
    }

    @Test
    void aWrongPasswordOfAStoreIsToldByItsKey() throws Exception {
        source("MTLS", "mtls");
        set("source.kafka", "truststore", brokers.certificate());
        set("source.kafka", "keystore", clients.keystore());
        set("source.kafka", "keystore-password", "s3cret but wrong");

        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith(
                        "Kafka at " + broker.bootstrapServers("MTLS") + " cannot be connected to: ")
                .contains("Failed to load SSL keystore " + clients.keystore())
                .endsWith("`source.kafka / keystore` and `source.kafka / truststore`")
                .doesNotContain("s3cret");
    }

    private void scram(String secret) {
        source("SCRAM", "scram");
        set("source.kafka", "truststore", brokers.certificate());
        set("source.kafka", "username", "ann");
        set("source.kafka", "password", secret);
    }

    private void source(String listener, String security) {
        set("source.kafka", "bootstrap-servers", broker.bootstrapServers(listener));
        set("source.kafka", "security", security);
    }

    private void set(String group, String key, String value) {
        properties.computeIfAbsent(group, name -> new HashMap<>()).put(key, value);
    }

    private List<String> problems() throws InterruptedException {
        StreamExecutionEnvironment env = new StreamExecutionEnvironment();
        env.enableCheckpointing(1_000);
        JobConfig config = JobConfig.parse(properties);
        List<String> problems = new ArrayList<>();
        try {
            StartChecks.run(config, env);
        } catch (ConfigException e) {
            problems.addAll(e.errors());
        }
        return problems;
    }

    private static void send(byte[] record) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(CLICKS, record)).get();
        }
    }

    private static List<String> sessions() {
        try (TopicReader reader = new TopicReader(broker.bootstrapServers(), List.of(SESSIONS))) {
            reader.readCommitted();
            return List.copyOf(reader.values(SESSIONS));
        }
    }
}
