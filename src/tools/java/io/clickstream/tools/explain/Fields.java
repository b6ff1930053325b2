package io.clickstream.tools.explain;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.clickstream.event.RawRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All fields of the records of a sample, in the order in which they first occur. Of an array, only
 * the first element is looked at: the job has one value per field, and pointers name a position.
 */
final class Fields {

    /** The maximum number of fields. Records with ids as names would have any number. */
    static final int MAX_FIELDS = 500;

    /** The maximum number of segments of a pointer. */
    static final int MAX_DEPTH = 10;

    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private final Map<JsonPointer, Field> fields = new LinkedHashMap<>();
    private final List<Integer> unreadable = new ArrayList<>();
    private int objects;
    private boolean isCut;
    private boolean isTooDeep;

    private Fields() {}

    /** The fields of these records. Records that are not JSON objects have none. */
    static Fields of(List<RawRecord> records) {
        Fields all = new Fields();
        for (int i = 0; i < records.size(); i++) {
            Optional<JsonNode> tree = tree(records.get(i));
            if (tree.isPresent()) {
                all.objects++;
                all.add(JsonPointer.empty(), 0, i, tree.get());
            } else {
                all.unreadable.add(i);
            }
        }
        return all;
    }

    /** The record as a tree; empty if it is not a JSON object. */
    static Optional<JsonNode> tree(RawRecord record) {
        try {
            return Optional.ofNullable(JSON.readTree(record.bytes())).filter(JsonNode::isObject);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private void add(JsonPointer at, int depth, int record, JsonNode node) {
        if (depth > MAX_DEPTH) {
            isTooDeep = true;
            return;
        }
        if (node.isObject()) {
            node.fields()
                    .forEachRemaining(
                            member ->
                                    add(
                                            at.appendProperty(member.getKey()),
                                            depth + 1,
                                            record,
                                            member.getValue()));
        } else if (node.isArray()) {
            if (!node.isEmpty()) {
                add(at.appendIndex(0), depth + 1, record, node.get(0));
            }
        } else {
            addValue(at, record, node);
        }
    }

    private void addValue(JsonPointer at, int record, JsonNode value) {
        Field field = fields.get(at);
        if (field == null) {
            if (fields.size() >= MAX_FIELDS) {
                isCut = true;
                return;
            }
            field = new Field(at);
            fields.put(at, field);
        }
        if (!value.isNull()) {
            field.add(record, value);
        }
    }

    /** The number of records that are JSON objects. */
    int objects() {
        return objects;
    }

    /** The indices of the other records. */
    List<Integer> unreadable() {
        return Collections.unmodifiableList(unreadable);
    }

    /** Whether there are more fields than {@link #MAX_FIELDS}. */
    boolean isCut() {
        return isCut;
    }

    /** Whether there are fields with longer pointers than {@link #MAX_DEPTH}. */
    boolean isTooDeep() {
        return isTooDeep;
    }

    Collection<Field> all() {
        return Collections.unmodifiableCollection(fields.values());
    }

    /** The part of the records in which the field has a value, from 0 to 1. */
    double share(Field field) {
        return objects == 0 ? 0 : (double) field.present() / objects;
    }
}
