package io.clickstream.tools.oracle;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Says what the funnel with the default steps must come to: sorts the clicks of a session, and goes
 * through them once. It shares no code with the job.
 */
final class FunnelTally {

    private record Step(String name, String eventType) {}

    /** The default of `funnel / steps`. */
    private static final List<Step> STEPS =
            List.of(
                    new Step("view", "product_detail"),
                    new Step("cart", "add_to_cart"),
                    new Step("order", "order"),
                    new Step("paid", "order_checkout"));

    private record Reached(int step, long millis) {}

    private final long window;
    private final TreeMap<Long, List<Reached>> windows = new TreeMap<>();

    /**
     * Begins without sessions.
     *
     * @param window length of the windows, in ms
     */
    FunnelTally(long window) {
        this.window = window;
    }

    /**
     * Counts a session.
     *
     * @param session all clicks of one session of one user, in the order of their times
     * @param windowBegin of the window that counts it
     */
    void add(List<OracleClick> session, long windowBegin) {
        List<OracleClick> inOrder = new ArrayList<>(session);
        inOrder.removeIf(click -> step(click) < 0);
        inOrder.sort(
                Comparator.comparingLong(OracleClick::time).thenComparingInt(FunnelTally::step));
        int next = 0;
        long before = 0;
        for (OracleClick click : inOrder) {
            if (step(click) == next) {
                windows.computeIfAbsent(windowBegin, absent -> new ArrayList<>())
                        .add(new Reached(next, click.time() - before));
                before = click.time();
                next++;
            }
        }
    }

    private static int step(OracleClick click) {
        for (int i = 0; i < STEPS.size(); i++) {
            if (STEPS.get(i).eventType.equals(click.eventType())) {
                return i;
            }
        }
        return -1;
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        windows.forEach(
                (begin, reached) -> {
                    int first = millis(reached, 0).size();
                    int previous = first;
                    for (int i = 0; i < STEPS.size(); i++) {
                        List<Long> millis = millis(reached, i);
                        ObjectNode line =
                                JsonNodeFactory.instance
                                        .objectNode()
                                        .put("step", i + 1)
                                        .put("name", STEPS.get(i).name)
                                        .put("sessions", millis.size())
                                        .put("fromPrevious", percent(millis.size(), previous))
                                        .put("fromFirst", percent(millis.size(), first));
                        if (i > 0 && !millis.isEmpty()) {
                            line.put("medianMillis", median(millis));
                        }
                        lines.add(
                                line.put("windowBeginTime", begin)
                                        .put("windowEndTime", begin + window)
                                        .toString());
                        previous = millis.size();
                    }
                });
        return lines;
    }

    private static List<Long> millis(List<Reached> reached, int step) {
        return reached.stream()
                .filter(each -> each.step == step)
                .map(Reached::millis)
                .sorted()
                .toList();
    }

    private static double percent(int part, int whole) {
        if (whole == 0) {
            return 0;
        }
        return new BigDecimal(100L * part)
                .divide(new BigDecimal(whole), 2, RoundingMode.HALF_UP)
                .doubleValue();
    }

    private static long median(List<Long> sorted) {
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(half)
                : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }
}
