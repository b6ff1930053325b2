package io.clickstream.config;

import java.time.Duration;

/** How event time goes on, and what is too far ahead of it. */
public final class EventTimeConfig {

    private final Duration outOfOrderness;
    private final Duration idleTimeout;
    private final Duration stallTimeout;
    private final Duration maxFutureSkew;

    private EventTimeConfig(PropertyReader reader) {
        outOfOrderness = reader.get(ConfigKeys.OUT_OF_ORDERNESS);
        idleTimeout = reader.get(ConfigKeys.IDLE_TIMEOUT);
        stallTimeout = reader.get(ConfigKeys.STALL_TIMEOUT);
        maxFutureSkew = reader.get(ConfigKeys.MAX_FUTURE_SKEW);
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
}
