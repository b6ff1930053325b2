package io.clickstream.tools.produce;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.local.results.Results;
import io.clickstream.local.server.KafkaBroker;
import io.clickstream.testing.Await;
import io.clickstream.testing.LocalJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The producer in front of a broker, and of the job. */
class ProduceKafkaITCase {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Pattern VERBOSE =
            Pattern.compile("record (\\d+)  key (.+)  partition (\\d+)  offset (\\d+)");

    @TempDir private Path folder;

    @Test
    void eachRecordIsWhereTheReportSaysAndTheRateIsKept() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(folder.resolve("kafka"))) {
            broker.createTopic("clicks", 4);
            Run run =
                    Run.of(
                            "--to",
                            "kafka",
                            "--bootstrap-servers",
                            broker.bootstrapServers(),
                            "--topic",
                            "clicks",
                            "--preset",
                            "web-access",
                            "--kafka",
                            "linger.ms=0",
                            "--count",
                            "1000",
                            "--rate",
                            "250",
                            "--verbose");

            assertThat(run.code()).as(run.err()).isZero();
            Map<String, String> keys = new HashMap<>();
            for (ConsumerRecord<String, String> record : records(broker, "clicks", 4)) {
                assertThat(record.value()).contains("{\"name\":\"" + record.key() + "\",");
                keys.put(record.partition() + "/" + record.offset(), record.key());
            }
            Matcher line = VERBOSE.matcher(run.out());
            int lines = 0;
            while (line.find()) {
                lines++;
                assertThat(keys).containsEntry(line.group(3) + "/" + line.group(4), line.group(2));
            }
            assertThat(lines).isEqualTo(1_000);
            assertThat(keys).hasSize(1_000);
            Matcher rate =
                    Pattern.compile(
                                    "4 of 4 partitions hit; the busiest has 1\\.\\d times an even"
                                            + " share; (2\\d\\d\\.\\d) records/s and \\d+\\.\\d"
                                            + " kB/s need 1 shard of Kinesis, with these keys 1\n")
                            .matcher(run.out());
            assertThat(rate.find()).as(run.out()).isTrue();
            // A slow start of the client may cost time, which is made up for.
            assertThat(Double.parseDouble(rate.group(1))).isBetween(200.0, 251.0);
            assertThat(run.out()).endsWith("acknowledged 1,000, failed 0\n");
        }
    }

    private static List<ConsumerRecord<String, String>> records(
            KafkaBroker broker, String topic, int partitions) {
        List<TopicPartition> all = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            all.add(new TopicPartition(topic, partition));
        }
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", broker.bootstrapServers()),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            long ends = consumer.endOffsets(all).values().stream().mapToLong(end -> end).sum();
            while (records.size() < ends) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    @Test
    void failedRecordsAreNamedAndTheExitCodeSaysSo() {
        try (KafkaBroker broker = KafkaBroker.start(folder.resolve("kafka"))) {
            broker.createTopic("clicks", 1);
            Path expected = folder.resolve("expected");
            Run run =
                    Run.of(
                            "--to", "kafka",
                            "--bootstrap-servers", broker.bootstrapServers(),
                            "--topic", "clicks",
                            "--kafka", "max.request.size=100",
                            "--count", "3",
                            "--rate", "100",
                            "--expected", expected.toString());

            assertThat(run.code()).isEqualTo(1);
            assertThat(run.out())
                    .containsPattern("record 1  key \\d+  failed: The message is \\d+ bytes")
                    .contains("acknowledged 0, failed 3\n")
                    .contains("the expected results are not written, since records failed");
            assertThat(expected).doesNotExist();
        }
    }

    @Test
    void aTopicThatIsNotThereAndALoginThatIsWrongAreNamed() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(folder.resolve("kafka"))) {
            Run missing =
                    Run.of(
                            "--to", "kafka",
                            "--bootstrap-servers", broker.bootstrapServers(),
                            "--topic", "clicks");
            assertThat(missing.code()).isEqualTo(1);
            assertThat(missing.err())
                    .contains(
                            "there is no topic clicks at "
                                    + broker.bootstrapServers()
                                    + "; create it");

            Path settings =
                    Files.writeString(
                            folder.resolve("login.properties"),
                            """
                            security.protocol=SSL
                            default.api.timeout.ms=3000
                            request.timeout.ms=2000
                            """);
            Run refused =
                    Run.of(
                            "--to",
                            "kafka",
                            "--bootstrap-servers",
                            broker.bootstrapServers(),
                            "--topic",
                            "clicks",
                            "--kafka-file",
                            settings.toString());
            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.err()).contains("don't answer, or refuse the login");
        }
    }

    /**
     * Four keys are on some of the partitions only, so that others are idle throughout; on those
     * with clicks there is disorder, and late and malformed records are among them.
     */
    @Test
    void theRunningJobPutsOutWhatIsExpectedAndRefusesWhatIsLate() throws Exception {
        try (LocalJob job = new LocalJob(folder, 4)) {
            job.set("event-time", "out-of-orderness", "20 s");
            job.set("event-time", "idle-timeout", "15 s");
            job.start(folder, 2);
            Path expected = folder.resolve("expected");
            Run run =
                    Run.of(
                            "--to", "kafka",
                            "--bootstrap-servers", job.broker().bootstrapServers(),
                            "--topic", LocalJob.CLICKS,
                            "--keys", "2",
                            "--duration", "40s",
                            "--rate", "300",
                            "--disorder", "5s",
                            "--malformed", "2",
                            "--late", "10",
                            "--expected", expected.toString());
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out()).containsPattern("\n[12] of 4 partitions hit; ");

            awaitSame(job, Results.SESSIONS_TOPIC, expected.resolve("sessions.jsonl"));
            awaitSame(job, Results.DEPARTMENTS_TOPIC, expected.resolve("departments.jsonl"));
            awaitSame(job, Results.CHECKOUTS_TOPIC, expected.resolve("checkouts.jsonl"));
            Map<String, Long> reasons = new TreeMap<>();
            job.deadLetters()
                    .forEach(letter -> reasons.merge(letter.get("reason").asText(), 1L, Long::sum));
            assertThat(new ObjectMapper().writeValueAsString(reasons) + "\n")
                    .isEqualTo(Files.readString(expected.resolve("dead-letters.json")));
            assertThat(reasons.get("late")).isGreaterThan(200);
        }
    }

    private static void awaitSame(LocalJob job, String topic, Path expected) throws Exception {
        List<String> lines = Files.readAllLines(expected);
        Await.until(topic, TIMEOUT, () -> job.topic(topic).size() >= lines.size());
        assertThat(job.topic(topic)).containsExactlyInAnyOrderElementsOf(lines);
    }
}
