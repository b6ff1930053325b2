package io.clickstream.tools.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Adds up whole sessions, one after another in any order. It keeps one line per session with
 * checkout and one counter per department and window, no clicks.
 */
public final class OracleTally {

    private record DepartmentWindow(String department, long begin) {}

    /** What `max-dept-list-size` is by default. */
    static final int MAX_DEPT_LIST_BYTES = 512 * 1024;

    /** What `live / span` is by default. */
    static final Duration LIVE_SPAN = Duration.ofMinutes(5);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final long gap;
    private final long window;
    private final int maxDeptListBytes;
    private final Map<DepartmentWindow, Long> departmentCounts = new HashMap<>();
    private final Map<Long, Long> sessionCounts = new HashMap<>();
    private final Map<Long, Long> checkoutCounts = new HashMap<>();
    private final List<String> checkoutLines = new ArrayList<>();
    private final LiveTally live;
    private final FunnelTally funnel;
    private final CartTally carts;
    private long sessionTotal;

    /** Begins without sessions. */
    public OracleTally(Duration sessionGap, Duration window) {
        this(sessionGap, window, MAX_DEPT_LIST_BYTES);
    }

    /**
     * Begins without sessions.
     *
     * @param maxDeptListBytes that a list of departments may have as JSON
     */
    OracleTally(Duration sessionGap, Duration window, int maxDeptListBytes) {
        this(sessionGap, window, maxDeptListBytes, LIVE_SPAN, CartRules.DEFAULT);
    }

    /**
     * Begins without sessions.
     *
     * @param maxDeptListBytes that a list of departments may have as JSON
     * @param liveSpan what `live / span` is
     * @param cartRules the settings of `carts`
     */
    OracleTally(
            Duration sessionGap,
            Duration window,
            int maxDeptListBytes,
            Duration liveSpan,
            CartRules cartRules) {
        this.maxDeptListBytes = maxDeptListBytes;
        this.gap = sessionGap.toMillis();
        this.window = window.toMillis();
        this.live = new LiveTally(gap, liveSpan.toMillis());
        this.funnel = new FunnelTally(this.window);
        this.carts = new CartTally(cartRules);
    }

    /**
     * Counts a session.
     *
     * @param session all clicks of one session of one user, in the order of their times
     */
    public void add(List<OracleClick> session) {
        long begin = session.get(0).time();
        long end = session.get(session.size() - 1).time() + gap;
        long windowBegin = Math.floorDiv(end - 1, window) * window;

        boolean checkout = false;
        long lastCheckout = 0;
        for (OracleClick click : session) {
            if ("order_checkout".equals(click.eventType())) {
                checkout = true;
                lastCheckout = click.time();
            }
        }
        long visits = 0;
        long visitsUntilCheckout = 0;
        TreeSet<String> departments = new TreeSet<>();
        for (OracleClick click : session) {
            String department = click.department();
            if (department == null || department.isEmpty() || department.equals("N/A")) {
                continue;
            }
            departments.add(department);
            visits++;
            if (checkout && click.time() <= lastCheckout) {
                visitsUntilCheckout++;
            }
        }

        sessionTotal++;
        live.add(session);
        funnel.add(session, windowBegin);
        carts.add(session);
        sessionCounts.merge(windowBegin, 1L, Long::sum);
        List<String> listed = cut(departments);
        for (String department : listed) {
            departmentCounts.merge(new DepartmentWindow(department, windowBegin), 1L, Long::sum);
        }
        if (checkout) {
            checkoutCounts.merge(windowBegin, 1L, Long::sum);
            ObjectNode line = JsonNodeFactory.instance.objectNode();
            if (session.get(0).user() instanceof Long number) {
                line.put("userId", number);
            } else {
                line.put("userId", (String) session.get(0).user());
            }
            line.put("eventCount", visits);
            line.put("orderCheckoutEventCount", visitsUntilCheckout);
            ArrayNode deptList = line.putArray("deptList");
            listed.forEach(deptList::add);
            line.put("eventKey", 1);
            line.put("windowBeginTime", begin);
            line.put("windowEndTime", end);
            if (listed.size() < departments.size()) {
                line.put("deptListTruncated", departments.size() - listed.size());
            }
            checkoutLines.add(JsonLine.of(line));
        }
    }

