package io.clickstream.sink.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.config.OpenSearchConfig.IndexPeriod;
import io.clickstream.config.OpenSearchConfig.Templates;
import io.clickstream.local.server.OpenSearchNode;
import io.clickstream.testing.OpenSearchSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The start check of index templates, against OpenSearch itself. */
class IndexTemplatesITCase {

    private static final String DOCUMENT = "{\"windowEndTime\":1655183298000}";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path folder;

    private static OpenSearchNode node;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void start() {
        node = OpenSearchNode.start(folder);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @AfterEach
    void deleteAll() throws Exception {
        List<String> names = new ArrayList<>(List.of("shop_departments", "dead_letters", "mine"));
        names.addAll(indices());
        for (String name : names) {
            send("DELETE", '/' + name + '*', "");
            send("DELETE", "/_index_template/" + name, "");
        }
    }

    @Test
    void theJobDoesNotStartWhereTimesWouldBeNumbers() throws Exception {
        assertThat(problems(config()))
                .hasSize(Aggregates.ALL.size())
                .first()
                .asString()
                .contains(
                        "has no index template that defines windowEndTime of index"
                                + " departments_count as a date");
    }

    @Test
    void theJobPutsTheTemplatesIfTold() throws Exception {
        OpenSearchSettings config =
                config().deadLettersIndex("dead_letters").templates(Templates.PUT);

        assertThat(problems(config)).isEmpty();

        index("departments_count");
        assertThat(type("departments_count", "windowEndTime")).isEqualTo("date");
        assertThat(problems(config.templates(Templates.CHECK))).isEmpty();
        for (String index : indices()) {
            assertThat(send("GET", "/_index_template/" + index, "").statusCode())
                    .as(index)
                    .isEqualTo(200);
        }
    }

    @Test
    void theJobPutsTemplatesForIndicesOfOtherNamesAndOfADay() throws Exception {
        OpenSearchSettings config =
                config().index(Aggregates.DEPARTMENT_COUNTS, "shop_departments")
                        .indexPeriod(IndexPeriod.DAY)
                        .templates(Templates.PUT);

        assertThat(problems(config)).isEmpty();

        index("shop_departments-2022.06.14");
        assertThat(type("shop_departments-2022.06.14", "windowEndTime")).isEqualTo("date");
    }

    @Test
    void aTemplateOfAnyNameCounts() throws Exception {
        assertThat(
                        send(
                                        "PUT",
                                        "/_index_template/mine",
                                        "{\"index_patterns\":"
                                                + JSON.writeValueAsString(indices())
                                                + ",\"template\":{\"mappings\":"
                                                + "{\"properties\":{\"windowEndTime\":"
                                                + "{\"type\":\"date\"}}}}}")
                                .statusCode())
                .isEqualTo(200);

        assertThat(problems(config())).isEmpty();
        assertThat(problems(config().templates(Templates.PUT))).isEmpty();
        assertThat(send("GET", "/_index_template/departments_count", "").statusCode())
                .isEqualTo(404);
    }

    /** Not to start would mend nothing: an index keeps its types. */
    @Test
    void anIndexThatIsThereStopsNothing() throws Exception {
        for (String index : indices()) {
            index(index);
        }

        assertThat(type("departments_count", "windowEndTime")).isEqualTo("long");
        assertThat(problems(config())).isEmpty();
    }

    private static OpenSearchSettings config() {
        return OpenSearchSettings.of(node.uri()).templates(Templates.CHECK);
    }

    private static List<String> problems(OpenSearchSettings config) throws Exception {
        return OpenSearchStartCheck.problems(config.build(), Aggregates.ALL);
    }

    private static List<String> indices() {
        return Aggregates.ALL.stream().map(Aggregate::defaultIndex).toList();
    }

    private void index(String index) throws Exception {
        assertThat(send("PUT", '/' + index + "/_doc/1?refresh=true", DOCUMENT).statusCode())
                .isEqualTo(201);
    }

    private String type(String index, String field) throws Exception {
        JsonNode answer = JSON.readTree(send("GET", '/' + index + "/_mapping", "").body());
        return answer.path(index)
                .path("mappings")
                .path("properties")
                .path(field)
                .path("type")
                .asText();
    }

    private HttpResponse<String> send(String method, String path, String body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(node.uri() + path))
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
