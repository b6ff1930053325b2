package io.clickstream.format;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timestampType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;

/**
 * The columns of the archive's Parquet files. Times are in UTC, in ms. What is no click, or lacks a
 * field, has nulls.
 */
public final class ParquetColumns {

    /** When the click was, by what it says itself. */
    public static final String EVENT_TIME = "event_time";

    /** The user, a number or a string, as a string. */
    public static final String USER_ID = "user_id";

    public static final String EVENT_TYPE = "event_type";

    public static final String DEPARTMENT = "department";

    public static final String ITEM = "item";

    /** When the stream got the record, or else the job. */
    public static final String ARRIVAL_TIME = "arrival_time";

    /** The whole record as JSON, as it came; a replay reads it. */
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
