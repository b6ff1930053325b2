package io.clickstream.event;

import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;

/** A record or document that could not be used, with the reason. Nothing is dropped without one. */
public final class DeadLetter implements Incoming {

    /** The reason of a dead letter. The names are part of the output. */
    public enum Reason {
        /** The bytes do not follow the format, or a field has an invalid type. */
        MALFORMED,
        /** The registry has no schema with the id at the beginning of the record. */
        UNKNOWN_SCHEMA,
        /** The user is missing or empty. */
        MISSING_USER,
        /** The event time is missing. */
        MISSING_TIME,
        /** The event time is before 1970-01-01T00:00:00Z. */
        BEFORE_1970,
        /**
         * The event time is before the configured earliest time. Most likely its unit is wrong, or
         * the number stands for a missing time.
         */
        IMPLAUSIBLE_TIME,
        /** The event time is further ahead of the clock than the configured skew. */
        FUTURE,
        /**
         * The record is longer than the configured limit, compressed or not, or its user, event
         * type, department, item, or id is too long.
         */
        TOO_LARGE,
        /** Event time had passed the click, and it belongs to no open session. */
        LATE,
        /**
         * A file of a replay has a format that cannot be read, or is damaged from that position.
         */
        UNREADABLE_FILE,
        /** OpenSearch permanently refuses this document. */
        UNINDEXABLE,
        /** A result that is longer than a record of its stream or topic can be. */
        RESULT_TOO_LARGE,
        /** An interaction without an item. */
        INTERACTION_WITHOUT_ITEM,
        /** An interaction whose session is the text {@code null}, which Personalize drops. */
        INTERACTION_WITHOUT_SESSION,
        /** A part of an interaction is longer than Personalize accepts. */
        INTERACTION_TOO_LONG,
        /** An interaction has a property whose name is reserved by Personalize. */
        INTERACTION_RESERVED_PROPERTY,
        /** An interaction whose event time was read in the wrong unit. */
        INTERACTION_WRONG_UNIT,
        /** A part of an interaction does not have the type that Personalize accepts. */
        INTERACTION_MALFORMED,
        /** Personalize has refused the interaction. */
        INTERACTION_REFUSED;

        /** The name in outputs and metrics: {@code missing-user}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private static final long UNKNOWN_EVENT_TIME = Long.MIN_VALUE;

    private final Reason reason;
    private final String detail;
    private final RawRecord raw;
    private final long time;
    private final long eventTime;

    /**
     * Creates a dead letter.
     *
     * @param detail one line with what was found and what is allowed
     * @param time when the reason was found, in ms since 1970 on the machine's clock
     */
    public DeadLetter(Reason reason, String detail, RawRecord raw, long time) {
        this(reason, detail, raw, time, UNKNOWN_EVENT_TIME);
    }

    private DeadLetter(Reason reason, String detail, RawRecord raw, long time, long eventTime) {
        this.reason = Objects.requireNonNull(reason);
        this.detail = Objects.requireNonNull(detail);
        this.raw = Objects.requireNonNull(raw);
        this.time = time;
        this.eventTime = eventTime;
    }

    /**
     * The same letter with the time of its click.
     *
     * @param eventTime in ms since 1970
     */
    public DeadLetter withEventTime(long eventTime) {
        return new DeadLetter(reason, detail, raw, time, eventTime);
    }

    public Reason reason() {
        return reason;
    }

    public String detail() {
        return detail;
    }

    public RawRecord raw() {
        return raw;
    }

    public long time() {
        return time;
    }

    /** The event time of the click, in ms since 1970; empty if it is unknown or not meaningful. */
    public OptionalLong eventTime() {
        return eventTime == UNKNOWN_EVENT_TIME ? OptionalLong.empty() : OptionalLong.of(eventTime);
    }

    @Override
    public String toString() {
        return "DeadLetter{" + reason.label() + ": " + detail + ", " + raw + '}';
    }
}
