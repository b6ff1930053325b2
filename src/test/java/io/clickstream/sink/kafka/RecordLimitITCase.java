package io.clickstream.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.config.JobConfig;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.RawRecord;
import io.clickstream.local.server.KafkaBroker;
import io.clickstream.sink.DeadLetterOutlet;
import io.clickstream.testing.CapturedLog;
import io.clickstream.testing.InMemoryDeadLetters;
import io.clickstream.testing.OperatorCounters;
import io.clickstream.testing.PropertyGroups;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessageTypeInfo;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Records at and above the limits of their topic and their producer, with a real broker. */
class RecordLimitITCase {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private static Path folder;
    private static KafkaBroker broker;

    private final InMemoryDeadLetters deadLetters = new InMemoryDeadLetters();
    private final OperatorCounters counters = new OperatorCounters();
    private final Properties producer = new Properties();
    private String topic;

    @BeforeAll
    static void startBroker() {
        broker = KafkaBroker.start(folder);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void name(TestInfo test) {
        topic = test.getTestMethod().orElseThrow().getName();
        producer.setProperty("bootstrap.servers", broker.bootstrapServers());
        // The border is one of bytes, so a failure would otherwise take two minutes.
        producer.setProperty("delivery.timeout.ms", "20000");
        producer.setProperty("request.timeout.ms", "10000");
    }

    @Test
    void theLargestRecordIsWrittenAndOneMoreByteIsADeadLetter() throws Exception {
        createTopic(2_000);
        String longest = "x".repeat(2_000 - emptyBatch(2_000));

        write("a short value", longest, longest + "y", "another short value");

        assertThat(values(topic)).containsExactly("a short value", longest, "another short value");
        assertThat(deadLetters.stored()).hasSize(1);
        DeadLetter letter = deadLetters.stored().get(0);
        assertThat(letter.reason()).isEqualTo(Reason.RESULT_TOO_LARGE);
        assertThat(letter.detail())
                .isEqualTo(
                        "topic "
                                + topic
                                + ", key k: the record has 2001 bytes with its batch; the topic"
                                + " accepts at most 2000. Set max.message.bytes of the topic to"
                                + " 2001 or more, or `aggregates / max-dept-list-size` lower");
        assertThat(letter.raw()).hasToString("kafka partition " + topic + " offset k");
        assertThat(new String(letter.raw().bytes(), UTF_8)).isEqualTo(longest + "y");
        assertThat(counters.counted()).containsEntry("deadLetters.result-too-large", 1L);
    }

    /** The bytes of a batch besides the value, if value and record take two bytes of length. */
    private static int emptyBatch(int batch) {
        assertThat(batch).isBetween(200, 8_000);
        // Header of the batch; length, attributes, time, offset, key with its length, length of the
        // value, and number of headers of the record.
        return 61 + 2 + 1 + 1 + 1 + 2 + 2 + 1;
    }

    @Test
    void theProducerHasALimitOfItsOwn() throws Exception {
        createTopic(1_000_000);
        producer.setProperty("max.request.size", "3000");
        // The producer assumes the longest possible numbers.
        String longest = "x".repeat(3_000 - 87);

        write(longest, longest + "y");

        assertThat(values(topic)).containsExactly(longest);
        assertThat(deadLetters.stored())
                .extracting(DeadLetter::detail)
                .containsExactly(
                        "topic "
                                + topic
                                + ", key k: the record has 3001 bytes with its batch; the producer"
                                + " sends at most 3000. Set `sink.kafka / kafka.max.request.size`"
                                + " to 3001 or more, or `aggregates / max-dept-list-size` lower");
    }

    @Test
    void allLimitsThatARecordExceedsAreNamed() {
        producer.setProperty("max.request.size", "1000");
        producer.setProperty("buffer.memory", "1500");

        Optional<String> why =
                RecordLimit.of("t", 900, producer)
                        .whyRefused(new ProducerRecord<>("t", new byte[] {'k'}, new byte[2_000]));

        assertThat(why)
                .contains(
                        "topic t, key k: the record has 2071 bytes with its batch; the topic"
                            + " accepts at most 900, and the producer sends at most 1000, and the"
                            + " producer buffers at most 1500. Set max.message.bytes of the topic"
                            + " to 2071, and `sink.kafka / kafka.max.request.size` to 2087, and"
                            + " `sink.kafka / kafka.buffer.memory` to 2087 or more, or `aggregates"
                            + " / max-dept-list-size` lower");
    }

    /** The producer's batches are larger than the topic accepts, unless the sink says otherwise. */
    @Test
    void manySmallRecordsAreNotABatchThatTheTopicRefuses() throws Exception {
        createTopic(2_000);
        producer.setProperty("linger.ms", "500");
        List<String> written = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            written.add("value " + i);
        }

        write(written.toArray(new String[0]));

        assertThat(values(topic)).containsExactlyElementsOf(written);
        assertThat(deadLetters.stored()).isEmpty();
    }

