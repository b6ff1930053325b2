package io.clickstream.tools.explain;

import com.fasterxml.jackson.databind.node.TextNode;
import io.clickstream.config.ReplayConfig;
import io.clickstream.config.TimeFormat;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Finds the {@code time-format} of a field. The patterns are read as the job reads them. */
final class Times {

    /** The share of records whose value must be a time in the format. */
    private static final double MIN_SHARE = 0.9;

    /** The number of distinct values that are tried. */
    private static final int TRIED = 1_000;

    /** 2001-09-09, the default of {@code event-time / earliest}. */
    private static final Instant EARLIEST = Instant.ofEpochSecond(1_000_000_000);

    /** Clocks of senders are ahead by a day at most. */
    private static final Duration MAX_AHEAD = Duration.ofDays(1);

    private static final Pattern DIGITS = Pattern.compile("\\d{1,19}");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,12}(\\.\\d{1,9})?");
    private static final Pattern WITH_OFFSET = Pattern.compile(".*([Zz]|[+-]\\d{2}(:?\\d{2})?)");

    private static final String ISO_8601 = "iso-8601";

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** Patterns that are tried after the named formats, the most common first. */
    private static final List<String> PATTERNS =
            List.of(
                    "yyyy-MM-dd HH:mm:ss 'UTC'",
                    "yyyy-MM-dd HH:mm:ss.SSS 'UTC'",
                    "yyyy-MM-dd HH:mm:ss.SSSSSS 'UTC'",
                    "yyyy-MM-dd HH:mm:ss z",
                    "yyyy-MM-dd HH:mm:ss.SSS z",
                    "yyyy-MM-dd HH:mm:ss Z",
                    "yyyy-MM-dd HH:mm:ss,SSS",
                    "yyyy/MM/dd HH:mm:ss",
                    "dd/MMM/yyyy:HH:mm:ss Z",
                    "EEE, dd MMM yyyy HH:mm:ss z",
                    "EEE MMM dd HH:mm:ss z yyyy",
                    "dd.MM.yyyy HH:mm:ss",
                    "dd.MM.yyyy HH:mm",
                    "MM/dd/yyyy HH:mm:ss",
                    "dd/MM/yyyy HH:mm:ss",
                    "dd-MM-yyyy HH:mm:ss",
                    "M/d/yyyy H:mm",
                    "d/M/yyyy H:mm",
                    "M/d/yyyy h:mm:ss a",
                    "d MMM yyyy HH:mm:ss",
                    "yyyyMMddHHmmss",
                    "yyyyMMdd'T'HHmmssX");

    /**
     * A format that fits.
     *
     * @param format as the job's configuration has it
     * @param share of the records whose value is a time in this format, from 0 to 1
     * @param hasZone whether the values say in which zone they are
     * @param other another format that fits just as well; empty if there is none
     */
    record Found(String format, double share, boolean hasZone, Optional<String> other) {}

    private final Instant latest;

    Times(Clock clock) {
        latest = clock.instant().plus(MAX_AHEAD);
    }

    /** The format of the field's values; empty if they are not times. */
    Optional<Found> find(Field field) {
        if (!field.isMostly(Field.Type.STRING, Field.Type.INTEGER, Field.Type.DECIMAL)) {
            return Optional.empty();
        }
        Optional<Found> epoch = findEpoch(field);
        return epoch.isPresent() || !field.isMostly(Field.Type.STRING) ? epoch : findText(field);
    }

    /** The first value that is a time in the format, as JSON: others may be damaged. */
    String example(Field field, Found format) {
        Function<String, OptionalLong> reader = reader(format.format());
        String text =
                field.values().keySet().stream()
                        .filter(value -> reader.apply(value).isPresent())
                        .findFirst()
                        .orElseThrow();
        return field.isMostly(Field.Type.STRING) ? TextNode.valueOf(text).toString() : text;
    }

    private Optional<Found> findEpoch(Field field) {
        for (Map.Entry<String, Long> unit :
                Map.of(
                                "epoch-s", 1L,
                                "epoch-ms", 1_000L,
                                "epoch-us", 1_000_000L,
                                "epoch-ns", NANOS_PER_SECOND)
                        .entrySet()) {
            double share = share(field, reader(unit.getKey(), unit.getValue()));
            if (share >= MIN_SHARE) {
                // The ranges of plausible values do not overlap.
                return Optional.of(new Found(unit.getKey(), share, true, Optional.empty()));
            }
        }
        return Optional.empty();
    }

    private Optional<Found> findText(Field field) {
        double iso = share(field, reader(ISO_8601));
        if (iso >= MIN_SHARE) {
            Function<String, OptionalLong> reader = reader(ISO_8601);
            boolean hasZone =
                    sample(field).stream()
                            .map(Map.Entry::getKey)
                            .filter(value -> reader.apply(value).isPresent())
                            .allMatch(value -> WITH_OFFSET.matcher(value).matches());
            return Optional.of(new Found(ISO_8601, iso, hasZone, Optional.empty()));
        }
        String best = null;
        String other = null;
        double bestShare = 0;
        for (String pattern : PATTERNS) {
            double share = share(field, reader(pattern));
            if (share > bestShare) {
                best = pattern;
                bestShare = share;
                other = null;
            } else if (share == bestShare && share > 0 && isOfDayAndMonth(best, pattern)) {
                other = pattern;
            }
        }
        if (bestShare < MIN_SHARE) {
            return Optional.empty();
        }
        boolean hasZone = best.contains("'UTC'") || best.matches(".*[zZX].*");
        return Optional.of(new Found(best, bestShare, hasZone, Optional.ofNullable(other)));
    }

    /** Whether two patterns differ in the order of day and month only. */
    private static boolean isOfDayAndMonth(String one, String other) {
        return !one.equals(other) && one.replace('M', 'd').equals(other.replace('M', 'd'));
    }

    /**
     * Values from the first to the last record, without the empty one. The first values alone would
     * hide that a format changes on the way.
     */
    private static List<Map.Entry<String, Integer>> sample(Field field) {
        List<Map.Entry<String, Integer>> values =
                field.values().entrySet().stream()
                        .filter(value -> !value.getKey().isEmpty())
                        .toList();
        int step = Math.max(1, (values.size() + TRIED - 1) / TRIED);
        return IntStream.iterate(0, i -> i < values.size(), i -> i + step)
                .mapToObj(values::get)
                .toList();
    }

    /** The share of records whose value is a time. Empty values do not count. */
    private static double share(Field field, Function<String, OptionalLong> reader) {
        long all = 0;
        long times = 0;
        for (Map.Entry<String, Integer> value : sample(field)) {
            all += value.getValue();
            times += reader.apply(value.getKey()).isPresent() ? value.getValue() : 0;
        }
        return all == 0 ? 0 : (double) times / all;
    }

    /**
     * Reads values of a format. Values that are not plausible as the time of a click are none.
     *
     * @return a function from a value to ms since 1970
     */
    Function<String, OptionalLong> reader(String format) {
        return switch (format) {
            case "epoch-s" -> reader(format, 1);
            case "epoch-ms" -> reader(format, 1_000);
            case "epoch-us" -> reader(format, 1_000_000);
            case "epoch-ns" -> reader(format, NANOS_PER_SECOND);
            default -> textReader(format);
        };
    }

    private Function<String, OptionalLong> reader(String format, long perSecond) {
        Pattern allowed = format.equals("epoch-s") ? NUMBER : DIGITS;
        return value -> {
            if (!allowed.matcher(value).matches()) {
                return OptionalLong.empty();
            }
            BigDecimal millis =
                    new BigDecimal(value)
                            .multiply(BigDecimal.valueOf(1_000))
                            .divide(BigDecimal.valueOf(perSecond));
            return plausible(millis.longValue());
        };
    }

    private Function<String, OptionalLong> textReader(String format) {
        TimeFormat ofJob =
                ReplayConfig.parse(Map.of("format", Map.of("type", "json", "time-format", format)))
                        .format()
                        .mapping()
                        .timeFormat();
        DateTimeFormatter formatter = ofJob.formatter(ZoneOffset.UTC);
        return value -> {
            try {
                return plausible(formatter.parse(value, Instant::from).toEpochMilli());
            } catch (DateTimeException | ArithmeticException e) {
                return OptionalLong.empty();
            }
        };
    }

    private OptionalLong plausible(long millis) {
        return millis >= EARLIEST.toEpochMilli() && millis <= latest.toEpochMilli()
                ? OptionalLong.of(millis)
                : OptionalLong.empty();
    }
}
