package io.clickstream.event;

import java.util.Objects;

/** A record on its way into the archive: what it says, and when. */
public final class ArchivedRecord {

    /** Stands for an event time that there is none of, or none that can be true. */
    public static final long NO_TIME = Long.MIN_VALUE;

    private final byte[] json;
    private final long eventTime;
    private final long arrival;

    /**
     * A record that is a JSON object.
     *
     * @param json in UTF-8 and in one line; must not be changed any more
     * @param eventTime of a click, ms since the epoch; {@link #NO_TIME} of a record that is none
     * @param arrival when the source or the job got it, ms since the epoch
     */
    public ArchivedRecord(byte[] json, long eventTime, long arrival) {
        this.json = Objects.requireNonNull(json);
        this.eventTime = eventTime;
        this.arrival = arrival;
    }

    public byte[] json() {
        return json;
    }

    public long eventTime() {
        return eventTime;
    }

    public long arrival() {
        return arrival;
    }
}
