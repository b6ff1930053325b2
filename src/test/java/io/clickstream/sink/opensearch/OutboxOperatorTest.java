package io.clickstream.sink.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.OpenSearchConfig.Delivery;
import io.clickstream.config.OpenSearchConfig.IndexPeriod;
import io.clickstream.config.OpenSearchConfig.SigningService;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.DeadLetterSerializer;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.FakeOpenSearch;
import io.clickstream.testing.OpenSearchSettings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackend;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.runtime.state.storage.JobManagerCheckpointStorage;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The outbox against a server that misbehaves. Its clock is that of the test. */
@Timeout(60)
class OutboxOperatorTest {

    private static final String INDEX = "numbers";
    private static final int MAX_PARALLELISM = 16;
    private static final int MAX_STATE_BYTES = 100 << 20;
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(1);

    private final FakeOpenSearch openSearch = FakeOpenSearch.start();
    private KeyedOneInputStreamOperatorTestHarness<String, Long, DeadLetter> harness;
    private boolean rocksDb;
    private long clock;

    @AfterEach
    void close() throws Exception {
        if (harness != null) {
            harness.close();
        }
        openSearch.close();
    }

    @Test
    void sendsABulkWhenItHoldsEnoughDocuments() throws Exception {
        open(config().bulkMaxActions(10));
        write(0, 9);
        settle();
        write(10, 24);
        settle();

        assertThat(openSearch.bulks()).containsExactly(10, 10);
        pass(1_000);
        assertThat(openSearch.bulks()).containsExactly(10, 10, 5);
        assertThat(openSearch.documents(INDEX)).hasSize(25);
        assertThat(openSearch.documents(INDEX).get("n7")).hasToString("{\"number\":7}");
    }

    @Test
    void sendsABulkWhenItIsBigEnough() throws Exception {
        open(
                config().bulkMaxMebibytes(1).bulkMaxActions(1_000_000),
                new NumberFormat("n", "x".repeat(1000)));
        write(0, 1499);
        pass(1_000);
        pass(1_000);

        assertThat(openSearch.bulks()).hasSize(2);
        assertThat(openSearch.bulks().get(0)).isBetween(800, 1048);
        assertThat(openSearch.documents(INDEX)).hasSize(1500);
    }

    @Test
    void sendsABulkWhenItsTimeHasCome() throws Exception {
        open(config().bulkInterval(Duration.ofSeconds(5)));
        write(1, 3);

        pass(4_999);
        assertThat(openSearch.bulks()).isEmpty();
        pass(1);
        assertThat(openSearch.bulks()).containsExactly(3);
    }

    @Test
    void replacesADocumentOfTheSameId() throws Exception {
        open(config());
        write(7, 7);
        pass(1_000);
        write(7, 7);
        pass(1_000);

        assertThat(openSearch.documents(INDEX)).containsOnlyKeys("n7");
        assertThat(openSearch.writes("n7")).isEqualTo(2);
    }

    /** A waiting document is replaced by its newer version. */
    @Test
    void sendsOnlyTheNewestVersion() throws Exception {
        open(config());
        write(7, 7);
        write(7, 7);
        pass(1_000);

        assertThat(openSearch.writes("n7")).isEqualTo(1);
    }

    @Test
    void namesTheIndexByTheDayOfTheWindow() throws Exception {
        open(config().indexPeriod(IndexPeriod.DAY));
        write(0, 17);
        pass(1_000);

        assertThat(openSearch.indices())
                .hasSize(18)
                .startsWith("numbers-2022.06.14", "numbers-2022.06.15")
                .endsWith("numbers-2022.07.01");
    }

    @Test
    void shortensIdsThatOpenSearchWouldRefuse() throws Exception {
        open(config(), new NumberFormat("ü".repeat(256), ""));
        write(1, 1);
        pass(1_000);

        // By sha256sum, of 256 times ü, which is 512 bytes, and a 1.
        assertThat(openSearch.documents(INDEX))
                .containsOnlyKeys(
                        "a281ff4f3bc7e135a3b3d316ca34925fc19ccaa70f79a8ebcd4acce2898cbec2");
    }

