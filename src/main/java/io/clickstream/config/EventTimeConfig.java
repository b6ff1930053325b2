package io.clickstream.config;

import java.time.Duration;
import java.time.Instant;

/** How event time goes on, and which event times can't be true. */
public final class EventTimeConfig {

    private final Duration outOfOrderness;
    private final Duration idleTimeout;
    private final Duration stallTimeout;
    private final Duration maxFutureSkew;
    private final Instant earliest;

    private EventTimeConfig(PropertyReader reader) {
        outOfOrderness = reader.get(ConfigKeys.OUT_OF_ORDERNESS);
        idleTimeout = reader.get(ConfigKeys.IDLE_TIMEOUT);
        stallTimeout = reader.get(ConfigKeys.STALL_TIMEOUT);
        maxFutureSkew = reader.get(ConfigKeys.MAX_FUTURE_SKEW);
        earliest = reader.get(ConfigKeys.EARLIEST);
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
