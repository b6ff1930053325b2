package io.clickstream.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The format of records. */
public final class FormatConfig {

    /** The formats. */
    public enum Type {
        JSON,
        AVRO
    }

    /** The compression of records. */
    public enum Compression {
        /** None. */
        NONE,
        /** RFC 1952, with or without an envelope of CloudWatch Logs. */
        GZIP
    }

    /** Named mappings of a JSON record's fields. */
    public enum Preset {
        /** The click events of the Amazon MSK clickstream lab. */
        LAB,
        /** {@code sessionId}, {@code userId}, {@code itemId}, {@code eventType}, {@code sentAt}. */
        INTERACTIONS,
        /** {@code name}, {@code path}, {@code action}, {@code timestamp} of a web server. */
        WEB_ACCESS,
        /** {@code EVENT_TIME}, {@code TICKER}: each ticker is its own user and department. */
        TICKER,
        /** The export of Google Analytics 4 to BigQuery, as JSON. */
        GA4,
        /** The {@code track} calls of Segment, with its events for e-commerce. */
        SEGMENT,
        /** Enriched events of Snowplow as JSON, with its schemas for e-commerce. */
        SNOWPLOW,
        /** The multi-category store that REES46 published. */
        REES46
    }

    static final String GROUP = "format";

    static final Key<FormatConfig.Type> TYPE =
            Key.of(
                    GROUP,
                    "type",
                    Parsers.oneOf(Type.class),
                    Parsers.labels(Type.class),
                    "avro",
                    "The format of clicks: JSON, or Avro binary with or without a"
                            + " schema registry header.");

    static final Key<FormatConfig.Preset> PRESET =
            Key.of(
                    GROUP,
                    "preset",
                    Parsers.oneOf(Preset.class),
                    Parsers.labels(Preset.class),
                    "lab",
                    "The layout of JSON records: which field of a record holds which field of a"
                            + " click. The keys below override single fields of the layout.");

    static final Key<List<String>> CHECKOUT_EVENT_TYPES =
            Key.of(
                    GROUP,
                    "checkout-event-types",
                    Parsers::list,
                    "an event type, or several separated by commas",
                    "order_checkout",
                    "The event types that are a checkout, in JSON and Avro, after the"
                            + " renaming by `event-types`.");

    static final Key<List<String>> CART_EVENT_TYPES =
            Key.of(
                    GROUP,
                    "cart-event-types",
                    Parsers::list,
                    "an event type, or several separated by commas",
                    "add_to_cart",
                    "The event types that put something into a cart, in JSON and Avro, after the"
                            + " renaming by `event-types`. Only the groups `live` and `carts` need"
                            + " them.");

    static final Key<List<String>> CART_REMOVAL_EVENT_TYPES =
            Key.of(
                    GROUP,
                    "cart-removal-event-types",
                    Parsers::list,
                    "an event type, or several separated by commas",
                    "remove_from_cart",
                    "The event types that remove something from a cart, in JSON and Avro, after"
                            + " the renaming by `event-types`. Only the group `carts` needs"
                            + " them.");

    static final Key<String> WRITER_SCHEMA =
            Key.of(
                    GROUP,
                    "writer-schema",
                    Parsers::text,
                    "a path of an `.avsc` file, `s3://` too, or the schema itself",
                    "The schema that producers write Avro clicks with. Set it if that is not the"
                            + " default schema.");

    static final Key<FormatConfig.Compression> COMPRESSION =
            Key.of(
                    GROUP,
                    "compression",
                    Parsers.oneOf(Compression.class),
                    Parsers.labels(Compression.class),
                    "none",
                    "With `gzip`, the job decompresses records of a topic or stream"
                            + " that are gzip, and reads other records unchanged. In a CloudWatch"
                            + " Logs subscription, the message of each log event is a record.");

    static final Key<Integer> MAX_RECORD_SIZE =
            Key.of(
                    GROUP,
                    "max-record-size",
                    Parsers::size,
                    Parsers.SIZE,
                    "1 mb",
                    "Longer records are dead letters.");

    static final KeyGroup KEYS =
            KeyGroup.of(GROUP, TYPE, PRESET)
                    .and(JsonMapping.KEYS)
                    .and(
                            CHECKOUT_EVENT_TYPES,
                            CART_EVENT_TYPES,
                            CART_REMOVAL_EVENT_TYPES,
                            WRITER_SCHEMA,
                            COMPRESSION,
                            MAX_RECORD_SIZE)
                    .without(Map.of("sequence", "no result depends on it"));

    private final Type type;
    private final Preset preset;
    private final JsonMapping mapping;
    private final Set<String> checkoutEventTypes;
    private final Set<String> cartEventTypes;
    private final Set<String> cartRemovalEventTypes;
    private final Optional<String> writerSchema;
    private final Compression compression;
    private final int maxRecordBytes;

    private FormatConfig(PropertyReader reader) {
        type = reader.get(TYPE);
        preset = reader.get(PRESET);
        mapping = JsonMapping.read(reader, preset == null ? Preset.LAB : preset);
        List<String> checkouts = reader.get(CHECKOUT_EVENT_TYPES);
        checkoutEventTypes = checkouts == null ? Set.of() : Set.copyOf(checkouts);
        List<String> carts = reader.get(CART_EVENT_TYPES);
        cartEventTypes = carts == null ? Set.of() : Set.copyOf(carts);
        List<String> removals = reader.get(CART_REMOVAL_EVENT_TYPES);
        cartRemovalEventTypes = removals == null ? Set.of() : Set.copyOf(removals);
        writerSchema = reader.find(WRITER_SCHEMA);
        compression = reader.get(COMPRESSION);
        Integer size = reader.get(MAX_RECORD_SIZE);
        maxRecordBytes = size == null ? 0 : size;
        if (type == Type.JSON && writerSchema.isPresent()) {
            reader.error(
                    WRITER_SCHEMA, "is only for Avro; remove it, or set `" + TYPE + "` to `avro`");
        }
        if (type == Type.AVRO) {
            refuseFieldsOfJson(reader);
        }
    }

    private void refuseFieldsOfJson(PropertyReader reader) {
        String onlyForJson = "is only for JSON; remove it, or set `" + TYPE + "` to `json`";
        if (preset != null && preset != Preset.LAB) {
            reader.error(PRESET, onlyForJson);
        }
        for (Key<?> key : JsonMapping.KEYS) {
            if (reader.has(key)) {
                reader.error(key, onlyForJson);
            }
        }
    }

    static FormatConfig read(PropertyReader reader) {
        return new FormatConfig(reader);
    }

    public Type type() {
        return type;
    }

    public Preset preset() {
        return preset;
    }

    /** The preset's mapping with the configured overrides. */
    public JsonMapping mapping() {
        return mapping;
    }

    /** The event types that are a checkout, in all formats. */
    public Set<String> checkoutEventTypes() {
        return checkoutEventTypes;
    }

    /** The event types that put something into a cart, in all formats. */
    public Set<String> cartEventTypes() {
        return cartEventTypes;
    }

    /** The event types that remove something from a cart, in all formats. */
    public Set<String> cartRemovalEventTypes() {
        return cartRemovalEventTypes;
    }

    /** A path, or a schema as JSON text; empty for the default schema. */
    public Optional<String> writerSchema() {
        return writerSchema;
    }

    /** The compression of records in topics and streams. */
    public Compression compression() {
        return compression;
    }

    public int maxRecordBytes() {
        return maxRecordBytes;
    }
}
