package io.clickstream.event;

import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;

/** A record or document that could not be used, with the reason; nothing is dropped without one. */
public final class DeadLetter implements Incoming {

    /** Why a record ended as a dead letter. The names are part of the output. */
    public enum Reason {
        /** The bytes are not what the format says, or a field has a type that it can't have. */
        MALFORMED,
        /** The registry has no schema with the id that the record begins with. */
        UNKNOWN_SCHEMA,
        /** There is no user, or an empty one. */
        MISSING_USER,
        /** There is no event time. */
        MISSING_TIME,
        /** The event time is before 1970-01-01T00:00:00Z. */
        BEFORE_1970,
        /**
         * The event time is before the configured earliest one: most likely in a wrong unit, or a
         * number that stands for no time.
         */
        IMPLAUSIBLE_TIME,
        /** The event time is further ahead of the clock than the configured skew. */
        FUTURE,
        /**
         * The record is longer than the configured limit, packed or unpacked, or its user, event
         * type, department, item or id is too long.
         */
        TOO_LARGE,
        /** Event time had passed the click, and it joined no open session. */
        LATE,
        /** A file of a replay is of no kind that can be read, or is damaged from there on. */
        UNREADABLE_FILE,
        /** OpenSearch will never take this document. */
        UNINDEXABLE,
        /** An interaction without an item. */
        INTERACTION_WITHOUT_ITEM,
        /** An interaction whose session is the text {@code null}, which Personalize drops. */
        INTERACTION_WITHOUT_SESSION,
        /** A part of an interaction is longer than Personalize takes. */
        INTERACTION_TOO_LONG,
        /** An interaction has a property whose name Personalize keeps for itself. */
        INTERACTION_RESERVED_PROPERTY,
        /** An interaction whose event time was read in a wrong unit. */
        INTERACTION_WRONG_UNIT,
        /** A part of an interaction is not of the type that Personalize takes. */
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
     * @param detail one line that says what was found and what is allowed
     * @param time when the reason was found, ms since the epoch on the machine's clock
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
     * The same letter with the time of the click that it is about.
     *
     * @param eventTime ms since the epoch
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

    /** When the click was, ms since the epoch; empty where that is not known or makes no sense. */
    public OptionalLong eventTime() {
        return eventTime == UNKNOWN_EVENT_TIME ? OptionalLong.empty() : OptionalLong.of(eventTime);
    }

    @Override
    public String toString() {
        return "DeadLetter{" + reason.label() + ": " + detail + ", " + raw + '}';
    }
}
