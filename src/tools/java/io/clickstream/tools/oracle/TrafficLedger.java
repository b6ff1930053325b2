package io.clickstream.tools.oracle;

import io.clickstream.tools.traffic.ShopTraffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;

/**
 * Knows what was sent and what the job must make of it. Safe for several threads.
 *
 * <p>Only clicks of sessions that may still grow are kept. A closed session leaves a line if it has
 * a checkout, and a count otherwise: about 7 MB for a million clicks of {@link ShopTraffic}. What
 * its clicks did to carts is kept, too.
 */
public final class TrafficLedger {

    private final Duration sessionGap;
    private final OracleTally tally;
    private final Consumer<OracleClick> listener;
    private final Map<Object, List<OracleClick>> open = new HashMap<>();
    private final Map<Object, List<OracleClick>> longPast = new HashMap<>();
    private long clicks;
    private long newestTime;
    private long complete = Long.MIN_VALUE;

    /**
     * A ledger of nothing.
     *
     * @param window length of the counting windows
     */
    public TrafficLedger(Duration sessionGap, Duration window) {
        this(sessionGap, window, click -> {});
    }

    /**
     * A ledger of nothing.
     *
     * @param window length of the counting windows
     * @param listener hears of each click that goes to the job
     */
    public TrafficLedger(Duration sessionGap, Duration window, Consumer<OracleClick> listener) {
        this(sessionGap, window, OracleTally.LIVE_SPAN, CartRules.DEFAULT, listener);
    }

    /**
     * A ledger of nothing.
     *
     * @param window length of the counting windows
     * @param cartRules the settings of `carts`
     */
    public TrafficLedger(Duration sessionGap, Duration window, CartRules cartRules) {
        this(sessionGap, window, OracleTally.LIVE_SPAN, cartRules, click -> {});
    }

    /**
     * A ledger of nothing.
     *
     * @param window length of the counting windows
     * @param liveSpan what `live / span` is
     * @param cartRules the settings of `carts`
     * @param listener hears of each click that goes to the job
     */
    public TrafficLedger(
            Duration sessionGap,
            Duration window,
            Duration liveSpan,
            CartRules cartRules,
            Consumer<OracleClick> listener) {
        this.listener = listener;
        this.sessionGap = sessionGap;
        this.tally =
                new OracleTally(
                        sessionGap, window, OracleTally.MAX_DEPT_LIST_BYTES, liveSpan, cartRules);
    }

    /** Notes a click that goes to the job. */
    public synchronized void sent(OracleClick click) {
        if (click.time() < complete) {
            throw new IllegalStateException(
                    "clicks were complete until %d, and then came %s".formatted(complete, click));
        }
        open.computeIfAbsent(click.user(), user -> new ArrayList<>()).add(click);
        clicks++;
        listener.accept(click);
        newestTime = Math.max(newestTime, click.time());
    }

    /**
     * Notes a click that goes to a job that takes it whenever it comes, such as a replay. It may be
     * of a time that is complete, and is kept until the end.
     *
     * @param click more than a session gap away from all clicks of its user that are not noted here
     */
    public synchronized void sentLongPast(OracleClick click) {
        longPast.computeIfAbsent(click.user(), user -> new ArrayList<>()).add(click);
        clicks++;
    }

    /**
     * Promises that no click of an earlier time comes any more, which lets sessions be counted and
     * forgotten.
     *
     * @param time ms since the epoch, exclusive
     */
    public synchronized void completeUntil(long time) {
        if (time <= complete) {
            return;
        }
        complete = time;
        Iterator<List<OracleClick>> users = open.values().iterator();
        while (users.hasNext()) {
            List<OracleClick> remaining = new ArrayList<>();
            for (List<OracleClick> session : Oracle.sessions(users.next(), sessionGap)) {
                long last = session.get(session.size() - 1).time();
                if (time - last > sessionGap.toMillis()) {
                    tally.add(session);
                } else {
                    remaining.addAll(session);
                }
            }
            if (remaining.isEmpty()) {
                users.remove();
            } else {
                open.replace(remaining.get(0).user(), remaining);
            }
        }
    }

    /** How many clicks were sent. */
    public synchronized long clicks() {
        return clicks;
    }

    /**
     * The latest event time of all clicks that are not long past, ms since the epoch; 0 if there
     * was none.
     */
    public synchronized long newestTime() {
        return newestTime;
    }

    /**
     * The counting windows that no further click can change, by their begins in ms since the epoch:
     * the lines of {@code Departments_Agg} and of {@code ClickEvents_UserId_Agg_Result}. A window
     * without sessions has none.
     *
     * @param from the first begin
     */
    public synchronized SortedMap<Long, OracleTally.WindowLines> finalWindows(long from) {
        return tally.windows(from, complete);
    }

    /**
     * What the job must put out for all clicks together, without optional aggregates. No click may
     * come after.
     */
    public Expected expected() {
        return expected(Set.of());
    }

    /**
     * What the job must put out for all clicks together. No click may come after.
     *
     * @param groups the job's property groups of optional aggregates, as in {@link Expected#with}
     */
    public synchronized Expected expected(Set<String> groups) {
        completeUntil(Long.MAX_VALUE);
        for (List<OracleClick> ofUser : longPast.values()) {
            Oracle.sessions(ofUser, sessionGap).forEach(tally::add);
        }
        longPast.clear();
        return tally.expected().with(groups);
    }
}