    /** Nothing that OpenSearch answers to a request stops the job or loses a document. */
    @ParameterizedTest
    @CsvSource({"429", "503", "500", "401", "403", "404", "502", "408", "301"})
    void documentsWaitWhileEachRequestIsRefused(int status) throws Exception {
        open(config());
        openSearch.answer(status, "<html>no</html>");
        write(1, 5);
        for (int second = 0; second < 60; second++) {
            pass(1_000);
            harness.prepareSnapshotPreBarrier(second);
        }
        assertThat(openSearch.documents(INDEX)).isEmpty();
        openSearch.answer(200, "", Duration.ZERO);
        for (int second = 0; second < 10; second++) {
            pass(1_000);
        }

        assertThat(openSearch.documents(INDEX)).hasSize(5);
        assertThat(letters()).isEmpty();
        assertThat(harness.numKeyedStateEntries()).isZero();
    }

    @Test
    void documentsWaitWhileAProxyAnswersForOpenSearch() throws Exception {
        open(config());
        openSearch.answer(200, "<html>Back soon</html>");
        write(1, 5);
        pass(10_000);
        openSearch.answer(200, "", Duration.ZERO);
        pass(10_000);

        assertThat(openSearch.documents(INDEX)).hasSize(5);
    }

    @Test
    void documentsWaitWhileNobodyAnswers() throws Exception {
        open(config());
        openSearch.goAway();
        write(1, 5);
        pass(10_000);
        openSearch.comeBack();
        pass(10_000);
        pass(10_000);

        assertThat(openSearch.documents(INDEX)).hasSize(5);
    }

    @Test
    void sendsAgainWhatABrokenConnectionMayHaveLost() throws Exception {
        open(config());
        openSearch.dropConnections(2);
        write(1, 5);
        for (int i = 0; i < 5; i++) {
            pass(5_000);
        }

        assertThat(openSearch.documents(INDEX)).hasSize(5);
    }

    @ParameterizedTest
    @CsvSource({
        "429, rejected_execution_exception",
        "503, unavailable_shards_exception",
        "403, cluster_block_exception",
        "429, cluster_block_exception",
        "403, security_exception",
        "404, index_not_found_exception",
        "400, index_closed_exception"
    })
    void onlyRefusedDocumentsWait(int status, String type) throws Exception {
        open(config());
        AtomicBoolean refuses = new AtomicBoolean(true);
        openSearch.refuse(
                id -> refuses.get() && (id.equals("n2") || id.equals("n4")),
                status,
                type,
                "not now");
        write(1, 5);
        pass(1_000);
        assertThat(openSearch.documents(INDEX)).containsOnlyKeys("n1", "n3", "n5");
        refuses.set(false);
        pass(5_000);
        pass(5_000);

        assertThat(openSearch.documents(INDEX)).hasSize(5);
        assertThat(LongStream.rangeClosed(1, 5).mapToObj(n -> openSearch.writes("n" + n)))
                .containsOnly(1);
        assertThat(letters()).isEmpty();
    }

    /** Each number is in an index of its own. */
    @ParameterizedTest
    @CsvSource({
        "403, cluster_block_exception",
        "400, index_closed_exception",
        "503, unavailable_shards_exception"
    })
    void anIndexThatRefusesEverythingHoldsUpNoOther(int status, String type) throws Exception {
        open(config().indexPeriod(IndexPeriod.DAY));
        AtomicBoolean refuses = new AtomicBoolean(true);
        openSearch.refuse(
                id -> refuses.get() && (id.equals("n1") || id.equals("n2")),
                status,
                type,
                "not now");
        write(1, 2);
        for (int second = 0; second < 60; second++) {
            pass(1_000);
        }
        write(3, 5);
        pass(1_000);
        pass(1_000);
        assertThat(openSearch.indices())
                .containsExactly("numbers-2022.06.17", "numbers-2022.06.18", "numbers-2022.06.19");
        refuses.set(false);
        pass(5_000);
        pass(5_000);

        assertThat(openSearch.indices()).hasSize(5);
        assertThat(letters()).isEmpty();
    }

