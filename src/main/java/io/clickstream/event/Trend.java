package io.clickstream.event;

import java.util.Comparator;
import java.util.Objects;

/**
 * How often a name was clicked within some time, and its place among all names of that time. What
 * travels between operators on the way there has no place yet, and may be a part of the sum.
 */
public final class Trend {

    /** In place of a rank, as long as there is none. */
    public static final int NOT_RANKED = 0;

    /** The most clicked name first; of two that are clicked as often, the one that sorts first. */
    public static final Comparator<Trend> ORDER =
            Comparator.comparingLong(Trend::count).reversed().thenComparing(Trend::name);

    private final int rank;
    private final String name;
    private final long count;
    private final long windowBegin;
    private final long windowEnd;

    /**
     * @param rank from 1, or {@link #NOT_RANKED}
     * @param windowBegin first millisecond of the time, since the epoch
     * @param windowEnd end of the time, exclusive
     */
    public Trend(int rank, String name, long count, long windowBegin, long windowEnd) {
        this.rank = rank;
        this.name = Objects.requireNonNull(name);
        this.count = count;
        this.windowBegin = windowBegin;
        this.windowEnd = windowEnd;
    }

    /** The same with a rank. */
    public Trend ranked(int newRank) {
        return new Trend(newRank, name, count, windowBegin, windowEnd);
    }

    public int rank() {
        return rank;
    }

    public String name() {
        return name;
    }

    public long count() {
        return count;
    }

    public long windowBegin() {
        return windowBegin;
    }

    public long windowEnd() {
        return windowEnd;
    }

    /** The last millisecond: the timestamp of the record. */
    public long lastMillisecond() {
        return windowEnd - 1;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Trend)) {
            return false;
        }
        Trend that = (Trend) other;
        return rank == that.rank
                && name.equals(that.name)
                && count == that.count
                && windowBegin == that.windowBegin
                && windowEnd == that.windowEnd;
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, windowEnd);
    }

    @Override
    public String toString() {
        return "Trend{"
                + rank
                + ". "
                + name
                + ' '
                + count
                + " ["
                + windowBegin
                + ", "
                + windowEnd
                + ")}";
    }
}
