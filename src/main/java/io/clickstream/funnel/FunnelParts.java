package io.clickstream.funnel;

import io.clickstream.event.FunnelPart;
import io.clickstream.event.Session;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The sessions of one subtask that entered a funnel, per window: all, and per department. A session
 * counts in the window that contains its last millisecond.
 */
final class FunnelParts {

    private static final int FIRST_DURATIONS = 4;

    private final Funnel funnel;
    private final boolean byDepartment;
    private final long windowMillis;
    private final TreeMap<Long, Map<String, Sum>> windows = new TreeMap<>();
    private long bytes;

    private final class Sum {
        private final long[] sessions = new long[funnel.size()];
        private final long[][] millis = new long[funnel.size()][0];
        private final int[] used = new int[funnel.size()];

        void add(int step, long duration) {
            if (used[step] == millis[step].length) {
                int length = Math.max(FIRST_DURATIONS, 2 * used[step]);
                bytes += (long) Long.BYTES * (length - used[step]);
                millis[step] = Arrays.copyOf(millis[step], length);
            }
            millis[step][used[step]++] = duration;
        }

        FunnelPart part(String department, long begin) {
            long[][] durations = new long[millis.length][];
            for (int i = 0; i < durations.length; i++) {
                durations[i] = Arrays.copyOf(millis[i], used[i]);
            }
            return new FunnelPart(
                    department, begin, begin + windowMillis, sessions.clone(), durations);
        }

        long bytes() {
            long sum = 0;
            for (long[] each : millis) {
                sum += (long) Long.BYTES * each.length;
            }
            return sum;
        }
    }

    /**
     * Creates an object without sessions.
     *
     * @param windowMillis size of the windows in ms; they are aligned to 1970-01-01T00:00:00Z
     */
    FunnelParts(Funnel funnel, boolean byDepartment, long windowMillis) {
        this.funnel = funnel;
        this.byDepartment = byDepartment;
        this.windowMillis = windowMillis;
    }

    /** Adds a session if it reached the first step. */
    void add(Session session) {
        if (!session.hasStepTimes() || session.stepTime(0) == StepTimes.NOT_REACHED) {
            return;
        }
        Map<String, Sum> window = window(session.lastMillisecond());
        add(session, sum(window, FunnelPart.TOTAL));
        if (byDepartment) {
            for (int i = 0; i < session.departmentCount(); i++) {
                add(session, sum(window, session.department(i)));
            }
        }
    }

    private void add(Session session, Sum sum) {
        for (int step = 0; step < funnel.size(); step++) {
            if (session.stepTime(step) != StepTimes.NOT_REACHED) {
                sum.sessions[step]++;
                if (step > 0) {
                    long before = session.stepTime(funnel.requiredBefore(step));
                    sum.add(step, session.stepTime(step) - before);
                }
            }
        }
    }

    /** Adds a part of another subtask, or of this one before a restart. */
    void add(FunnelPart part) {
        if (part.steps() != funnel.size()) {
            // The steps were changed at the restart. The sum would mix two funnels.
            return;
        }
        Sum sum = sum(window(part.windowBegin()), part.department());
        for (int step = 0; step < funnel.size(); step++) {
            sum.sessions[step] += part.sessions(step);
            for (long millis : part.millis(step)) {
                sum.add(step, millis);
            }
        }
    }

    /** Emits and removes the parts of all windows whose last millisecond has been reached. */
    void close(long watermark, Consumer<FunnelPart> out) {
        while (!windows.isEmpty() && windows.firstKey() + windowMillis - 1 <= watermark) {
            Map.Entry<Long, Map<String, Sum>> window = windows.pollFirstEntry();
            window.getValue()
                    .forEach(
                            (department, sum) -> {
                                bytes -= sum.bytes() + bytesOf(department);
                                out.accept(sum.part(department, window.getKey()));
                            });
        }
    }

    /** All parts that are still open. */
    void forEach(Consumer<FunnelPart> out) {
        windows.forEach(
                (begin, window) ->
                        window.forEach(
                                (department, sum) -> out.accept(sum.part(department, begin))));
    }

    /** Removes all parts. */
    void clear() {
        windows.clear();
        bytes = 0;
    }

    /** The approximate size of all parts on the heap. */
    long bytes() {
        return bytes;
    }

    private Map<String, Sum> window(long timestamp) {
        return windows.computeIfAbsent(
                timestamp - Math.floorMod(timestamp, windowMillis), begin -> new HashMap<>());
    }

    private Sum sum(Map<String, Sum> window, String department) {
        return window.computeIfAbsent(
                department,
                absent -> {
                    bytes += bytesOf(department);
                    return new Sum();
                });
    }

    /** A name, and what a sum takes without durations. */
    private long bytesOf(String department) {
        return (long) Character.BYTES * department.length() + 64L * (1 + funnel.size());
    }
}