    /** All that wait for an index are not sent again and again. */
    @Test
    void asksABlockedIndexWithOneDocument() throws Exception {
        open(config());
        AtomicBoolean refuses = new AtomicBoolean(true);
        openSearch.refuse(
                id -> refuses.get(), 403, "cluster_block_exception", "index [numbers] blocked");
        write(1, 100);
        for (int second = 0; second < 60; second++) {
            pass(1_000);
        }
        assertThat(openSearch.bulks()).startsWith(100, 1, 1).hasSizeBetween(10, 30);
        assertThat(openSearch.bulks().stream().mapToInt(each -> each).sum()).isLessThan(140);
        refuses.set(false);
        for (int second = 0; second < 10; second++) {
            pass(1_000);
        }

        assertThat(openSearch.documents(INDEX)).hasSize(100);
        assertThat(letters()).isEmpty();
        assertThat(LongStream.rangeClosed(1, 100).mapToObj(n -> openSearch.writes("n" + n)))
                .containsOnly(1);
    }

    @Test
    void aDocumentThatCanNeverBeIndexedIsADeadLetter() throws Exception {
        open(config());
        openSearch.refuse(
                "n3"::equals,
                400,
                "mapper_parsing_exception",
                "failed to parse field [number] of type [date]");
        write(1, 5);
        pass(1_000);

        assertThat(openSearch.documents(INDEX)).containsOnlyKeys("n1", "n2", "n4", "n5");
        DeadLetter letter = letters().get(0);
        assertThat(letters()).hasSize(1);
        assertThat(letter.reason()).isEqualTo(Reason.UNINDEXABLE);
        assertThat(letter.detail())
                .isEqualTo(
                        "index numbers, id n3: mapper_parsing_exception: failed to parse field"
                                + " [number] of type [date]");
        assertThat(letter.raw()).hasToString("opensearch partition numbers offset n3");
        assertThat(new String(letter.raw().bytes(), StandardCharsets.UTF_8))
                .isEqualTo("{\"number\":3}");
    }

    @Test
    void takesAVersionConflictForDelivered() throws Exception {
        open(config());
        openSearch.refuse("n1"::equals, 409, "version_conflict_engine_exception", "newer");
        write(1, 2);
        pass(1_000);
        pass(10_000);

        assertThat(letters()).isEmpty();
        assertThat(openSearch.bulks()).containsExactly(2);
    }

    /** Down to a single document, which is a dead letter then. */
    @Test
    void splitsARequestThatIsTooLong() throws Exception {
        open(config());
        openSearch.answer(413, "");
        write(1, 4);
        pass(1_000);
        pass(1_000);

        assertThat(openSearch.bulks()).startsWith(4, 2, 1).hasSize(6);
        assertThat(letters())
                .extracting(DeadLetter::reason)
                .containsExactly(
                        Reason.RESULT_TOO_LARGE,
                        Reason.RESULT_TOO_LARGE,
                        Reason.RESULT_TOO_LARGE,
                        Reason.RESULT_TOO_LARGE);
        assertThat(letters().get(0).detail())
                .isEqualTo(
                        "index numbers, id n1: OpenSearch, or a proxy in front of it, refuses a"
                                + " request with this one document of 12 bytes (413). Set its limit"
                                + " higher, or `aggregates / max-dept-list-size` lower");
    }

    @Test
    void sendsUserAndPasswordWithTheFirstRequest() throws Exception {
        openSearch.demandBasicAuth("ann", "grün");
        open(config().basicAuth("ann", "grün"));
        write(1, 2);
        pass(1_000);

        assertThat(openSearch.bulks()).containsExactly(2);
        assertThat(openSearch.documents(INDEX)).hasSize(2);
    }