    @Test
    void aTopicWhoseLimitCannotBeReadHasKafkasDefault() throws Exception {
        producer.setProperty("max.request.size", "2000000");
        try (CapturedLog log = new CapturedLog(Level.WARN)) {
            RecordLimit limit = RecordLimit.read("no-such-topic", producer);

            assertThat(limit.whyRefused(record(1_048_500))).isEmpty();
            assertThat(limit.whyRefused(record(1_048_588)).orElseThrow())
                    .contains(
                            "the topic accepts at most 1048588 (Kafka's default; the broker does"
                                    + " not tell it). Set max.message.bytes of the topic to ");
            assertThat(log.lines())
                    .anyMatch(
                            line ->
                                    line.startsWith(
                                            "The setting max.message.bytes of topic no-such-topic"
                                                    + " can't be read, so the job assumes 1048588"
                                                    + " bytes: "));
        }
    }

    private static ProducerRecord<byte[], byte[]> record(int valueBytes) {
        return new ProducerRecord<>("no-such-topic", new byte[] {'k'}, new byte[valueBytes]);
    }

    /** A dead letter that is itself too large for its topic keeps the beginning of its record. */
    @Test
    void aDeadLetterIsCutToTheLimitOfItsTopic() throws Exception {
        createTopic(20_000);
        JobConfig config =
                JobConfig.parse(
                        PropertyGroups.smallest()
                                .with("sink.kafka", "bootstrap-servers", broker.bootstrapServers())
                                .with("sink.kafka", "delivery", "at-least-once")
                                .with("dead-letters", "topic", topic)
                                .build());
        DeadLetter letter =
                new DeadLetter(
                        Reason.MALFORMED,
                        "not JSON",
                        new RawRecord("clicks", 0, 42, "é".repeat(50_000).getBytes(UTF_8)),
                        1);

        write(
                KafkaDestination.streaming(
                                config.kafkaSink().orElseThrow(),
                                config.deadLetters(),
                                config.computed(),
                                config.checkpointInterval())
                        .deadLetterSink("dead-letters-kafka-sink"),
                List.of(letter));
        try (DeadLetterOutlet.Writer outlet =
                KafkaDestination.deadLetterOutlet(
                                config.kafkaSink().orElseThrow(), config.deadLetters())
                        .open()) {
            outlet.write(letter);
            outlet.flush();
        }

        List<String> letters = values(topic);
        assertThat(letters).hasSize(2).allMatch(each -> each.length() > 19_000);
        for (String each : letters) {
            JsonNode json = JSON.readTree(each);
            assertThat(json.get("size").asInt()).isEqualTo(100_000);
            assertThat(new String(json.get("base64").binaryValue(), UTF_8)).startsWith("ééé");
        }
    }

    private void createTopic(int maxMessageBytes) {
        broker.createTopic(
                topic, 1, Map.of("max.message.bytes", Integer.toString(maxMessageBytes)));
    }

    private void write(String... values) throws Exception {
        write(
                LimitedSink.of(
                        topic,
                        new TextRecords(topic),
                        producer,
                        deadLetters,
                        (properties, schema) ->
                                KafkaSink.<String>builder()
                                        .setKafkaProducerConfig(properties)
                                        .setBootstrapServers(broker.bootstrapServers())
                                        .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                                        .setRecordSerializer(schema)
                                        .build()),
                List.of(values));
    }

    /** Records with the key {@code k}. */
    private static final class TextRecords implements TopicRecords<String> {

        private static final long serialVersionUID = 1L;

        private final String topic;

        TextRecords(String topic) {
            this.topic = topic;
        }

        @Override
        public ProducerRecord<byte[], byte[]> record(String value, RecordLimit limit) {
            return new ProducerRecord<>(topic, new byte[] {'k'}, value.getBytes(UTF_8));
        }
    }

    @SuppressWarnings({"unchecked", "try"})
    private <T, C> void write(Sink<T> sink, List<T> values) throws Exception {
        SupportsCommitter<C> commits = (SupportsCommitter<C>) sink;
        try (OneInputStreamOperatorTestHarness<T, CommittableMessage<C>> harness =
                new OneInputStreamOperatorTestHarness<>(
                        new SinkWriterOperatorFactory<T, C>(sink), counters.environment())) {
            harness.setup(
                    CommittableMessageTypeInfo.of(commits::getCommittableSerializer)
                            .createSerializer(harness.getExecutionConfig().getSerializerConfig()));
            harness.open();
            for (T value : values) {
                harness.processElement(value, 1);
            }
            harness.endInput();
        }
    }

    private static List<String> values(String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", broker.bootstrapServers()),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            List<String> values = new ArrayList<>();
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    values.add(new String(record.value(), UTF_8));
                }
            }
            return values;
        }
    }
}
