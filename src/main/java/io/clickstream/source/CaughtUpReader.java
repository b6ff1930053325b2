package io.clickstream.source;

import io.clickstream.event.Incoming;
import io.clickstream.time.PartitionTimes.CaughtUp;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * A reader that knows whether its splits are read to their ends, so that a stall is not taken for
 * silence. Its methods are called in the task's thread.
 *
 * @param <SplitT> a partition or shard
 */
@SuppressWarnings("try") // Flink\'s own close() may be interrupted.
public interface CaughtUpReader<SplitT extends SourceSplit>
        extends SourceReader<Incoming, SplitT>, CaughtUp {

    /** Whether nothing will come of a split that is added: it was at its end before. */
    default boolean isAtEnd(SplitT split) {
        return false;
    }

    /** The splits that ended where this one begins. */
    default Collection<String> predecessors(SplitT split) {
        return List.of();
    }
}
