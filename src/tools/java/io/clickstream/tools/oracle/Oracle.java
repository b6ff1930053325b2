package io.clickstream.tools.oracle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Says what the job must make of given clicks, as naively as can be: sort the clicks of a user, cut
 * them where two neighbours are further apart than the gap, count. It shares no code with the job.
 *
 * <p>It knows no lateness and no watermark: all clicks count.
 */
public final class Oracle {

    private Oracle() {}

    /**
     * Counts all sessions of all users, for a job without optional aggregates.
     *
     * @param clicks in any order
     * @param sessionGap two clicks exactly this far apart are in one session
     * @param window length of the counting windows, which are aligned to the epoch
     */
    public static Expected expect(
            Collection<OracleClick> clicks, Duration sessionGap, Duration window) {
        return expect(clicks, sessionGap, window, OracleTally.MAX_DEPT_LIST_BYTES);
    }

    /**
     * Counts all sessions of all users, for a job without optional aggregates.
     *
     * @param clicks in any order
     * @param sessionGap two clicks exactly this far apart are in one session
     * @param window length of the counting windows, which are aligned to the epoch
     * @param maxDeptListBytes that the list of a session's departments may have as JSON
     */
    public static Expected expect(
            Collection<OracleClick> clicks,
            Duration sessionGap,
            Duration window,
            int maxDeptListBytes) {
        Map<Object, List<OracleClick>> byUser = new HashMap<>();
        for (OracleClick click : clicks) {
            byUser.computeIfAbsent(click.user(), user -> new ArrayList<>()).add(click);
        }
        OracleTally tally = new OracleTally(sessionGap, window, maxDeptListBytes);
        for (List<OracleClick> ofUser : byUser.values()) {
            sessions(ofUser, sessionGap).forEach(tally::add);
        }
        return tally.expected().with(Set.of());
    }

    /** The sessions of one user, the earliest first, each in the order of time. */
    public static List<List<OracleClick>> sessions(
            List<OracleClick> ofOneUser, Duration sessionGap) {
        List<OracleClick> sorted = new ArrayList<>(ofOneUser);
        sorted.sort(Comparator.comparingLong(OracleClick::time));
        List<List<OracleClick>> sessions = new ArrayList<>();
        OracleClick previous = null;
        for (OracleClick click : sorted) {
            if (previous == null || click.time() - previous.time() > sessionGap.toMillis()) {
                sessions.add(new ArrayList<>());
            }
            sessions.get(sessions.size() - 1).add(click);
            previous = click;
        }
        return sessions;
    }
}
