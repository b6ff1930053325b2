package io.clickstream.config;

import java.io.Serializable;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.OptionalLong;

/** Where the Kinesis source starts without a snapshot. */
public final class KinesisStart implements Serializable {

    /** The kinds of positions. */
    public enum Kind {
        TRIM_HORIZON,
        LATEST,
        TIMESTAMP
    }

    static final String ALLOWED =
            "`trim-horizon`, `latest`, or a time such as `2026-11-20T06:00:00Z`";

    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final long timestamp;

    private KinesisStart(Kind kind, long timestamp) {
        this.kind = kind;
        this.timestamp = timestamp;
    }

    static KinesisStart parse(String text) {
        switch (text) {
            case "trim-horizon":
                return new KinesisStart(Kind.TRIM_HORIZON, 0);
            case "latest":
                return new KinesisStart(Kind.LATEST, 0);
            default:
                try {
                    return new KinesisStart(Kind.TIMESTAMP, Instant.parse(text).toEpochMilli());
                } catch (DateTimeParseException | ArithmeticException e) {
                    throw new IllegalArgumentException("is neither a position nor a time", e);
                }
        }
    }

    public Kind kind() {
        return kind;
    }

    /** The arrival time to start at, in ms since 1970; only for {@link Kind#TIMESTAMP}. */
    public OptionalLong timestamp() {
        return kind == Kind.TIMESTAMP ? OptionalLong.of(timestamp) : OptionalLong.empty();
    }
}
