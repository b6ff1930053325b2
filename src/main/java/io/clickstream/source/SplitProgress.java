package io.clickstream.source;

import io.clickstream.time.PartitionTimes;
import io.clickstream.time.PartitionTimes.CaughtUp;
import java.util.Collection;
import java.util.List;

/**
 * What a reader knows of its splits beyond their records: whether they are read to their ends, so
 * that a stall is not taken for silence. Its methods are called in the task's thread.
 *
 * @param <SplitT> a partition or shard
 */
public interface SplitProgress<SplitT> extends CaughtUp {

    /** Whether nothing will come of a split that is added: it was at its end before. */
    default boolean isAtEnd(SplitT split) {
        return false;
    }

    /** The splits that ended where this one begins. */
    default Collection<String> predecessors(SplitT split) {
        return List.of();
    }

    /**
     * The time of the clock up to which a split is read: all records that arrived before it are
     * passed on.
     *
     * @param now in ms of the clock
     * @return {@link PartitionTimes#NEVER} if it is not known
     */
    default long readUpTo(String split, long now) {
        return caughtUpAt(split);
    }

    /**
     * The reader has nothing to give.
     *
     * @param now in ms of the clock
     */
    default void nothingToRead(long now) {}

    /**
     * For a source that does not say how far it is, such as one that makes its clicks itself: its
     * splits count as read to their ends whenever the reader has nothing to give.
     */
    final class OfSilence<SplitT> implements SplitProgress<SplitT> {

        private long nothingAt = PartitionTimes.NEVER;

        @Override
        public long caughtUpAt(String partition) {
            return nothingAt;
        }

        @Override
        public void check(List<String> partitions) {
            // Each poll is a check.
        }

        @Override
        public void nothingToRead(long now) {
            nothingAt = now;
        }
    }
}
