package io.clickstream.config;

import java.time.Duration;
import java.time.Instant;

/** How event time advances, and which event times are valid. */
public final class EventTimeConfig {

    static final String GROUP = "event-time";

    static final Key<Duration> OUT_OF_ORDERNESS =
            Key.of(
                    GROUP,
                    "out-of-orderness",
                    Parsers::duration,
                    Parsers.DURATION,
                    "20 s",
                    "How far the watermark is behind the newest click of a partition."
                            + " Clicks may be out of order by this time.");

    static final Key<Duration> IDLE_TIMEOUT =
            Key.of(
                    GROUP,
                    "idle-timeout",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "15 s",
                    "A partition that has been read to its end, and that has had no"
                            + " click for this time, no longer holds the watermark back. If all"
                            + " partitions are silent, event time follows the clock.");

    static final Key<Duration> STALL_TIMEOUT =
            Key.of(
                    GROUP,
                    "stall-timeout",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "5 min",
                    "How long a stalled partition holds the watermark back. A partition is stalled"
                        + " after it has delivered nothing for `idle-timeout` + 5 s although the"
                        + " job may not have read it to its end. When this time is over, the job"
                        + " continues without the partition, and its clicks may be late.");

    static final Key<Duration> MAX_FUTURE_SKEW =
            Key.of(
                    GROUP,
                    "max-future-skew",
                    Parsers::duration,
                    Parsers.DURATION,
                    "10 s",
                    "How far the time of a click may be ahead of the clock of the job. Clicks"
                            + " further ahead become dead letters. If this value is less than"
                            + " `out-of-orderness`, a click from the future cannot make other"
                            + " clicks late.");

    static final Key<Instant> EARLIEST =
            Key.of(
                    GROUP,
                    "earliest",
                    Parsers::instant,
                    "a time from 1970 on, such as `2001-09-09T01:46:40Z`",
                    "2001-09-09T01:46:40Z",
                    "Earlier clicks are dead letters. The default is the first time with 13 digits"
                            + " in milliseconds. An earlier time is nearly always seconds that were"
                            + " read as milliseconds, or a 0 for a missing time.");

    static final KeyGroup KEYS =
            KeyGroup.of(
                    GROUP,
                    OUT_OF_ORDERNESS,
                    IDLE_TIMEOUT,
                    STALL_TIMEOUT,
                    MAX_FUTURE_SKEW,
                    EARLIEST);

    private final Duration outOfOrderness;
    private final Duration idleTimeout;
    private final Duration stallTimeout;
    private final Duration maxFutureSkew;
    private final Instant earliest;

    private EventTimeConfig(PropertyReader reader) {
        outOfOrderness = reader.get(OUT_OF_ORDERNESS);
        idleTimeout = reader.get(IDLE_TIMEOUT);
        stallTimeout = reader.get(STALL_TIMEOUT);
        maxFutureSkew = reader.get(MAX_FUTURE_SKEW);
        earliest = reader.get(EARLIEST);
    }

    static EventTimeConfig read(PropertyReader reader) {
        return new EventTimeConfig(reader);
    }

    public Duration outOfOrderness() {
        return outOfOrderness;
    }

    public Duration idleTimeout() {
        return idleTimeout;
    }

    public Duration stallTimeout() {
        return stallTimeout;
    }

    public Duration maxFutureSkew() {
        return maxFutureSkew;
    }

    /** The first valid event time of a click, inclusive. */
    public Instant earliest() {
        return earliest;
    }
}
