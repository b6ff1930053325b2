package io.clickstream.tools.explain;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Departments with levels, such as {@code furniture.living_room.sofa}.
 *
 * @param separator the text between levels
 */
record Levels(String separator, String reason) {

    /** In the order in which they are tried. */
    private static final List<String> SEPARATORS = List.of(">", "/", "|", ".");

    /** The share of values that must have several levels. */
    private static final double MIN_SHARE = 0.5;

    /** The number of values that must have several levels. */
    private static final int MIN_VALUES = 2;

    /** The separator of the values of departments; empty if they have no levels. */
    static Optional<Levels> find(List<Field> departments) {
        Set<String> values = new LinkedHashSet<>();
        departments.forEach(field -> values.addAll(field.values().keySet()));
        values.remove("");
        for (String separator : SEPARATORS) {
            List<String> with =
                    values.stream().filter(value -> hasLevels(value, separator)).toList();
            if (with.size() >= MIN_VALUES && with.size() >= MIN_SHARE * values.size()) {
                return Optional.of(
                        new Levels(
                                separator,
                                String.format(
                                        Locale.ROOT,
                                        "%,d of %,d values have levels, such as %s",
                                        with.size(),
                                        values.size(),
                                        with.get(0))));
            }
        }
        return Optional.empty();
    }

    /** Whether a value has something before and behind each separator. A dot can be a full stop. */
    private static boolean hasLevels(String value, String separator) {
        boolean mayBeText = separator.equals(".") && value.indexOf(' ') >= 0;
        boolean beginsOrEnds = value.startsWith(separator) || value.endsWith(separator);
        return value.contains(separator) && !mayBeText && !beginsOrEnds;
    }
}
