package io.clickstream.local.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A saved object of OpenSearch Dashboards: one line of an export.
 *
 * @param json the whole line
 */
public record SavedObject(JsonNode json) {

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** The object in a line of JSON. */
    static SavedObject parse(String line) {
        return new SavedObject(parsed(line));
    }

    /** Such as {@code visualization}, {@code search}, or {@code dashboard}. */
    public String type() {
        return json.path("type").asText();
    }

    public String id() {
        return json.path("id").asText();
    }

    public String title() {
        return attributes().path("title").asText();
    }

    public JsonNode attributes() {
        return json.path("attributes");
    }

    /** What an attribute holds as a text of JSON. */
    public JsonNode embedded(String attribute) {
        return parsed(attributes().path(attribute).asText());
    }

    /** The kind of a visualization, its aggregations, and how they are drawn. */
    public JsonNode visState() {
        return embedded("visState");
    }

    /** The query and the filters of an object. */
    public JsonNode searchSource() {
        return parsed(attributes().at("/kibanaSavedObjectMeta/searchSourceJSON").asText());
    }

    /** Whether a dashboard can show the object: a visualization or a saved search. */
    public boolean isPanel() {
        return type().equals("visualization") || isSearch();
    }

    /** Whether this is a saved search, a table of documents. */
    public boolean isSearch() {
        return type().equals("search");
    }

    /** Whether this is a TSVB visualization, which names its index itself. */
    public boolean isTimeSeries() {
        return type().equals("visualization") && visState().path("type").asText().equals("metrics");
    }

    /** The name of each reference, and the type and id that it leads to, with a space between. */
    public Map<String, String> references() {
        Map<String, String> references = new LinkedHashMap<>();
        json.path("references")
                .forEach(
                        reference ->
                                references.put(
                                        reference.path("name").asText(),
                                        reference.path("type").asText()
                                                + ' '
                                                + reference.path("id").asText()));
        return references;
    }

    /**
     * Reads JSON.
     *
     * @throws UncheckedIOException if it is not JSON, or something follows it
     */
    public static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(json, e);
        }
    }

    @Override
    public String toString() {
        return type() + ' ' + id();
    }
}
