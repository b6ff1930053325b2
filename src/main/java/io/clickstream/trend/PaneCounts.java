package io.clickstream.trend;

import io.clickstream.event.Trend;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Clicks per name and pane, as far as one subtask has seen them. A pane is the time by which the
 * span slides on; spans are made of whole panes.
 */
final class PaneCounts {

    private final long paneMillis;
    private final TreeMap<Long, Map<String, long[]>> panes = new TreeMap<>();
    private int size;
    private long characters;

    /**
     * Begins without counts.
     *
     * @param paneMillis length of the panes, which are aligned to the epoch
     */
    PaneCounts(long paneMillis) {
        this.paneMillis = paneMillis;
    }

    /** Counts clicks on a name, at a time in ms since the epoch. */
    void add(String name, long timestamp, long clicks) {
        long begin = timestamp - Math.floorMod(timestamp, paneMillis);
        long[] count =
                panes.computeIfAbsent(begin, pane -> new HashMap<>())
                        .computeIfAbsent(name, first -> new long[1]);
        if (count[0] == 0) {
            size++;
            characters += name.length();
        }
        count[0] += clicks;
    }

    /** The end, exclusive, of the pane that a time is in. */
    long paneEnd(long timestamp) {
        return timestamp - Math.floorMod(timestamp, paneMillis) + paneMillis;
    }

    /**
     * Emits and forgets the counts of all panes whose last millisecond the watermark has reached.
     */
    void close(long watermark, Consumer<Trend> out) {
        while (!panes.isEmpty() && panes.firstKey() + paneMillis - 1 <= watermark) {
            Map.Entry<Long, Map<String, long[]>> pane = panes.pollFirstEntry();
            size -= pane.getValue().size();
            pane.getValue().keySet().forEach(name -> characters -= name.length());
            emit(pane.getKey(), pane.getValue(), out);
        }
    }

    /** All counts that are still there. */
    void forEach(Consumer<Trend> out) {
        panes.forEach((begin, pane) -> emit(begin, pane, out));
    }

    void clear() {
        panes.clear();
        size = 0;
        characters = 0;
    }

    /** How many counts there are. */
    int size() {
        return size;
    }

    /** Characters of the names of all counts. */
    long characters() {
        return characters;
    }

    private void emit(long begin, Map<String, long[]> pane, Consumer<Trend> out) {
        pane.forEach(
                (name, count) ->
                        out.accept(
                                new Trend(
                                        Trend.NOT_RANKED,
                                        name,
                                        count[0],
                                        begin,
                                        begin + paneMillis)));
    }
}
