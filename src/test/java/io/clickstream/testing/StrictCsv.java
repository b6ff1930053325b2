package io.clickstream.testing;

import java.util.ArrayList;
import java.util.List;

/** A parser that takes what the grammar of RFC 4180 allows, and nothing else. */
public final class StrictCsv {

    private final String text;
    private int position;

    private StrictCsv(String text) {
        this.text = text;
    }

    /**
     * All rows, the header's included, each with its fields.
     *
     * @throws IllegalArgumentException if the text is not CSV, or the rows differ in length
     */
    public static List<List<String>> parse(String text) {
        StrictCsv csv = new StrictCsv(text);
        List<List<String>> rows = new ArrayList<>();
        while (csv.position < text.length()) {
            rows.add(csv.row());
            if (rows.get(rows.size() - 1).size() != rows.get(0).size()) {
                throw csv.wrong("a row of another length");
            }
        }
        return rows;
    }

    private List<String> row() {
        List<String> fields = new ArrayList<>();
        while (true) {
            fields.add(at('"') ? quoted() : plain());
            if (at(',')) {
                position++;
            } else if (at('\r')
                    && position + 1 < text.length()
                    && text.charAt(position + 1) == '\n') {
                position += 2;
                return fields;
            } else {
                throw wrong("neither a comma nor CRLF behind a field");
            }
        }
    }

    private String quoted() {
        StringBuilder field = new StringBuilder();
        position++;
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c != '"') {
                field.append(c);
            } else if (at('"')) {
                field.append('"');
                position++;
            } else {
                return field.toString();
            }
        }
        throw wrong("a quote that does not end");
    }

    private String plain() {
        int begin = position;
        while (position < text.length() && ",\r\n\"".indexOf(text.charAt(position)) < 0) {
            position++;
        }
        return text.substring(begin, position);
    }

    private boolean at(char c) {
        return position < text.length() && text.charAt(position) == c;
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("at character " + position + ": " + what);
    }
}
