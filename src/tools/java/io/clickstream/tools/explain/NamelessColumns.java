package io.clickstream.tools.explain;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/** Recognizes CSV whose first line has no names of columns. */
final class NamelessColumns {

    private static final List<Character> SEPARATORS = List.of(',', ';', '\t', '|');

    /** A value that CSV puts into quotes. */
    private static final String QUOTED = "\"[^\"]*\"";

    /** The share of lines that may be damaged. */
    private static final double MAX_DAMAGED = 0.2;

    /**
     * Names for the columns, such as {@code column1}; empty if the lines are not CSV.
     *
     * @param lines the first lines of a file
     */
    static List<String> of(List<byte[]> lines) {
        List<String> texts =
                lines.stream().map(line -> new String(line, StandardCharsets.UTF_8)).toList();
        if (texts.isEmpty()
                || texts.stream().anyMatch(text -> text.stripLeading().matches("[{\\[].*"))) {
            return List.of();
        }
        for (char separator : SEPARATORS) {
            int columns = columns(texts.get(0), separator);
            long same = texts.stream().filter(text -> columns(text, separator) == columns).count();
            if (columns > 1 && same >= (1 - MAX_DAMAGED) * texts.size()) {
                return IntStream.rangeClosed(1, columns).mapToObj(i -> "column" + i).toList();
            }
        }
        return List.of();
    }

    private static int columns(String line, char separator) {
        return 1
                + (int)
                        line.replaceAll(QUOTED, "")
                                .chars()
                                .filter(each -> each == separator)
                                .count();
    }

    private NamelessColumns() {}
}
