package io.clickstream.local.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.clickstream.local.dashboard.Dashboards;
import io.clickstream.local.dashboard.PanelQuery;
import io.clickstream.local.dashboard.SavedObject;
import io.clickstream.local.dashboard.TimeRange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** Asks an OpenSearch node what the panels of dashboards show. */
final class PanelSearch {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(8);
    private static final int OK = 200;

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(TIMEOUT)
                    .build();
    private final Dashboards dashboards;
    private final URI node;

    PanelSearch(Dashboards dashboards, URI node) {
        this.dashboards = dashboards;
        this.node = node;
    }

    /**
     * All dashboards with their titles and indices, as JSON.
     *
     * @param existing the indices that the job writes to
     */
    JsonNode list(Set<String> existing) {
        ObjectNode answer = JSON.createObjectNode();
        var list = answer.putArray("dashboards");
        for (SavedObject dashboard : dashboards.dashboards()) {
            ObjectNode entry = list.addObject();
            entry.put("id", dashboard.id());
            entry.put("title", dashboard.title());
            entry.put("description", dashboard.attributes().path("description").asText());
            entry.put("refreshMillis", dashboard.attributes().at("/refreshInterval/value").asInt());
            Set<String> indices = new TreeSet<>();
            panels(dashboard).values().forEach(panel -> index(panel).ifPresent(indices::add));
            indices.retainAll(existing);
            entry.put("written", !indices.isEmpty());
        }
        return answer;
    }

    /** The index of a panel, without the star at the end of its pattern; empty if it has none. */
    private Optional<String> index(SavedObject panel) {
        Optional<String> pattern =
                panel.isTimeSeries()
                        ? Optional.of(panel.visState().at("/params/index_pattern").asText())
                        : pattern(panel).map(SavedObject::title);
        return pattern.map(
                name -> name.endsWith("*") ? name.substring(0, name.length() - 1) : name);
    }

    /** The index pattern of a panel. Some kinds have none, such as texts. */
    private Optional<SavedObject> pattern(SavedObject panel) {
        return panel.references().values().stream()
                .map(dashboards.byReference()::get)
                .filter(object -> object != null && object.type().equals("index-pattern"))
                .findFirst();
    }

    /** The panels of a dashboard by their names in it. Those that the export lacks are not here. */
    private Map<String, SavedObject> panels(SavedObject dashboard) {
        Map<String, SavedObject> panels = new TreeMap<>();
        dashboard
                .references()
                .forEach(
                        (name, reference) -> {
                            SavedObject panel = dashboards.byReference().get(reference);
                            if (panel != null) {
                                panels.put(name, panel);
                            }
                        });
        return panels;
    }

    /**
     * A dashboard with its panels, and what the node answers to the search of each.
     *
     * @throws IllegalArgumentException if there is no such dashboard
     */
    JsonNode show(String id, TimeRange range) {
        SavedObject dashboard = dashboards.get("dashboard " + id);
        ObjectNode answer = JSON.createObjectNode();
        answer.put("id", id).put("title", dashboard.title());
        answer.put("from", range.from().toEpochMilli()).put("to", range.to().toEpochMilli());
        answer.put("intervalMillis", range.autoInterval().toMillis());
        var list = answer.putArray("panels");
        Map<String, SavedObject> panels = panels(dashboard);
        List<CompletableFuture<?>> searches = new ArrayList<>();
        for (JsonNode placed : dashboard.embedded("panelsJSON")) {
            SavedObject panel = panels.get(placed.path("panelRefName").asText());
            ObjectNode entry = list.addObject();
            entry.set("grid", placed.path("gridData"));
            if (panel == null) {
                entry.put("id", placed.path("panelIndex").asText())
                        .put("title", placed.path("title").asText())
                        .put("kind", "")
                        .put("error", "The saved objects have the place of this panel only");
                continue;
            }
            entry.put("id", panel.id()).put("title", panel.title());
            describe(panel, entry);
            searches.add(search(panel, range, entry));
        }
        CompletableFuture.allOf(searches.toArray(new CompletableFuture<?>[0])).join();
        return answer;
    }

    private void describe(SavedObject panel, ObjectNode entry) {
        if (panel.isSearch()) {
            entry.put("kind", "search");
            entry.set("columns", panel.attributes().path("columns"));
        } else if (panel.isPanel()) {
            JsonNode state = panel.visState();
            entry.put("kind", state.path("type").asText());
            entry.set("state", state);
        } else {
            entry.put("kind", panel.type());
        }
        if (!panel.isTimeSeries()) {
            pattern(panel).ifPresent(pattern -> describePattern(pattern, entry));
        }
    }

    private static void describePattern(SavedObject pattern, ObjectNode entry) {
        entry.put("timeField", pattern.attributes().path("timeFieldName").asText());
        if (pattern.attributes().has("fieldFormatMap")) {
            entry.set("formats", pattern.embedded("fieldFormatMap"));
        }
        ObjectNode types = entry.putObject("types");
        pattern.embedded("fields")
                .forEach(
                        field ->
                                types.put(
                                        field.path("name").asText(), field.path("type").asText()));
    }

    private CompletableFuture<?> search(SavedObject panel, TimeRange range, ObjectNode entry) {
        if (index(panel).isEmpty()) {
            entry.put("error", "The saved objects have no index pattern of this panel");
            return CompletableFuture.completedFuture(entry);
        }
        PanelQuery query;
        try {
            query = PanelQuery.of(panel, dashboards, range);
        } catch (IllegalArgumentException e) {
            entry.put("error", "This page can't ask for the panel: " + e.getMessage());
            return CompletableFuture.completedFuture(entry);
        }
        entry.put("index", query.index());
        HttpRequest request =
                HttpRequest.newBuilder(
                                node.resolve(
                                        "/" + query.index() + "/_search?ignore_unavailable=true"))
                        .timeout(TIMEOUT)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(query.body().toString()))
                        .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .handle(
                        (response, failure) -> {
                            if (failure != null) {
                                return entry.put("error", "OpenSearch does not answer");
                            }
                            return answered(response, entry);
                        });
    }

    private static ObjectNode answered(HttpResponse<String> response, ObjectNode entry) {
        if (response.statusCode() != OK) {
            return entry.put(
                    "error",
                    "OpenSearch answered with %d: %s"
                            .formatted(response.statusCode(), response.body()));
        }
        try {
            return entry.set("answer", JSON.readTree(response.body()));
        } catch (IOException e) {
            return entry.put("error", "OpenSearch's answer is not JSON");
        }
    }
}
