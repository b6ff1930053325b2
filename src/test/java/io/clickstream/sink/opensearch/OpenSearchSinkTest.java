package io.clickstream.sink.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.config.OpenSearchConfig.IndexPeriod;
import io.clickstream.config.OpenSearchConfig.SigningService;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.FakeOpenSearch;
import io.clickstream.testing.InMemoryDeadLetters;
import io.clickstream.testing.OpenSearchSettings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;

/** The sink in its operator, against a server that misbehaves. */
@Timeout(60)
class OpenSearchSinkTest {

    private static final String INDEX = "numbers";

    private final FakeOpenSearch openSearch = FakeOpenSearch.start();
    private final InMemoryDeadLetters deadLetters = new InMemoryDeadLetters();
    private OneInputStreamOperatorTestHarness<Long, ?> harness;

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

        write(0, 24);

        assertThat(openSearch.bulks()).containsExactly(10, 10);
        checkpoint();
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

        // The client counts 50 bytes per document on top.
        assertThat(openSearch.bulks()).hasSize(1);
        assertThat(openSearch.bulks().get(0)).isBetween(950, 1048);
    }

    @Test
    void sendsABulkWhenItsTimeHasCome() throws Exception {
        open(config().bulkInterval(Duration.ofSeconds(5)));
        write(1, 3);

        harness.setProcessingTime(4_999);
        assertThat(openSearch.bulks()).isEmpty();
        harness.setProcessingTime(5_000);
        assertThat(openSearch.bulks()).containsExactly(3);

        write(4, 4);
        harness.setProcessingTime(10_000);
        assertThat(openSearch.bulks()).containsExactly(3, 1);
    }

    @Test
    void replacesADocumentOfTheSameId() throws Exception {
        open(config());
        write(7, 7);
        checkpoint();
        write(7, 7);
        checkpoint();

        assertThat(openSearch.documents(INDEX)).containsOnlyKeys("n7");
        assertThat(openSearch.writes("n7")).isEqualTo(2);
    }

    @Test
    void namesTheIndexByTheDayOfTheWindow() throws Exception {
        open(config().indexPeriod(IndexPeriod.DAY));
        write(0, 17);
        checkpoint();

        assertThat(openSearch.indices())
                .hasSize(18)
                .startsWith("numbers-2022.06.14", "numbers-2022.06.15")
                .endsWith("numbers-2022.07.01");
        assertThat(openSearch.documents("numbers-2022.07.01")).containsOnlyKeys("n17");
    }

    @Test
    void namesTheIndexByTheMonthOfTheWindow() throws Exception {
        open(config().indexPeriod(IndexPeriod.MONTH));
        write(0, 17);
        checkpoint();

        assertThat(openSearch.indices()).containsExactly("numbers-2022.06", "numbers-2022.07");
        assertThat(openSearch.documents("numbers-2022.07")).containsOnlyKeys("n17");
    }

    @Test
    void shortensIdsThatOpenSearchWouldRefuse() throws Exception {
        open(config(), new NumberFormat("ü".repeat(256), ""));
        write(1, 1);
        checkpoint();

        // By sha256sum, of 256 times ü, which is 512 bytes, and a 1.
        assertThat(openSearch.documents(INDEX))
                .containsOnlyKeys(
                        "a281ff4f3bc7e135a3b3d316ca34925fc19ccaa70f79a8ebcd4acce2898cbec2");
        assertThat(DocumentId.of("ü".repeat(256))).isEqualTo("ü".repeat(256));
        assertThat(DocumentId.of("a".repeat(512))).isEqualTo("a".repeat(512));
    }

    @Test
    void retriesARequestThatIsRejected() throws Exception {
        open(config());
        openSearch.answer(429, "{\"error\":\"too many requests\"}", Duration.ofMillis(300));
        write(1, 5);
        checkpoint();

        assertThat(openSearch.documents(INDEX)).hasSize(5);
        assertThat(openSearch.bulks()).hasSizeGreaterThan(1).allMatch(items -> items == 5);
    }

    @Test
    void retriesARequestWhileTheServiceIsUnavailable() throws Exception {
        open(config());
        openSearch.answer(503, "<html>Service Unavailable</html>", Duration.ofMillis(300));
        write(1, 5);
        checkpoint();

        assertThat(openSearch.documents(INDEX)).hasSize(5);
    }

    @Test
    void retriesOnlyTheDocumentsThatWereRejected() throws Exception {
        open(config());
        openSearch.refuse(
                id -> id.equals("n2") || id.equals("n4"),
                429,
                "rejected_execution_exception",
                "queue is full",
                Duration.ofMillis(300));
        write(1, 5);
        checkpoint();

        assertThat(openSearch.documents(INDEX)).hasSize(5);
        assertThat(openSearch.bulks()).startsWith(5, 2).endsWith(2);
        assertThat(LongStream.rangeClosed(1, 5).mapToObj(n -> openSearch.writes("n" + n)))
                .containsOnly(1);
    }

    @Test
    void retriesDocumentsWhoseShardIsMoving() throws Exception {
        open(config());
        openSearch.refuse(
                id -> id.equals("n2"),
                503,
                "unavailable_shards_exception",
                "primary shard is not active",
                Duration.ofMillis(300));
        write(1, 5);
        checkpoint();

        assertThat(openSearch.documents(INDEX)).hasSize(5);
    }

    @Test
    void outlastsRefusedConnections() throws Exception {
        open(config().retryMaxAttempts(8));
        write(1, 2);
        checkpoint();
        openSearch.goAway();
        CompletableFuture<Void> back =
                CompletableFuture.runAsync(
                        openSearch::comeBack,
                        CompletableFuture.delayedExecutor(2, TimeUnit.SECONDS));
        write(3, 5);
        checkpoint();

        assertThat(back).isCompleted();
        assertThat(openSearch.documents(INDEX)).hasSize(5);
    }

    @Test
    void outlastsLostConnections() throws Exception {
        open(config());
        openSearch.dropConnections(2);
        write(1, 5);
        checkpoint();

        assertThat(openSearch.documents(INDEX)).hasSize(5);
        assertThat(openSearch.bulks()).containsExactly(5, 5, 5);
    }

    @Test
    void outlastsAProxyThatAnswersForOpenSearch() throws Exception {
        open(config());
        openSearch.answer(200, "<html>Back soon</html>", Duration.ofMillis(300));
        write(1, 5);
        checkpoint();

        assertThat(openSearch.documents(INDEX)).hasSize(5);
    }

    @Test
    @DisabledIfEnvironmentVariable(named = "AWS_ACCESS_KEY_ID", matches = ".+")
    void outlastsMissingCredentials() throws Exception {
        try (AwsCredentials credentials = AwsCredentials.none()) {
            open(config().sigV4(SigningService.ES, "eu-central-1").retryMaxAttempts(8));
            write(1, 5);
            CompletableFuture<Void> there =
                    CompletableFuture.runAsync(
                            credentials::appear,
                            CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS));
            checkpoint();

            assertThat(there).isCompleted();
            assertThat(openSearch.documents(INDEX)).hasSize(5);
        }
    }

    @Test
    void asksTheNextEndpointWhenOneIsAway() throws Exception {
        URI nobody = URI.create("http://127.0.0.1:1");
        open(config().endpoints(nobody, openSearch.uri(), nobody));
        write(1, 5);
        checkpoint();

        assertThat(openSearch.documents(INDEX)).hasSize(5);
    }

    @Test
    void failsWhenTheRetriesAreUsedUp() throws Exception {
        open(config().retryMaxAttempts(2));
        openSearch.answer(503, "no node is there");
        write(1, 5);

        assertThatThrownBy(this::checkpoint)
                .hasMessageStartingWith(
                        "OpenSearch did not accept 5 documents of index numbers in 2 retries over 0"
                                + " s; the last error: unavailable: "
                                + openSearch.uri()
                                + " answered 503 Service Unavailable: no node is there.");
        assertThat(openSearch.bulks()).hasSize(3);
        assertThat(deadLetters.stored()).isEmpty();
    }

    @Test
    void sendsNothingMoreWhenItIsClosed() throws Exception {
        open(config());
        write(1, 5);
        harness.close();
        harness = null;

        assertThat(openSearch.bulks()).isEmpty();
    }

    @Test
    void handsOverADocumentThatCanNeverBeIndexed() throws Exception {
        open(config());
        refuseForItsMapping("n3");
        write(1, 5);
        checkpoint();

        assertThat(openSearch.documents(INDEX)).containsOnlyKeys("n1", "n2", "n4", "n5");
        assertThat(openSearch.bulks()).containsExactly(5);
        assertThat(deadLetters.stored()).hasSize(1);
        DeadLetter letter = deadLetters.stored().get(0);
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
    void retriesRejectedDocumentsBesideOneThatCanNeverBeIndexed() throws Exception {
        open(config());
        refuseForItsMapping("n3");
        openSearch.refuse(
                id -> id.equals("n2") || id.equals("n5"),
                429,
                "rejected_execution_exception",
                "queue is full",
                Duration.ofMillis(300));
        write(1, 5);
        checkpoint();

        assertThat(openSearch.documents(INDEX)).containsOnlyKeys("n1", "n2", "n4", "n5");
        assertThat(deadLetters.stored())
                .extracting(letter -> letter.raw().offset())
                .containsExactly("n3");
    }

    @Test
    void takesAVersionConflictForDelivered() throws Exception {
        open(config());
        openSearch.refuse(id -> id.equals("n1"), 409, "version_conflict_engine_exception", "newer");
        write(1, 2);
        checkpoint();

        assertThat(deadLetters.stored()).isEmpty();
    }

    @Test
    void failsPlainlyWhenItIsNotLetIn() throws Exception {
        openSearch.demandBasicAuth("ann", "right");
        open(config().basicAuth("ann", "s3cret-wrong"));
        write(1, 2);

        assertThatThrownBy(this::checkpoint)
                .hasMessageContaining("OpenSearch refuses to write to index numbers")
                .hasMessageContaining("answered 401 Unauthorized")
                .hasMessageContaining("check the user name and the password")
                .satisfies(
                        e -> assertThat(e.getMessage()).doesNotContain("s3cret").hasLineCount(1));
        assertThat(openSearch.bulks()).hasSize(1);
    }

    @Test
    void sendsUserAndPasswordWithTheFirstRequest() throws Exception {
        openSearch.demandBasicAuth("ann", "grün");
        open(config().basicAuth("ann", "grün"));
        write(1, 2);
        checkpoint();

        assertThat(openSearch.bulks()).containsExactly(2);
        assertThat(openSearch.documents(INDEX)).hasSize(2);
    }

    @Test
    void failsPlainlyWhenTheIndexIsMissing() throws Exception {
        open(config());
        openSearch.refuse(id -> true, 404, "index_not_found_exception", "no such index [numbers]");
        write(1, 2);

        assertThatThrownBy(this::checkpoint)
                .hasMessage(
                        "OpenSearch refuses to write to index numbers: index_not_found_exception:"
                                + " no such index [numbers]. Create the index, or let it be"
                                + " created: action.auto_create_index, and the permission to"
                                + " create it.");
        assertThat(deadLetters.stored()).isEmpty();
    }

    @Test
    void failsPlainlyWhenACollectionTakesNoIds() throws Exception {
        open(config());
        openSearch.refuse(
                id -> true,
                400,
                "illegal_argument_exception",
                "Document ID is not supported in create/index operation request");
        write(1, 2);

        assertThatThrownBy(this::checkpoint).hasMessageContaining("collection of type search");
        assertThat(deadLetters.stored()).isEmpty();
    }

    @Test
    void failsPlainlyWhenABulkIsTooBigForTheEndpoint() throws Exception {
        open(config());
        openSearch.answer(413, "");
        write(1, 2);

        assertThatThrownBy(this::checkpoint)
                .hasMessageContaining("lower `sink.opensearch / bulk-max-size`");
    }

    @Test
    void keepsThePathOfTheEndpoint() throws Exception {
        open(config().endpoints(URI.create(openSearch.uri() + "/search/")));
        write(1, 1);
        checkpoint();

        assertThat(openSearch.received())
                .singleElement()
                .extracting(request -> request.uri().getPath())
                .isEqualTo("/search/_bulk");
    }

    private void refuseForItsMapping(String id) {
        openSearch.refuse(
                id::equals,
                400,
                "mapper_parsing_exception",
                "failed to parse field [number] of type [date]");
    }

    private OpenSearchSettings config() {
        return OpenSearchSettings.of(openSearch.uri()).retryInitialDelay(Duration.ofMillis(50));
    }

    private void open(OpenSearchSettings config) throws Exception {
        open(config, new NumberFormat());
    }

    private void open(OpenSearchSettings config, NumberFormat format) throws Exception {
        Sink<Long> sink = OpenSearchDestination.sink(config.build(), INDEX, format, deadLetters);
        // As it reaches a task manager.
        Sink<Long> copy = InstantiationUtil.clone(sink);
        harness =
                new OneInputStreamOperatorTestHarness<>(
                        new SinkWriterOperatorFactory<>(copy), LongSerializer.INSTANCE);
        harness.open();
    }

    private void write(long from, long to) throws Exception {
        for (long number : LongStream.rangeClosed(from, to).boxed().collect(Collectors.toList())) {
            harness.processElement(number, 0);
        }
    }

    private void checkpoint() throws Exception {
        harness.prepareSnapshotPreBarrier(1);
    }
}
