package io.clickstream.time;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event time of the partitions or shards that one source subtask reads.
 *
 * <p>The watermark of a partition is a fixed time behind its newest click. The watermark of the
 * subtask is the lowest of all partitions that hold it. Which partitions hold it is decided by
 * facts that the source reports, not by silence alone:
 *
 * <table>
 *   <caption>States of a partition</caption>
 *   <tr><td>reading</td><td>It gave a click within the idle timeout, or it is new. It holds the
 *       watermark.</td></tr>
 *   <tr><td>idle</td><td>It gave no click for the idle timeout, and the server confirmed that
 *       nothing was left to read when this time was over. It does not hold the watermark.</td></tr>
 *   <tr><td>waiting</td><td>It gave no click for the idle timeout, and no server confirmed that it
 *       is read to its end: a broker hangs, a shard is throttled, a transaction is open. It holds
 *       the watermark. After a few more seconds it counts as stalled.</td></tr>
 *   <tr><td>set aside</td><td>It has stalled for the stall timeout. It does not hold the watermark
 *       until its next click. The clicks that it gives then may be late.</td></tr>
 * </table>
 *
 * <p>When all partitions are idle, the watermark rises to the fixed time behind the newest click of
 * all partitions before the subtask becomes idle: one partition that was behind when the clicks
 * stopped must not decide how far event time got. It does not rise while a partition is set aside.
 *
 * <p>All times of the clock are in ms of one monotonic clock. Not safe for use by several threads.
 */
public final class PartitionTimes {

    /** A partition was never read to its end. */
    public static final long NEVER = Long.MIN_VALUE;

    /** What a source knows about the partitions that it reads. */
    public interface CaughtUp {

        /**
         * The latest time of the clock at which everything in the partition had been read and
         * emitted; {@link #NEVER} if that was never the case.
         */
        long caughtUpAt(String partition);

        /** Starts to check whether these partitions are read to their ends. Does not wait. */
        void check(List<String> partitions);
    }

    private static final Logger LOG = LoggerFactory.getLogger(PartitionTimes.class);

    private static final long NONE = Long.MIN_VALUE;

    /**
     * How long an answer of the server is trusted, in ms, or the idle timeout if that is longer.
     */
    private static final long MIN_FRESH_MILLIS = 15_000;

    /**
     * The time that the server has to answer after the idle timeout, before a stall is counted, in
     * ms.
     */
    private static final long ANSWER_MILLIS = 5_000;

    private static final long MIN_CHECK_MILLIS = 100;
    private static final long MAX_CHECK_MILLIS = 5_000;

    /**
     * The maximum time that one step adds to a stall, in ms. A job that blocks its source makes
     * long steps, which are not the partition's fault.
     */
    private static final long MAX_STEP_MILLIS = 1_000;

    private final long outOfOrderness;
    private final long idleTimeout;
    private final long stallTimeout;
    private final long freshMillis;
    private final long checkMillis;
    private final Map<String, Partition> partitions = new LinkedHashMap<>();
    private final List<String> toCheck = new ArrayList<>();

    private long newest = NONE;
    private long watermark = NONE;
    private boolean idle;
    private long lastStep = NONE;
    private long emptySince = NONE;
    private long stalled;

    /**
     * Creates an object without partitions.
     *
     * @param outOfOrderness how far a click may be behind the newest click of its partition
     * @param idleTimeout how long a partition without clicks holds the watermark back if it is read
     *     to its end
     * @param stallTimeout how long a partition that gives nothing and is not read to its end holds
     *     the watermark back
     */
    public PartitionTimes(Duration outOfOrderness, Duration idleTimeout, Duration stallTimeout) {
        this.outOfOrderness = outOfOrderness.toMillis();
        this.idleTimeout = idleTimeout.toMillis();
        this.stallTimeout = stallTimeout.toMillis();
        this.freshMillis = Math.max(this.idleTimeout, MIN_FRESH_MILLIS);
        this.checkMillis =
                Math.min(Math.max(this.idleTimeout / 3, MIN_CHECK_MILLIS), MAX_CHECK_MILLIS);
    }

    /** The clicks of one partition. */
    public final class Partition {

        private final String name;
        private long newestClick = NONE;
        private boolean clicked;
        private boolean ended;
        private long silentSince;
        private long caughtUp = NEVER;
        private long lastCheck = NONE;
        private long lastRead;
        private boolean gaveRecord;
        private long stalledMillis;
        private boolean isSetAside;

        private Partition(String name, long now) {
            this.name = name;
            this.silentSince = now;
            this.lastRead = now;
        }

        /**
         * Must be called when the partition gives a click.
         *
         * @param timestamp of the click, in ms since 1970
         */
        public void clicked(long timestamp) {
            newestClick = Math.max(newestClick, timestamp);
            clicked = true;
        }

