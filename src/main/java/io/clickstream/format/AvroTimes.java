package io.clickstream.format;

import javax.annotation.Nullable;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;

/** The units of event times in Avro records. */
final class AvroTimes {

    private static final int MICROS_PER_MILLI = 1000;
    private static final int NANOS_PER_MILLI = 1_000_000;

    /**
     * The number of a schema's units per millisecond. Local timestamps count as UTC.
     *
     * @param schema a long
     * @throws IllegalArgumentException if the logical type is not a time since 1970
     */
    static int perMilli(String field, Schema schema) {
        String type = logicalType(schema);
        if (type == null) {
            return 1;
        }
        switch (type) {
            case "timestamp-millis":
            case "local-timestamp-millis":
                return 1;
            case "timestamp-micros":
            case "local-timestamp-micros":
                return MICROS_PER_MILLI;
            case "timestamp-nanos":
            case "local-timestamp-nanos":
                return NANOS_PER_MILLI;
            default:
                throw unreadable(field, schema);
        }
    }

    /** The error about a schema that has something other than a time. */
    static IllegalArgumentException unreadable(String field, Schema schema) {
        String type = logicalType(schema);
        return new IllegalArgumentException(
                "the writer's schema has "
                        + field
                        + " as "
                        + schema.getType().getName()
                        + (type == null ? "" : " with the logical type " + type)
                        + "; it must be long (ms since 1970), or long with the logical type"
                        + " timestamp-millis, timestamp-micros, or timestamp-nanos,"
                        + " with or without the prefix local-");
    }

    /** The name of the logical type, even if this version of Avro does not know it. */
    @Nullable
    private static String logicalType(Schema schema) {
        return schema.getProp(LogicalType.LOGICAL_TYPE_PROP);
    }

    private AvroTimes() {}
}
