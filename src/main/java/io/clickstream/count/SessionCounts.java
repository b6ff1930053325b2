package io.clickstream.count;

import io.clickstream.event.Session;
import io.clickstream.event.WindowCount;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.annotation.Nullable;

/**
 * Sums of sessions per window, in all and per department, as far as one subtask has seen them. A
 * session counts in the window that contains its last millisecond.
 */
final class SessionCounts {

    private final long windowMillis;
    private final TreeMap<Long, Map<String, Sum>> windows = new TreeMap<>();

    /**
     * The window that was used last, which most often is the next one, too; null if there is none.
     */
    @Nullable private Map<String, Sum> latest;

    private long latestBegin;
    private int size;
    private long characters;

    /**
     * Begins without sums.
     *
     * @param windowMillis size of the windows, which are aligned to the epoch
     */
    SessionCounts(long windowMillis) {
        this.windowMillis = windowMillis;
    }

    void add(Session session) {
        Map<String, Sum> window = windowOf(session.lastMillisecond());
        long checkouts = session.hasCheckout() ? 1 : 0;
        add(window, WindowCount.TOTAL, 1, checkouts);
        for (int i = 0; i < session.departmentCount(); i++) {
            add(window, session.department(i), 1, checkouts);
        }
    }

    /** Adds what another subtask, or this one before a restart, has counted. */
    void add(WindowCount count) {
        add(
                windowOf(count.windowBegin()),
                count.department(),
                count.sessions(),
                count.sessionsWithCheckout());
    }

    /**
     * Emits and forgets the sums of all windows whose last millisecond the watermark has reached.
     */
    void close(long watermark, Consumer<WindowCount> out) {
        while (!windows.isEmpty() && windows.firstKey() + windowMillis - 1 <= watermark) {
            Map.Entry<Long, Map<String, Sum>> window = windows.pollFirstEntry();
            latest = null;
            window.getValue().keySet().forEach(this::forget);
            emit(window.getKey(), window.getValue(), out);
        }
    }

    private void forget(String department) {
        size--;
        characters -= department.length();
    }

    /** Forgets all sums. */
    void clear() {
        windows.clear();
        latest = null;
        size = 0;
        characters = 0;
    }

    /** How many sums there are. */
    int size() {
        return size;
    }

    /** Characters of the names of all sums. */
    long characters() {
        return characters;
    }

    /** All sums that are still open. */
    void forEach(Consumer<WindowCount> out) {
        windows.forEach((begin, window) -> emit(begin, window, out));
    }

    private Map<String, Sum> windowOf(long timestamp) {
        if (latest == null || timestamp < latestBegin || timestamp - latestBegin >= windowMillis) {
            latestBegin = timestamp - Math.floorMod(timestamp, windowMillis);
            latest = windows.computeIfAbsent(latestBegin, begin -> new HashMap<>());
        }
        return latest;
    }

    private void emit(long begin, Map<String, Sum> window, Consumer<WindowCount> out) {
        window.forEach(
                (department, sum) ->
                        out.accept(
                                new WindowCount(
                                        department,
                                        begin,
                                        begin + windowMillis,
                                        sum.sessions,
                                        sum.checkouts)));
    }

    private void add(Map<String, Sum> window, String department, long sessions, long checkouts) {
        Sum sum = window.get(department);
        if (sum == null) {
            sum = new Sum();
            window.put(department, sum);
            size++;
            characters += department.length();
        }
        sum.sessions += sessions;
        sum.checkouts += checkouts;
    }

    private static final class Sum {
        private long sessions;
        private long checkouts;
    }
}
