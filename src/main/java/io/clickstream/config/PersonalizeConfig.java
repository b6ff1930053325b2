package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;
import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.annotation.Nullable;
import org.apache.flink.core.fs.Path;

/** Which clicks are interactions, and how they are sent to Amazon Personalize. */
public final class PersonalizeConfig implements NeedsFields, Serializable {

    /** What to do with clicks whose type is not configured. */
    public enum OtherTypes {
        SKIP,
        SEND
    }

    private static final long serialVersionUID = 1L;

    static final String GROUP = "sink.personalize";

    static final Key<String> TRACKING_ID =
            Key.of(
                    GROUP,
                    "tracking-id",
                    Parsers::text,
                    "an event tracker's id",
                    "The event tracker that receives interactions. With this group,"
                            + " clicks on items go to Amazon Personalize.");

    static final Key<String> REGION =
            Key.of(
                    GROUP,
                    "region",
                    Parsers::text,
                    Parsers.REGION,
                    "The Region of the tracker. Defaults to the Region that the AWS SDK"
                            + " finds. Credentials come from the SDK's default chain.");

    static final Key<List<URI>> ENDPOINT =
            Key.of(
                    GROUP,
                    "endpoint",
                    Parsers::httpUris,
                    "`https://host[:port]`",
                    "An address other than the Region's default, such as that of a VPC"
                            + " endpoint.");

    static final Key<Map<String, String>> EVENT_TYPES =
            Key.of(
                    GROUP,
                    "event-types",
                    Parsers::table,
                    "pairs such as `view=View,purchase=Purchase`",
                    "product_detail=View,add_to_cart=AddToCart,order_checkout=Purchase",
                    "The event types that are interactions, after the renaming by"
                            + " `format / event-types`, and their names in Personalize.");

    static final Key<PersonalizeConfig.OtherTypes> OTHER_EVENT_TYPES =
            Key.of(
                    GROUP,
                    "other-event-types",
                    Parsers.oneOf(OtherTypes.class),
                    Parsers.labels(OtherTypes.class),
                    "skip",
                    "Whether to skip clicks of other types, which are counted, or to"
                            + " send them under their own names.");

    static final Key<JsonPointer> ITEM =
            Key.of(
                    GROUP,
                    "item",
                    Parsers::pointer,
                    Parsers.POINTER,
                    "The item that was viewed or bought: a number or a string. For JSON"
                            + " records, defaults to `format / item`.");

    static final Key<JsonPointer> SESSION_ID =
            Key.of(
                    GROUP,
                    "session-id",
                    Parsers::pointer,
                    Parsers.POINTER,
                    "The session: a number or a string. For JSON records, defaults to"
                            + " `format / session-id`. If a click has none, the job makes one from"
                            + " the user and the first click of the session.");

    static final Key<JsonPointer> EVENT_ID =
            Key.of(
                    GROUP,
                    "event-id",
                    Parsers::pointer,
                    Parsers.POINTER,
                    "A value that identifies the click: a number or a string. If a"
                            + " click has none, the job makes one from everything that it sends,"
                            + " so identical clicks count once.");

    static final Key<JsonPointer> EVENT_VALUE =
            Key.of(
                    GROUP,
                    "event-value",
                    Parsers::pointer,
                    Parsers.POINTER,
                    "A number, such as a price.");

    static final Key<JsonPointer> PROPERTIES =
            Key.of(
                    GROUP,
                    "properties",
                    Parsers::pointer,
                    Parsers.POINTER,
                    "A JSON object, or a string that contains one, of up to 1,024"
                            + " characters.");

    static final Key<JsonPointer> IMPRESSION =
            Key.of(
                    GROUP,
                    "impression",
                    Parsers::pointer,
                    Parsers.POINTER,
                    "The items that the user was shown together with the item of this interaction:"
                            + " an array of up to 25 items, or a string that contains such an array"
                            + " as JSON.");

    static final Key<JsonPointer> RECOMMENDATION_ID =
            Key.of(
                    GROUP,
                    "recommendation-id",
                    Parsers::pointer,
                    Parsers.POINTER,
                    "The recommendation that contained the item: a string.");

