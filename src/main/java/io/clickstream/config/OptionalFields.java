package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;
import io.clickstream.config.ClickField.Kind;
import java.io.Serializable;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The fields that no aggregate needs, but a configured filter, ranking, or recommender does. For
 * Avro records, a pointer names a field of the record itself. Fields that are not listed here are
 * not read.
 */
public final class OptionalFields implements Serializable {

    /** No optional fields. */
    public static final OptionalFields NONE = new OptionalFields(Map.of());

    private static final long serialVersionUID = 1L;

    private final EnumMap<ClickField, JsonPointer> pointers = new EnumMap<>(ClickField.class);

    private OptionalFields(Map<ClickField, JsonPointer> pointers) {
        this.pointers.putAll(pointers);
    }

    /** The same fields with one more. */
    public OptionalFields with(ClickField field, JsonPointer pointer) {
        return with(Map.of(field, Objects.requireNonNull(pointer)));
    }

    /** The same fields with one more, if it has a place in records. */
    OptionalFields with(ClickField field, Optional<JsonPointer> pointer) {
        return pointer.map(place -> with(field, place)).orElse(this);
    }

    /** The same fields with others. */
    OptionalFields with(Map<ClickField, JsonPointer> more) {
        OptionalFields all = new OptionalFields(pointers);
        all.pointers.putAll(more);
        return all;
    }

    /**
     * Reports fields that cannot be read from Avro records as an aggregate or a filter needs them.
     */
    void checkAvro(PropertyReader reader) {
        pointers.forEach(
                (field, pointer) -> {
                    if (!pointer.tail().matches()) {
                        reader.error(
                                field.configuredBy(),
                                "is '"
                                        + pointer
                                        + "', which points into a field; for Avro records it must"
                                        + " be / and the name of a field of the record itself");
                    } else if (isRead(pointer)) {
                        reader.error(
                                field.configuredBy(),
                                "is '"
                                        + pointer
                                        + "', which the aggregates already use;"
                                        + " name another field");
                    }
                });
    }

    private static boolean isRead(JsonPointer pointer) {
        JsonMapping wire = JsonMapping.of(FormatConfig.Preset.LAB);
        return wire.users().contains(pointer)
                || pointer.equals(wire.time())
                || pointer.equals(wire.eventType().orElse(null))
                || wire.departments().contains(pointer);
    }

    public boolean isEmpty() {
        return pointers.isEmpty();
    }

    /** Where each field is in a record. */
    public Map<ClickField, JsonPointer> pointers() {
        return Collections.unmodifiableMap(pointers);
    }

    /** Where a field is in a record; empty if nothing needs it. */
    public Optional<JsonPointer> pointer(ClickField field) {
        return Optional.ofNullable(pointers.get(field));
    }

    /** All fields by the keys that configure them. */
    public Map<String, List<JsonPointer>> fields() {
        Map<String, List<JsonPointer>> fields = new LinkedHashMap<>();
        pointers.forEach((field, pointer) -> fields.put(field.key(), List.of(pointer)));
        return fields;
    }

    /** Whether there are fields that only interactions need. */
    public boolean hasInteractions() {
        return pointers.keySet().stream().anyMatch(field -> field.kind() == Kind.OF_INTERACTION);
    }
}
