package io.clickstream.tools.oracle;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Says which lists of the most clicked names the job must make of given clicks, as naively as can
 * be: for each end of a span, count all clicks within it and sort. It shares no code with the job.
 */
public final class TrendOracle {

    /**
     * Clicks on a name.
     *
     * @param time event time, ms since the epoch
     * @param count how many there were at this time
     */
    public record NamedClick(String name, long time, long count) {

        /** One click. */
        public NamedClick(String name, long time) {
            this(name, time, 1);
        }
    }

    private TrendOracle() {}

    /**
     * All lists, as lines in the order of time and rank.
     *
     * @param clicks in any order
     * @param top how many names a list has at most
     * @param span the time that is counted over
     * @param slide how often there is a list; ends are whole numbers of it since the epoch
     */
    public static List<String> expect(
            Collection<NamedClick> clicks, int top, Duration span, Duration slide) {
        TreeSet<Long> ends = new TreeSet<>();
        for (NamedClick click : clicks) {
            long firstEnd = Math.floorDiv(click.time(), slide.toMillis()) + 1;
            for (long i = 0; i < span.toMillis() / slide.toMillis(); i++) {
                ends.add((firstEnd + i) * slide.toMillis());
            }
        }
        List<String> lines = new ArrayList<>();
        for (long end : ends) {
            lines.addAll(list(clicks, end - span.toMillis(), end, top));
        }
        return lines;
    }

    private static List<String> list(Collection<NamedClick> clicks, long begin, long end, int top) {
        Map<String, Long> counts = new HashMap<>();
        for (NamedClick click : clicks) {
            if (click.time() >= begin && click.time() < end) {
                counts.merge(click.name(), click.count(), Long::sum);
            }
        }
        List<Map.Entry<String, Long>> sorted = new ArrayList<>(counts.entrySet());
        sorted.sort(
                Comparator.comparingLong((Map.Entry<String, Long> entry) -> -entry.getValue())
                        .thenComparing(Map.Entry.comparingByKey()));
        List<String> lines = new ArrayList<>();
        for (int rank = 1; rank <= Math.min(top, sorted.size()); rank++) {
            lines.add(
                    JsonLine.of(
                            JsonNodeFactory.instance
                                    .objectNode()
                                    .put("rank", rank)
                                    .put("name", sorted.get(rank - 1).getKey())
                                    .put("count", sorted.get(rank - 1).getValue())
                                    .put("windowBeginTime", begin)
                                    .put("windowEndTime", end)));
        }
        return lines;
    }
}
