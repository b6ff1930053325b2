package io.clickstream.format;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.clickstream.config.JsonMapping;
import io.clickstream.config.TimeFormat;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.regex.Pattern;
import javax.annotation.Nullable;
import org.apache.flink.metrics.Counter;

/**
 * Reads the event time of a JSON record, in the format of a mapping.
 *
 * <p>A local time that its zone skips is read with the offset before the change, so it is later by
 * the amount of the change. A local time that its zone repeats is read as the first of the two.
 * Both are counted.
 */
final class JsonTimeReader {

    private static final int MILLIS_PER_SECOND = 1000;
    private static final int MICROS_PER_MILLI = 1000;
    private static final int NANOS_PER_MILLI = 1_000_000;

    /**
     * The maximum number of digits before the decimal point. More digits are not a time in
     * milliseconds.
     */
    private static final int MAX_DIGITS = 19;

    /**
     * The maximum number of digits after the decimal point. Jackson allows as many without an
     * exponent.
     */
    private static final int MAX_SCALE = 1000;

    /** Any number of so many digits is a long. */
    private static final int MAX_PLAIN_DIGITS = 18;

    private static final int SHOWN_CHARACTERS = 40;

    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,40}\\.[0-9]{1,40}");

    /** The zones that mean the same in every version of Java. */
    private static final Pattern ZONE =
            Pattern.compile("Z|(UTC|GMT|UT)?[+-].+|UTC|GMT|[A-Za-z_]+(/[A-Za-z0-9_+-]+)+");

    private final String field;
    private final TimeFormat format;
    private final ZoneId zone;
    private final boolean isMillis;
    private final boolean isIso;
    private final boolean hasZoneNames;
    private final Counter skipped;
    private final Counter repeated;
    @Nullable private final DateTimeFormatter formatter;
    @Nullable private final PlainTimes plain;

    /** Of the current record. */
    private int skippedHere;

    private int repeatedHere;

    /**
     * Creates a reader of a mapping's times.
     *
     * @param skipped counts local times that their zone skips
     * @param repeated counts local times that their zone repeats
     */
    JsonTimeReader(JsonMapping mapping, Counter skipped, Counter repeated) {
        field = mapping.time().toString();
        format = mapping.timeFormat();
        zone = mapping.timeZone();
        isMillis = format.kind() == TimeFormat.Kind.EPOCH_MS;
        isIso = format.kind() == TimeFormat.Kind.ISO_8601;
        hasZoneNames = format.hasZoneNames();
        this.skipped = skipped;
        this.repeated = repeated;
        formatter =
                format.kind() == TimeFormat.Kind.ISO_8601
                                || format.kind() == TimeFormat.Kind.PATTERN
                        ? format.formatter(zone)
                        : null;
        plain = formatter == null ? null : PlainTimes.of(format, zone);
    }

    /** Begins a record, or begins the same record once more. */
    void begin() {
        skippedHere = 0;
        repeatedHere = 0;
    }

    /** Counts the local times of this record that its zone skips or repeats. */
    void count() {
        if (skippedHere > 0) {
            skipped.inc(skippedHere);
        }
        if (repeatedHere > 0) {
            repeated.inc(repeatedHere);
        }
    }

    /** Whether a number can be a time. */
    boolean readsNumbers() {
        return formatter == null;
    }

    /** Reads an integer, in ms; only if {@link #readsNumbers}. */
    long ofInteger(long number) {
        return millis(number);
    }

    /**
     * Reads a number with a fraction, or a string without escapes, if that is possible without the
     * parser.
     *
     * @return ms, or {@link PlainTimes#NONE} if the parser must read it
     */
    long ofText(byte[] record, int begin, int end, boolean isString) {
        if (formatter == null) {
            return epoch(record, begin, end, isString);
        }
        if (!isString) {
            return PlainTimes.NONE;
        }
        long millis = plain == null ? PlainTimes.NONE : plain.millis(record, begin, end);
        if (millis != PlainTimes.NONE) {
            return millis;
        }
        try {
            return text(new String(record, begin, end - begin, StandardCharsets.UTF_8));
        } catch (MalformedRecordException e) {
            return PlainTimes.NONE;
        }
    }

    /** Digits with an optional fraction, of times since 1970. */
    private long epoch(byte[] record, int begin, int end, boolean isString) {
        long whole = 0;
        int i = begin;
        for (; i < end && isDigit(record[i]); i++) {
            whole = 10 * whole + record[i] - '0';
        }
        boolean isSeconds = format.kind() == TimeFormat.Kind.EPOCH_S;
        if (i == begin || i - begin > (i == end ? MAX_PLAIN_DIGITS : MAX_DIGITS - 4)) {
            return PlainTimes.NONE;
        }
        if (i == end) {
            return isString ? millis(whole) : PlainTimes.NONE;
        }
        if (record[i] != '.' || !isSeconds || end - i > MAX_PLAIN_DIGITS || i + 1 == end) {
            return PlainTimes.NONE;
        }
        long millis = 0;
        int missing = 3;
        for (i++; i < end; i++) {
            if (!isDigit(record[i])) {
                return PlainTimes.NONE;
            }
            if (missing > 0) {
                millis = 10 * millis + record[i] - '0';
                missing--;
            }
        }
        for (; missing > 0; missing--) {
            millis *= 10;
        }
        return whole * MILLIS_PER_SECOND + millis;
    }

    private static boolean isDigit(byte character) {
        return character >= '0' && character <= '9';
    }

    /** Reads the parser's current value; null means that the record has no time. */
    void read(JsonParser parser, JsonToken value, ClickFields fields)
            throws IOException, MalformedRecordException {
        if (value == JsonToken.VALUE_NUMBER_INT && isMillis) {
            fields.setTime(whole(parser));
            return;
        }
        if (value == JsonToken.VALUE_NULL) {
            fields.clearTime();
            return;
        }
        fields.setTime(formatter == null ? epoch(parser, value) : text(parser, value));
    }

    private long epoch(JsonParser parser, JsonToken value)
            throws IOException, MalformedRecordException {
        if (value == JsonToken.VALUE_NUMBER_INT) {
            return millis(whole(parser));
        }
        boolean mayHaveFraction = format.kind() == TimeFormat.Kind.EPOCH_S;
        if (value == JsonToken.VALUE_STRING) {
            String text = parser.getText();
            if (isWhole(text)) {
                return millis(whole(text));
            }
            if (mayHaveFraction && DECIMAL.matcher(text).matches()) {
                return millis(new BigDecimal(text));
            }
            throw wrong(allowed(), "'" + shown(text) + "'");
        }
        if (value == JsonToken.VALUE_NUMBER_FLOAT && mayHaveFraction) {
            return millis(decimal(parser));
        }
        throw wrong(allowed(), FieldParser.found(value));
    }

    private String allowed() {
        switch (format.kind()) {
            case EPOCH_MS:
                return "an integer (ms since 1970)";
            case EPOCH_S:
                return "a number (s since 1970)";
            case EPOCH_US:
                return "an integer (microseconds since 1970)";
            case EPOCH_NS:
                return "an integer (nanoseconds since 1970)";
            case ISO_8601:
                return "a time in ISO 8601";
            case PATTERN:
                return "a time with the pattern " + format;
        }
        throw new IllegalStateException("Not a format of times: " + format.kind());
    }

    /**
     * An integer. A number out of range becomes the minimum or maximum, and is then refused as
     * such.
     */
    private static long whole(JsonParser parser) throws IOException {
        if (parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return parser.getLongValue();
        }
        return outOfReach(parser.getText());
    }

    /** An integer, as {@link #whole(JsonParser)}. */
    private static long whole(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return outOfReach(digits);
        }
    }

    private static long outOfReach(String digits) {
        return digits.startsWith("-") ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    private static boolean isWhole(String text) {
        int begin = text.startsWith("-") ? 1 : 0;
        for (int i = begin; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return text.length() > begin;
    }

    /** Converts a number of the format's units to ms, rounded down. */
    private long millis(long number) {
        boolean outOfReach = number == Long.MAX_VALUE || number == Long.MIN_VALUE;
        switch (format.kind()) {
            case EPOCH_S:
                if (number > Long.MAX_VALUE / MILLIS_PER_SECOND) {
                    return Long.MAX_VALUE;
                }
                return number < Long.MIN_VALUE / MILLIS_PER_SECOND
                        ? Long.MIN_VALUE
                        : number * MILLIS_PER_SECOND;
            case EPOCH_US:
                return outOfReach ? number : Math.floorDiv(number, MICROS_PER_MILLI);
            case EPOCH_NS:
                return outOfReach ? number : Math.floorDiv(number, NANOS_PER_MILLI);
            default:
                return number;
        }
    }

    private BigDecimal decimal(JsonParser parser) throws IOException, MalformedRecordException {
        try {
            return parser.getDecimalValue();
        } catch (NumberFormatException | JsonProcessingException e) {
            // Its exponent is beyond an int.
            throw wrong(allowed(), "'" + shown(parser.getText()) + "'");
        }
    }

    private long millis(BigDecimal seconds) throws MalformedRecordException {
        long digits = (long) seconds.precision() - seconds.scale();
        if (digits > MAX_DIGITS - 3 || seconds.scale() > MAX_SCALE) {
            throw wrong(allowed(), "one that is out of range in milliseconds");
        }
        BigInteger millis =
                seconds.movePointRight(3).setScale(0, RoundingMode.FLOOR).toBigInteger();
        if (millis.bitLength() < Long.SIZE) {
            return millis.longValue();
        }
        // As far in the future, or as long ago, as can be told.
        return millis.signum() > 0 ? Long.MAX_VALUE : Long.MIN_VALUE;
    }

    private long text(JsonParser parser, JsonToken value)
            throws IOException, MalformedRecordException {
        if (value != JsonToken.VALUE_STRING) {
            throw wrong(allowed(), FieldParser.found(value));
        }
        return text(parser.getText());
    }

    private long text(String text) throws MalformedRecordException {
        if (isIso && isTwice(text)) {
            throw wrong(allowed(), "'" + shown(text) + "'");
        }
        TemporalAccessor parsed;
        long millis;
        try {
            parsed = formatter.parse(text);
            millis = Instant.from(parsed).toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            throw wrong(allowed(), "'" + shown(text) + "'" + (hasZoneNames ? ZONES_READ : ""));
        }
        if (!parsed.isSupported(ChronoField.OFFSET_SECONDS)) {
            ofZone(parsed, parsed.query(TemporalQueries.zoneId()), text);
        }
        return millis;
    }

    /**
     * Whether an ISO 8601 text has its time of day or its offset more than once. A formatter cannot
     * express alternatives: it accepts them one after the other if they do not contradict.
     */
    private static boolean isTwice(String text) {
        boolean isTime = false;
        boolean isOffset = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 'T' || c == 't' || c == ' ') {
                if (isTime) {
                    return true;
                }
                isTime = true;
            } else if (isTime && (c == '+' || c == '-' || c == 'Z' || c == 'z')) {
                if (isOffset) {
                    return true;
                }
                isOffset = true;
            }
        }
        return false;
    }

    private static final String ZONES_READ =
            "; allowed zones are UTC, GMT, Z, offsets, and regions such as Europe/Berlin";

    private void ofZone(TemporalAccessor local, ZoneId named, String text)
            throws MalformedRecordException {
        if (hasZoneNames && !named.equals(zone) && !ZONE.matcher(named.getId()).matches()) {
            throw wrong(allowed(), "'" + shown(text) + "'" + ZONES_READ);
        }
        if (!named.getRules().isFixedOffset()) {
            switch (named.getRules().getValidOffsets(LocalDateTime.from(local)).size()) {
                case 0:
                    skippedHere++;
                    break;
                case 2:
                    repeatedHere++;
                    break;
                default:
                    // As nearly all local times: there is one.
            }
        }
    }

    private MalformedRecordException wrong(String allowed, String found) {
        return new MalformedRecordException(field + " must be " + allowed + ", found " + found);
    }

    private static String shown(String text) {
        String line = text.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= SHOWN_CHARACTERS ? line : line.substring(0, SHOWN_CHARACTERS) + "…";
    }
}
