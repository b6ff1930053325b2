package io.clickstream.tools.replay;

import java.time.DateTimeException;
import java.time.OffsetDateTime;

/**
 * The times from one up to another one.
 *
 * @param from the first ms since the epoch that is in it
 * @param to the first one behind it
 */
record TimeRange(long from, long to) {

    static final TimeRange ALL = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);

    /**
     * Reads a time such as {@code 2022-06-14T05:00:00Z} or {@code 2022-06-14T07:00+02:00}.
     *
     * @throws IllegalArgumentException if it is none
     */
    static long parse(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is not a time: write day, time and offset, such as"
                            + " 2022-06-14T05:00:00Z",
                    e);
        }
    }
}
