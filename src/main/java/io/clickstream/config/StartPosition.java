package io.clickstream.config;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.OptionalLong;

/** Where the Kafka source starts without a snapshot. */
public final class StartPosition {

    /** The named positions. */
    public enum Kind {
        EARLIEST,
        LATEST,
        COMMITTED,
        TIMESTAMP
    }

    static final String ALLOWED =
            "`earliest`, `latest`, `committed`, or a time such as `2026-11-20T06:00:00Z` or"
                    + " `1655183300000`";

    private final Kind kind;
    private final long timestamp;

    private StartPosition(Kind kind, long timestamp) {
        this.kind = kind;
        this.timestamp = timestamp;
    }

    static StartPosition parse(String text) {
        switch (text) {
            case "earliest":
                return new StartPosition(Kind.EARLIEST, 0);
            case "latest":
                return new StartPosition(Kind.LATEST, 0);
            case "committed":
                return new StartPosition(Kind.COMMITTED, 0);
            default:
                return new StartPosition(Kind.TIMESTAMP, time(text));
        }
    }

    private static long time(String text) {
        try {
            return text.chars().allMatch(c -> c >= '0' && c <= '9')
                    ? Long.parseLong(text)
                    : Instant.parse(text).toEpochMilli();
        } catch (DateTimeParseException | NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException("is neither a position nor a time", e);
        }
    }

    public Kind kind() {
        return kind;
    }

    /** The record time to start at, in ms since 1970; only for {@link Kind#TIMESTAMP}. */
    public OptionalLong timestamp() {
        return kind == Kind.TIMESTAMP ? OptionalLong.of(timestamp) : OptionalLong.empty();
    }
}
