package io.clickstream.config;

import java.time.Duration;

/** What a session is, and the windows that count sessions. */
public final class AggregatesConfig {

    private final Duration sessionGap;
    private final Duration window;
    private final int maxSessionsOnHeap;

    private AggregatesConfig(PropertyReader reader) {
        sessionGap = reader.get(ConfigKeys.SESSION_GAP);
        window = reader.get(ConfigKeys.WINDOW);
        Integer onHeap = reader.get(ConfigKeys.MAX_SESSIONS_ON_HEAP);
        maxSessionsOnHeap = onHeap == null ? 0 : onHeap;
    }

    static AggregatesConfig read(PropertyReader reader) {
        return new AggregatesConfig(reader);
    }

    public Duration sessionGap() {
        return sessionGap;
    }

    /** Size of the windows, which are aligned to the epoch. */
    public Duration window() {
        return window;
    }

    /** Open sessions that a subtask holds on the heap; the others are in keyed state alone. */
    public int maxSessionsOnHeap() {
        return maxSessionsOnHeap;
    }
}
