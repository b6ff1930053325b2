package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;
import io.clickstream.config.FormatConfig.Preset;
import java.io.Serializable;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.annotation.Nullable;

/** Where a JSON record has what, by JSON pointers (RFC 6901): a preset, or parts of it replaced. */
public final class JsonMapping implements Serializable {

    private static final long serialVersionUID = 1L;

    private final List<JsonPointer> users;
    private final JsonPointer time;
    private final TimeFormat timeFormat;
    private final ZoneId timeZone;
    @Nullable private final JsonPointer eventType;
    private final Map<String, String> eventTypes;
    private final List<JsonPointer> departments;
    @Nullable private final String departmentCut;
    @Nullable private final JsonPointer item;
    @Nullable private final JsonPointer sessionId;
    @Nullable private final JsonPointer sequence;

    private JsonMapping(Builder builder) {
        users = List.copyOf(builder.users);
        time = builder.time;
        timeFormat = builder.timeFormat;
        timeZone = builder.timeZone;
        eventType = builder.eventType;
        eventTypes = builder.eventTypes;
        departments = List.copyOf(builder.departments);
        departmentCut = builder.departmentCut;
        item = builder.item;
        sessionId = builder.sessionId;
        sequence = builder.sequence;
    }

    /** The fields of a preset, as they are. */
    public static JsonMapping of(Preset preset) {
        return new JsonMapping(builder(preset));
    }

    private static Builder builder(Preset preset) {
        Builder builder = new Builder();
        switch (preset) {
            case LAB:
                builder.users = pointers("/userid");
                builder.time = pointer("/eventtimestamp");
                builder.eventType = pointer("/event_type");
                builder.departments = pointers("/product_type");
                builder.sequence = pointer("/globalseq");
                break;
            case INTERACTIONS:
                builder.users = pointers("/userId");
                builder.time = pointer("/sentAt");
                builder.timeFormat = TimeFormat.of(TimeFormat.Kind.EPOCH_S);
                builder.eventType = pointer("/eventType");
                builder.item = pointer("/itemId");
                builder.sessionId = pointer("/sessionId");
                break;
            case WEB_ACCESS:
                builder.users = pointers("/name");
                builder.time = pointer("/timestamp");
                builder.timeFormat = TimeFormat.of(TimeFormat.Kind.ISO_8601);
                builder.eventType = pointer("/action");
                builder.departments = pointers("/path");
                break;
            case TICKER:
                builder.users = pointers("/TICKER");
                builder.time = pointer("/EVENT_TIME");
                builder.timeFormat = TimeFormat.of(TimeFormat.Kind.ISO_8601);
                builder.departments = pointers("/TICKER");
                builder.item = pointer("/TICKER");
                break;
        }
        return builder;
    }

    private static JsonPointer pointer(String text) {
        return JsonPointer.compile(text);
    }

    private static List<JsonPointer> pointers(String text) {
        return List.of(pointer(text));
    }

    /** The preset with what the group {@code format} says otherwise. */
    static JsonMapping read(PropertyReader reader, Preset preset) {
        Builder builder = builder(preset);
        reader.find(ConfigKeys.FORMAT_USER).ifPresent(found -> builder.users = found);
        reader.find(ConfigKeys.FORMAT_TIME).ifPresent(found -> builder.time = found);
        reader.find(ConfigKeys.FORMAT_TIME_FORMAT).ifPresent(found -> builder.timeFormat = found);
        reader.find(ConfigKeys.FORMAT_TIME_ZONE).ifPresent(found -> builder.timeZone = found);
        builder.eventType = optional(reader, ConfigKeys.FORMAT_EVENT_TYPE, builder.eventType);
        reader.find(ConfigKeys.FORMAT_EVENT_TYPES).ifPresent(found -> builder.eventTypes = found);
        reader.find(ConfigKeys.FORMAT_DEPARTMENT).ifPresent(found -> builder.departments = found);
        reader.find(ConfigKeys.FORMAT_DEPARTMENT_CUT)
                .ifPresent(found -> builder.departmentCut = found);
        builder.item = optional(reader, ConfigKeys.FORMAT_ITEM, builder.item);
        builder.sessionId = optional(reader, ConfigKeys.FORMAT_SESSION_ID, builder.sessionId);
        builder.sequence = optional(reader, ConfigKeys.FORMAT_SEQUENCE, builder.sequence);
        JsonMapping mapping = new JsonMapping(builder);
        mapping.refuseFieldsInFields(reader);
        return mapping;
    }

    @Nullable
    private static JsonPointer optional(
            PropertyReader reader, Key<Optional<JsonPointer>> key, @Nullable JsonPointer preset) {
        return reader.find(key).orElse(Optional.ofNullable(preset)).orElse(null);
    }

