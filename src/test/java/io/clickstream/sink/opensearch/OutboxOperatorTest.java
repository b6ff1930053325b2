package io.clickstream.sink.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.bench.RocksDb;
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
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.apache.flink.api.common.typeinfo.Types;
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

    /** In a replay, everything would wait for the time that nobody wants to wait. */
    @Test
    void sendsABulkWhenTheHeapIsFull() throws Exception {
        open(
                config().bulkInterval(Duration.ofHours(1)).bulkMaxActions(1_000_000),
                new NumberFormat("n", "x".repeat(10_000)));
        write(0, 999);
        settle();

        assertThat(openSearch.documents(INDEX)).isNotEmpty();
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
    void documentsWaitWhileAnswersHaveNoEnd() throws Exception {
        openSearch.answerEndlessly(true);
        open(config());
        write(1, 5);
        pass(5_000);
        openSearch.answerEndlessly(false);
        pass(5, 5_000);

        assertThat(openSearch.documents(INDEX)).hasSize(5);
    }

    /** The client has limits of its own, but not for all that can happen to it. */
    @Test
    void doesNotWaitForAnAnswerThatNeverComes() throws Exception {
        openSearch.hang(1);
        open(config());
        write(1, 1);
        pass(1_000);
        write(1, 2);
        assertThat(outbox().pending()).isEqualTo(2);
        pass(600_000);
        pass(5_000);
        assertThat(openSearch.writes("n1")).isEqualTo(1);
        openSearch.release();
        // It comes late, and says that there is a newer version.
        settle();
        write(3, 3);
        pass(5_000);

        assertThat(openSearch.writes("n1")).isEqualTo(1);
        assertThat(openSearch.documents(INDEX)).containsOnlyKeys("n1", "n2", "n3");
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

    /** Documents of other days have other indices. */
    @Test
    void aBlockedIndexDoesNotStopOthers() throws Exception {
        open(config().indexPeriod(IndexPeriod.DAY));
        openSearch.refuse(
                Set.of("n1", "n2")::contains, 403, "cluster_block_exception", "read-only");
        write(1, 2);
        pass(60, 1_000);
        write(3, 5);
        pass(5, 1_000);

        assertThat(openSearch.indices())
                .containsExactly("numbers-2022.06.17", "numbers-2022.06.18", "numbers-2022.06.19");
    }

    /** Of 20 MB of the blocked index, not all stay on the heap. */
    @Test
    void manyDocumentsOfABlockedIndexDoNotStopOthers() throws Exception {
        AtomicBoolean isBlocked = new AtomicBoolean(true);
        openSearch.refuse(
                id -> isBlocked.get() && Integer.parseInt(id.substring(1)) < 2_000,
                403,
                "cluster_block_exception",
                "read-only");
        open(
                config().indexPeriod(IndexPeriod.DAY),
                new NumberFormat("n", "x".repeat(10_000), 2_000));
        write(0, 999);
        pass(20, 1_000);
        write(1_000, 2_100);
        pass(20, 1_000);
        assertThat(openSearch.documents("numbers-2022.06.15")).hasSize(101);
        assertThat(letters()).isEmpty();
        isBlocked.set(false);
        write(2_101, 2_200);
        pass(20, 1_000);

        assertThat(openSearch.documents("numbers-2022.06.14")).hasSize(2_000);
        assertThat(openSearch.documents("numbers-2022.06.15")).hasSize(201);
        assertThat(harness.numKeyedStateEntries()).isZero();
    }

    @Test
    void aDocumentThatBreaksItsRequestDoesNotStopOthers() throws Exception {
        openSearch.refuseRequests(body -> body.contains("\"n3\""));
        open(config());
        write(1, 6);
        pass(60, 1_000);
        write(7, 9);
        pass(60, 1_000);

        assertThat(openSearch.documents(INDEX))
                .containsOnlyKeys("n1", "n2", "n4", "n5", "n6", "n7", "n8", "n9");
        openSearch.refuseRequests(body -> false);
        pass(20, 1_000);
        assertThat(openSearch.documents(INDEX)).hasSize(9);
    }

    @Test
    void anAnswerWithoutAStatusIsNoDeadLetter() throws Exception {
        openSearch.refuse("n1"::equals, 0, "none", "none");
        open(config());
        write(1, 2);
        pass(5, 1_000);

        assertThat(openSearch.documents(INDEX)).containsOnlyKeys("n2");
        assertThat(letters()).isEmpty();
    }

    @Test
    void goesOnAfterTheClockIsSetBack() throws Exception {
        clock = 7_200_000;
        open(config());
        harness.setProcessingTime(clock);
        write(7, 7);
        pass(1_000);
        clock -= 3_600_000;
        harness.setProcessingTime(clock);
        write(7, 8);
        pass(1_000);

        assertThat(openSearch.writes("n8")).isEqualTo(1);
        assertThat(openSearch.writes("n7")).isEqualTo(2);
        assertThat(outbox().oldestPendingMillis()).isZero();
    }

    /** The clock of the machine on which the older version was made was ahead. */
    @Test
    void aNewerVersionOfAnotherMachineWins() throws Exception {
        clock = 7_200_000;
        openSearch.answer(503, "");
        open(config());
        harness.setProcessingTime(clock);
        write(1, 1);
        OperatorSubtaskState state = checkpoint(1);
        harness.close();
        openSearch.answer(200, "", Duration.ZERO);
        clock -= 3_600_000;
        harness = harness(config(), new NumberFormat("n", "new"), 1, 0);
        harness.initializeState(state);
        harness.setProcessingTime(clock);
        harness.open();
        clock += 1_000;
        harness.setProcessingTime(clock);
        // While the older one is under way.
        write(1, 1);
        settle();
        pass(5, 1_000);

        assertThat(openSearch.documents(INDEX).get("n1").toString()).contains("new");
    }

    @Test
    void aNewerVersionDoesNotKeepOthersWaiting() throws Exception {
        open(config().delivery(Delivery.COMMITTED));
        write(1, 2);
        checkpoint(1);
        write(1, 1);
        harness.notifyOfCompletedCheckpoint(1);
        pass(1_000);
        assertThat(openSearch.documents(INDEX)).containsOnlyKeys("n1", "n2");
        assertThat(openSearch.writes("n1")).isEqualTo(1);
        checkpoint(2);
        write(1, 1);
        harness.notifyOfCompletedCheckpoint(2);
        pass(1_000);

        assertThat(openSearch.writes("n1")).isEqualTo(2);
    }

    /** Of 28 MB per checkpoint, most are in the state alone. */
    @Test
    void looksThroughTheWholeStateForWhatMayBeSent() throws Exception {
        openSearch.answer(503, "");
        open(config().delivery(Delivery.COMMITTED), new NumberFormat("n", "x".repeat(300)));
        write(0, 24_999);
        checkpoint(1);
        write(25_000, 89_999);
        openSearch.answer(200, "", Duration.ZERO);
        harness.notifyOfCompletedCheckpoint(1);
        for (int i = 0; i < 200 && openSearch.documents(INDEX).size() < 25_000; i++) {
            pass(1_000);
        }
        assertThat(openSearch.documents(INDEX)).hasSize(25_000);
        checkpoint(2);
        harness.notifyOfCompletedCheckpoint(2);
        for (int i = 0; i < 200 && openSearch.documents(INDEX).size() < 90_000; i++) {
            pass(1_000);
        }

        assertThat(openSearch.documents(INDEX)).hasSize(90_000);
        assertThat(harness.numKeyedStateEntries()).isZero();
    }

    @Test
    void documentsWaitForOpenSearchOnlySinceTheirCheckpoint() throws Exception {
        open(config().delivery(Delivery.COMMITTED));
        write(1, 1);
        pass(120_000);
        assertThat(outbox().oldestPendingMillis()).isZero();
        openSearch.answer(503, "");
        checkpoint(1);
        harness.notifyOfCompletedCheckpoint(1);
        pass(5_000);

        assertThat(outbox().oldestPendingMillis()).isEqualTo(5_000);
    }

    @Test
    void noLongerCountsAnOutageThatIsOver() throws Exception {
        openSearch.answer(503, "");
        open(config().delivery(Delivery.COMMITTED), new NumberFormat("n", "x".repeat(10_000)));
        write(0, 1_999);
        checkpoint(1);
        harness.notifyOfCompletedCheckpoint(1);
        pass(60, 10_000);
        assertThat(outbox().oldestPendingMillis()).isEqualTo(600_000);
        openSearch.answer(200, "", Duration.ZERO);
        for (int checkpoint = 2; checkpoint < 6; checkpoint++) {
            write(1_000L * checkpoint, 1_000L * checkpoint + 9);
            pass(10, 1_000);
            checkpoint(checkpoint);
            write(1_000L * checkpoint + 10, 1_000L * checkpoint + 19);
            harness.notifyOfCompletedCheckpoint(checkpoint);
            pass(10, 1_000);
        }

        assertThat(openSearch.documents(INDEX)).hasSizeGreaterThan(2_000);
        assertThat(outbox().oldestPendingMillis()).isLessThan(30_000);
    }

    /** Otherwise, the checkpoint that they wait for would never begin. */
    @Test
    void doesNotWaitAtTheEndForWhatIsInNoCheckpoint() throws Exception {
        open(config().delivery(Delivery.COMMITTED), new NumberFormat("n", "x".repeat(10_000)));
        write(0, 1_999);
        checkpoint(1);
        write(2_000, 3_999);
        harness.endInput();
        harness.notifyOfCompletedCheckpoint(1);
        checkpoint(2);
        harness.notifyOfCompletedCheckpoint(2);

        assertThat(openSearch.documents(INDEX)).hasSize(4_000);
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
    private static RocksDb rocksDb() {
        RocksDb backend = new RocksDb();
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

    private OutboxOperator<?> outbox() {
        return (OutboxOperator<?>) harness.getOperator();
    }

    private void pass(int times, long millis) throws Exception {
        for (int i = 0; i < times; i++) {
            pass(millis);
        }
    }

    /** Lets time pass, and answers come. */
    private void pass(long millis) throws Exception {
        clock += millis;
        harness.setProcessingTime(clock);
        settle();
    }

    /** Runs what the answers of OpenSearch lead to, until none is awaited or none comes. */
    private void settle() throws Exception {
        OutboxOperator<?> operator = outbox();
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
