package io.clickstream.trend;

import io.clickstream.event.Trend;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Clicks per name and pane, of one subtask. A pane has the length of the slide. Spans consist of
 * whole panes.
 */
final class PaneCounts {

    private final long paneMillis;
    private final TreeMap<Long, Map<String, long[]>> panes = new TreeMap<>();
    private int size;
    private long characters;

    /**
     * Creates an object without counts.
     *
     * @param paneMillis length of the panes in ms; they are aligned to 1970-01-01T00:00:00Z
     */
    PaneCounts(long paneMillis) {
        this.paneMillis = paneMillis;
    }

    /** Counts clicks on a name, at a time in ms since 1970. */
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

    /** The end, exclusive, of the pane that contains a time. */
    long paneEnd(long timestamp) {
        return timestamp - Math.floorMod(timestamp, paneMillis) + paneMillis;
    }

    /**
     * Emits and removes the counts of all panes whose last millisecond the watermark has reached.
     */
    void close(long watermark, Consumer<Trend> out) {
        while (!panes.isEmpty() && panes.firstKey() + paneMillis - 1 <= watermark) {
            Map.Entry<Long, Map<String, long[]>> pane = panes.pollFirstEntry();
            size -= pane.getValue().size();
            pane.getValue().keySet().forEach(name -> characters -= name.length());
            emit(pane.getKey(), pane.getValue(), out);
        }
    }

    /** Visits all counts that have not been emitted. */
    void forEach(Consumer<Trend> out) {
        panes.forEach((begin, pane) -> emit(begin, pane, out));
    }

    void clear() {
        panes.clear();
        size = 0;
        characters = 0;
    }

    /** The number of counts. */
    int size() {
        return size;
    }

    /** The number of characters of the names of all counts. */
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
