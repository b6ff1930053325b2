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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.annotation.Nullable;

/** The JSON pointers (RFC 6901) of a record's fields: a preset with optional overrides. */
public final class JsonMapping implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final String DETAIL = "product_detail";
    private static final String TO_CART = "add_to_cart";
    private static final String FROM_CART = "remove_from_cart";
    private static final String CHECKOUT = "order_checkout";

    private static final String SNOWPLOW_ECOMMERCE = "com_snowplowanalytics_snowplow_ecommerce_";
    private static final String SNOWPLOW_PRODUCT =
            "/contexts_" + SNOWPLOW_ECOMMERCE + "product_1/0/";

    static final Key<List<JsonPointer>> USER =
            Key.of(
                    FormatConfig.GROUP,
                    "user",
                    Parsers::alternatives,
                    Parsers.POINTER + ", such as `/detail/user_id`, or " + Parsers.SEVERAL,
                    "The user: a number or a string, kept as received. If there are"
                            + " several pointers, the job uses the first one with a value that is"
                            + " neither null nor empty.");

    static final Key<JsonPointer> TIME =
            Key.of(
                    FormatConfig.GROUP,
                    "time",
                    Parsers::pointer,
                    Parsers.POINTER,
                    "The event time.");

    static final Key<TimeFormat> TIME_FORMAT =
            Key.of(
                    FormatConfig.GROUP,
                    "time-format",
                    TimeFormat::parse,
                    TimeFormat.ALLOWED,
                    "The format of the time. Defaults to the preset's format.");

    static final Key<ZoneId> TIME_ZONE =
            Key.of(
                    FormatConfig.GROUP,
                    "time-zone",
                    Parsers::zone,
                    "a region such as `Europe/Berlin`, an offset such as `+02:00`, or `UTC`",
                    "The zone of times that have none. Defaults to UTC.");

    static final Key<Optional<JsonPointer>> EVENT_TYPE =
            Key.of(
                    FormatConfig.GROUP,
                    "event-type",
                    Parsers::optionalPointer,
                    Parsers.OPTIONAL_POINTER,
                    "The action: a string, or the JSON text of a number or boolean.");

    static final Key<Map<String, String>> EVENT_TYPES =
            Key.of(
                    FormatConfig.GROUP,
                    "event-types",
                    Parsers::table,
                    "pairs such as `view=product_detail,purchase=order_checkout`",
                    "New names for event types. Other event types keep their names.");

    static final Key<List<JsonPointer>> DEPARTMENT =
            Key.of(
                    FormatConfig.GROUP,
                    "department",
                    Parsers::optionalAlternatives,
                    Parsers.POINTER + ", " + Parsers.SEVERAL + ", or `none`",
                    "The department: a string, or the JSON text of a number or boolean. A click"
                        + " whose department is missing, null, empty, or `N/A` counts for no"
                        + " department. If there are several pointers, the job uses the first one"
                        + " with a value that is not null.");

    static final Key<String> DEPARTMENT_CUT =
            Key.of(
                    FormatConfig.GROUP,
                    "department-cut",
                    Parsers::text,
                    "a text, such as `.`",
                    "Only the part of the department before this text counts.");

    static final Key<Optional<JsonPointer>> ITEM =
            Key.of(
                    FormatConfig.GROUP,
                    "item",
                    Parsers::optionalPointer,
                    Parsers.OPTIONAL_POINTER,
                    "The item that was viewed or bought: a number or a string. For"
                            + " `trending`, `carts`, and `sink.personalize`.");

    static final Key<Optional<JsonPointer>> VALUE =
            Key.of(
                    FormatConfig.GROUP,
                    "value",
                    Parsers::optionalPointer,
                    Parsers.OPTIONAL_POINTER,
                    "What an item costs that is put into a cart: a number. Other values count as"
                            + " no value. For `carts`.");

    static final Key<Optional<JsonPointer>> SESSION_ID =
            Key.of(
                    FormatConfig.GROUP,
                    "session-id",
                    Parsers::optionalPointer,
                    Parsers.OPTIONAL_POINTER,
                    "The session id of the sender. For `sink.personalize`.");

    /** Keys that apply only to JSON records. */
    static final List<Key<?>> KEYS =
            List.of(
                    USER,
                    TIME,
                    TIME_FORMAT,
                    TIME_ZONE,
                    EVENT_TYPE,
                    EVENT_TYPES,
                    DEPARTMENT,
                    DEPARTMENT_CUT,
                    ITEM,
                    VALUE,
                    SESSION_ID);

    private final List<JsonPointer> users;
    private final JsonPointer time;
    private final TimeFormat timeFormat;
    private final ZoneId timeZone;
    @Nullable private final JsonPointer eventType;
    private final Map<String, String> eventTypes;
    private final List<JsonPointer> departments;
    @Nullable private final String departmentCut;
    @Nullable private final JsonPointer item;
    @Nullable private final JsonPointer value;
    @Nullable private final JsonPointer sessionId;

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
        value = builder.value;
        sessionId = builder.sessionId;
    }

    /** The mapping of a preset. */
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
            case GA4:
                builder.users = pointers("/user_pseudo_id");
                builder.time = pointer("/event_timestamp");
                builder.timeFormat = TimeFormat.of(TimeFormat.Kind.EPOCH_US);
                builder.eventType = pointer("/event_name");
                builder.eventTypes = Map.of("view_item", DETAIL, "purchase", CHECKOUT);
                builder.departments = pointers("/items/0/item_category");
                builder.item = pointer("/items/0/item_id");
                builder.value = pointer("/items/0/price");
                break;
            case SEGMENT:
                builder.users = pointers("/userId", "/anonymousId");
                builder.time = pointer("/timestamp");
                builder.timeFormat = TimeFormat.of(TimeFormat.Kind.ISO_8601);
                builder.eventType = pointer("/event");
                builder.eventTypes =
                        Map.of(
                                "Product Viewed", DETAIL,
                                "Product Added", TO_CART,
                                "Product Removed", FROM_CART,
                                "Order Completed", CHECKOUT);
                builder.departments =
                        pointers("/properties/category", "/properties/products/0/category");
                builder.item = pointer("/properties/product_id");
                builder.value = pointer("/properties/price");
                break;
            case SNOWPLOW:
                builder.users = pointers("/domain_userid");
                builder.time = pointer("/derived_tstamp");
                builder.timeFormat = TimeFormat.of(TimeFormat.Kind.ISO_8601);
                builder.eventType =
                        pointer(
                                "/unstruct_event_"
                                        + SNOWPLOW_ECOMMERCE
                                        + "snowplow_ecommerce_action_1/type");
                builder.eventTypes = Map.of("product_view", DETAIL, "transaction", CHECKOUT);
                builder.departments = pointers(SNOWPLOW_PRODUCT + "category");
                builder.departmentCut = "/";
                builder.item = pointer(SNOWPLOW_PRODUCT + "id");
                builder.value = pointer(SNOWPLOW_PRODUCT + "price");
                builder.sessionId = pointer("/domain_sessionid");
                break;
            case REES46:
                builder.users = pointers("/user_id");
                builder.time = pointer("/event_time");
                builder.timeFormat = TimeFormat.parse("yyyy-MM-dd HH:mm:ss 'UTC'");
                builder.eventType = pointer("/event_type");
                builder.eventTypes = Map.of("view", DETAIL, "cart", TO_CART, "purchase", CHECKOUT);
                builder.departments = pointers("/category_code");
                builder.departmentCut = ".";
                builder.item = pointer("/product_id");
                builder.value = pointer("/price");
                builder.sessionId = pointer("/user_session");
                break;
        }
        return builder;
    }

    private static JsonPointer pointer(String text) {
        return JsonPointer.compile(text);
    }

    private static List<JsonPointer> pointers(String... texts) {
        return Stream.of(texts).map(JsonMapping::pointer).collect(Collectors.toList());
    }

    /** The preset with the overrides in the group {@code format}. */
    static JsonMapping read(PropertyReader reader, Preset preset) {
        Builder builder = builder(preset);
        reader.find(USER).ifPresent(found -> builder.users = found);
        reader.find(TIME).ifPresent(found -> builder.time = found);
        reader.find(TIME_FORMAT).ifPresent(found -> builder.timeFormat = found);
        reader.find(TIME_ZONE).ifPresent(found -> builder.timeZone = found);
        builder.eventType = optional(reader, EVENT_TYPE, builder.eventType);
        reader.find(EVENT_TYPES).ifPresent(found -> builder.eventTypes = found);
        reader.find(DEPARTMENT).ifPresent(found -> builder.departments = found);
        reader.find(DEPARTMENT_CUT).ifPresent(found -> builder.departmentCut = found);
        builder.item = optional(reader, ITEM, builder.item);
        builder.value = optional(reader, VALUE, builder.value);
        builder.sessionId = optional(reader, SESSION_ID, builder.sessionId);
        JsonMapping mapping = new JsonMapping(builder);
        mapping.refuseFieldsInFields(reader);
        return mapping;
    }

    @Nullable
    private static JsonPointer optional(
            PropertyReader reader, Key<Optional<JsonPointer>> key, @Nullable JsonPointer preset) {
        return reader.find(key).orElse(Optional.ofNullable(preset)).orElse(null);
    }

    /**
     * Reports fields that are inside other fields. A field is a value, so it cannot contain another
     * field.
     */
    private void refuseFieldsInFields(PropertyReader reader) {
        Map<Key<?>, List<JsonPointer>> fields = new LinkedHashMap<>();
        fields.put(USER, users);
        fields.put(TIME, List.of(time));
        fields.put(EVENT_TYPE, listOf(eventType));
        fields.put(DEPARTMENT, departments);
        fields.put(ITEM, listOf(item));
        fields.put(VALUE, listOf(value));
        fields.put(SESSION_ID, listOf(sessionId));
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

    /** All fields by the keys that configure them. */
    public Map<String, List<JsonPointer>> fields() {
        Map<String, List<JsonPointer>> fields = new LinkedHashMap<>();
        fields.put(USER.toString(), users);
        fields.put(TIME.toString(), List.of(time));
        fields.put(EVENT_TYPE.toString(), listOf(eventType));
        fields.put(DEPARTMENT.toString(), departments);
        return fields;
    }

    /** The user, a number or a string: the first pointer with a value is used. */
    public List<JsonPointer> users() {
        return users;
    }

    /** The event time, in the format {@link #timeFormat()}. */
    public JsonPointer time() {
        return time;
    }

    public TimeFormat timeFormat() {
        return timeFormat;
    }

    /** The zone of times that have none. */
    public ZoneId timeZone() {
        return timeZone;
    }

    /** The event type: a string. */
    public Optional<JsonPointer> eventType() {
        return Optional.ofNullable(eventType);
    }

    /** New names of event types. All other types keep their names. */
    public Map<String, String> eventTypes() {
        return eventTypes;
    }

    /** The department: the first pointer with a value is used; empty if records have none. */
    public List<JsonPointer> departments() {
        return departments;
    }

    /** The text that ends a department. This text and everything after it are dropped. */
    public Optional<String> departmentCut() {
        return Optional.ofNullable(departmentCut);
    }

    /** The item that was viewed or bought. */
    public Optional<JsonPointer> item() {
        return Optional.ofNullable(item);
    }

    /** What the item costs. */
    public Optional<JsonPointer> value() {
        return Optional.ofNullable(value);
    }

    /** The sender's session id. */
    public Optional<JsonPointer> sessionId() {
        return Optional.ofNullable(sessionId);
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
        @Nullable private JsonPointer value;
        @Nullable private JsonPointer sessionId;
    }
}
