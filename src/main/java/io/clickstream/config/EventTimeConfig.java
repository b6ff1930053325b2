package io.clickstream.config;

import java.time.Duration;
import java.time.Instant;

/** How event time goes on, and which event times can't be true. */
public final class EventTimeConfig {

    static final String GROUP = "event-time";

    static final Key<Duration> OUT_OF_ORDERNESS =
            Key.of(
                    GROUP,
                    "out-of-orderness",
                    Parsers::duration,
                    Parsers.DURATION,
                    "20 s",
                    "How far the watermark is behind the newest click of a partition.");

    static final Key<Duration> IDLE_TIMEOUT =
            Key.of(
                    GROUP,
                    "idle-timeout",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "15 s",
                    "For how long a partition that gives no clicks and is read to its end holds"
                            + " the others back. When all are silent, event time goes on with the"
                            + " clock.");

    static final Key<Duration> STALL_TIMEOUT =
            Key.of(
                    GROUP,
                    "stall-timeout",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "5 min",
                    "If a partition gives nothing for `idle-timeout` and 5 s, and is not known to"
                            + " be read to its end, it has stalled. It holds the others back for"
                            + " this time more. Then it is set aside, and its clicks may be late"
                            + " when it goes on.");

    static final Key<Duration> MAX_FUTURE_SKEW =
            Key.of(
                    GROUP,
                    "max-future-skew",
                    Parsers::duration,
                    Parsers.DURATION,
                    "10 s",
                    "Clicks further ahead of the clock are dead letters. Below"
                            + " `out-of-orderness`, no click can make another one late that is on"
                            + " time.");

    static final Key<Instant> EARLIEST =
            Key.of(
                    GROUP,
                    "earliest",
                    Parsers::instant,
                    "a time from 1970 on, such as `2001-09-09T01:46:40Z`",
                    "2001-09-09T01:46:40Z",
                    "Clicks before it are dead letters. The default is the first time that has 13"
                            + " digits in ms. A time before that is nearly always seconds that were"
                            + " read as ms, or a 0 that stands for no time.");

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

    /** The first event time that a click may have. */
    public Instant earliest() {
        return earliest;
    }
}
