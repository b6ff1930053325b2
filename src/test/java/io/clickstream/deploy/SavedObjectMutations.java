package io.clickstream.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.clickstream.local.dashboard.SavedObject;
import java.util.ArrayList;
import java.util.List;

/**
 * Saved objects with one fault each: a field is missing, has another type, or has another text.
 * Attributes that hold JSON as a text are mutated inside.
 */
final class SavedObjectMutations {

    /**
     * An object with a fault.
     *
     * @param place where, and what was done
     */
    record Mutation(String place, SavedObject mutated) {}

    private SavedObjectMutations() {}

    /** All mutations of an object. */
    static List<Mutation> of(SavedObject object) {
        List<Mutation> mutations = new ArrayList<>();
        for (Variant variant : variants(object.json(), "")) {
            mutations.add(new Mutation(variant.place, new SavedObject(variant.json)));
        }
        return mutations;
    }

    private record Variant(String place, JsonNode json) {}

    /** Each variant of a node, with the place of its fault. */
    private static List<Variant> variants(JsonNode node, String place) {
        List<Variant> all = new ArrayList<>();
        if (node.isObject()) {
            node.fieldNames()
                    .forEachRemaining(
                            name -> {
                                String at = place + '/' + name;
                                ObjectNode without = node.deepCopy();
                                without.remove(name);
                                all.add(new Variant(at + " removed", without));
                                for (Variant each : ofField(name, node.get(name), at)) {
                                    ObjectNode copy = node.deepCopy();
                                    copy.set(name, each.json);
                                    all.add(new Variant(each.place, copy));
                                }
                            });
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                for (Variant each : variants(node.get(i), place + '/' + i)) {
                    ArrayNode copy = node.deepCopy();
                    copy.set(i, each.json);
                    all.add(new Variant(each.place, copy));
                }
            }
        } else if (node.isTextual()) {
            all.add(new Variant(place + " other text", new TextNode(node.asText() + "-x")));
        }
        return all;
    }

    private static List<Variant> ofField(String name, JsonNode value, String at) {
        List<Variant> all = new ArrayList<>();
        JsonNode otherType = value.isTextual() ? IntNode.valueOf(7) : new TextNode("x");
        all.add(new Variant(at + " other type", otherType));
        if (SavedObjectSchema.EMBEDDED.contains(name) && value.isTextual()) {
            for (Variant each : variants(SavedObject.parsed(value.asText()), at)) {
                all.add(new Variant(each.place, new TextNode(each.json.toString())));
            }
        } else {
            all.addAll(variants(value, at));
        }
        return all;
    }
}
