package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;
import io.clickstream.config.ClickField.Kind;
import io.clickstream.trend.TrendField;
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

    private OptionalFields with(Map<ClickField, JsonPointer> more) {
        OptionalFields all = new OptionalFields(pointers);
        all.pointers.putAll(more);
        return all;
    }

    /** The same fields with the mapping's item, if items are ranked. */
    OptionalFields withItemFor(Optional<TrendingConfig> trending, FormatConfig format) {
        boolean items = trending.isPresent() && trending.get().field() == TrendField.ITEM;
        return items
                ? format.mapping().item().map(item -> with(ClickField.ITEM, item)).orElse(this)
                : this;
    }

    /** The same fields with those of interactions, if there are any. */
    OptionalFields withInteractions(Optional<PersonalizeConfig> personalize) {
        return personalize.isPresent() ? with(personalize.get().fields()) : this;
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