    /** A field is a value; what is within it can't be another one. */
    private void refuseFieldsInFields(PropertyReader reader) {
        Map<Key<?>, List<JsonPointer>> fields = new LinkedHashMap<>();
        fields.put(ConfigKeys.FORMAT_USER, users);
        fields.put(ConfigKeys.FORMAT_TIME, List.of(time));
        fields.put(ConfigKeys.FORMAT_EVENT_TYPE, listOf(eventType));
        fields.put(ConfigKeys.FORMAT_DEPARTMENT, departments);
        fields.put(ConfigKeys.FORMAT_ITEM, listOf(item));
        fields.put(ConfigKeys.FORMAT_SESSION_ID, listOf(sessionId));
        fields.put(ConfigKeys.FORMAT_SEQUENCE, listOf(sequence));
        fields.forEach(
                (key, inners) ->
                        inners.forEach(inner -> refuseFieldInFields(reader, key, inner, fields)));
    }

    private static List<JsonPointer> listOf(@Nullable JsonPointer pointer) {
        return pointer == null ? List.of() : List.of(pointer);
    }

    private static void refuseFieldInFields(
            PropertyReader reader,
            Key<?> key,
            JsonPointer inner,
            Map<Key<?>, List<JsonPointer>> fields) {
        fields.forEach(
                (outerKey, outers) -> {
                    for (JsonPointer outer : outers) {
                        if (inner.toString().startsWith(outer + "/")) {
                            reader.error(
                                    key,
                                    "is '"
                                            + inner
                                            + "', which is inside '"
                                            + outer
                                            + "', the value of `"
                                            + outerKey
                                            + "`; a field must not be part of another one");
                        }
                    }
                });
    }

    /** All fields with the keys that name them. */
    public Map<String, List<JsonPointer>> fields() {
        Map<String, List<JsonPointer>> fields = new LinkedHashMap<>();
        fields.put(ConfigKeys.FORMAT_USER.toString(), users);
        fields.put(ConfigKeys.FORMAT_TIME.toString(), List.of(time));
        fields.put(ConfigKeys.FORMAT_EVENT_TYPE.toString(), listOf(eventType));
        fields.put(ConfigKeys.FORMAT_DEPARTMENT.toString(), departments);
        return fields;
    }

    /** Whether the fields that aggregates need are the lab's, taken as they are. */
    public boolean readsLikeTheLab() {
        JsonMapping lab = of(Preset.LAB);
        return users.equals(lab.users)
                && time.equals(lab.time)
                && timeFormat.kind() == lab.timeFormat.kind()
                && lab.eventType.equals(eventType)
                && eventTypes.isEmpty()
                && departments.equals(lab.departments)
                && departmentCut == null;
    }

    /** Who clicked, a number or a string: the first of these that is there. */
    public List<JsonPointer> users() {
        return users;
    }

    /** Event time, in the form of {@link #timeFormat()}. */
    public JsonPointer time() {
        return time;
    }

    public TimeFormat timeFormat() {
        return timeFormat;
    }

    /** The zone of times that name none. */
    public ZoneId timeZone() {
        return timeZone;
    }

    /** What was done: a string. */
    public Optional<JsonPointer> eventType() {
        return Optional.ofNullable(eventType);
    }

    /** What values of the event type become; others stay as they are. */
    public Map<String, String> eventTypes() {
        return eventTypes;
    }

    /** The department that was visited: the first of these that is there; empty for none. */
    public List<JsonPointer> departments() {
        return departments;
    }

    /** The text that ends a department, with all that is behind it. */
    public Optional<String> departmentCut() {
        return Optional.ofNullable(departmentCut);
    }

    /** What was looked at or bought. */
    public Optional<JsonPointer> item() {
        return Optional.ofNullable(item);
    }

    /** The session as whoever sent the record counts it. */
    public Optional<JsonPointer> sessionId() {
        return Optional.ofNullable(sessionId);
    }

    /** The number of the record among those of whoever sent it. */
    public Optional<JsonPointer> sequence() {
        return Optional.ofNullable(sequence);
    }

    private static final class Builder {
        private List<JsonPointer> users;
        private JsonPointer time;
        private TimeFormat timeFormat = TimeFormat.of(TimeFormat.Kind.EPOCH_MS);
        private ZoneId timeZone = ZoneOffset.UTC;
        @Nullable private JsonPointer eventType;
        private Map<String, String> eventTypes = Map.of();
        private List<JsonPointer> departments = List.of();
        @Nullable private String departmentCut;
        @Nullable private JsonPointer item;
        @Nullable private JsonPointer sessionId;
        @Nullable private JsonPointer sequence;
    }
}
