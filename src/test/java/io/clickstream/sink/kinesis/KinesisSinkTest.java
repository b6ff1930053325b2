package io.clickstream.sink.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clickstream.config.JobConfig;
import io.clickstream.config.KinesisStreamName;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.testing.FakeStream;
import io.clickstream.testing.FakeStream.Stored;
import io.clickstream.testing.InMemoryDeadLetters;
import io.clickstream.testing.PropertyGroups;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.kinesis.sink.KinesisStreamsSink;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/** The sink in its operator, against a stream that refuses records and requests. */
@Timeout(60)
class KinesisSinkTest {

    private static final String CBOR = "aws.cborEnabled";
    private static final String CBOR_OF_THE_CONNECTOR =
            "org.apache.flink.kinesis.shaded.com.amazonaws.sdk.disableCbor";

    private static final KinesisStreamName NUMBERS =
            JobConfig.parse(
                            PropertyGroups.smallest()
                                    .with("sink.kinesis", "region", "eu-central-1")
                                    .with("sink.kinesis", "dead-letters-stream", "numbers")
                                    .build())
                    .kinesisSink()
                    .orElseThrow()
                    .deadLettersStream();

    private final FakeStream stream = FakeStream.start();
    private final InMemoryDeadLetters deadLetters = new InMemoryDeadLetters();
    private OneInputStreamOperatorTestHarness<String, ?> harness;

    @BeforeAll
    static void speakJson() {
        System.setProperty(CBOR, "false");
        System.setProperty(CBOR_OF_THE_CONNECTOR, "true");
    }

    @AfterAll
    static void speakAsBefore() {
        System.clearProperty(CBOR);
        System.clearProperty(CBOR_OF_THE_CONNECTOR);
    }

    @AfterEach
    void close() throws Exception {
        if (harness != null) {
            harness.close();
        }
        stream.close();
    }

    /** Records are {@code KEY-NUMBER}, with numbers that grow per key. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void storesEachRecordOnceAndKeepsTheOrderOfAKeyWhateverIsRefused(long seed) throws Exception {
        Random random = new Random(seed);
        int[] of100 = {0, 1, 5, 10, 20, 50};
        int refused = of100[(int) seed - 1];
        Random dice = new Random(seed);
        stream.refuseRecords(number -> dice.nextInt(100) < refused);
        open(sink(true), null);
        List<String> written = new ArrayList<>();
        Map<String, Integer> numbers = new HashMap<>();

        for (int i = 0; i < 800; i++) {
            String key = "k" + random.nextInt(1 + random.nextInt(200));
            String record = key + "-" + numbers.merge(key, 1, Integer::sum);
            written.add(record);
            harness.processElement(record, i);
        }
        harness.endInput();

        assertThat(stream.breaches()).isEmpty();
        assertThat(stream.stored())
                .extracting(Stored::data)
                .containsExactlyInAnyOrderElementsOf(written);
        Map<String, Integer> last = new HashMap<>();
        for (Stored record : stream.stored()) {
            int number = Integer.parseInt(record.data().substring(record.key().length() + 1));
            assertThat(number).as(record.data()).isEqualTo(last.getOrDefault(record.key(), 0) + 1);
            last.put(record.key(), number);
        }
    }

    @Test
    void sendsOnlyRefusedRecordsAgain() throws Exception {
        stream.refuseRecords(number -> number < 10);
        open(sink(false), null);
        for (int i = 0; i < 500; i++) {
            harness.processElement("k" + i + "-1", i);
        }
        harness.endInput();

        assertThat(stream.requests()).containsExactly(500, 10);
        assertThat(stream.stored()).hasSize(500);
    }

    @Test
    void sendsARequestThatFailedAgain() throws Exception {
        // The SDK itself tries a few times.
        stream.refuseRequests(number -> number < 6);
        open(sink(true), null);
        harness.processElement("a-1", 0);
        harness.processElement("b-1", 0);
        harness.endInput();

        assertThat(stream.stored()).extracting(Stored::data).containsExactly("a-1", "b-1");
        assertThat(stream.requests()).hasSize(7);
    }

    /** The connection stays open, and nothing comes. */
    @Test
    void sendsARequestAgainWhoseAnswerIsLost() throws Exception {
        stream.loseAnswers(number -> number == 0);
        open(sink(true), null);
        harness.processElement("a-1", 0);
        harness.endInput();

        assertThat(stream.stored()).extracting(Stored::data).containsExactly("a-1", "a-1");
        assertThat(stream.requests()).containsExactly(1, 1);
    }

    /** More often than the SDK itself tries again. */
    @Test
    void sendsARequestAgainWhileKinesisCanNotBeReached() throws Exception {
        stream.breakConnections(number -> number < 9);
        open(sink(true), null);
        harness.processElement("a-1", 0);
        harness.endInput();

        assertThat(stream.stored()).extracting(Stored::data).containsExactly("a-1");
        assertThat(stream.requests()).hasSize(10);
    }

