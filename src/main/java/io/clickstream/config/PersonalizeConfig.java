package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;
import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.annotation.Nullable;
import org.apache.flink.core.fs.Path;

/** Which clicks are interactions, and how Amazon Personalize gets them. */
public final class PersonalizeConfig implements Serializable {

    /** What is made of clicks whose type is not in the table. */
    public enum OtherTypes {
        SKIP,
        SEND
    }

    private static final long serialVersionUID = 1L;

    private final String trackingId;
    @Nullable private final String region;
    @Nullable private final URI endpoint;
    private final Map<String, String> eventTypes;
    private final OtherTypes otherTypes;
    private final Map<InteractionField, JsonPointer> fields;
    private final int callsPerSecond;
    private final int flushCount;
    private final Duration flushAge;
    private final Duration requestTimeout;
    private final Path spillPath;
    private final Duration spillAfter;

    private PersonalizeConfig(PropertyReader reader, FormatConfig format) {
        trackingId = reader.get(ConfigKeys.PERSONALIZE_TRACKING_ID);
        region = reader.find(ConfigKeys.PERSONALIZE_REGION).orElse(null);
        endpoint =
                reader.find(ConfigKeys.PERSONALIZE_ENDPOINT).map(uris -> uris.get(0)).orElse(null);
        Map<String, String> table = reader.get(ConfigKeys.PERSONALIZE_EVENT_TYPES);
        eventTypes = table == null ? Map.of() : table;
        otherTypes = reader.get(ConfigKeys.PERSONALIZE_OTHER_EVENT_TYPES);
        fields = new EnumMap<>(InteractionField.class);
        Map<Key<?>, JsonPointer> read = fields(reader, format);
        callsPerSecond = orOne(reader.get(ConfigKeys.PERSONALIZE_CALLS_PER_SECOND));
        flushCount = orOne(reader.get(ConfigKeys.PERSONALIZE_FLUSH_COUNT));
        flushAge = reader.get(ConfigKeys.PERSONALIZE_FLUSH_AGE);
        requestTimeout = reader.get(ConfigKeys.PERSONALIZE_REQUEST_TIMEOUT);
        URI folder = reader.get(ConfigKeys.PERSONALIZE_SPILL_PATH);
        spillPath = folder == null ? null : new Path(folder);
        spillAfter = reader.get(ConfigKeys.PERSONALIZE_SPILL_AFTER);
        if (reader.find(ConfigKeys.PERSONALIZE_ENDPOINT)
                .map(uris -> uris.size() > 1)
                .orElse(false)) {
            reader.error(
                    ConfigKeys.PERSONALIZE_ENDPOINT, "names several addresses; it must be one");
        }
        check(reader, format, read);
    }

    static PersonalizeConfig read(PropertyReader reader, FormatConfig format) {
        return new PersonalizeConfig(reader, format);
    }

    private static int orOne(@Nullable Integer number) {
        return number == null ? 1 : number;
    }

    /** Fills the fields, and returns which key each is of. */
    private Map<Key<?>, JsonPointer> fields(PropertyReader reader, FormatConfig format) {
        Map<Key<?>, JsonPointer> read = new LinkedHashMap<>();
        Map<InteractionField, Key<JsonPointer>> keys = new EnumMap<>(InteractionField.class);
        keys.put(InteractionField.ITEM, ConfigKeys.PERSONALIZE_ITEM);
        keys.put(InteractionField.SESSION_ID, ConfigKeys.PERSONALIZE_SESSION_ID);
        keys.put(InteractionField.EVENT_ID, ConfigKeys.PERSONALIZE_EVENT_ID);
        keys.put(InteractionField.EVENT_VALUE, ConfigKeys.PERSONALIZE_EVENT_VALUE);
        keys.put(InteractionField.PROPERTIES, ConfigKeys.PERSONALIZE_PROPERTIES);
        keys.put(InteractionField.IMPRESSION, ConfigKeys.PERSONALIZE_IMPRESSION);
        keys.put(InteractionField.RECOMMENDATION_ID, ConfigKeys.PERSONALIZE_RECOMMENDATION_ID);
        keys.put(InteractionField.ATTRIBUTION_SOURCE, ConfigKeys.PERSONALIZE_ATTRIBUTION_SOURCE);
        keys.forEach(
                (field, key) ->
                        reader.find(key)
                                .ifPresent(
                                        pointer -> {
                                            fields.put(field, pointer);
                                            read.put(key, pointer);
                                        }));
        if (format.type() == FormatConfig.Type.JSON) {
            JsonMapping mapping = format.mapping();
            mapping.item().ifPresent(item -> fields.putIfAbsent(InteractionField.ITEM, item));
            mapping.sessionId()
                    .ifPresent(id -> fields.putIfAbsent(InteractionField.SESSION_ID, id));
        }
        return read;
    }

