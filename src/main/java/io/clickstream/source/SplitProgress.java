package io.clickstream.source;

import io.clickstream.time.PartitionTimes;
import io.clickstream.time.PartitionTimes.CaughtUp;
import java.util.Collection;
import java.util.List;

/**
 * Reports whether a reader's splits are read to their ends, so that a stall can be distinguished
 * from silence. All methods are called in the task's thread.
 *
 * @param <SplitT> a partition or shard
 */
public interface SplitProgress<SplitT> extends CaughtUp {

    /** Whether a new split will give nothing, because it was at its end before. */
    default boolean isAtEnd(SplitT split) {
        return false;
    }

    /** The splits that ended where this one begins. */
    default Collection<String> predecessors(SplitT split) {
        return List.of();
    }

    /**
     * The time of the clock up to which a split is read: all records that arrived before it have
     * been emitted.
     *
     * @param now in ms of the clock
     * @return {@link PartitionTimes#NEVER} if it is unknown
     */
    default long readUpTo(String split, long now) {
        return caughtUpAt(split);
    }

    /**
     * Called when the reader has nothing to emit.
     *
     * @param now in ms of the clock
     */
    default void nothingToRead(long now) {}

    /**
     * For sources that do not know their progress, such as generators: their splits count as read
     * to their ends whenever the reader has nothing to emit.
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
