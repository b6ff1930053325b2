package io.clickstream.config;

import java.time.Duration;
import java.util.OptionalInt;
import javax.annotation.Nullable;

/** The session gap, the windows that count sessions, and the limits of sessions. */
public final class AggregatesConfig {

    static final String GROUP = "aggregates";

    static final Key<Duration> SESSION_GAP =
            Key.of(
                    GROUP,
                    "session-gap",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "1 s",
                    "A pause longer than this between two clicks of a user starts a new"
                            + " session.");

    static final Key<Duration> WINDOW =
            Key.of(
                    GROUP,
                    "window",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "10 s",
                    "The size of the windows in which sessions are counted.");

    static final Key<Integer> MAX_SESSIONS_ON_HEAP =
            Key.of(
                    GROUP,
                    "max-sessions-on-heap",
                    Parsers::positiveInt,
                    "a whole number, 1 or more",
                    "The number of open sessions that a subtask keeps on the heap. The"
                            + " others stay in RocksDB until their users click. By default, as"
                            + " many as fit into two fifths of a slot's heap at 256 bytes each:"
                            + " 5,000,000 in 3 GB.");

    static final Key<Integer> MAX_DEPT_LIST_SIZE =
            Key.of(
                    GROUP,
                    "max-dept-list-size",
                    Parsers::listSize,
                    "a size from `16 kb` to `960 kb`",
                    "512 kb",
                    "The maximum size of `deptList` as JSON. If a list is longer, the"
                            + " job keeps the first names in sorted order, and `deptListTruncated`"
                            + " is the number of names that it dropped. Topics, streams, and"
                            + " indices must accept records of this size plus 10 KB.");

    static final KeyGroup KEYS =
            KeyGroup.of(GROUP, SESSION_GAP, WINDOW, MAX_SESSIONS_ON_HEAP, MAX_DEPT_LIST_SIZE);

    private final Duration sessionGap;
    private final Duration window;
    @Nullable private final Integer maxSessionsOnHeap;
    private final Integer maxDeptListBytes;

    private AggregatesConfig(PropertyReader reader) {
        sessionGap = reader.get(SESSION_GAP);
        window = reader.get(WINDOW);
        maxSessionsOnHeap = reader.find(MAX_SESSIONS_ON_HEAP).orElse(null);
        maxDeptListBytes = reader.get(MAX_DEPT_LIST_SIZE);
    }

    static AggregatesConfig read(PropertyReader reader) {
        return new AggregatesConfig(reader);
    }

    public Duration sessionGap() {
        return sessionGap;
    }

    /** Size of the windows, which are aligned to 1970-01-01T00:00:00Z. */
    public Duration window() {
        return window;
    }

    /** The maximum size of a session's department list as JSON, in bytes. */
    public int maxDeptListBytes() {
        return maxDeptListBytes;
    }

    /**
     * The number of open sessions that a subtask keeps on the heap; the others are in keyed state
     * only. Empty if the size of the heap decides.
     */
    public OptionalInt maxSessionsOnHeap() {
        return maxSessionsOnHeap == null ? OptionalInt.empty() : OptionalInt.of(maxSessionsOnHeap);
    }
}