    private void check(PropertyReader reader, FormatConfig format, Map<Key<?>, JsonPointer> read) {
        boolean json = format.type() == FormatConfig.Type.JSON;
        if (!fields.containsKey(InteractionField.ITEM)
                && !reader.has(ConfigKeys.PERSONALIZE_ITEM)) {
            reader.error(
                    "`"
                            + ConfigKeys.PERSONALIZE_ITEM
                            + "` is missing, and the records have no item; it must be "
                            + (json
                                    ? "a JSON pointer, here or in `" + ConfigKeys.FORMAT_ITEM + "`"
                                    : "/ and the name of a field of the record"));
        }
        if (json) {
            read.forEach((key, pointer) -> refuseFieldsInFields(reader, format, key, pointer));
            return;
        }
        read.forEach(
                (key, pointer) -> {
                    if (!pointer.tail().matches()) {
                        reader.error(
                                key,
                                "is '"
                                        + pointer
                                        + "', which leads into a field; of Avro records it must be"
                                        + " / and the name of a field of the record itself");
                    } else if (isNumberOfTheWire(pointer)) {
                        reader.error(
                                key, "is '" + pointer + "', which aggregates need as what it is");
                    }
                });
    }

    private static boolean isNumberOfTheWire(JsonPointer pointer) {
        JsonMapping wire = JsonMapping.of(FormatConfig.Preset.LAB);
        return wire.users().contains(pointer) || pointer.equals(wire.time());
    }

    /** A field is a value; what is within it can't be another one. */
    private void refuseFieldsInFields(
            PropertyReader reader, FormatConfig format, Key<?> key, JsonPointer pointer) {
        JsonMapping mapping = format.mapping();
        Map<JsonPointer, String> others = new LinkedHashMap<>();
        mapping.users().forEach(user -> others.put(user, "user"));
        others.put(mapping.time(), "time");
        mapping.eventType().ifPresent(type -> others.put(type, "event type"));
        mapping.departments().forEach(department -> others.put(department, "department"));
        fields.forEach((field, other) -> others.put(other, Parsers.label(field)));
        others.forEach(
                (other, name) -> {
                    boolean inside = pointer.toString().startsWith(other + "/");
                    if (inside || other.toString().startsWith(pointer + "/")) {
                        reader.error(
                                key,
                                "is '"
                                        + pointer
                                        + "', and the "
                                        + name
                                        + " is '"
                                        + other
                                        + "': a field must not be part of another one");
                    }
                });
    }

    /** The event tracker's id. */
    public String trackingId() {
        return trackingId;
    }

    /** Where the tracker is; what the SDK finds if empty. */
    public Optional<String> region() {
        return Optional.ofNullable(region);
    }

    /** Another address than the region's. */
    public Optional<URI> endpoint() {
        return Optional.ofNullable(endpoint);
    }

    /**
     * What Personalize calls an event type; empty where clicks of that type are no interactions.
     */
    public Optional<String> eventType(@Nullable String ofClick) {
        if (ofClick == null || ofClick.isEmpty()) {
            return Optional.empty();
        }
        String mapped = eventTypes.get(ofClick);
        return mapped == null && otherTypes == OtherTypes.SEND
                ? Optional.of(ofClick)
                : Optional.ofNullable(mapped);
    }

    /** Where records have what only interactions need. */
    public Map<InteractionField, JsonPointer> fields() {
        return fields;
    }

    /** Of all subtasks together. */
    public int callsPerSecond() {
        return callsPerSecond;
    }

    /** How many interactions of a subtask are sent together. */
    public int flushCount() {
        return flushCount;
    }

    /** The longest that an interaction waits for others. */
    public Duration flushAge() {
        return flushAge;
    }

    /** How long an answer may take. */
    public Duration requestTimeout() {
        return requestTimeout;
    }

    /** The folder that holds {@code undelivered/}. */
    public Path spillPath() {
        return spillPath;
    }

    /** The time of nothing but failures after which interactions are spilled. */
    public Duration spillAfter() {
        return spillAfter;
    }
}
