package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.deploy.KafkaGate;
import io.clickstream.local.KafkaBroker;
import io.clickstream.testing.Await;
import io.clickstream.testing.LocalJob;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