        /**
         * Must be called when the partition gives a record that is not a click. The partition is
         * silent, but not stalled.
         */
        public void gaveNoClick() {
            gaveRecord = true;
        }

        private long ownWatermark() {
            return newestClick == NONE ? NONE : newestClick - outOfOrderness - 1;
        }

        /** Whether the partition holds the watermark back. */
        private boolean holds(long now, long step, CaughtUp source) {
            if (gaveRecord) {
                gaveRecord = false;
                lastRead = now;
                stalledMillis = 0;
            }
            if (clicked) {
                clicked = false;
                newest = Math.max(newest, newestClick);
                silentSince = now;
                resumed();
                return true;
            }
            if (now - silentSince < idleTimeout) {
                return true;
            }
            if (ended) {
                return false;
            }
            caughtUp = Math.max(caughtUp, source.caughtUpAt(name));
            if (lastCheck == NONE || now - lastCheck >= checkMillis) {
                lastCheck = now;
                toCheck.add(name);
            }
            // Both are NEVER or a time, and a difference of times can't overflow.
            boolean isSilent = caughtUp != NEVER && caughtUp - silentSince >= idleTimeout;
            if (isSilent && now - caughtUp <= freshMillis) {
                resumed();
                return false;
            }
            return isStillAwaited(now, step);
        }

        private boolean isStillAwaited(long now, long step) {
            long lastSign = Math.max(lastRead, Math.max(silentSince, caughtUp));
            if (now - lastSign >= idleTimeout + ANSWER_MILLIS) {
                stalled++;
                stalledMillis += step;
            }
            if (!isSetAside && stalledMillis >= stallTimeout) {
                isSetAside = true;
                LOG.warn(
                        "Partition or shard {} has given no click for {} s, and its server has"
                                + " not confirmed that nothing is left to read. It is set"
                                + " aside: it no longer holds event time back, and its clicks"
                                + " may be late when it continues. Check the broker or stream"
                                + " that holds it (event-time / stall-timeout is {} s)",
                        name,
                        (now - silentSince) / 1_000,
                        stallTimeout / 1_000);
            }
            return !isSetAside;
        }

        private void resumed() {
            if (isSetAside) {
                isSetAside = false;
                LOG.info(
                        "Partition or shard {} is no longer set aside: it gave a click, or its"
                                + " server confirmed that nothing is left to read",
                        name);
            }
            stalledMillis = 0;
        }
    }

    /** Adds a partition, which holds the watermark back from now on. */
    public Partition add(String name, long now) {
        Partition partition = new Partition(name, now);
        partitions.put(name, partition);
        return partition;
    }

    /**
     * Must be called when the partition is read to its end and will give nothing more. It still
     * holds the watermark back until {@link #remove}, because its successor is as far behind as it
     * was, but not for longer than the idle timeout.
     */
    public void end(String name) {
        Partition partition = partitions.get(name);
        if (partition != null) {
            partition.ended = true;
        }
    }

    /** Removes a partition. */
    public void remove(String name) {
        partitions.remove(name);
    }

    /** Emits what changed since the last call. Must be called every few milliseconds. */
    public void advance(long now, CaughtUp source, WatermarkOutput out) {
        long step = lastStep == NONE ? 0 : Math.min(now - lastStep, MAX_STEP_MILLIS);
        lastStep = now;
        stalled = 0;
        toCheck.clear();
        boolean isHeld = false;
        boolean isAnySetAside = false;
        long lowest = Long.MAX_VALUE;
        for (Partition partition : partitions.values()) {
            if (partition.holds(now, step, source)) {
                isHeld = true;
                lowest = Math.min(lowest, partition.ownWatermark());
            }
            isAnySetAside |= partition.isSetAside;
        }
        if (!toCheck.isEmpty()) {
            source.check(toCheck);
        }
        boolean isNew = isWithoutPartitionsForAShortTime(now);
        partitions.values().removeIf(each -> each.ended && now - each.silentSince >= idleTimeout);
        if (isHeld || isNew) {
            if (idle) {
                idle = false;
                out.markActive();
            }
            if (isHeld) {
                raise(lowest, out);
            }
        } else if (!idle) {
            if (newest != NONE && !isAnySetAside) {
                raise(newest - outOfOrderness - 1, out);
            }
            idle = true;
            out.markIdle();
        }
    }

    /** Whether partitions may be on their way to the subtask. */
    private boolean isWithoutPartitionsForAShortTime(long now) {
        if (!partitions.isEmpty()) {
            emptySince = NONE;
            return false;
        }
        if (emptySince == NONE) {
            emptySince = now;
        }
        return !idle && now - emptySince < idleTimeout;
    }

    private void raise(long timestamp, WatermarkOutput out) {
        if (timestamp > watermark) {
            watermark = timestamp;
            out.emitWatermark(new Watermark(timestamp));
        }
    }

    /** The number of partitions that give nothing and are not known to be read to their ends. */
    public long stalled() {
        return stalled;
    }
}
