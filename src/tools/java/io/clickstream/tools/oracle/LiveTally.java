package io.clickstream.tools.oracle;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Says which live counts the job must make, as naively as can be: at each boundary a set of users,
 * and for each session a look at its clicks before the boundary. It shares no code with the job.
 */
final class LiveTally {

    /** The default of `live / every`. */
    private static final long EVERY = 10_000;

    private final long gap;
    private final long span;
    private final Map<Object, Integer> users = new HashMap<>();
    private final TreeMap<Long, Boundary> boundaries = new TreeMap<>();

    private static final class Boundary {
        private final BitSet activeUsers = new BitSet();
        private long openSessions;
        private long openSessionsWithCheckout;
        private long openCarts;
        private long clicks;
        private long checkouts;
    }

    /**
     * Begins without sessions.
     *
     * @param gap the session gap, in ms
     * @param span for how long a click makes its user active, in ms
     */
    LiveTally(long gap, long span) {
        this.gap = gap;
        this.span = span;
    }

    /**
     * Counts a session.
     *
     * @param session all clicks of one session of one user, in the order of their times
     */
    void add(List<OracleClick> session) {
        int user = users.computeIfAbsent(session.get(0).user(), absent -> users.size());
        for (OracleClick click : session) {
            for (long at = firstAfter(click.time()); at - span <= click.time(); at += EVERY) {
                Boundary boundary = boundary(at);
                boundary.activeUsers.set(user);
                boundary.clicks++;
                boundary.checkouts += is(click, "order_checkout") ? 1 : 0;
            }
        }
        long end = session.get(session.size() - 1).time() + gap;
        for (long at = firstAfter(session.get(0).time()); at <= end; at += EVERY) {
            long boundary = at;
            addOpen(
                    session.stream().filter(click -> click.time() < boundary).toList(),
                    boundary(at));
        }
    }

    private static void addOpen(List<OracleClick> before, Boundary boundary) {
        boolean checkout = before.stream().anyMatch(click -> is(click, "order_checkout"));
        boolean cart = before.stream().anyMatch(click -> is(click, "add_to_cart"));
        boundary.openSessions++;
        boundary.openSessionsWithCheckout += checkout ? 1 : 0;
        boundary.openCarts += cart && !checkout ? 1 : 0;
    }

    private static boolean is(OracleClick click, String type) {
        return type.equals(click.eventType());
    }

    private static long firstAfter(long time) {
        return (Math.floorDiv(time, EVERY) + 1) * EVERY;
    }

    private Boundary boundary(long at) {
        return boundaries.computeIfAbsent(at, absent -> new Boundary());
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        boundaries.forEach(
                (at, boundary) ->
                        lines.add(
                                JsonNodeFactory.instance
                                        .objectNode()
                                        .put("activeUsers", boundary.activeUsers.cardinality())
                                        .put("openSessions", boundary.openSessions)
                                        .put(
                                                "openSessionsWithCheckout",
                                                boundary.openSessionsWithCheckout)
                                        .put("openCarts", boundary.openCarts)
                                        .put("clicks", boundary.clicks)
                                        .put("checkouts", boundary.checkouts)
                                        .put("windowBeginTime", at - span)
                                        .put("windowEndTime", at)
                                        .toString()));
        return lines;
    }
}