    static final Key<JsonPointer> ATTRIBUTION_SOURCE =
            Key.of(
                    GROUP,
                    "attribution-source",
                    Parsers::pointer,
                    Parsers.POINTER,
                    "The place where the item was shown, for metric attribution: a" + " string.");

    static final Key<Integer> CALLS_PER_SECOND =
            Key.of(
                    GROUP,
                    "calls-per-second",
                    Parsers.intUpTo(100_000),
                    "a whole number from 1 to 100000",
                    "1000",
                    "Calls of all subtasks together. Each subtask has an equal share."
                            + " Personalize allows 1,000 per account and Region.");

    static final Key<Integer> FLUSH_COUNT =
            Key.of(
                    GROUP,
                    "flush-count",
                    Parsers.intUpTo(10_000),
                    "a whole number from 1 to 10000",
                    "500",
                    "A subtask collects this many interactions before it sends them,"
                            + " grouped by user and session, 1 to 10 per call.");

    static final Key<Duration> FLUSH_AGE =
            Key.of(
                    GROUP,
                    "flush-age",
                    Parsers::durationUpToADay,
                    Parsers.UP_TO_A_DAY,
                    "2 s",
                    "A subtask sends fewer interactions after this time. A longer time"
                            + " makes fewer calls.");

    static final Key<Duration> REQUEST_TIMEOUT =
            Key.of(
                    GROUP,
                    "request-timeout",
                    Parsers::durationUpToADay,
                    Parsers.UP_TO_A_DAY,
                    "5 s",
                    "A call that takes longer counts as failed.");

    static final Key<URI> SPILL_PATH =
            Key.of(
                    GROUP,
                    "spill-path",
                    Parsers::folder,
                    "the URI of a folder, such as `s3://bucket/clickstream`",
                    "The folder for interactions that Personalize did not accept during"
                            + " an outage. They are in `undelivered/` below it.");

    static final Key<Duration> SPILL_AFTER =
            Key.of(
                    GROUP,
                    "spill-after",
                    Parsers::durationUpToADay,
                    Parsers.UP_TO_A_DAY,
                    "1 min",
                    "If all calls have failed for this time, interactions go to"
                            + " `spill-path` until a call succeeds.");

    static final KeyGroup KEYS =
            KeyGroup.of(
                    GROUP,
                    TRACKING_ID,
                    REGION,
                    ENDPOINT,
                    EVENT_TYPES,
                    OTHER_EVENT_TYPES,
                    ITEM,
                    SESSION_ID,
                    EVENT_ID,
                    EVENT_VALUE,
                    PROPERTIES,
                    IMPRESSION,
                    RECOMMENDATION_ID,
                    ATTRIBUTION_SOURCE,
                    CALLS_PER_SECOND,
                    FLUSH_COUNT,
                    FLUSH_AGE,
                    REQUEST_TIMEOUT,
                    SPILL_PATH,
                    SPILL_AFTER);

    private final String trackingId;
    @Nullable private final String region;
    @Nullable private final URI endpoint;
    private final Map<String, String> eventTypes;
    private final OtherTypes otherTypes;
    private final Map<ClickField, JsonPointer> fields;
    private final int callsPerSecond;
    private final int flushCount;
    private final Duration flushAge;
    private final Duration requestTimeout;
    private final Path spillPath;
    private final Duration spillAfter;

    private PersonalizeConfig(PropertyReader reader, FormatConfig format) {
        trackingId = reader.get(TRACKING_ID);
        region = reader.find(REGION).orElse(null);
        endpoint = reader.find(ENDPOINT).map(uris -> uris.get(0)).orElse(null);
        Map<String, String> table = reader.get(EVENT_TYPES);
        eventTypes = table == null ? Map.of() : table;
        otherTypes = reader.get(OTHER_EVENT_TYPES);
        fields = new EnumMap<>(ClickField.class);
        Map<Key<?>, JsonPointer> read = fields(reader, format);
        callsPerSecond = orOne(reader.get(CALLS_PER_SECOND));
        flushCount = orOne(reader.get(FLUSH_COUNT));
        flushAge = reader.get(FLUSH_AGE);
        requestTimeout = reader.get(REQUEST_TIMEOUT);
        URI folder = reader.get(SPILL_PATH);
        spillPath = folder == null ? null : new Path(folder);
        spillAfter = reader.get(SPILL_AFTER);
        if (reader.find(ENDPOINT).map(uris -> uris.size() > 1).orElse(false)) {
            reader.error(ENDPOINT, "has several addresses; it must have one");
        }
        check(reader, format, read);
    }

