package io.clickstream.bench.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.tools.traffic.GeneratedClick;
import java.io.IOException;
import java.util.Map;
import javax.annotation.Nullable;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/** Clicks as JSON, and programs that read the fields of a click from it without the job's code. */
public interface RecordShape {

    /** As it is shown. */
    String label();

    /** The property groups with which the job reads these records. */
    Map<String, Map<String, String>> settings();

    byte[] encode(GeneratedClick click);

    /** Reads the fields with Jackson's streaming parser. */
    Found parse(JsonParser parser) throws IOException;

    /** Reads the fields from Jackson's tree. */
    Found pick(JsonNode tree);

    /** The columns of a table with the fields. */
    RowType rowType();

    /** Reads the fields from a row of that table. */
    Found pick(RowData row);

    /**
     * The fields that a program has found.
     *
     * @param user a number, or the length of a text
     * @param time ms since 1970
     */
    record Found(
            long user,
            long time,
            @Nullable String eventType,
            @Nullable String department,
            @Nullable String item) {

        /** A number that all fields are in, so that none of them can be left out. */
        public long checksum() {
            return (((user * 31 + time) * 31 + length(eventType)) * 31 + length(department)) * 31
                    + length(item);
        }

        private static int length(@Nullable String text) {
            return text == null ? 0 : text.length();
        }
    }
}
