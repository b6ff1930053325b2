package io.clickstream.config;

import java.time.Duration;
import java.util.OptionalInt;
import javax.annotation.Nullable;

/** What a session is, and the windows that count sessions. */
public final class AggregatesConfig {

    private final Duration sessionGap;
    private final Duration window;
    @Nullable private final Integer maxSessionsOnHeap;
    private final Integer maxDeptListBytes;

    private AggregatesConfig(PropertyReader reader) {
        sessionGap = reader.get(ConfigKeys.SESSION_GAP);
        window = reader.get(ConfigKeys.WINDOW);
        maxSessionsOnHeap = reader.find(ConfigKeys.MAX_SESSIONS_ON_HEAP).orElse(null);
        maxDeptListBytes = reader.get(ConfigKeys.MAX_DEPT_LIST_SIZE);
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

    /** What the list of a session's departments may take as JSON. */
    public int maxDeptListBytes() {
        return maxDeptListBytes;
    }

    /**
     * Open sessions that a subtask holds on the heap; the others are in keyed state alone. Empty if
     * the size of the heap decides.
     */
    public OptionalInt maxSessionsOnHeap() {
        return maxSessionsOnHeap == null ? OptionalInt.empty() : OptionalInt.of(maxSessionsOnHeap);
    }
}
