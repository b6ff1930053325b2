package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.local.results.Comparison;
import io.clickstream.local.results.Results;
import io.clickstream.local.server.OpenSearchIndices;
import io.clickstream.local.server.OpenSearchNode;
import io.clickstream.testing.Await;
import io.clickstream.testing.Clicks;
import io.clickstream.testing.FakeOpenSearch;
import io.clickstream.testing.LocalJob;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.Oracle;
import io.clickstream.tools.oracle.OracleClick;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole job while OpenSearch refuses: everything for a while, or one document for good. */
class OpenSearchOutageITCase {

    private static final Duration OUTAGE = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void thirtySecondsOf429AndAMappingConflictLoseNothingAndRestartNothing(@TempDir Path folder)
            throws Exception {
        List<Clicks> clicks = traffic();
        Expected expected = expected(clicks);
        String refused = documentId(expected.checkouts().get(0));
        List<String> others = expected.checkouts().subList(1, expected.checkouts().size());

        try (FakeOpenSearch openSearch = FakeOpenSearch.start();
                LocalJob job = new LocalJob(folder, 1)) {
            openSearch.refuse(
                    refused::equals, 400, "mapper_parsing_exception", "failed to parse [userId]");
            openSearch.answer(
                    429, "{\"error\":{\"type\":\"rejected\",\"reason\":\"busy\"}}", OUTAGE);
            job.set("sink.opensearch", "endpoint", openSearch.uri().toString());
            job.start(folder, 2);
            job.send(0, clicks.stream().map(Clicks::toJson).toList());

            Await.until(
                    "all documents but one",
                    OUTAGE.plusMinutes(2),
                    () ->
                            documents(openSearch, Results.CHECKOUTS_INDEX) == others.size()
                                    && documents(openSearch, Results.SESSIONS_INDEX)
                                            == expected.sessions().size()
                                    && documents(openSearch, Results.DEPARTMENTS_INDEX)
                                            == expected.departments().size());
            job.awaitTopics(expected, Duration.ofMinutes(1));

            assertThat(
                            Comparison.ofDocuments(
                                            "index",
                                            others,
                                            all(openSearch, Results.CHECKOUTS_INDEX))
                                    .report())
                    .hasSize(1);
            assertThat(openSearch.received()).hasSizeGreaterThan(10);
            assertThat(job.deadLetters())
                    .extracting(
                            letter -> letter.get("reason").asText(),
                            letter -> letter.get("partition").asText(),
                            letter -> letter.get("offset").asText(),
                            letter -> letter.get("text").asText())
                    .containsExactly(
                            tuple(
                                    "unindexable",
                                    Results.CHECKOUTS_INDEX,
                                    refused,
                                    expected.checkouts().get(0)));
            assertThat(job.flink().restarts()).isZero();
        }
    }

    @Test
    void aRealNodesMappingConflictIsADeadLetter(@TempDir Path folder) throws Exception {
        long base = Clock.systemUTC().millis() - 60_000;
        List<Clicks> clicks =
                List.of(
                        click("ann").at(base).in("Books").checkingOut(),
                        click(7).at(base + 100).in("Books").checkingOut());

        try (OpenSearchNode openSearch = OpenSearchNode.start(folder.resolve("opensearch"));
                LocalJob job = new LocalJob(folder, 1)) {
            OpenSearchIndices indices = new OpenSearchIndices(openSearch.uri());
            indices.put(
                    Results.CHECKOUTS_INDEX,
                    "{\"mappings\":{\"properties\":{\"userId\":{\"type\":\"long\"}}}}");
            job.set("sink.opensearch", "endpoint", openSearch.uri().toString());
            job.start(folder, 1);
            job.send(0, clicks.stream().map(Clicks::toJson).toList());

            Await.until(
                    "the letter",
                    Duration.ofMinutes(1),
                    () -> !job.topic(LocalJob.DEAD_LETTERS).isEmpty());
            JsonNode letter = job.deadLetters().get(0);
            assertThat(letter.get("reason").asText()).isEqualTo("unindexable");
            assertThat(letter.get("detail").asText()).contains("userId").contains("long");
            assertThat(JSON.readTree(letter.get("text").asText()).get("userId").asText())
                    .isEqualTo("ann");
            Await.until(
                    "the other document",
                    Duration.ofSeconds(30),
                    () -> indices.count(Results.CHECKOUTS_INDEX) == 1);
            assertThat(job.flink().restarts()).isZero();
        }
    }

    private static List<Clicks> traffic() {
        Random random = new Random(3);
        long time = Clock.systemUTC().millis() - 90_000;
        List<Clicks> clicks = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            time += random.nextInt(10);
            clicks.add(
                    click((long) random.nextInt(40))
                            .at(time)
                            .in(random.nextBoolean() ? "Books" : "Toys")
                            .ofType(random.nextInt(20) == 0 ? "order_checkout" : "order"));
        }
        return clicks;
    }

    private static Expected expected(List<Clicks> clicks) {
        List<OracleClick> all = clicks.stream().map(Clicks::forOracle).toList();
        return Oracle.expect(all, Duration.ofSeconds(1), Duration.ofSeconds(10));
    }

    private static String documentId(String checkout) throws Exception {
        JsonNode json = JSON.readTree(checkout);
        return json.get("windowBeginTime").asText() + "-" + json.get("userId");
    }

    private static int documents(FakeOpenSearch openSearch, String index) {
        return openSearch.documents(index).size();
    }

    private static List<JsonNode> all(FakeOpenSearch openSearch, String index) {
        return List.copyOf(openSearch.documents(index).values());
    }
}
