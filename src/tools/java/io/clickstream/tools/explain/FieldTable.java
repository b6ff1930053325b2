package io.clickstream.tools.explain;

import io.clickstream.tools.command.PlainText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The fields of a sample as a table for people. */
final class FieldTable {

    private static final String[] HEADING = {"field", "type", "records", "distinct", "examples"};
    private static final int MAX_EXAMPLE = 40;
    private static final int EXAMPLES = HEADING.length - 1;

    /** The lines of the table. */
    static List<String> lines(Fields fields) {
        List<String[]> rows = new ArrayList<>();
        rows.add(HEADING);
        for (Field field : fields.all()) {
            rows.add(
                    new String[] {
                        PlainText.of(field.toString()),
                        field.typeLabel(),
                        Percent.of(fields.share(field)),
                        String.format(
                                Locale.ROOT,
                                field.isOverflowing() ? "over %,d" : "%,d",
                                field.distinct()),
                        String.join(", ", field.examples().stream().map(FieldTable::cut).toList())
                    });
        }
        List<String> lines = new ArrayList<>();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < EXAMPLES; i++) {
                line.append(row[i]).append(" ".repeat(width(rows, i) - row[i].length() + 2));
            }
            lines.add(line.append(row[EXAMPLES]).toString().stripTrailing());
        }
        if (fields.isCut()) {
            lines.add("More fields than " + Fields.MAX_FIELDS + ": the others are left out.");
        }
        if (fields.isTooDeep()) {
            lines.add("Fields below more than " + Fields.MAX_DEPTH + " levels are left out.");
        }
        return lines;
    }

    private static int width(List<String[]> rows, int column) {
        return rows.stream().mapToInt(row -> row[column].length()).max().orElse(0);
    }

    private static String cut(String example) {
        if (example.length() <= MAX_EXAMPLE) {
            return example;
        }
        return example.substring(0, MAX_EXAMPLE) + (example.startsWith("\"") ? "…\"" : "…");
    }

    private FieldTable() {}
}
