package io.clickstream.source;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * The rows of a CSV file (RFC 4180) as JSON objects: the columns' names are the keys, each value is
 * a string, and an empty cell is left out. A row with another number of cells than there are names
 * is an array, which no decoder takes for a click.
 */
final class CsvRecords implements FileRecords {

    private final CSVParser parser;
    private final Iterator<CSVRecord> rows;
    private final byte[][] names;
    private final ByteArrayOutputStream json = new ByteArrayOutputStream();
    private long number;

    CsvRecords(InputStream in, char separator, List<String> columns) throws IOException {
        // Bytes as characters: separators and quotes are ASCII, and the decoder wants the bytes.
        parser =
                CSVParser.parse(
                        new InputStreamReader(in, StandardCharsets.ISO_8859_1), format(separator));
        rows = parser.iterator();
        names = new byte[columns.size()][];
        for (int i = 0; i < names.length; i++) {
            names[i] = JsonStringEncoder.getInstance().quoteAsUTF8(columns.get(i));
        }
    }

    static CSVFormat format(char separator) {
        return CSVFormat.RFC4180
                .builder()
                .setDelimiter(separator)
                .setIgnoreEmptyLines(true)
                .setTrailingData(true)
                .setLenientEof(true)
                .get();
    }

    @Override
    @Nullable
    public byte[] next() throws IOException {
        CSVRecord row;
        try {
            if (!rows.hasNext()) {
                return null;
            }
            row = rows.next();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        number++;
        boolean isWhole = row.size() == names.length;
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

    /** A string of JSON, of characters that are bytes of UTF-8. */
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
        parser.close();
    }
}
