package io.clickstream.funnel;

import java.util.Arrays;
import javax.annotation.Nullable;

/**
 * When a session reached the steps of a funnel. A session goes through the funnel in the order of
 * event time: it reaches a step by the first event of the step after it has reached the one before.
 * An optional step may be left out. It is left out for good once a later step is reached. Of events
 * at the same time, those of earlier steps come first.
 *
 * <p>Clicks come in any order. So a session keeps the time by which it reached a step, and earlier
 * times of the step: a click that comes later may make one of these the time that counts. Later
 * times never count, because further clicks only move the times that count to earlier ones. So most
 * sessions keep one time per step. With {@link Funnel#within()}, a session may begin again, so it
 * keeps all times.
 *
 * <p>Times are an ascending array: the step in the upper bits, the time in the lower ones.
 */
public final class StepTimes {

    /** In place of the time of a step that was not reached. */
    public static final long NOT_REACHED = -1;

    /**
     * The maximum number of times of a session. No person gets near it: without {@link
     * Funnel#within()}, only events of a step that is not reached take room. With it, times are
     * left out that only a late click could make count. Further ones are ignored.
     */
    public static final int MAX_TIMES = 256;

    /** Times of an event are below the year 9999, which needs 48 bits. */
    private static final int STEP_SHIFT = 56;

    private static final long TIME_MASK = (1L << STEP_SHIFT) - 1;

    private static final long[] NONE = {};

    private final boolean[] optional;
    private final boolean isWithin;
    private final long withinMillis;

    public StepTimes(Funnel funnel) {
        optional = new boolean[funnel.size()];
        for (int i = 0; i < optional.length; i++) {
            optional[i] = funnel.step(i).isOptional();
        }
        isWithin = funnel.within() != null;
        withinMillis = isWithin ? funnel.within().toMillis() : 0;
    }

    /** The step of an entry. */
    public static int step(long entry) {
        return (int) (entry >>> STEP_SHIFT);
    }

    /** The time of an entry, in ms since 1970. */
    public static long time(long entry) {
        return entry & TIME_MASK;
    }

    /** The entry of a step at a time. */
    public static long entry(int step, long time) {
        return (long) step << STEP_SHIFT | time;
    }

    /**
     * Adds an event.
     *
     * @param times of the session; null if there are none yet
     * @param step of the event, from 0 on
     * @param time of the event, in ms since 1970
     * @return the times with it; the same array if it makes no difference
     */
    @Nullable
    public long[] add(@Nullable long[] times, int step, long time) {
        long[] before = times == null ? NONE : times;
        long entry = entry(step, time);
        int at = Arrays.binarySearch(before, entry);
        if (step >= optional.length || at >= 0 || (!isWithin && before.length == MAX_TIMES)) {
            return times;
        }
        if (!isWithin && isBehindFirst(before, step, time)) {
            return times;
        }
        long[] more = new long[before.length + 1];
        System.arraycopy(before, 0, more, 0, -1 - at);
        more[-1 - at] = entry;
        System.arraycopy(before, -1 - at, more, -at, before.length + 1 + at);
        long[] needed = needed(more);
        return needed.length > MAX_TIMES ? times : needed;
    }

    /** Whether a step is reached before a time. */
    private boolean isBehindFirst(long[] times, int step, long time) {
        int last = -1 - Arrays.binarySearch(times, entry(step, TIME_MASK)) - 1;
        // Where the step was reached, its last time is the one by which it was.
        return last >= 0
                && step(times[last]) == step
                && time(times[last]) <= time
                && reached(times)[step] != NOT_REACHED;
    }

