package io.clickstream.live;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The counts of one subtask at each boundary that the watermark has not passed yet.
 *
 * <p>A user or a click counts at all boundaries of a range. Therefore this class keeps the
 * difference between each boundary and the one before: a range needs two additions, however long it
 * is. When the watermark passes a boundary, the differences up to it are added up.
 */
final class LiveCounts {

    /** Receives the counts of a boundary. */
    @FunctionalInterface
    interface Output {
        /**
         * Receives the counts of a boundary.
         *
         * @param boundary its number
         * @param counts by {@link LiveMetric#index}; only valid during the call
         */
        void boundary(long boundary, long[] counts);
    }

    /** A chunk has the differences of 64 boundaries, 8 numbers for each. */
    private static final int CHUNK_LOG2 = 6;

    private static final int STRIDE_LOG2 = 3;
    private static final int IN_CHUNK = (1 << CHUNK_LOG2) - 1;

    /** Chunks that are found without a search. */
    private static final int CACHED = 16;

    private final TreeMap<Long, long[]> chunks = new TreeMap<>();
    private final long[][] cached = new long[CACHED][];
    private final long[] cachedNumbers = new long[CACHED];
    private final long[] running = new long[LiveMetric.COUNT];
    private long next = Long.MIN_VALUE;

    /** The number of the first boundary that the watermark has not passed. */
    long next() {
        return next;
    }

    /** Lets the counts begin at a boundary: later additions to earlier ones count nowhere. */
    void beginAt(long boundary) {
        next = boundary;
    }

    /**
     * Adds to a count at all boundaries of a range that the watermark has not passed.
     *
     * @param from the number of the first boundary
     * @param to the number of the last boundary; nothing is added if it is before the first
     */
    void add(LiveMetric metric, long from, long to, long by) {
        long begin = Math.max(from, next);
        if (begin > to) {
            return;
        }
        differ(metric, begin, by);
        differ(metric, to + 1, -by);
    }

    private void differ(LiveMetric metric, long boundary, long by) {
        long number = boundary >> CHUNK_LOG2;
        int slot = (int) number & (CACHED - 1);
        long[] chunk = cached[slot];
        if (chunk == null || cachedNumbers[slot] != number) {
            chunk =
                    chunks.computeIfAbsent(
                            number, absent -> new long[1 << (CHUNK_LOG2 + STRIDE_LOG2)]);
            cached[slot] = chunk;
            cachedNumbers[slot] = number;
        }
        chunk[((int) (boundary & IN_CHUNK) << STRIDE_LOG2) + metric.index()] += by;
    }

    /**
     * Passes on the counts of all boundaries up to one, in order, and forgets them. A boundary at
     * which all counts are 0 is left out.
     *
     * @param upTo the number of the last boundary that the watermark has passed
     */
    void pass(long upTo, Output out) {
        while (!chunks.isEmpty() && chunks.firstKey() << CHUNK_LOG2 <= upTo) {
            Map.Entry<Long, long[]> first = chunks.firstEntry();
            long begin = first.getKey() << CHUNK_LOG2;
            passUntil(Math.min(begin, upTo), out);
            long end = begin + IN_CHUNK;
            for (long each = Math.max(begin, next); each <= Math.min(end, upTo); each++) {
                addDifferences(first.getValue(), each);
                next = each + 1;
                emit(each, out);
            }
            if (end > upTo) {
                break;
            }
            chunks.remove(first.getKey());
            cached[(int) (long) first.getKey() & (CACHED - 1)] = null;
        }
        passUntil(upTo == Long.MAX_VALUE ? upTo : upTo + 1, out);
    }

    /** Passes boundaries without differences. */
    private void passUntil(long end, Output out) {
        if (isAllZero()) {
            next = Math.max(next, end);
        }
        while (next < end) {
            emit(next++, out);
        }
    }

    private void addDifferences(long[] chunk, long boundary) {
        int at = (int) (boundary & IN_CHUNK) << STRIDE_LOG2;
        for (int i = 0; i < running.length; i++) {
            running[i] += chunk[at + i];
            // Later additions to this boundary are none, since it is passed.
            chunk[at + i] = 0;
        }
    }

    private void emit(long boundary, Output out) {
        if (!isAllZero()) {
            out.boundary(boundary, running);
        }
    }

    private boolean isAllZero() {
        for (long count : running) {
            if (count != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Visits the counts of all boundaries that the watermark has not passed, without forgetting
     * them.
     */
    void forEach(Output out) {
        LiveCounts copy = new LiveCounts();
        copy.next = next;
        System.arraycopy(running, 0, copy.running, 0, running.length);
        chunks.forEach((number, chunk) -> copy.chunks.put(number, chunk.clone()));
        copy.pass(Long.MAX_VALUE, out);
    }

    /** Whether there is nothing to count at any boundary that is still to come. */
    boolean isEmpty() {
        return chunks.isEmpty() && isAllZero();
    }

    @Override
    public String toString() {
        return "from " + next + ": " + Arrays.toString(running);
    }
}
