package io.clickstream.config;

import java.util.Optional;

/** What records of clicks look like. */
public final class FormatConfig {

    /** The formats. */
    public enum Type {
        JSON,
        AVRO
    }

    /** Named mappings of a JSON record's fields. */
    public enum Preset {
        LAB
    }

    private final Type type;
    private final Preset preset;
    private final Optional<String> writerSchema;
    private final int maxRecordBytes;

    private FormatConfig(PropertyReader reader) {
        type = reader.get(ConfigKeys.FORMAT_TYPE);
        preset = reader.get(ConfigKeys.FORMAT_PRESET);
        writerSchema = reader.find(ConfigKeys.FORMAT_WRITER_SCHEMA);
        Integer size = reader.get(ConfigKeys.FORMAT_MAX_RECORD_SIZE);
        maxRecordBytes = size == null ? 0 : size;
        if (type == Type.JSON && writerSchema.isPresent()) {
            reader.error(
                    ConfigKeys.FORMAT_WRITER_SCHEMA,
                    "is only for Avro; leave it out or set `"
                            + ConfigKeys.FORMAT_TYPE
                            + "` to `avro`");
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

    /** A path, or a schema as JSON text; the wire schema where there is none. */
    public Optional<String> writerSchema() {
        return writerSchema;
    }

    public int maxRecordBytes() {
        return maxRecordBytes;
    }
}
