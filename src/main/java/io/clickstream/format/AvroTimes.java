package io.clickstream.format;

import javax.annotation.Nullable;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;

/** The units in which Avro records may have their event time. */
final class AvroTimes {

    private static final int MICROS_PER_MILLI = 1000;
    private static final int NANOS_PER_MILLI = 1_000_000;

    /**
     * How many of a schema's units make a millisecond. A local timestamp is taken for UTC.
     *
     * @param schema a long
     * @throws IllegalArgumentException if its logical type is not that of a time since 1970
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

    /** Says what a schema has in place of a time. */
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

    /** As it is written: of a type that this version of Avro does not know, too. */
    @Nullable
    private static String logicalType(Schema schema) {
        return schema.getProp(LogicalType.LOGICAL_TYPE_PROP);
    }

    private AvroTimes() {}
}
