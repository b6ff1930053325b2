package io.clickstream.config;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What records of clicks look like. */
public final class FormatConfig {

    /** The formats. */
    public enum Type {
        JSON,
        AVRO
    }

    /** How records may be packed. */
    public enum Compression {
        /** Not at all. */
        NONE,
        /** RFC 1952, with an envelope of CloudWatch Logs in it or without. */
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
        TICKER
    }

    private final Type type;
    private final Preset preset;
    private final JsonMapping mapping;
    private final Set<String> checkoutEventTypes;
    private final Optional<String> writerSchema;
    private final Compression compression;
    private final int maxRecordBytes;

    private FormatConfig(PropertyReader reader) {
        type = reader.get(ConfigKeys.FORMAT_TYPE);
        preset = reader.get(ConfigKeys.FORMAT_PRESET);
        mapping = JsonMapping.read(reader, preset == null ? Preset.LAB : preset);
        List<String> checkouts = reader.get(ConfigKeys.FORMAT_CHECKOUT_EVENT_TYPES);
        checkoutEventTypes = checkouts == null ? Set.of() : Set.copyOf(checkouts);
        writerSchema = reader.find(ConfigKeys.FORMAT_WRITER_SCHEMA);
        compression = reader.get(ConfigKeys.FORMAT_COMPRESSION);
        Integer size = reader.get(ConfigKeys.FORMAT_MAX_RECORD_SIZE);
        maxRecordBytes = size == null ? 0 : size;
        if (type == Type.JSON && writerSchema.isPresent()) {
            reader.error(
                    ConfigKeys.FORMAT_WRITER_SCHEMA,
                    "is only for Avro; leave it out or set `"
                            + ConfigKeys.FORMAT_TYPE
                            + "` to `avro`");
        }
        if (type == Type.AVRO) {
            refuseFieldsOfJson(reader);
        }
    }

    private void refuseFieldsOfJson(PropertyReader reader) {
        String onlyForJson =
                "is only for JSON; leave it out or set `" + ConfigKeys.FORMAT_TYPE + "` to `json`";
        if (preset != null && preset != Preset.LAB) {
            reader.error(ConfigKeys.FORMAT_PRESET, onlyForJson);
        }
        for (Key<?> key : ConfigKeys.JSON_FIELDS) {
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

    /** The preset's fields, with those that are configured otherwise. */
    public JsonMapping mapping() {
        return mapping;
    }

    /** The event types that are a checkout, whatever the format. */
    public Set<String> checkoutEventTypes() {
        return checkoutEventTypes;
    }

    /** A path, or a schema as JSON text; the wire schema where there is none. */
    public Optional<String> writerSchema() {
        return writerSchema;
    }

    /** How records of a topic or stream may be packed. */
    public Compression compression() {
        return compression;
    }

    public int maxRecordBytes() {
        return maxRecordBytes;
    }
}
