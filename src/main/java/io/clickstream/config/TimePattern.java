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
 * A pattern of java.time, with three differences. Dates that do not exist are refused. If the
 * pattern contains a zone name ({@code z}, {@code v}), a zone id is parsed instead, because the
 * meaning of names depends on the version of Java. Letters that were probably confused are refused
 * although java.time accepts them.
 */
final class TimePattern {

    /**
     * A time that reveals confused letters: its month and minute differ, and its hour is after
     * noon.
     */
    private static final Instant SAMPLE = Instant.parse("2019-10-01T16:34:56Z");

    private static final String OF_DATE = "GuyYDMLdQqwWEecF";
    private static final String OF_HOUR = "HhKk";
    private static final String NAMES_OF_ZONES = "zv";

    private final String pattern;

    TimePattern(String pattern) {
        this.pattern = pattern;
    }

    /** Identical adjacent letters, outside of quotes. */
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
     * Checks whether the pattern can parse a complete time.
     *
     * @throws IllegalArgumentException if it cannot; the message says why
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
     * A formatter that parses times.
     *
     * @param zone the zone of times that have none
     * @throws IllegalArgumentException if the pattern is invalid
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

    /** Whether times can have zone names. */
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
     * Detects months and minutes that were confused. Java accepts such a pattern and parses times
     * that are months off. Minutes are next to hours or seconds; months are next to the year or the
     * day.
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

    /** The letter that was probably meant if the pattern has no complete time. */
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
