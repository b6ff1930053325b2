package io.clickstream.live;

/**
 * The times for which live counts are made: all multiples of {@code every} since
 * 1970-01-01T00:00:00Z. A boundary has a number, and number n is the time n × every. The counts of
 * a boundary are about the clicks before it.
 */
final class Boundaries {

    private final long everyMillis;

    /**
     * Creates the boundaries.
     *
     * @param everyMillis the time between two boundaries, in ms
     */
    Boundaries(long everyMillis) {
        this.everyMillis = everyMillis;
    }

    /** The number of the first boundary that a click at a time is before. */
    long after(long time) {
        return Math.floorDiv(time, everyMillis) + 1;
    }

    /** The number of the last boundary at or before a time. */
    long upTo(long time) {
        return Math.floorDiv(time, everyMillis);
    }

    /**
     * The number of the last boundary before which no click can come any more.
     *
     * @param watermark no click at or before this time can come any more
     */
    long passedBy(long watermark) {
        return watermark == Long.MAX_VALUE ? Long.MAX_VALUE : upTo(watermark + 1);
    }

    /** The time of a boundary, in ms since 1970. */
    long time(long number) {
        return number * everyMillis;
    }
}