    /** All times of two sessions that turned out to be one. */
    @Nullable
    public long[] join(@Nullable long[] one, @Nullable long[] other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        long[] all = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, all, one.length, other.length);
        long[] needed = needed(Arrays.stream(all).sorted().distinct().toArray());
        return needed.length > MAX_TIMES ? Arrays.copyOf(needed, MAX_TIMES) : needed;
    }

    /** Leaves out the times that no click can make count any more. */
    private long[] needed(long[] times) {
        if (isWithin) {
            return times.length > MAX_TIMES ? withoutRuns(times) : times;
        }
        long[] reached = reached(times);
        int kept = 0;
        for (long entry : times) {
            long first = reached[step(entry)];
            if (first == NOT_REACHED || time(entry) <= first) {
                times[kept++] = entry;
            }
        }
        return kept == times.length ? times : Arrays.copyOf(times, kept);
    }

    /**
     * Leaves out events of the same step that follow each other directly. An attempt that begins at
     * the last event of the first step goes at least as far as one that begins at an event before
     * it. Of another step, only the first event can be the one by which the step is reached.
     */
    private static long[] withoutRuns(long[] times) {
        long[] byTime = new long[times.length];
        for (int i = 0; i < times.length; i++) {
            byTime[i] = time(times[i]) << Byte.SIZE | step(times[i]);
        }
        Arrays.sort(byTime);
        // An event of an earlier step may still arrive for the newest time.
        long newest = byTime[byTime.length - 1] >>> Byte.SIZE;
        int kept = 0;
        for (long each : byTime) {
            int step = (int) each & 0xff;
            long time = each >>> Byte.SIZE;
            boolean isRepeated = kept > 0 && step(times[kept - 1]) == step;
            if (isRepeated && step == 0) {
                kept--;
            } else if (isRepeated && time < newest) {
                continue;
            }
            times[kept++] = entry(step, time);
        }
        long[] left = Arrays.copyOf(times, kept);
        Arrays.sort(left);
        return left;
    }

    /**
     * When the session reached each step, in ms since 1970, or {@link #NOT_REACHED}. With {@link
     * Funnel#within()}, of the attempts that go on to the latest step, the one that begins last.
     */
    public long[] reached(@Nullable long[] times) {
        long[] entries = times == null ? NONE : times;
        if (!isWithin) {
            return attempt(entries, 0, TIME_MASK);
        }
        long[] best = null;
        for (int i = ofFirstStep(entries) - 1; i >= 0; i--) {
            long begin = time(entries[i]);
            long[] attempt = attempt(entries, begin, begin + withinMillis);
            if (best == null || depth(attempt) > depth(best)) {
                best = attempt;
            }
        }
        return best == null ? attempt(NONE, 0, 0) : best;
    }

    /** A bit for each step of which further events in the order of time make no difference. */
    public int settledSteps(long[] times) {
        int bits = 0;
        if (!isWithin) {
            long[] reached = reached(times);
            for (int i = 0; i < reached.length; i++) {
                bits |= reached[i] == NOT_REACHED ? 0 : 1 << i;
            }
        }
        return bits;
    }

    private static int ofFirstStep(long[] entries) {
        int count = 0;
        while (count < entries.length && step(entries[count]) == 0) {
            count++;
        }
        return count;
    }

    private static int depth(long[] reached) {
        int depth = reached.length;
        while (depth > 0 && reached[depth - 1] == NOT_REACHED) {
            depth--;
        }
        return depth;
    }

    /** The steps that are reached by events from one time to another, both inclusive. */
    private long[] attempt(long[] entries, long from, long to) {
        long[] reached = new long[optional.length];
        Arrays.fill(reached, NOT_REACHED);
        int step = -1;
        long time = from;
        while (step + 1 < optional.length) {
            int next = -1;
            long first = to;
            // The steps that may be next: optional ones, and the first that is not.
            for (int each = step + 1; each < optional.length; each++) {
                long at = firstTime(entries, each, time);
                if (at <= to && (next < 0 || at < first)) {
                    next = each;
                    first = at;
                }
                if (!optional[each]) {
                    break;
                }
            }
            if (next < 0) {
                break;
            }
            reached[next] = first;
            step = next;
            time = first;
        }
        return reached;
    }

    /** The first time of a step from a time on; more than any time if there is none. */
    private static long firstTime(long[] entries, int step, long from) {
        int at = Arrays.binarySearch(entries, entry(step, from));
        int index = at < 0 ? -1 - at : at;
        return index < entries.length && step(entries[index]) == step
                ? time(entries[index])
                : Long.MAX_VALUE;
    }
}
