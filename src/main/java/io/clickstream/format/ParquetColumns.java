package io.clickstream.format;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timestampType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;

/**
 * The columns of the archive's Parquet files. Times are in ms, UTC. Columns are null if the record
 * is not a click or lacks the field.
 */
public final class ParquetColumns {

    /** The event time of the click. */
    public static final String EVENT_TIME = "event_time";

    /** The user, a number or a string, as a string. */
    public static final String USER_ID = "user_id";

    public static final String EVENT_TYPE = "event_type";

    public static final String DEPARTMENT = "department";

    public static final String ITEM = "item";

    /** The time at which the stream received the record, or otherwise the job. */
    public static final String ARRIVAL_TIME = "arrival_time";

    /** The whole record as JSON, unchanged. A replay reads it. */
    public static final String RECORD = "record";

    public static final MessageType SCHEMA =
            Types.buildMessage()
                    .optional(INT64)
                    .as(timestampType(true, TimeUnit.MILLIS))
                    .named(EVENT_TIME)
                    .optional(BINARY)
                    .as(stringType())
                    .named(USER_ID)
                    .optional(BINARY)
                    .as(stringType())
                    .named(EVENT_TYPE)
                    .optional(BINARY)
                    .as(stringType())
                    .named(DEPARTMENT)
                    .optional(BINARY)
                    .as(stringType())
                    .named(ITEM)
                    .required(INT64)
                    .as(timestampType(true, TimeUnit.MILLIS))
                    .named(ARRIVAL_TIME)
                    .required(BINARY)
                    .as(stringType())
                    .named(RECORD)
                    .named("click");

    private ParquetColumns() {}
}
