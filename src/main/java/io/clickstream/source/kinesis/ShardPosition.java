package io.clickstream.source.kinesis;

import java.util.Objects;

/** A position in a shard. */
public final class ShardPosition {

    /** The kinds of positions. Their names are part of savepoints. */
    enum Kind {
        /** The oldest record in the stream. */
        TRIM_HORIZON,
        /** The first record that arrived at or after a time, in ms since 1970. */
        AT_TIMESTAMP,
        /** After a record, by its sequence number. */
        AFTER_SEQUENCE_NUMBER,
        /** The shard is closed and read to its end. */
        END
    }

    static final ShardPosition TRIM_HORIZON = new ShardPosition(Kind.TRIM_HORIZON, "");
    static final ShardPosition END = new ShardPosition(Kind.END, "");

    private final Kind kind;
    private final String value;

    ShardPosition(Kind kind, String value) {
        this.kind = kind;
        this.value = Objects.requireNonNull(value);
    }

    static ShardPosition at(long timestamp) {
        return new ShardPosition(Kind.AT_TIMESTAMP, Long.toString(timestamp));
    }

    static ShardPosition after(String sequenceNumber) {
        return new ShardPosition(Kind.AFTER_SEQUENCE_NUMBER, sequenceNumber);
    }

    Kind kind() {
        return kind;
    }

    /** A time in ms since 1970, or a sequence number, depending on the kind; otherwise empty. */
    String value() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ShardPosition
                && kind == ((ShardPosition) other).kind
                && value.equals(((ShardPosition) other).value);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, value);
    }

    @Override
    public String toString() {
        return value.isEmpty() ? kind.name() : kind + " " + value;
    }
}
