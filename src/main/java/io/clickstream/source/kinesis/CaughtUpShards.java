package io.clickstream.source.kinesis;

import io.clickstream.time.PartitionTimes;
import java.util.HashMap;
import java.util.Map;

/**
 * When each shard was last known to be read to its end: Kinesis said that nothing comes after an
 * answer, and all records of this answer are emitted. Also, up to which time each shard is read.
 * Used by the task's thread alone.
 */
final class CaughtUpShards {

    private final Map<String, Long> times = new HashMap<>();
    private final Map<String, Long> readUpTo = new HashMap<>();

    /** Notes when the shard was read to its end; {@link PartitionTimes#NEVER} changes nothing. */
    void at(String shardId, long time) {
        if (time != PartitionTimes.NEVER) {
            times.merge(shardId, time, Math::max);
        }
    }

    /** The latest time; {@link PartitionTimes#NEVER} if there was none. */
    long of(String shardId) {
        return times.getOrDefault(shardId, PartitionTimes.NEVER);
    }

    /** Notes up to which time the shard is read; {@link PartitionTimes#NEVER} changes nothing. */
    void upTo(String shardId, long time) {
        if (time != PartitionTimes.NEVER) {
            readUpTo.put(shardId, time);
        }
    }

    /** The time that was noted last; {@link PartitionTimes#NEVER} if there was none. */
    long readUpTo(String shardId) {
        return readUpTo.getOrDefault(shardId, PartitionTimes.NEVER);
    }

    void forget(String shardId) {
        times.remove(shardId);
        readUpTo.remove(shardId);
    }
}
