package io.clickstream.config;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.annotation.Nullable;

/**
 * A pattern of java.time, with three differences. Dates that don't exist are refused. Where the
 * pattern asks for the name of a zone ({@code z}, {@code v}), an id is read in its place, since
 * what a name means depends on the version of Java. And letters that were mixed up are refused
 * although java.time takes them.
 */
final class TimePattern {

    /** Differs in all that a pattern can mix up: month and minute, 24 hours and 12. */
    private static final Instant SAMPLE = Instant.parse("2019-10-01T16:34:56Z");

    private static final String OF_DATE = "GuyYDMLdQqwWEecF";
    private static final String OF_HOUR = "HhKk";
    private static final String NAMES_OF_ZONES = "zv";

    private final String pattern;

    TimePattern(String pattern) {
        this.pattern = pattern;
    }

    /** Letters that are the same and stand side by side, outside of quotes. */
    private static final class Run {
        private final String letters;
        private final int begin;

        Run(String letters, int begin) {
            this.letters = letters;
            this.begin = begin;
        }

        char letter() {
            return letters.charAt(0);
        }

        int end() {
            return begin + letters.length();
        }
    }

    /**
     * Finds out whether a whole time can be read.
     *
     * @throws IllegalArgumentException if not; the message says why
     */
    void check() {
        List<Run> runs = runs();
        String mixedUp = minutesAndMonths(runs);
        if (mixedUp != null) {
            throw new IllegalArgumentException(mixedUp);
        }
        if (has(runs, 'D') && has(runs, 'M') && !has(runs, 'd')) {
            throw new IllegalArgumentException(
                    "has D (day of the year) next to a month; d (day of the month) was probably"
                            + " meant");
        }
        DateTimeFormatter formatter;
        try {
            formatter = formatter(ZoneOffset.UTC);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is neither a named format nor a valid pattern", e);
        }
        try {
            formatter.parse(formatter.format(SAMPLE), Instant::from);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "does not contain a complete date and time" + otherLetter(runs), e);
        }
    }

    /**
     * Reads times.
     *
     * @param zone of times that name none
     * @throws IllegalArgumentException if it is no pattern
     */
    DateTimeFormatter formatter(ZoneId zone) {
        DateTimeFormatterBuilder builder = new DateTimeFormatterBuilder();
        int done = 0;
        boolean hasEra = false;
        boolean hasYearOfEra = false;
        for (Run run : runs()) {
            hasEra |= run.letter() == 'G';
            hasYearOfEra |= run.letter() == 'y';
            if (NAMES_OF_ZONES.indexOf(run.letter()) >= 0) {
                builder.appendPattern(pattern.substring(done, run.begin)).appendZoneId();
                done = run.end();
            }
        }
        builder.appendPattern(pattern.substring(done));
        if (hasYearOfEra && !hasEra) {
            // The strict resolver takes no year of an era for one of ours by itself.
            builder.parseDefaulting(ChronoField.ERA, 1);
        }
        return builder.toFormatter(Locale.ENGLISH)
                .withResolverStyle(ResolverStyle.STRICT)
                .withZone(zone);
    }

    /** Whether times may name their zones. */
    boolean hasZoneNames() {
        return runs().stream().anyMatch(run -> NAMES_OF_ZONES.indexOf(run.letter()) >= 0);
    }

    private List<Run> runs() {
        List<Run> runs = new ArrayList<>();
        boolean quoted = false;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '\'') {
                quoted = !quoted;
            } else if (!quoted && isLetter(c)) {
                int end = i + 1;
                while (end < pattern.length() && pattern.charAt(end) == c) {
                    end++;
                }
                runs.add(new Run(pattern.substring(i, end), i));
                i = end - 1;
            }
        }
        return runs;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    /**
     * Java takes a pattern in which they are exchanged, and reads times that are months off.
     * Minutes are known by an hour or seconds beside them, months by the year or the day.
     */
    @Nullable
    private static String minutesAndMonths(List<Run> runs) {
        for (int i = 0; i < runs.size(); i++) {
            char letter = runs.get(i).letter();
            char before = i == 0 ? ' ' : runs.get(i - 1).letter();
            char after = i == runs.size() - 1 ? ' ' : runs.get(i + 1).letter();
            boolean besideDate = isOneOf(OF_DATE, before) || isOneOf(OF_DATE, after);
            boolean besideTime = isOneOf(OF_HOUR + "s", before) || isOneOf(OF_HOUR + "s", after);
            String letters = runs.get(i).letters;
            if (letter == 'm' && besideDate && !besideTime) {
                return "has "
                        + letters
                        + " (minutes) next to the date; "
                        + letters.toUpperCase(Locale.ROOT)
                        + " (months) was probably meant";
            }
            if (letter == 'M' && besideTime && !besideDate) {
                return "has "
                        + letters
                        + " (months) next to the hours or seconds; "
                        + letters.toLowerCase(Locale.ROOT)
                        + " (minutes) was probably meant";
            }
        }
        return null;
    }

    private static boolean isOneOf(String letters, char letter) {
        return letters.indexOf(letter) >= 0;
    }

    /** What was probably meant where the pattern holds no whole time. */
    private static String otherLetter(List<Run> runs) {
        if (has(runs, 'Y') && !has(runs, 'w')) {
            return ": Y is the week-based year; y (year) was probably meant";
        }
        if ((has(runs, 'h') || has(runs, 'K')) && !has(runs, 'a') && !has(runs, 'B')) {
            return ": h and K are hours of a 12-hour clock, which need a (AM or PM); H (24-hour"
                    + " clock) was probably meant";
        }
        return has(runs, 'S') && !has(runs, 's')
                ? ": S is a fraction of a second; s (seconds) was probably meant"
                : "";
    }

    private static boolean has(List<Run> runs, char letter) {
        return runs.stream().anyMatch(run -> run.letter() == letter);
    }

    @Override
    public String toString() {
        return pattern;
    }
}
