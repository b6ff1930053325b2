package io.clickstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.config.ConfigException;
import io.clickstream.config.JobConfig;
import io.clickstream.local.server.KafkaBroker;
import io.clickstream.testing.Await;
import io.clickstream.testing.FakeOpenSearch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the job says about servers that it can't work with, before it starts. */
class StartCheckITCase {

    private static final int CHECKPOINT_MILLIS = 60_000;

    @TempDir private static Path folder;
    private static KafkaBroker broker;

    private final Map<String, Map<String, String>> properties = new HashMap<>();

    @BeforeAll
    static void startBroker() {
        broker = KafkaBroker.start(folder, Map.of("transaction.max.timeout.ms", "600000"));
        broker.createTopic("ExampleTopic", 1);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    StartCheckITCase() {
        set("source.kafka", "bootstrap-servers", broker.bootstrapServers());
        set("source.kafka", "topic", "ExampleTopic");
        set("sink.kafka", "transaction-timeout", "10 min");
    }

    @Test
    void allProblemsAreToldAtOnce() {
        set("source.kafka", "topic", "ExampleTopik");
        set("sink.kafka", "departments-topic", "no-departments");
        set("sink.kafka", "sessions-topic", "no-sessions");
        set("sink.kafka", "checkouts-topic", "no-checkouts");
        set("sink.kafka", "transaction-timeout", "15 min");
        try (FakeOpenSearch openSearch = FakeOpenSearch.start()) {
            openSearch.demandBasicAuth("ann", "secret");
            set("sink.opensearch", "endpoint", openSearch.uri().toString());

            List<String> errors = errors();

            String kafka = "Kafka at " + broker.bootstrapServers();
            assertThat(errors)
                    .contains(
                            kafka
                                    + " has no topic `ExampleTopik` to read; create it or correct"
                                    + " the name",
                            kafka
                                    + " has no topic `no-departments` to write; create it, or set"
                                    + " `sink.kafka / create-topics` to `true`",
                            "`sink.kafka / transaction-timeout` is 900000 ms, but "
                                    + kafka
                                    + " allows at most 600000 ms; lower it, or raise the broker's"
                                    + " transaction.max.timeout.ms")
                    .anyMatch(error -> error.contains("401"))
                    .hasSize(6);
        }
    }

    @Test
    void aTransactionMustOutlastACheckpointInterval() {
        set("sink.kafka", "create-topics", "true");
        set("sink.kafka", "transaction-timeout", "1 min");

        assertThat(errors())
                .containsExactly(
                        "`sink.kafka / transaction-timeout` is 60000 ms, but a transaction stays"
                                + " open for a checkpoint interval, which is 60000 ms; set it"
                                + " to much more than that");
    }

    @Test
    void missingTopicsAreCreatedWhereThatIsConfigured() throws Exception {
        set("sink.kafka", "create-topics", "true");
        set("sink.kafka", "departments-topic", "made-departments");
        set("sink.kafka", "sessions-topic", "made-sessions");
        set("sink.kafka", "checkouts-topic", "made-checkouts");
        set("sink.kafka", "partitions", "3");
        set("dead-letters", "topic", "made-letters");

        check();

        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            Set<String> made =
                    Set.of("made-departments", "made-sessions", "made-checkouts", "made-letters");
            // A broker may list a topic a moment after it has made it.
            Await.until(
                    "the topics",
                    Duration.ofSeconds(30),
                    () -> admin.listTopics().names().get().containsAll(made));
            assertThat(
                            admin.describeTopics(List.of("made-sessions"))
                                    .allTopicNames()
                                    .get()
                                    .get("made-sessions")
                                    .partitions())
                    .hasSize(3);
        }
    }

    @Test
    void aTopicThatAcceptsNoDeadLettersIsNamed() throws Exception {
        set("sink.kafka", "create-topics", "true");
        set("dead-letters", "topic", "short-letters");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(
                            List.of(
                                    new NewTopic("short-letters", 1, (short) 1)
                                            .configs(Map.of("max.message.bytes", "16383"))))
                    .all()
                    .get();
        }

        assertThat(errors())
                .containsExactly(
                        "Topic `short-letters` at Kafka at "
                                + broker.bootstrapServers()
                                + " accepts records of at most 16383 bytes, but a dead letter needs"
                                + " up to 16384; raise max.message.bytes of the topic, or"
                                + " `sink.kafka / kafka.max.request.size` if it is the lower one");
    }

    @Test
    void aBrokerThatIsNotThereIsNamed() {
        set("source.kafka", "bootstrap-servers", "127.0.0.1:1");

        assertThat(errors())
                .anyMatch(
                        error ->
                                error.startsWith(
                                        "Kafka at 127.0.0.1:1 does not answer within 15 s"));
    }

    @Test
    void anAddressThatIsNoneIsNamed() {
        set("source.kafka", "bootstrap-servers", "nowhere");

        assertThat(errors()).anyMatch(error -> error.contains("nowhere"));
    }

    private void set(String group, String key, String value) {
        properties.computeIfAbsent(group, name -> new HashMap<>()).put(key, value);
    }

    private void check() throws InterruptedException {
        StreamExecutionEnvironment env = new StreamExecutionEnvironment();
        env.enableCheckpointing(CHECKPOINT_MILLIS);
        StartChecks.run(JobConfig.parse(properties), env);
    }

    private List<String> errors() {
        List<String> errors = new ArrayList<>();
        assertThatThrownBy(this::check)
                .isInstanceOfSatisfying(ConfigException.class, e -> errors.addAll(e.errors()));
        return errors;
    }
}
