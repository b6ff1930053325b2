package io.clickstream.testing;

import io.clickstream.testing.JsonShape.Format;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Event times as the README describes them, read slowly. */
public final class ReferenceTimes {

    private static final Pattern WHOLE = Pattern.compile("-?[0-9]+");
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,40}\\.[0-9]{1,40}");
    private static final String DATE = "(\\d{4}|-\\d{4,10}|\\+\\d{5,10})-(\\d\\d)-(\\d\\d)";
    private static final Pattern ISO =
            Pattern.compile(
                    DATE
                            + "[Tt ](\\d\\d):(\\d\\d)(?::(\\d\\d)(?:\\.(\\d{0,9}))?)?"
                            + "([Zz]|[+-]\\d\\d(?::?\\d\\d)?)?");
    private static final Pattern OF_PATTERN =
            Pattern.compile(
                    "(\\d{4}|\\+\\d{5,19})-(\\d\\d)-(\\d\\d) (\\d\\d):(\\d\\d):(\\d\\d)() UTC");

    private static final BigInteger FIRST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger LAST = BigInteger.valueOf(Long.MAX_VALUE);

    /** A number's literal, which is an integer or has a fraction or an exponent. */
    public record Literal(String text, boolean isInteger) {}

    /** Is no time of the format. */
    public static final class NoTimeException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private final Format format;
    private final ZoneId zone;

    /** Reads times of a format, those without a zone in this one. */
    public ReferenceTimes(Format format, ZoneId zone) {
        this.format = format;
        this.zone = zone;
    }

    /** Milliseconds, as near as a long comes to them. */
    public long ofNumber(Literal number) throws NoTimeException {
        if (format == Format.ISO || format == Format.PATTERN) {
            throw new NoTimeException();
        }
        if (number.isInteger()) {
            return millis(new BigDecimal(number.text()));
        }
        if (format != Format.SECONDS) {
            throw new NoTimeException();
        }
        return seconds(number.text());
    }

    /** As {@link #ofNumber}. */
    public long ofText(String text) throws NoTimeException {
        return switch (format) {
            case ISO -> local(ISO.matcher(text));
            case PATTERN -> local(OF_PATTERN.matcher(text));
            case SECONDS -> DECIMAL.matcher(text).matches() ? seconds(text) : whole(text);
            case MILLIS, MICROS, NANOS -> whole(text);
        };
    }

    private long whole(String digits) throws NoTimeException {
        if (!WHOLE.matcher(digits).matches()) {
            throw new NoTimeException();
        }
        return millis(new BigDecimal(digits));
    }

    /** With a fraction or an exponent, seconds that can't be milliseconds are no time. */
    private long seconds(String text) throws NoTimeException {
        BigDecimal number;
        try {
            number = new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new NoTimeException();
        }
        long digits = (long) number.precision() - number.scale();
        if (digits > 16 || number.scale() > 1000) {
            throw new NoTimeException();
        }
        return millis(number);
    }

    private long millis(BigDecimal number) {
        int shift =
                switch (format) {
                    case SECONDS -> 3;
                    case MICROS -> -3;
                    case NANOS -> -6;
                    default -> 0;
                };
        BigInteger millis =
                number.scaleByPowerOfTen(shift).setScale(0, RoundingMode.FLOOR).toBigInteger();
        return millis.max(FIRST).min(LAST).longValue();
    }

    private long local(Matcher time) throws NoTimeException {
        if (!time.matches()) {
            throw new NoTimeException();
        }
        try {
            String fraction = time.group(7) == null ? "" : time.group(7);
            if (time.group(1).matches("-0+") || (format == Format.PATTERN && year(time) == 0)) {
                throw new NoTimeException();
            }
            LocalDateTime local =
                    LocalDateTime.of(
                            year(time),
                            Integer.parseInt(time.group(2)),
                            Integer.parseInt(time.group(3)),
                            Integer.parseInt(time.group(4)),
                            Integer.parseInt(time.group(5)),
                            time.group(6) == null ? 0 : Integer.parseInt(time.group(6)),
                            Integer.parseInt((fraction + "000000000").substring(0, 9)));
            ZoneId of =
                    format == Format.ISO && time.group(8) != null ? offset(time.group(8)) : zone;
            return local.atZone(of).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            throw new NoTimeException();
        }
    }

    private static int year(Matcher time) {
        return Integer.parseInt(time.group(1));
    }

    private static ZoneOffset offset(String text) {
        if (text.equalsIgnoreCase("Z")) {
            return ZoneOffset.UTC;
        }
        String digits = text.substring(1).replace(":", "");
        int minutes =
                60 * Integer.parseInt(digits.substring(0, 2))
                        + (digits.length() == 4 ? minute(digits.substring(2)) : 0);
        return ZoneOffset.ofTotalSeconds((text.startsWith("-") ? -60 : 60) * minutes);
    }

    private static int minute(String text) {
        int minute = Integer.parseInt(text);
        if (minute > 59) {
            throw new DateTimeException("An hour has no minute " + minute);
        }
        return minute;
    }
}