    @Test
    @DisabledIfEnvironmentVariable(named = "AWS_ACCESS_KEY_ID", matches = ".+")
    void outlastsMissingCredentials() throws Exception {
        try (AwsCredentials credentials = AwsCredentials.none()) {
            open(config().sigV4(SigningService.ES, "eu-central-1"));
            write(1, 5);
            pass(10_000);
            credentials.appear();
            pass(10_000);
            pass(10_000);

            assertThat(openSearch.documents(INDEX)).hasSize(5);
        }
    }

    @Test
    void asksTheNextEndpointWhenOneIsAway() throws Exception {
        URI nobody = URI.create("http://127.0.0.1:1");
        open(config().endpoints(nobody, openSearch.uri(), nobody));
        write(1, 5);
        pass(10_000);
        pass(10_000);

        assertThat(openSearch.documents(INDEX)).hasSize(5);
    }

    @Test
    void keepsThePathOfTheEndpoint() throws Exception {
        open(config().endpoints(URI.create(openSearch.uri() + "/search/")));
        write(1, 1);
        pass(1_000);

        assertThat(openSearch.received().get(0).uri().getPath()).isEqualTo("/search/_bulk");
    }

    /** Of 40 MB, 12 MB are on the heap, and the rest is in the state alone. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesOnFromACheckpointAtAnotherParallelism(boolean onRocksDb) throws Exception {
        rocksDb = onRocksDb;
        openSearch.answer(503, "");
        open(config(), new NumberFormat("n", "x".repeat(10_000)));
        write(0, 3_999);
        pass(1_000);
        OperatorSubtaskState state = checkpoint(1);
        harness.close();
        openSearch.answer(200, "", Duration.ZERO);

        for (int subtask = 0; subtask < 3; subtask++) {
            harness = harness(config(), new NumberFormat("n", "x".repeat(10_000)), 3, subtask);
            harness.initializeState(
                    AbstractStreamOperatorTestHarness.repartitionOperatorState(
                            state, MAX_PARALLELISM, 1, 3, subtask));
            harness.setProcessingTime(clock);
            harness.open();
            for (int i = 0; i < 20; i++) {
                pass(1_000);
            }
            if (!rocksDb) {
                assertThat(harness.numKeyedStateEntries()).isZero();
            }
            harness.close();
        }
        harness = null;

        assertThat(openSearch.documents(INDEX)).hasSize(4_000);
    }

    /** The newest version wins, wherever the older one waits. */
    @Test
    void aNewerVersionReplacesOneInTheState() throws Exception {
        openSearch.answer(503, "");
        open(config());
        write(1, 3);
        OperatorSubtaskState state = checkpoint(1);
        harness.close();
        openSearch.answer(200, "", Duration.ZERO);
        harness = harness(config(), new NumberFormat("n", "new"), 1, 0);
        harness.initializeState(state);
        harness.setProcessingTime(clock);
        harness.open();
        write(2, 2);
        for (int i = 0; i < 10; i++) {
            pass(1_000);
        }

        assertThat(openSearch.documents(INDEX).get("n2").toString()).contains("new");
        assertThat(openSearch.documents(INDEX).get("n1").toString()).doesNotContain("new");
        assertThat(harness.numKeyedStateEntries()).isZero();
    }

    @Test
    void writesOnlyWhatACheckpointContainsIfWanted() throws Exception {
        open(config().delivery(Delivery.COMMITTED));
        write(1, 3);
        pass(10_000);
        checkpoint(1);
        write(4, 5);
        pass(10_000);
        assertThat(openSearch.documents(INDEX)).isEmpty();
        harness.notifyOfCompletedCheckpoint(1);
        pass(1_000);
        assertThat(openSearch.documents(INDEX)).containsOnlyKeys("n1", "n2", "n3");
        checkpoint(2);
        harness.notifyOfCompletedCheckpoint(2);
        pass(1_000);

        assertThat(openSearch.documents(INDEX)).hasSize(5);
        assertThat(harness.numKeyedStateEntries()).isZero();
    }