    static PersonalizeConfig read(PropertyReader reader, FormatConfig format) {
        return new PersonalizeConfig(reader, format);
    }

    private static int orOne(@Nullable Integer number) {
        return number == null ? 1 : number;
    }

    /** Reads the fields, and returns them by key. */
    private Map<Key<?>, JsonPointer> fields(PropertyReader reader, FormatConfig format) {
        Map<Key<?>, JsonPointer> read = new LinkedHashMap<>();
        List<Key<JsonPointer>> keys =
                List.of(
                        ITEM,
                        SESSION_ID,
                        EVENT_ID,
                        EVENT_VALUE,
                        PROPERTIES,
                        IMPRESSION,
                        RECOMMENDATION_ID,
                        ATTRIBUTION_SOURCE);
        keys.forEach(
                key ->
                        reader.find(key)
                                .ifPresent(
                                        pointer -> {
                                            fields.put(ClickField.of(key), pointer);
                                            read.put(key, pointer);
                                        }));
        if (format.type() == FormatConfig.Type.JSON) {
            JsonMapping mapping = format.mapping();
            mapping.item().ifPresent(item -> fields.putIfAbsent(ClickField.INTERACTION_ITEM, item));
            mapping.sessionId().ifPresent(id -> fields.putIfAbsent(ClickField.SESSION_ID, id));
        }
        return read;
    }

    private void check(PropertyReader reader, FormatConfig format, Map<Key<?>, JsonPointer> read) {
        boolean json = format.type() == FormatConfig.Type.JSON;
        if (!fields.containsKey(ClickField.INTERACTION_ITEM) && !reader.has(ITEM)) {
            reader.error(
                    "`"
                            + ITEM
                            + "` is missing, and the records have no item; it must be "
                            + (json
                                    ? "a JSON pointer, here or in `" + JsonMapping.ITEM + "`"
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
                                        + "', which points into a field; for Avro records it"
                                        + " must be / and the name of a field of the"
                                        + " record itself");
                    } else if (isNumberOfTheWire(pointer)) {
                        reader.error(
                                key,
                                "is '"
                                        + pointer
                                        + "', which the aggregates already use;"
                                        + " name another field");
                    }
                });
    }

    private static boolean isNumberOfTheWire(JsonPointer pointer) {
        JsonMapping wire = JsonMapping.of(FormatConfig.Preset.LAB);
        return wire.users().contains(pointer) || pointer.equals(wire.time());
    }

    /**
     * Reports fields that are inside other fields. A field is a value, so it cannot contain another
     * field.
     */
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

    /** The region of the tracker; empty for the region that the SDK finds. */
    public Optional<String> region() {
        return Optional.ofNullable(region);
    }

    /** An address other than the region's default. */
    public Optional<URI> endpoint() {
        return Optional.ofNullable(endpoint);
    }

    /**
     * The name of an event type in Personalize; empty if clicks of this type are not interactions.
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

    @Override
    public OptionalFields addTo(OptionalFields others) {
        return others.with(fields);
    }

    /** The maximum number of calls per second, for all subtasks together. */
    public int callsPerSecond() {
        return callsPerSecond;
    }

    /** The number of interactions that a subtask collects before it sends them. */
    public int flushCount() {
        return flushCount;
    }

    /** The maximum time that an interaction waits for others. */
    public Duration flushAge() {
        return flushAge;
    }

    /** The maximum time for a response. */
    public Duration requestTimeout() {
        return requestTimeout;
    }

    /** The folder that contains {@code undelivered/}. */
    public Path spillPath() {
        return spillPath;
    }

    /** If all calls have failed for this time, interactions are written to files. */
    public Duration spillAfter() {
        return spillAfter;
    }
}
