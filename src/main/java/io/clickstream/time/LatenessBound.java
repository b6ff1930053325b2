package io.clickstream.time;

import io.clickstream.event.RawRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells, at the source, which clicks may turn out to be late behind the shuffle. Only those have to
 * carry their record's bytes along.
 *
 * <p>It must never miss one, and may name a few too many. Let W be the watermark at a session:
 *
 * <ul>
 *   <li>W is at most the watermark of every partition that is not idle. So while a partition has
 *       never been idle, only clicks behind its own watermark can be late.
 *   <li>No click is further ahead of the clock than the skew, so W never is further ahead than the
 *       skew less the allowed disorder. When a partition wakes up, W may be anywhere up to there;
 *       from then on the partition holds it. So after it woke up, only clicks up to that point, or
 *       behind its own watermark, can be late.
 *   <li>After a restart, W begins where the checkpoint left it.
 * </ul>
 */
final class LatenessBound {

    /**
     * The watermark of a waking partition holds only from the next periodic watermark on (200 ms by
     * Flink's default); ten seconds leave room for a stalled source.
     */
    private static final long WAKE_UP_MARGIN_MILLIS = 10_000;

    private final long outOfOrdernessMillis;
    private final long maxFutureSkewMillis;
    private final long idleMillis;
    private final Map<String, Partition> partitions = new HashMap<>();
    private final long restoredBound;
    private final long startMillis;

    private RawRecord lastRecord;
    private Partition lastPartition;

    /**
     * Begins at a start or restart of the job.
     *
     * @param idleTimeout after which a partition counts as idle; half of it is used, to be safe
     * @param restoredBound the highest that the restored watermark can be; {@link Long#MIN_VALUE}
     *     if nothing was restored
     * @param nowMillis the clock
     */
    LatenessBound(
            Duration outOfOrderness,
            Duration maxFutureSkew,
            Duration idleTimeout,
            long restoredBound,
            long nowMillis) {
        this.outOfOrdernessMillis = outOfOrderness.toMillis();
        this.maxFutureSkewMillis = maxFutureSkew.toMillis();
        this.idleMillis = idleTimeout.toMillis() / 2;
        this.restoredBound = restoredBound;
        this.startMillis = nowMillis;
    }

    /**
     * Whether a click may be late, now that it leaves its source.
     *
     * @param raw where the click came from
     * @param timestamp its event time, ms since the epoch
     * @param nowMillis the clock
     */
    boolean mayBeLate(RawRecord raw, long timestamp, long nowMillis) {
        Partition partition = partitionOf(raw);
        if (nowMillis - partition.lastClickMillis >= idleMillis) {
            partition.bound = Math.max(partition.bound, highestWatermark(nowMillis));
        }
        partition.lastClickMillis = nowMillis;
        boolean mayBeLate = timestamp <= partition.bound;
        long ownWatermark = timestamp - outOfOrdernessMillis - 1;
        if (ownWatermark > partition.bound) {
            partition.bound = ownWatermark;
        }
        return mayBeLate;
    }

    /** The highest that any watermark of the job can be within the next seconds. */
    long highestWatermark(long nowMillis) {
        return nowMillis + WAKE_UP_MARGIN_MILLIS + maxFutureSkewMillis - outOfOrdernessMillis;
    }

    private Partition partitionOf(RawRecord raw) {
        // Records come in runs of one partition.
        if (lastRecord == null || !lastRecord.samePartition(raw)) {
            lastPartition =
                    partitions.computeIfAbsent(
                            raw.source() + '\n' + raw.partition(), name -> new Partition());
        }
        lastRecord = raw;
        return lastPartition;
    }

    private final class Partition {
        /** The highest that the watermark behind the shuffle can be. */
        private long bound = restoredBound;

        private long lastClickMillis = startMillis;
    }
}
