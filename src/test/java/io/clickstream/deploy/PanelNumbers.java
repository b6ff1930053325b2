package io.clickstream.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The numbers in the answer to a panel's search: all that the page must show, and no others. */
final class PanelNumbers {

    /** The numbers of a panel as the page gets it, sorted. */
    static List<Double> of(JsonNode panel) {
        List<Double> numbers = new ArrayList<>();
        JsonNode answer = panel.path("answer");
        if (panel.path("kind").asText().equals("search")) {
            answer.at("/hits/hits").forEach(hit -> ofDocument(hit.path("_source"), panel, numbers));
        } else if (panel.path("kind").asText().equals("metrics")) {
            ofTimeSeries(panel, numbers);
        } else {
            List<JsonNode> buckets = new ArrayList<>();
            List<JsonNode> metrics = new ArrayList<>();
            for (JsonNode each : panel.at("/state/aggs")) {
                (each.path("schema").asText().equals("metric") ? metrics : buckets).add(each);
            }
            ofBuckets(
                    answer.path("aggregations"),
                    answer.at("/hits/total/value").asDouble(),
                    buckets,
                    metrics,
                    numbers);
        }
        return numbers.stream().sorted().toList();
    }

    private static void ofDocument(JsonNode source, JsonNode panel, List<Double> numbers) {
        for (JsonNode column : panel.path("columns")) {
            JsonNode value = source.path(column.asText());
            if (panel.at("/types/" + column.asText()).asText().equals("number")
                    && value.isNumber()) {
                numbers.add(value.asDouble());
            }
        }
    }

    /** Of each series the last metric is shown. */
    private static void ofTimeSeries(JsonNode panel, List<Double> numbers) {
        for (JsonNode series : panel.at("/state/params/series")) {
            JsonNode metrics = series.path("metrics");
            String shown = metrics.get(metrics.size() - 1).path("id").asText();
            panel.at("/answer/aggregations")
                    .path(series.path("id").asText())
                    .path("buckets")
                    .forEach(bucket -> add(bucket.path(shown).path("value"), numbers));
        }
    }

    private static void ofBuckets(
            JsonNode node,
            double count,
            List<JsonNode> buckets,
            List<JsonNode> metrics,
            List<Double> numbers) {
        if (buckets.isEmpty()) {
            metrics.forEach(metric -> ofMetric(metric, node, count, numbers));
            return;
        }
        node.path(buckets.get(0).path("id").asText())
                .path("buckets")
                .forEach(
                        bucket ->
                                ofBuckets(
                                        bucket,
                                        bucket.path("doc_count").asDouble(),
                                        buckets.subList(1, buckets.size()),
                                        metrics,
                                        numbers));
    }

    private static void ofMetric(
            JsonNode metric, JsonNode node, double count, List<Double> numbers) {
        JsonNode found = node.path(metric.path("id").asText());
        switch (metric.path("type").asText()) {
            case "count" -> numbers.add(count);
            case "percentiles" -> found.path("values").forEach(value -> add(value, numbers));
            case "top_hits" -> {
                JsonNode value =
                        found.at("/hits/hits/0/fields")
                                .path(metric.at("/params/field").asText())
                                .path(0);
                if (value.isTextual() && value.asText().matches("\\d+")) {
                    numbers.add(value.asDouble());
                } else {
                    add(value, numbers);
                }
            }
            default -> add(found.path("value"), numbers);
        }
    }

    private static void add(JsonNode value, List<Double> numbers) {
        if (value.isNumber()) {
            numbers.add(value.asDouble());
        }
    }

    /** The panels of a dashboard by their ids. */
    static Map<String, JsonNode> byId(JsonNode dashboard) {
        Map<String, JsonNode> panels = new LinkedHashMap<>();
        dashboard.path("panels").forEach(panel -> panels.put(panel.path("id").asText(), panel));
        return panels;
    }

    private PanelNumbers() {}
}
