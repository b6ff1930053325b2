package io.clickstream.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.clickstream.local.dashboard.SavedObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The saved objects of OpenSearch Dashboards 2.19 as a strict JSON schema: all attributes, no
 * others, and their allowed values.
 */
final class SavedObjectSchema {

    /** Attributes that hold JSON as a text. */
    static final Set<String> EMBEDDED =
            Set.of(
                    "visState",
                    "panelsJSON",
                    "optionsJSON",
                    "uiStateJSON",
                    "searchSourceJSON",
                    "fields",
                    "fieldFormatMap");

    private static final Path FILE =
            Path.of("src", "test", "resources", "opensearch", "saved-objects.schema.json");

    private static final ObjectNode ALL = read();
    private static final Map<String, JsonSchema> SCHEMAS = new ConcurrentHashMap<>();

    private SavedObjectSchema() {}

    /** What does not fit. */
    static List<String> problems(SavedObject object) {
        JsonNode decoded = decoded(object.json());
        String kind = object.type();
        if (kind.equals("visualization")) {
            kind += '-' + decoded.at("/attributes/visState/type").asText();
        }
        if (!ALL.path("$defs").has(kind)) {
            return List.of("there is no type " + kind);
        }
        return SCHEMAS.computeIfAbsent(kind, SavedObjectSchema::schema).validate(decoded).stream()
                .map(ValidationMessage::getMessage)
                .toList();
    }

    private static JsonSchema schema(String kind) {
        ObjectNode schema = ALL.deepCopy();
        schema.put("$ref", "#/$defs/" + kind);
        return JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(schema);
    }

    /** With attributes that hold JSON as what they hold. */
    private static JsonNode decoded(JsonNode node) {
        if (node.isObject()) {
            ObjectNode copy = node.deepCopy();
            node.fieldNames()
                    .forEachRemaining(
                            name -> {
                                JsonNode value = node.get(name);
                                copy.set(
                                        name,
                                        EMBEDDED.contains(name)
                                                ? SavedObject.parsed(text(name, value))
                                                : decoded(value));
                            });
            return copy;
        }
        if (node.isArray()) {
            ArrayNode copy = node.deepCopy();
            for (int i = 0; i < node.size(); i++) {
                copy.set(i, decoded(node.get(i)));
            }
            return copy;
        }
        return node;
    }

    private static String text(String name, JsonNode value) {
        if (!value.isTextual()) {
            throw new AssertionError(name + " is not JSON as a text, but " + value);
        }
        return value.asText();
    }

    private static ObjectNode read() {
        try {
            return (ObjectNode) SavedObject.parsed(Files.readString(FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