    @Test
    void aNewerVersionWaitsForItsOwnCheckpoint() throws Exception {
        open(config().delivery(Delivery.COMMITTED));
        openSearch.answer(503, "");
        write(1, 1);
        checkpoint(1);
        harness.notifyOfCompletedCheckpoint(1);
        pass(1_000);
        write(1, 1);
        openSearch.answer(200, "", Duration.ZERO);
        pass(10_000);
        pass(10_000);
        assertThat(openSearch.writes("n1")).isEqualTo(1);
        checkpoint(2);
        harness.notifyOfCompletedCheckpoint(2);
        pass(1_000);

        assertThat(openSearch.writes("n1")).isEqualTo(2);
        assertThat(harness.numKeyedStateEntries()).isZero();
    }

    @Test
    void deliversEverythingAtTheEndOfItsInput() throws Exception {
        open(config());
        write(1, 5);
        harness.endInput();

        assertThat(openSearch.documents(INDEX)).hasSize(5);
    }

    private List<DeadLetter> letters() {
        return harness.extractOutputValues();
    }

    private OpenSearchSettings config() {
        return OpenSearchSettings.of(openSearch.uri());
    }

    private void open(OpenSearchSettings config) throws Exception {
        open(config, new NumberFormat());
    }

    private void open(OpenSearchSettings config, NumberFormat format) throws Exception {
        harness = harness(config, format, 1, 0);
        harness.open();
    }

    private KeyedOneInputStreamOperatorTestHarness<String, Long, DeadLetter> harness(
            OpenSearchSettings config, NumberFormat format, int parallelism, int subtask)
            throws Exception {
        IndexName index = new IndexName(INDEX, config.build().indexPeriod());
        DocumentNames<Long> names = new DocumentNames<>(index, format);
        KeyedOneInputStreamOperatorTestHarness<String, Long, DeadLetter> made =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        // As it reaches a task manager.
                        InstantiationUtil.clone(new OutboxFactory<>(config.build(), index, format)),
                        names::path,
                        Types.STRING,
                        MAX_PARALLELISM,
                        parallelism,
                        subtask);
        made.setStateBackend(rocksDb ? rocksDb() : new HashMapStateBackend());
        made.setCheckpointStorage(new JobManagerCheckpointStorage(MAX_STATE_BYTES));
        made.setup(DeadLetterSerializer.INSTANCE);
        return made;
    }

    /** With memory of its own: the harness has so little that RocksDB would write each document. */
    private static EmbeddedRocksDBStateBackend rocksDb() {
        EmbeddedRocksDBStateBackend backend = new EmbeddedRocksDBStateBackend();
        backend.getMemoryConfiguration().setUseManagedMemory(false);
        return backend;
    }

    private void write(long from, long to) throws Exception {
        for (long number = from; number <= to; number++) {
            harness.processElement(number, 0);
        }
    }

    private OperatorSubtaskState checkpoint(long id) throws Exception {
        harness.prepareSnapshotPreBarrier(id);
        return harness.snapshot(id, clock);
    }

    /** Lets time pass, and answers come. */
    private void pass(long millis) throws Exception {
        clock += millis;
        harness.setProcessingTime(clock);
        settle();
    }

    /** Runs what the answers of OpenSearch lead to, until none is awaited or none comes. */
    private void settle() throws Exception {
        OutboxOperator<?> operator = (OutboxOperator<?>) harness.getOperator();
        long end = System.nanoTime() + LONGEST_ANSWER.toNanos();
        while (System.nanoTime() - end < 0) {
            Mail mail = harness.getTaskMailbox().tryTake(0).orElse(null);
            if (mail != null) {
                mail.run();
                end = System.nanoTime() + LONGEST_ANSWER.toNanos();
            } else if (operator.awaitsAnswer()) {
                Thread.sleep(2);
            } else {
                return;
            }
        }
    }
}
