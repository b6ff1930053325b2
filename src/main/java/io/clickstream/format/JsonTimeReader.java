package io.clickstream.format;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.clickstream.config.JsonMapping;
import io.clickstream.config.TimeFormat;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import javax.annotation.Nullable;

/** Reads the event time of a JSON record in the form that a mapping says. */
final class JsonTimeReader {

    private static final int MILLIS_PER_SECOND = 1000;

    /** Digits in front of the point; more of them are no time in milliseconds. */
    private static final int MAX_DIGITS = 19;

    /** As many digits behind the point as Jackson allows without an exponent. */
    private static final int MAX_SCALE = 1000;

    private static final int SHOWN_CHARACTERS = 40;

    private final String field;
    private final TimeFormat format;
    private final boolean isMillis;
    @Nullable private final DateTimeFormatter formatter;

    JsonTimeReader(JsonMapping mapping) {
        field = mapping.time().toString();
        format = mapping.timeFormat();
        isMillis = format.kind() == TimeFormat.Kind.EPOCH_MS;
        formatter =
                format.kind() == TimeFormat.Kind.ISO_8601
                                || format.kind() == TimeFormat.Kind.PATTERN
                        ? format.formatter(mapping.timeZone())
                        : null;
    }

    /** Reads the value that the parser is at; null means that the record has no time. */
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
        switch (format.kind()) {
            case EPOCH_MS:
                throw wrong("an integer (ms since 1970)", value);
            case EPOCH_S:
                fields.setTime(seconds(parser, value));
                return;
            case ISO_8601:
                fields.setTime(text(parser, value, "a time in ISO 8601"));
                return;
            case PATTERN:
                fields.setTime(text(parser, value, "a time of the form " + format));
                return;
        }
        throw new IllegalStateException("Not a format of times: " + format.kind());
    }

    /**
     * A time out of reach is as far away as can be: it is refused for that, with its own reason.
     */
    private static long whole(JsonParser parser) throws IOException {
        if (parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return parser.getLongValue();
        }
        return parser.getText().startsWith("-") ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    /** As {@link #whole}, to the millisecond. */
    private long seconds(JsonParser parser, JsonToken value)
            throws IOException, MalformedRecordException {
        if (value == JsonToken.VALUE_NUMBER_INT) {
            long seconds = whole(parser);
            if (seconds > Long.MAX_VALUE / MILLIS_PER_SECOND) {
                return Long.MAX_VALUE;
            }
            return seconds < Long.MIN_VALUE / MILLIS_PER_SECOND
                    ? Long.MIN_VALUE
                    : seconds * MILLIS_PER_SECOND;
        }
        if (value != JsonToken.VALUE_NUMBER_FLOAT) {
            throw wrong("a number (s since 1970)", value);
        }
        BigDecimal seconds;
        try {
            seconds = parser.getDecimalValue();
        } catch (NumberFormatException | JsonProcessingException e) {
            // Its exponent is beyond an int.
            throw new MalformedRecordException(
                    field
                            + " must be a number (s since 1970), found '"
                            + shown(parser.getText())
                            + "'");
        }
        long digits = (long) seconds.precision() - seconds.scale();
        if (digits > MAX_DIGITS - 3 || seconds.scale() > MAX_SCALE) {
            throw new MalformedRecordException(
                    field + " must be a number (s since 1970), found one that is none in ms");
        }
        return seconds.movePointRight(3).setScale(0, RoundingMode.FLOOR).longValueExact();
    }

    private long text(JsonParser parser, JsonToken value, String allowed)
            throws IOException, MalformedRecordException {
        if (value != JsonToken.VALUE_STRING) {
            throw wrong(allowed, value);
        }
        String text = parser.getText();
        try {
            return formatter.parse(text, Instant::from).toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            throw new MalformedRecordException(
                    field + " must be " + allowed + ", found '" + shown(text) + "'");
        }
    }

    private MalformedRecordException wrong(String allowed, JsonToken value) {
        return new MalformedRecordException(
                field + " must be " + allowed + ", found " + JsonClickDecoder.found(value));
    }

    private static String shown(String text) {
        String line = text.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= SHOWN_CHARACTERS ? line : line.substring(0, SHOWN_CHARACTERS) + "…";
    }
}