    @Test
    void saysWhichStreamIsGone() throws Exception {
        stream.forget();
        open(sink(true), null);
        harness.processElement("a-1", 0);

        assertThatThrownBy(harness::endInput)
                .hasStackTraceContaining(
                        "Stream numbers does not exist; create it, or correct its name in"
                                + " `sink.kinesis`");
    }

    @Test
    void makesADeadLetterOfARecordThatIsTooLong() throws Exception {
        open(sink(true), null);
        String longest = "k-" + "x".repeat(KinesisSink.MAX_RECORD_BYTES - 3);
        harness.processElement(longest, 0);
        harness.processElement(longest + "y", 0);
        harness.endInput();

        assertThat(stream.breaches()).isEmpty();
        assertThat(stream.stored()).extracting(Stored::data).containsExactly(longest);
        DeadLetter letter = deadLetters.stored().get(0);
        assertThat(letter.reason()).isEqualTo(Reason.RESULT_TOO_LARGE);
        assertThat(letter.detail())
                .isEqualTo(
                        "stream numbers, key k: the record has 1048577 bytes with its key; Kinesis"
                                + " accepts at most 1048576. Set `aggregates / max-dept-list-size`"
                                + " lower");
        assertThat(new String(letter.raw().bytes(), UTF_8)).isEqualTo(longest + "y");
    }

    @Test
    void keepsARequestWithinItsLimitOfBytes() throws Exception {
        open(sink(false), null);
        for (int i = 0; i < 30; i++) {
            harness.processElement("k" + i + "-" + "x".repeat(1_000_000), i);
        }
        harness.endInput();

        assertThat(stream.breaches()).isEmpty();
        assertThat(stream.stored()).hasSize(30);
    }

    @Test
    void goesOnFromACheckpoint() throws Exception {
        stream.refuseRequests(number -> true);
        open(sink(true), null);
        harness.processElement("a-1", 0);
        harness.processElement("ü-1", 0);
        OperatorSubtaskState state = harness.snapshot(1, 1);
        harness.close();
        stream.refuseRequests(number -> false);

        open(sink(true), state);
        harness.processElement("a-2", 2);
        harness.endInput();

        assertThat(stream.stored())
                .containsExactlyInAnyOrder(
                        new Stored("a", "a-1"), new Stored("ü", "ü-1"), new Stored("a", "a-2"));
    }

    /** Release 0.1.0 has written with Flink's connector. */
    @Test
    void goesOnFromACheckpointOfTheConnector() throws Exception {
        stream.refuseRequests(number -> true);
        open(connector(), null);
        harness.processElement("a-1", 0);
        harness.processElement("b-1", 0);
        OperatorSubtaskState state = harness.snapshot(1, 1);
        harness.close();
        stream.refuseRequests(number -> false);

        open(sink(true), state);
        harness.endInput();

        assertThat(stream.stored())
                .containsExactlyInAnyOrder(new Stored("a", "a-1"), new Stored("b", "b-1"));
    }

    @Test
    void writesWhatTheConnectorWrites() throws Exception {
        Random random = new Random(7);
        List<String> records = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            records.add("k" + random.nextInt(500) + "-" + i);
        }
        Set<Stored> byConnector = new HashSet<>(write(connector(), records));
        harness.close();
        List<Stored> before = stream.stored();

        write(sink(true), records);

        List<Stored> ours = stream.stored().subList(before.size(), stream.stored().size());
        assertThat(ours).hasSize(3_000);
        assertThat(new HashSet<>(ours)).isEqualTo(byConnector);
    }

    private List<Stored> write(Sink<String> sink, List<String> records) throws Exception {
        open(sink, null);
        for (String record : records) {
            harness.processElement(record, 0);
        }
        harness.endInput();
        return stream.stored();
    }

    private static String key(String record) {
        return record.substring(0, record.indexOf('-'));
    }

    private Sink<String> sink(boolean inOrder) {
        return new KinesisSink<>(
                stream.clientProperties(),
                NUMBERS,
                (record, context) ->
                        PutRecordsRequestEntry.builder()
                                .data(SdkBytes.fromUtf8String(record))
                                .partitionKey(key(record))
                                .build(),
                inOrder,
                deadLetters);
    }

    @SuppressWarnings("deprecation") // A name, as the job used it.
    private Sink<String> connector() {
        assumeTrue(
                EnvironmentInformation.getVersion().startsWith("1."),
                "Flink's connector has no release for Flink 2");
        return KinesisStreamsSink.<String>builder()
                .setKinesisClientProperties(stream.clientProperties())
                .setSerializationSchema(record -> record.getBytes(UTF_8))
                .setPartitionKeyGenerator(KinesisSinkTest::key)
                .setStreamName("numbers")
                .build();
    }

    private void open(Sink<String> sink, OperatorSubtaskState state) throws Exception {
        harness =
                new OneInputStreamOperatorTestHarness<>(
                        new SinkWriterOperatorFactory<>(InstantiationUtil.clone(sink)),
                        StringSerializer.INSTANCE);
        if (state != null) {
            harness.initializeState(state);
        }
        harness.open();
    }
}
