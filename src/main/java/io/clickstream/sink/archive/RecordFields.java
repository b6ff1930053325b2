package io.clickstream.sink.archive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.clickstream.event.ArchivedRecord;
import java.io.IOException;

/** Reads the fields of one record as texts. */
final class RecordFields {

    private static final JsonFactory JSON = new JsonFactory();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonNode record;

    private RecordFields(JsonNode record) {
        this.record = record;
    }

    static RecordFields of(ArchivedRecord record) throws IOException {
        try (JsonParser parser = JSON.createParser(record.json())) {
            return new RecordFields(node(parser, parser.nextToken()));
        }
    }

    /**
     * The parser's current value. A number keeps its literal: 54.960 is not 54.96, and no Java type
     * holds 1e99999999999.
     */
    private static JsonNode node(JsonParser parser, JsonToken token) throws IOException {
        switch (token) {
            case START_OBJECT:
                ObjectNode object = NODES.objectNode();
                for (String name = parser.nextFieldName();
                        name != null;
                        name = parser.nextFieldName()) {
                    object.set(name, node(parser, parser.nextToken()));
                }
                return object;
            case START_ARRAY:
                ArrayNode array = NODES.arrayNode();
                for (JsonToken next = parser.nextToken();
                        next != JsonToken.END_ARRAY;
                        next = parser.nextToken()) {
                    array.add(node(parser, next));
                }
                return array;
            case VALUE_NUMBER_INT:
            case VALUE_NUMBER_FLOAT:
                return NODES.rawValueNode(new RawValue(parser.getText()));
            case VALUE_STRING:
                return NODES.textNode(parser.getText());
            case VALUE_NULL:
                return NODES.nullNode();
            default:
                return NODES.booleanNode(parser.getBooleanValue());
        }
    }

    /**
     * A string or number unchanged, an object or array as JSON; empty for null and for a missing
     * field.
     */
    String text(JsonPointer pointer) {
        JsonNode value = record.at(pointer);
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (value.isPojo()) {
            return (String) ((RawValue) ((POJONode) value).getPojo()).rawValue();
        }
        return value.isContainerNode() ? value.toString() : value.asText();
    }
}
