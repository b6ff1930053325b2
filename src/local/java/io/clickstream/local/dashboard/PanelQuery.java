package io.clickstream.local.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** A panel as the search that OpenSearch Dashboards makes of it, for a range of time. */
public final class PanelQuery {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String index;
    private final ObjectNode body;

    private PanelQuery(String index, ObjectNode body) {
        this.index = index;
        this.body = body;
    }

    /**
     * The search of a visualization or a saved search.
     *
     * @param dashboards where the panel's index pattern is
     * @throws IllegalArgumentException if the panel has an aggregation that is not known here
     */
    public static PanelQuery of(SavedObject panel, Dashboards dashboards, TimeRange range) {
        // Dashboards asks for exact totals, too: a count without buckets is the total.
        ObjectNode body = JSON.createObjectNode().put("track_total_hits", true);
        if (panel.isTimeSeries()) {
            JsonNode params = panel.visState().path("params");
            filter(body, "", params.path("time_field").asText(), range);
            body.put("size", 0).set("aggs", series(params, range));
            return new PanelQuery(params.path("index_pattern").asText(), body);
        }
        SavedObject pattern = dashboards.get(panel.references().values().iterator().next());
        filter(
                body,
                panel.searchSource().at("/query/query").asText(),
                pattern.attributes().path("timeFieldName").asText(),
                range);
        if (panel.isSearch()) {
            body.put("size", 500)
                    .putArray("sort")
                    .addObject()
                    .putObject(panel.attributes().at("/sort/0/0").asText())
                    .put("order", panel.attributes().at("/sort/0/1").asText());
        } else {
            List<JsonNode> buckets = new ArrayList<>();
            List<JsonNode> metrics = new ArrayList<>();
            for (JsonNode aggregation : panel.visState().path("aggs")) {
                (aggregation.path("schema").asText().equals("metric") ? metrics : buckets)
                        .add(aggregation);
            }
            body.put("size", 0).set("aggs", nested(buckets, metrics, range));
        }
        return new PanelQuery(pattern.attributes().path("title").asText(), body);
    }

    /** The index pattern that is searched. */
    public String index() {
        return index;
    }

    /** The body of the request. */
    public ObjectNode body() {
        return body;
    }

    private static void filter(ObjectNode body, String query, String timeField, TimeRange range) {
        var filters = body.putObject("query").putObject("bool").putArray("filter");
        filters.addObject()
                .putObject("range")
                .putObject(timeField)
                .put("gte", range.from().toString())
                .put("lte", range.to().toString())
                .put("format", "strict_date_optional_time");
        if (!query.isEmpty()) {
            // Lucene's language says field: "value" in the same way.
            filters.addObject().putObject("query_string").put("query", query);
        }
    }

    private static String interval(TimeRange range) {
        return range.autoInterval().toSeconds() + "s";
    }

    private static ObjectNode nested(
            List<JsonNode> buckets, List<JsonNode> metrics, TimeRange range) {
        ObjectNode aggregations = JSON.createObjectNode();
        for (JsonNode metric : metrics) {
            if (!metric.path("type").asText().equals("count")) {
                aggregations.set(metric.path("id").asText(), metric(metric));
            }
        }
        if (!buckets.isEmpty()) {
            ObjectNode bucket = bucket(buckets.get(0), metrics, range);
            ObjectNode inner = nested(buckets.subList(1, buckets.size()), metrics, range);
            if (!inner.isEmpty()) {
                bucket.set("aggs", inner);
            }
            aggregations.set(buckets.get(0).path("id").asText(), bucket);
        }
        return aggregations;
    }

    private static ObjectNode bucket(
            JsonNode aggregation, List<JsonNode> metrics, TimeRange range) {
        JsonNode params = aggregation.path("params");
        String type = aggregation.path("type").asText();
        ObjectNode bucket = JSON.createObjectNode();
        ObjectNode body = bucket.putObject(type).put("field", params.path("field").asText());
        switch (type) {
            case "date_histogram" ->
                    body.put("fixed_interval", interval(range))
                            .put("time_zone", "UTC")
                            .put("min_doc_count", 1);
            case "histogram" ->
                    body.put("interval", params.path("interval").asDouble())
                            .put("min_doc_count", 1);
            case "terms" -> {
                body.put("size", params.path("size").asInt());
                String orderBy = params.path("orderBy").asText();
                boolean byCount =
                        metrics.stream()
                                .anyMatch(
                                        metric ->
                                                metric.path("id").asText().equals(orderBy)
                                                        && metric.path("type")
                                                                .asText()
                                                                .equals("count"));
                body.putObject("order")
                        .put(byCount ? "_count" : orderBy, params.path("order").asText());
            }
            default -> throw new IllegalArgumentException("not a bucket: " + aggregation);
        }
        return bucket;
    }

    private static ObjectNode metric(JsonNode aggregation) {
        JsonNode params = aggregation.path("params");
        String type = aggregation.path("type").asText();
        ObjectNode metric = JSON.createObjectNode();
        ObjectNode body = metric.putObject(type);
        if (type.equals("top_hits")) {
            body.put("size", params.path("size").asInt())
                    .putArray("sort")
                    .addObject()
                    .putObject(params.path("sortField").asText())
                    .put("order", params.path("sortOrder").asText());
            body.putArray("docvalue_fields")
                    .addObject()
                    .put("field", params.path("field").asText());
            return metric;
        }
        body.put("field", params.path("field").asText());
        if (type.equals("percentiles")) {
            body.set("percents", params.path("percents"));
        }
        return metric;
    }

    private static ObjectNode series(JsonNode params, TimeRange range) {
        ObjectNode aggregations = JSON.createObjectNode();
        for (JsonNode series : params.path("series")) {
            ObjectNode histogram = aggregations.putObject(series.path("id").asText());
            histogram
                    .putObject("date_histogram")
                    .put("field", params.path("time_field").asText())
                    .put("fixed_interval", interval(range))
                    .put("min_doc_count", 0);
            ObjectNode metrics = histogram.putObject("aggs");
            for (JsonNode metric : series.path("metrics")) {
                ObjectNode body = metrics.putObject(metric.path("id").asText());
                if (metric.path("type").asText().equals("calculation")) {
                    ObjectNode script = body.putObject("bucket_script");
                    ObjectNode paths = script.putObject("buckets_path");
                    metric.path("variables")
                            .forEach(
                                    variable ->
                                            paths.put(
                                                    variable.path("name").asText(),
                                                    variable.path("field").asText()));
                    script.putObject("script")
                            .put("lang", "painless")
                            .put("source", metric.path("script").asText());
                    script.put("gap_policy", "skip");
                } else {
                    body.putObject(metric.path("type").asText())
                            .put("field", metric.path("field").asText());
                }
            }
        }
        return aggregations;
    }
}
