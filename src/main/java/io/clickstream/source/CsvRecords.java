package io.clickstream.source;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.annotation.Nullable;

/**
 * Reads the rows of a CSV file (RFC 4180) as JSON objects. The columns are the keys, each value is
 * a string, and empty cells are left out. A row with a different number of cells than there are
 * columns becomes an array, which no decoder accepts as a click. A line with malformed quotes
 * becomes an array with its text.
 */
final class CsvRecords implements FileRecords {

    private final CsvRows rows;
    private final byte[][] names;
    private final ByteArrayOutputStream json = new ByteArrayOutputStream();
    private boolean beginsWithNames;
    private long number;

    /**
     * Creates a reader.
     *
     * @param beginsWithNames whether the first row contains the columns
     * @param maxBytes the number of bytes that are kept of a line
     */
    CsvRecords(
            InputStream in,
            char separator,
            List<String> columns,
            boolean beginsWithNames,
            int maxBytes) {
        this.rows = new CsvRows(in, separator, columns.size(), maxBytes);
        this.beginsWithNames = beginsWithNames;
        names = new byte[columns.size()][];
        for (int i = 0; i < names.length; i++) {
            names[i] = JsonStringEncoder.getInstance().quoteAsUTF8(columns.get(i));
        }
    }

    @Override
    @Nullable
    public byte[] next() throws IOException {
        if (beginsWithNames) {
            rows.next();
            beginsWithNames = false;
        }
        List<String> row = rows.next();
        if (row == null) {
            return null;
        }
        number++;
        boolean isWhole = row.size() == names.length && !rows.isMalformed();
        json.reset();
        json.write(isWhole ? '{' : '[');
        boolean any = false;
        for (int i = 0; i < row.size(); i++) {
            String cell = row.get(i);
            if (isWhole && cell.isEmpty()) {
                continue;
            }
            if (any) {
                json.write(',');
            }
            any = true;
            if (isWhole) {
                json.write('"');
                json.writeBytes(names[i]);
                json.write('"');
                json.write(':');
            }
            putString(cell);
        }
        json.write(isWhole ? '}' : ']');
        return json.toByteArray();
    }

    /** Writes a JSON string. Each character of the cell is a byte of UTF-8. */
    private void putString(String cell) {
        json.write('"');
        for (int i = 0; i < cell.length(); i++) {
            char each = cell.charAt(i);
            if (each == '"' || each == '\\') {
                json.write('\\');
                json.write(each);
            } else if (each < ' ') {
                json.writeBytes(
                        String.format("\\u%04x", (int) each).getBytes(StandardCharsets.US_ASCII));
            } else {
                json.write(each);
            }
        }
        json.write('"');
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public String unit() {
        return "rows";
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
