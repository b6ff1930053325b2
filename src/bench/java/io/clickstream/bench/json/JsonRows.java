package io.clickstream.bench.json;

import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.formats.common.TimestampFormat;
import org.apache.flink.formats.json.JsonParserRowDataDeserializationSchema;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.Collector;

/** Reads rows as a table with the format {@code json} does by default: with Jackson's parser. */
public final class JsonRows implements Serializable {

    private static final long serialVersionUID = 1L;

    private final JsonParserRowDataDeserializationSchema schema;
    private transient boolean isOpen;
    private transient Read read;

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
        schema.deserialize(record, read);
        return read.row;
    }

    /** Takes the row from the format. */
    private static final class Read implements Collector<RowData> {

        private RowData row;

        @Override
        public void collect(RowData row) {
            this.row = row;
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }

    private void open() throws IOException {
        try {
            // It needs no metrics, and no class loader.
            schema.open(null);
        } catch (Exception e) {
            throw new IOException("The format cannot be opened", e);
        }
        read = new Read();
        isOpen = true;
    }
}
