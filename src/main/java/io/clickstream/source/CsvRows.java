package io.clickstream.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.annotation.Nullable;

/**
 * Splits CSV (RFC 4180) into rows. Lines end with LF, CRLF, or CR. Empty lines are not rows. The
 * characters of cells are bytes, because separators and quotes are ASCII.
 *
 * <p>An unclosed quote must not swallow the rows that follow. Therefore a row of several lines must
 * have the right number of cells and end within a limit. Otherwise its first line is malformed, and
 * the next row begins with the line after it. In tab-separated text, which often has no quoting, a
 * line that has the right number of cells without quoting is a row.
 */
final class CsvRows {

    /** The maximum number of lines of a row. Texts that people write have fewer lines. */
    private static final int MAX_LINES = 100;

    private static final int MAX_CHARACTERS = 1 << 20;

    /** The state of the parser at the end of a line. */
    private enum State {
        WHOLE,
        IN_QUOTES,
        MALFORMED
    }

    private final InputStream in;
    private final char separator;
    private final int columns;
    private final int maxLineBytes;

    private final byte[] buffer = new byte[LineRecords.BUFFER_BYTES];
    private int position;
    private int limit;
    private byte[] bytes = new byte[1024];

    /** Lines that were read to find the end of a row, but belong to the next rows. */
    private final List<Line> ahead = new ArrayList<>();

    /** The error that was found after the lines ahead, if there was one. */
    @Nullable private UnreadableFileException damage;

    private final List<String> cells = new ArrayList<>();
    private final StringBuilder quoted = new StringBuilder();
    private boolean isMalformed;

    /**
     * Creates a splitter.
     *
     * @param columns the number of cells of a row
     * @param maxLineBytes the number of bytes that are kept of a line; a longer line is malformed
     */
    CsvRows(InputStream in, char separator, int columns, int maxLineBytes) {
        this.in = in;
        this.separator = separator;
        this.columns = columns;
        this.maxLineBytes = maxLineBytes;
    }

    /** The cells of one line. If its quotes are malformed, the texts between its separators. */
    static List<String> cells(String line, char separator) {
        CsvRows rows = new CsvRows(InputStream.nullInputStream(), separator, 0, 0);
        return rows.parse(line, State.WHOLE) == State.WHOLE ? rows.cells : rows.unquoted(line);
    }

    /**
     * The cells of the next row, or the text of a malformed line.
     *
     * @return null after the last row
     */
    @Nullable
    List<String> next() throws IOException {
        Line line = nextLine();
        while (line != null && line.text.isEmpty()) {
            line = nextLine();
        }
        if (line == null) {
            return null;
        }
        isMalformed = false;
        State state = line.isCut ? State.MALFORMED : parse(line.text, State.WHOLE);
        if (state == State.WHOLE) {
            return cells;
        }
        if (separator == '\t' && !line.isCut) {
            List<String> unquoted = unquoted(line.text);
            if (unquoted.size() == columns || state == State.MALFORMED) {
                return unquoted;
            }
        }
        if (state == State.IN_QUOTES && parseFollowing(line)) {
            return cells;
        }
        isMalformed = true;
        return List.of(line.text);
    }

    /** Whether the previous row is a line that cannot be split into cells. */
    boolean isMalformed() {
        return isMalformed;
    }

    /** Whether the row continues in the lines after its first one and ends correctly. */
    private boolean parseFollowing(Line first) throws IOException {
        State state = State.IN_QUOTES;
        Line line = first;
        int lines = 0;
        int characters = first.text.length();
        while (state == State.IN_QUOTES) {
            quoted.append(line.end);
            if (lines == ahead.size()) {
                Line read;
                try {
                    read = readLine();
                } catch (UnreadableFileException e) {
                    // The lines in front of the damage are rows.
                    damage = e;
                    return false;
                }
                if (read == null) {
                    return false;
                }
                ahead.add(read);
            }
            line = ahead.get(lines);
            lines++;
            characters += line.text.length();
            if (line.isCut || lines == MAX_LINES || characters > MAX_CHARACTERS) {
                return false;
            }
            state = parse(line.text, State.IN_QUOTES);
        }
        if (state == State.MALFORMED || cells.size() != columns) {
            return false;
        }
        ahead.subList(0, lines).clear();
        return true;
    }

