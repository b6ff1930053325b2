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

/** Writes CSV (RFC 4180) in UTF-8, with the columns in the first row of every file. */
final class CsvLines implements LineFormat<ArchivedRecord> {

    private static final long serialVersionUID = 1L;

    private static final String CRLF = "\r\n";

    private final LinkedHashMap<String, JsonPointer> columns;

    /** Creates a format with columns, in order. Missing values are empty. */
    CsvLines(Map<String, JsonPointer> columns) {
        this.columns = new LinkedHashMap<>(columns);
    }

    @Override
    public String suffix() {
        return ".csv";
    }

    @Override
    public byte[] header() {
        return row(columns.keySet());
    }

    @Override
    public void write(ArchivedRecord record, OutputStream out) throws IOException {
        RecordFields fields = RecordFields.of(record);
        List<String> values = new ArrayList<>(columns.size());
        for (JsonPointer pointer : columns.values()) {
            values.add(fields.text(pointer));
        }
        out.write(row(values));
    }

    private static byte[] row(Collection<String> values) {
        return (CSVFormat.RFC4180.format(values.toArray()) + CRLF).getBytes(StandardCharsets.UTF_8);
    }
}
