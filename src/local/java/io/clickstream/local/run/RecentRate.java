package io.clickstream.local.run;

import java.util.ArrayDeque;
import java.util.Deque;

/** How fast a counter has grown in the last seconds. A job that starts again counts from 0. */
final class RecentRate {

    private static final long OVER_MILLIS = 5_000;

    private record Sample(long time, long count) {}

    private final Deque<Sample> samples = new ArrayDeque<>();

    /**
     * Adds what the counter has now.
     *
     * @param now in ms, not before the last sample
     * @return its growth per second
     */
    double add(long now, long count) {
        if (!samples.isEmpty() && count < samples.getLast().count()) {
            samples.clear();
        }
        samples.add(new Sample(now, count));
        while (now - samples.element().time() > OVER_MILLIS) {
            samples.remove();
        }
        Sample first = samples.element();
        return now == first.time() ? 0 : (count - first.count()) * 1_000.0 / (now - first.time());
    }
}
