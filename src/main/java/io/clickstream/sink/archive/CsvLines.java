package io.clickstream.sink.archive;

import com.fasterxml.jackson.core.JsonPointer;
import io.clickstream.event.ArchivedRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;

/** CSV by RFC 4180, in UTF-8, with the columns' names in the first row of every file. */
final class CsvLines implements LineFormat<ArchivedRecord> {

    private static final long serialVersionUID = 1L;

    private final LinkedHashMap<String, JsonPointer> columns;

    /** Has columns in their order; what a record lacks is empty. */
    CsvLines(Map<String, JsonPointer> columns) {
        this.columns = new LinkedHashMap<>(columns);
    }

    @Override
    public String suffix() {
        return ".csv";
    }

    @Override
    public void begin(OutputStream out) throws IOException {
        row(columns.keySet(), out);
    }

    @Override
    public void write(ArchivedRecord record, OutputStream out) throws IOException {
        RecordFields fields = RecordFields.of(record);
        List<String> values = new ArrayList<>(columns.size());
        for (JsonPointer pointer : columns.values()) {
            values.add(fields.text(pointer));
        }
        row(values, out);
    }

    private static void row(Collection<String> values, OutputStream out) throws IOException {
        StringBuilder row = new StringBuilder();
        CSVFormat.RFC4180.printRecord(row, values.toArray());
        out.write(row.toString().getBytes(StandardCharsets.UTF_8));
    }
}
