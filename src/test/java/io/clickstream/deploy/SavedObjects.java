package io.clickstream.deploy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The dashboards that users import, and the index templates that their fields come from. */
final class SavedObjects {

    static final Path ASSETS = Path.of("src", "main", "opensearch");
    static final Path FILE = ASSETS.resolve("dashboards.ndjson");

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** One line of the file. */
    record SavedObject(JsonNode json) {

        String type() {
            return json.path("type").asText();
        }

        String id() {
            return json.path("id").asText();
        }

        JsonNode attributes() {
            return json.path("attributes");
        }

        /** What an attribute holds as a text of JSON. */
        JsonNode embedded(String attribute) {
            return parsed(attributes().path(attribute).asText());
        }

        JsonNode visState() {
            return embedded("visState");
        }

        JsonNode searchSource() {
            return parsed(attributes().at("/kibanaSavedObjectMeta/searchSourceJSON").asText());
        }

        /** The type and id that a reference leads to. */
        Map<String, String> references() {
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

        @Override
        public String toString() {
            return type() + ' ' + id();
        }
    }

    private SavedObjects() {}

    static List<SavedObject> read() throws IOException {
        return Files.readAllLines(FILE).stream()
                .map(line -> new SavedObject(parsed(line)))
                .toList();
    }

    static Map<String, SavedObject> byReference(List<SavedObject> objects) {
        Map<String, SavedObject> all = new LinkedHashMap<>();
        objects.forEach(object -> all.put(object.toString(), object));
        return all;
    }

    /** The types of an index's fields, by the template that is named like it. */
    static Map<String, String> fields(String index) throws IOException {
        JsonNode template =
                parsed(
                        Files.readString(
                                ASSETS.resolve("index-templates").resolve(index + ".json")));
        Map<String, String> fields = new TreeMap<>();
        template.at("/template/mappings/properties")
                .fields()
                .forEachRemaining(
                        field -> fields.put(field.getKey(), field.getValue().get("type").asText()));
        return fields;
    }

    /** The index patterns by their index, without the star at the end. */
    static Map<String, SavedObject> patterns(List<SavedObject> objects) {
        Map<String, SavedObject> patterns = new TreeMap<>();
        for (SavedObject object : objects) {
            if (object.type().equals("index-pattern")) {
                patterns.put(index(object), object);
            }
        }
        return patterns;
    }

    static String index(SavedObject pattern) {
        return pattern.attributes().path("title").asText().replaceFirst("\\*$", "");
    }

    static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(json, e);
        }
    }

    static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
