package io.clickstream.count;

import io.clickstream.event.Session;
import io.clickstream.event.WindowCount;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.annotation.Nullable;

/**
 * The sums of sessions per window, in total and per department, of one subtask. A session counts in
 * the window that contains its last millisecond.
 */
final class SessionCounts {

    private final long windowMillis;
    private final TreeMap<Long, Map<String, Sum>> windows = new TreeMap<>();

    /** The window that was used last, which is usually the next one, too; null if there is none. */
    @Nullable private Map<String, Sum> latest;

    private long latestBegin;
    private int size;
    private long characters;

    /**
     * Creates an object without sums.
     *
     * @param windowMillis size of the windows in ms; they are aligned to 1970-01-01T00:00:00Z
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

    /** Adds a count of another subtask, or of this one before a restart. */
    void add(WindowCount count) {
        add(
                windowOf(count.windowBegin()),
                count.department(),
                count.sessions(),
                count.sessionsWithCheckout());
    }

    /**
     * Emits and removes the sums of all windows whose last millisecond the watermark has reached.
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

    /** Removes all sums. */
    void clear() {
        windows.clear();
        latest = null;
        size = 0;
        characters = 0;
    }

    /** The number of sums. */
    int size() {
        return size;
    }

    /** The number of characters of the names of all sums. */
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
