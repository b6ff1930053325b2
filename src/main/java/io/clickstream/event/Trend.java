package io.clickstream.event;

import java.util.Comparator;
import java.util.Objects;

/**
 * The number of clicks on a name within a time span, and its rank. Partial sums between operators
 * have no rank.
 */
public final class Trend {

    /** The rank of a name that is not ranked yet. */
    public static final int NOT_RANKED = 0;

    /** The name with the most clicks first. Names with the same number of clicks are sorted. */
    public static final Comparator<Trend> ORDER =
            Comparator.comparingLong(Trend::count).reversed().thenComparing(Trend::name);

    private final int rank;
    private final String name;
    private final long count;
    private final long windowBegin;
    private final long windowEnd;

    /**
     * Creates a trend.
     *
     * @param rank starting at 1, or {@link #NOT_RANKED}
     * @param windowBegin first millisecond of the span, in ms since 1970
     * @param windowEnd end of the span, exclusive, in ms since 1970
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
