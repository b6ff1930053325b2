package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.local.dashboard.Dashboards;
import io.clickstream.local.dashboard.PanelQuery;
import io.clickstream.local.dashboard.SavedObject;
import io.clickstream.local.dashboard.TimeRange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The dashboards' panels, each asked of a node as OpenSearch Dashboards would ask it. */
final class Panels {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * What a node said.
     *
     * @param found the whole answer to the panel's search
     */
    record Answer(SavedObject panel, JsonNode found) {}

    /** The ids of all panels and saved searches that dashboards show. */
    static Set<String> inDashboards() throws IOException {
        Set<String> ids = new TreeSet<>();
        for (SavedObject object : SavedObjects.read()) {
            if (object.type().equals("dashboard")) {
                object.references()
                        .values()
                        .forEach(each -> ids.add(each.substring(each.indexOf(' ') + 1)));
            }
        }
        return ids;
    }

    /** Asks all panels and saved searches over a range of time. */
    static List<Answer> ask(URI node, Instant from, Instant to)
            throws IOException, InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        Dashboards dashboards = Dashboards.read(SavedObjects.FILE);
        TimeRange range = new TimeRange(from, to);
        List<Answer> answers = new ArrayList<>();
        for (SavedObject panel : dashboards.panels()) {
            PanelQuery query = PanelQuery.of(panel, dashboards, range);
            HttpResponse<String> response =
                    http.send(
                            HttpRequest.newBuilder(
                                            URI.create(node + "/" + query.index() + "/_search"))
                                    .header("Content-Type", "application/json")
                                    .POST(
                                            HttpRequest.BodyPublishers.ofString(
                                                    query.body().toString()))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as("%s: %s", panel, response.body()).isEqualTo(200);
            answers.add(new Answer(panel, JSON.readTree(response.body())));
        }
        return answers;
    }

    /** A search has each of its columns, an aggregation something in it. */
    static void assertHasData(Answer answer) {
        assertThat(answer.found().at("/hits/total/value").asInt())
                .as("%s", answer.panel())
                .isPositive();
        if (answer.panel().isSearch()) {
            assertColumns(answer.panel(), answer.found());
        } else {
            assertFilled(answer.found().path("aggregations"), answer.panel());
        }
    }

    private static void assertColumns(SavedObject search, JsonNode answer) {
        Set<String> filled = new HashSet<>();
        answer.at("/hits/hits")
                .forEach(hit -> filled.addAll(SavedObjects.names(hit.path("_source"))));
        assertThat(filled).containsAll(SavedObjects.texts(search.attributes().path("columns")));
    }

    /** No aggregation, at any depth, is without buckets, hits or a value. */
    private static void assertFilled(JsonNode aggregations, SavedObject panel) {
        aggregations
                .fields()
                .forEachRemaining(
                        field -> {
                            JsonNode aggregation = field.getValue();
                            String path = panel + " " + field.getKey();
                            if (aggregation.has("buckets")) {
                                assertThat(aggregation.path("buckets")).as(path).isNotEmpty();
                                aggregation
                                        .path("buckets")
                                        .forEach(bucket -> assertFilled(metrics(bucket), panel));
                            } else if (aggregation.has("hits")) {
                                assertThat(aggregation.at("/hits/hits/0/fields"))
                                        .as(path)
                                        .isNotEmpty();
                            } else if (aggregation.has("values")) {
                                aggregation
                                        .path("values")
                                        .forEach(v -> assertThat(v.isNumber()).as(path).isTrue());
                            } else {
                                assertThat(aggregation.path("value").isNumber()).as(path).isTrue();
                            }
                        });
    }

    private static JsonNode metrics(JsonNode bucket) {
        var metrics = JSON.createObjectNode();
        bucket.fields()
                .forEachRemaining(
                        field -> {
                            if (field.getValue().isObject()) {
                                metrics.set(field.getKey(), field.getValue());
                            }
                        });
        return metrics;
    }

    private Panels() {}
}
