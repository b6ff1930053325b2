package io.clickstream.session;

import java.util.Arrays;

/**
 * Times of visits of one session, each with the number of visits. A session that never ends keeps a
 * bounded number of times, however many visits it has: visits of the same millisecond share an
 * entry, and of times that lie behind the watermark some are folded.
 *
 * <p>A checkout needs to know how many visits were at or before it. One that is on time is later
 * than all that is behind the watermark. So it finds the same number, folded or not. Only a
 * checkout that comes behind the watermark, to a session that is still open, may find a number that
 * is too low, by the visits that were folded into a time after it.
 */
final class VisitTimes {

    /**
     * At most this many times behind the watermark are kept. When there are more, they are folded
     * until no more than this and at least half of this are left.
     */
    static final int MAX_BEHIND = 1024;

    private static final int MIN_TIMES = 16;

    /** If one side has this many times the entries of the other, adding is faster than merging. */
    private static final int MUCH_MORE = 8;

    private static final int MIN_RECENT_LOG2 = 5;
    private static final int MAX_RECENT_LOG2 = 12;

    /** Ascending, from {@link #from} to {@link #to}. */
    private long[] times = new long[MIN_TIMES];

    /** How many visits each time has. */
    private long[] counts = new long[MIN_TIMES];

    private int from;
    private int to;

    /** Times that came out of order since they were last merged. */
    private long[] recent = new long[1 << MIN_RECENT_LOG2];

    private long[] recentCounts = new long[1 << MIN_RECENT_LOG2];

    private int recentSize;
    private long total;

    /** How many visits there are. */
    long total() {
        return total;
    }

    /**
     * Notes visits of a time.
     *
     * @param foldUpTo the watermark: only a late checkout can still come at or before this time
     */
    void add(long time, long count, long foldUpTo) {
        total += count;
        if (from < to && time <= times[to - 1]) {
            if (time == times[to - 1]) {
                counts[to - 1] += count;
            } else {
                if (recentSize == recent.length) {
                    settle(foldUpTo);
                }
                recent[recentSize] = time;
                recentCounts[recentSize++] = count;
            }
            return;
        }
        if (to == times.length) {
            makeRoom(foldUpTo);
        }
        times[to] = time;
        counts[to++] = count;
    }

    /** Notes all visits of another session. */
    void addAll(VisitTimes other, long foldUpTo) {
        int entries = other.settle(foldUpTo);
        if (MUCH_MORE * entries < to - from) {
            for (int i = other.from; i < other.to; i++) {
                add(other.times[i], other.counts[i], foldUpTo);
            }
            return;
        }
        total += other.total;
        merge(other.times, other.counts, other.from, other.to);
    }

    /**
     * Forgets the visits up to a time.
     *
     * @return how many they were
     */
    long removeUpTo(long time) {
        long removed = 0;
        while (from < to && times[from] <= time) {
            removed += counts[from++];
        }
        int kept = 0;
        for (int i = 0; i < recentSize; i++) {
            if (recent[i] > time) {
                recent[kept] = recent[i];
                recentCounts[kept++] = recentCounts[i];
            } else {
                removed += recentCounts[i];
            }
        }
        recentSize = kept;
        total -= removed;
        return removed;
    }

    /** Brings all entries in order, folds what can be folded, and says how many there are. */
    int settle(long foldUpTo) {
        if (recentSize > 0) {
            mergeRecent();
        }
        fold(foldUpTo);
        return to - from;
    }

    private void mergeRecent() {
        int size = recentSize;
        long first = Long.MAX_VALUE;
        for (int i = 0; i < size; i++) {
            first = Math.min(first, recent[i]);
        }
        // Each time with its place in the lowest bits, which finds its count again.
        long[] order = new long[size];
        for (int i = 0; i < size; i++) {
            order[i] = (recent[i] - first) << MAX_RECENT_LOG2 | i;
        }
        Arrays.sort(order);
        long[] sorted = new long[size];
        long[] sortedCounts = new long[size];
        for (int i = 0; i < size; i++) {
            int place = (int) order[i] & ((1 << MAX_RECENT_LOG2) - 1);
            sorted[i] = recent[place];
            sortedCounts[i] = recentCounts[place];
        }
        recentSize = 0;
        merge(sorted, sortedCounts, 0, size);
        // With n entries to merge into, merge once per sqrt(n) new ones at best.
        if (recent.length < 1 << MAX_RECENT_LOG2
                && (long) recent.length * recent.length < to - from) {
            recent = new long[2 * recent.length];
            recentCounts = new long[recent.length];
        }
    }

    /** A time; to be called after {@link #settle}. */
    long time(int index) {
        return times[from + index];
    }

    /** How many visits a time has; to be called after {@link #settle}. */
    long count(int index) {
        return counts[from + index];
    }

    long heapBytes() {
        return (long) Long.BYTES * (times.length + counts.length + 2 * recent.length);
    }

    private void makeRoom(long foldUpTo) {
        fold(foldUpTo);
        int size = to - from;
        int length =
                2 * size > times.length
                        ? 2 * times.length
                        : 8 * size < times.length
                                ? Math.max(MIN_TIMES, times.length / 2)
                                : times.length;
        long[] newTimes = new long[length];
        long[] newCounts = new long[length];
        System.arraycopy(times, from, newTimes, 0, size);
        System.arraycopy(counts, from, newCounts, 0, size);
        times = newTimes;
        counts = newCounts;
        from = 0;
        to = size;
    }

    /** Pairs of neighbors become one, the later, until few enough are left. */
    private void fold(long foldUpTo) {
        if (to - from <= MAX_BEHIND) {
            return;
        }
        int found = Arrays.binarySearch(times, from, to, foldUpTo);
        int behind = (found >= 0 ? found + 1 : -found - 1) - from;
        while (behind > MAX_BEHIND) {
            // From the latest to the earliest, which stays alone where they are odd.
            int into = from + behind;
            for (int i = from + behind - 1; i >= from; i -= 2) {
                into--;
                times[into] = times[i];
                counts[into] = i == from ? counts[i] : counts[i] + counts[i - 1];
            }
            behind = (behind + 1) / 2;
            from = into;
        }
    }

    /** Merges further entries, which are ascending, with those that are there. */
    private void merge(long[] otherTimes, long[] otherCounts, int otherFrom, int otherTo) {
        int length = times.length;
        while (length < to - from + otherTo - otherFrom + 1) {
            length *= 2;
        }
        long[] newTimes = new long[length];
        long[] newCounts = new long[length];
        int size = 0;
        int i = from;
        int j = otherFrom;
        while (i < to || j < otherTo) {
            boolean own = j == otherTo || (i < to && times[i] <= otherTimes[j]);
            long time = own ? times[i] : otherTimes[j];
            long count = own ? counts[i++] : otherCounts[j++];
            if (size > 0 && newTimes[size - 1] == time) {
                newCounts[size - 1] += count;
            } else {
                newTimes[size] = time;
                newCounts[size++] = count;
            }
        }
        times = newTimes;
        counts = newCounts;
        from = 0;
        to = size;
    }
}
