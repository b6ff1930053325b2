package io.clickstream.source.kinesis;

import io.clickstream.time.PartitionTimes;
import java.util.HashMap;
import java.util.Map;

/**
 * The time at which each shard was last known to be read to its end: Kinesis confirmed that nothing
 * follows an answer, and all records of this answer have been emitted. Also the time up to which
 * each shard is read. Used only by the task's thread.
 */
final class CaughtUpShards {

    private final Map<String, Long> times = new HashMap<>();
    private final Map<String, Long> readUpTo = new HashMap<>();

    /** Records when the shard was read to its end; {@link PartitionTimes#NEVER} changes nothing. */
    void at(String shardId, long time) {
        if (time != PartitionTimes.NEVER) {
            times.merge(shardId, time, Math::max);
        }
    }

    /** The latest time; {@link PartitionTimes#NEVER} if there was none. */
    long of(String shardId) {
        return times.getOrDefault(shardId, PartitionTimes.NEVER);
    }

    /**
     * Records the time up to which the shard is read; {@link PartitionTimes#NEVER} changes nothing.
     */
    void upTo(String shardId, long time) {
        if (time != PartitionTimes.NEVER) {
            readUpTo.put(shardId, time);
        }
    }

    /** The last recorded time; {@link PartitionTimes#NEVER} if there is none. */
    long readUpTo(String shardId) {
        return readUpTo.getOrDefault(shardId, PartitionTimes.NEVER);
    }

    void forget(String shardId) {
        times.remove(shardId);
        readUpTo.remove(shardId);
    }
}