    /** The longest beginning of the list that fits, found by halving. */
    private List<String> cut(SortedSet<String> departments) {
        List<String> all = new ArrayList<>(departments);
        int fits = 0;
        int tooMany = all.size() + 1;
        while (tooMany - fits > 1) {
            int middle = (fits + tooMany) >>> 1;
            if (jsonBytes(all.subList(0, middle)) <= maxDeptListBytes) {
                fits = middle;
            } else {
                tooMany = middle;
            }
        }
        return all.subList(0, fits);
    }

    private static int jsonBytes(List<String> list) {
        try {
            return JSON.writeValueAsBytes(list).length;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A list of strings can always be written", e);
        }
    }

    long sessions() {
        return sessionTotal;
    }

    /** How many lines the three lists of every job have now. */
    long lines() {
        return (long) departmentCounts.size() + sessionCounts.size() + checkoutLines.size();
    }

    /**
     * What the sessions so far must end as, by aggregate. An optional aggregate is always among
     * them, as it is with the default settings of its group. {@link Expected#with} selects those
     * that a job computes.
     */
    public Expected expected() {
        List<String> departmentLines = new ArrayList<>();
        departmentCounts.forEach((key, count) -> departmentLines.add(line(key, count)));
        List<String> sessionLines = new ArrayList<>();
        sessionCounts.forEach((begin, count) -> sessionLines.add(sessionLine(begin, count)));
        Map<Aggregate<?>, List<String>> lines = new LinkedHashMap<>();
        lines.put(Aggregates.DEPARTMENT_COUNTS, departmentLines);
        lines.put(Aggregates.SESSION_COUNTS, sessionLines);
        lines.put(Aggregates.CHECKOUT_SESSIONS, checkoutLines);
        lines.put(Aggregates.LIVE, live.lines());
        lines.put(Aggregates.FUNNEL, funnel.lines());
        lines.put(Aggregates.CARTS, carts.lines());
        return new Expected(lines, sessionTotal);
    }

    private String line(DepartmentWindow key, long count) {
        return JsonLine.of(
                JsonNodeFactory.instance
                        .objectNode()
                        .put("departmentName", key.department())
                        .put("departmentCount", count)
                        .put("windowBeginTime", key.begin())
                        .put("windowEndTime", key.begin() + window));
    }

    private String sessionLine(long begin, long count) {
        long checkouts = checkoutCounts.getOrDefault(begin, 0L);
        return JsonNodeFactory.instance
                .objectNode()
                .put("userSessionCount", count)
                .put("userSessionCountWithOrderCheckout", checkouts)
                .put("percentSessionswithBuy", percent(checkouts, count))
                .put("windowBeginTime", begin)
                .put("windowEndTime", begin + window)
                .toString();
    }

    /**
     * What a counting window must end as.
     *
     * @param departments its lines in {@code Departments_Agg}
     * @param sessions its line in {@code ClickEvents_UserId_Agg_Result}
     */
    public record WindowLines(List<String> departments, List<String> sessions) {}

    /**
     * The windows with sessions that are over, by their begins in ms since the epoch.
     *
     * @param from the first begin
     * @param complete no click before this time comes any more
     */
    SortedMap<Long, WindowLines> windows(long from, long complete) {
        SortedMap<Long, WindowLines> windows = new TreeMap<>();
        sessionCounts.forEach(
                (begin, count) -> {
                    // A session whose end is in the window had its last click before the end.
                    if (begin >= from && begin + window < complete) {
                        windows.put(
                                begin,
                                new WindowLines(
                                        new ArrayList<>(), List.of(sessionLine(begin, count))));
                    }
                });
        departmentCounts.forEach(
                (key, count) -> {
                    if (windows.containsKey(key.begin())) {
                        windows.get(key.begin()).departments().add(line(key, count));
                    }
                });
        return windows;
    }

    /** The largest whole number of percent that is not above the share. */
    private static double percent(long part, long whole) {
        long percent = 0;
        while ((percent + 1) * whole <= 100 * part) {
            percent++;
        }
        return percent;
    }
}
