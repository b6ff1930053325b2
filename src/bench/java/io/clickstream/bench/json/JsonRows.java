package io.clickstream.bench.json;

import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.formats.common.TimestampFormat;
import org.apache.flink.formats.json.JsonParserRowDataDeserializationSchema;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;

/** Reads rows as a table with the format {@code json} does by default: with Jackson's parser. */
public final class JsonRows implements Serializable {

    private static final long serialVersionUID = 1L;

    private final JsonParserRowDataDeserializationSchema schema;
    private transient boolean isOpen;

    /** Reads rows of a type, of records that may have more fields. */
    public JsonRows(RowType type) {
        schema =
                new JsonParserRowDataDeserializationSchema(
                        type, InternalTypeInfo.of(type), false, false, TimestampFormat.SQL, null);
    }

    /** Reads one row. */
    public RowData read(byte[] record) throws IOException {
        if (!isOpen) {
            open();
        }
        return schema.deserialize(record);
    }

    private void open() throws IOException {
        try {
            // It needs no metrics, and no class loader.
            schema.open(null);
        } catch (Exception e) {
            throw new IOException("The format cannot be opened", e);
        }
        isOpen = true;
    }
}