    /** Parses a text and adds to the cells. */
    private State parse(String text, State begin) {
        int at = 0;
        boolean inQuotes = begin == State.IN_QUOTES;
        if (!inQuotes) {
            cells.clear();
        }
        while (true) {
            if (!inQuotes && at < text.length() && text.charAt(at) == '"') {
                inQuotes = true;
                quoted.setLength(0);
                at++;
            }
            if (!inQuotes) {
                int end = text.indexOf(separator, at);
                cells.add(text.substring(at, end < 0 ? text.length() : end));
                if (end < 0) {
                    return State.WHOLE;
                }
                at = end + 1;
                continue;
            }
            at = parseQuoted(text, at);
            if (at < 0) {
                return State.IN_QUOTES;
            }
            inQuotes = false;
            cells.add(quoted.toString());
            while (at < text.length() && text.charAt(at) == ' ' && separator != ' ') {
                at++;
            }
            if (at == text.length()) {
                return State.WHOLE;
            }
            if (text.charAt(at) != separator) {
                return State.MALFORMED;
            }
            at++;
        }
    }

    /** The position after the closing quote; -1 if there is no closing quote. */
    private int parseQuoted(String text, int from) {
        int begin = from;
        while (true) {
            int quote = text.indexOf('"', begin);
            if (quote < 0) {
                quoted.append(text, begin, text.length());
                return -1;
            }
            quoted.append(text, begin, quote);
            if (quote + 1 == text.length() || text.charAt(quote + 1) != '"') {
                return quote + 1;
            }
            quoted.append('"');
            begin = quote + 2;
        }
    }

    private List<String> unquoted(String line) {
        List<String> unquoted = new ArrayList<>();
        int begin = 0;
        for (int end = line.indexOf(separator); end >= 0; end = line.indexOf(separator, begin)) {
            unquoted.add(line.substring(begin, end));
            begin = end + 1;
        }
        unquoted.add(line.substring(begin));
        return unquoted;
    }

    @Nullable
    private Line nextLine() throws IOException {
        return ahead.isEmpty() ? readLine() : ahead.remove(0);
    }

    @Nullable
    private Line readLine() throws IOException {
        if (damage != null) {
            throw damage;
        }
        if (position == limit && !fill()) {
            return null;
        }
        int length = 0;
        boolean isCut = false;
        do {
            int end = position;
            while (end < limit && buffer[end] != '\n' && buffer[end] != '\r') {
                end++;
            }
            int kept = Math.min(end - position, maxLineBytes - length);
            isCut |= kept < end - position;
            keep(length, kept);
            length += kept;
            position = end;
        } while (position == limit && fill());
        return new Line(
                new String(bytes, 0, length, StandardCharsets.ISO_8859_1), readLineEnd(), isCut);
    }

    private void keep(int length, int kept) {
        if (length + kept > bytes.length) {
            byte[] longer = new byte[Math.max(bytes.length * 2, length + kept)];
            System.arraycopy(bytes, 0, longer, 0, length);
            bytes = longer;
        }
        System.arraycopy(buffer, position, bytes, length, kept);
    }

    private String readLineEnd() throws IOException {
        if (position == limit) {
            return "";
        }
        if (buffer[position++] == '\n') {
            return "\n";
        }
        if ((position < limit || fill()) && buffer[position] == '\n') {
            position++;
            return "\r\n";
        }
        return "\r";
    }

    /** Fills the buffer; false at the end of the file. */
    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer));
        return limit > 0;
    }

    void close() throws IOException {
        in.close();
    }

    private static final class Line {
        private final String text;

        /** The line end; empty at the end of the file. */
        private final String end;

        /** Whether the line is longer than what is kept of it. */
        private final boolean isCut;

        Line(String text, String end, boolean isCut) {
            this.text = text;
            this.end = end;
            this.isCut = isCut;
        }
    }
}
