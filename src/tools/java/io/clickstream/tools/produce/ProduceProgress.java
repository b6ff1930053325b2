package io.clickstream.tools.produce;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/** How far a run is, as one line. */
final class ProduceProgress {

    private static final double MILLIS = 1_000;
    private static final long RATE_OVER_MILLIS = 5_000;

    private final long start;
    private final long records;
    private final Deque<long[]> recent = new ArrayDeque<>();

    /**
     * Begins now.
     *
     * @param records how many there will be; {@link Long#MAX_VALUE} if nobody knows
     * @param start ms on any clock that only goes forward
     */
    ProduceProgress(long records, long start) {
        this.records = records;
        this.start = start;
        recent.add(new long[] {start, 0});
    }

    /** The line, with the rate of the last seconds. */
    String line(long sent, long acknowledged, long failed, long now) {
        recent.add(new long[] {now, sent});
        while (recent.size() > 2 && now - recent.element()[0] > RATE_OVER_MILLIS) {
            recent.remove();
        }
        long[] oldest = recent.element();
        double rate = (sent - oldest[1]) * MILLIS / Math.max(1, now - oldest[0]);
        long seconds = (now - start) / 1_000;
        return String.format(
                Locale.ROOT,
                "%d:%02d  sent %,d%s (%,.0f/s)  acknowledged %,d  failed %,d",
                seconds / 60,
                seconds % 60,
                sent,
                records == Long.MAX_VALUE ? "" : String.format(Locale.ROOT, " of %,d", records),
                rate,
                acknowledged,
                failed);
    }
}
