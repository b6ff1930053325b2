package io.clickstream.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.local.dashboard.Dashboards;
import io.clickstream.local.dashboard.SavedObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The dashboards that users import, and the index templates that their fields come from. */
final class SavedObjects {

    static final Path ASSETS = Path.of("src", "main", "opensearch");
    static final Path FILE = ASSETS.resolve("dashboards.ndjson");

    private SavedObjects() {}

    static List<SavedObject> read() throws IOException {
        return Dashboards.read(FILE).objects();
    }

    /** The types of an index's fields, by the template that is named like it. */
    static Map<String, String> fields(String index) throws IOException {
        JsonNode template =
                SavedObject.parsed(
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
