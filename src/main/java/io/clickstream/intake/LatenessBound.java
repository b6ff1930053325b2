package io.clickstream.intake;

import java.time.Duration;

/**
 * Tells, at the source, which clicks may turn out to be late behind the shuffle. Only those have to
 * carry their record's bytes along.
 *
 * <p>It must never miss one, and may name a few too many. Let W be the watermark at a session:
 *
 * <ul>
 *   <li>W waits for every subtask that has never been idle since the start, and elements keep their
 *       order on the way. So while a subtask has never been idle, only clicks behind the watermark
 *       that it has itself sent can be late.
 *   <li>When a subtask wakes up behind W, Flink does not make W wait for it until it has caught up,
 *       which may be never. No click is further ahead of the clock than the skew, so W is at most
 *       the clock and the skew less the allowed disorder. From its first idleness on, a subtask
 *       names all clicks up to there.
 *   <li>After a restart, W begins where the checkpoint left it, and waits for all subtasks again.
 * </ul>
 */
final class LatenessBound {

    /** A click is late by the watermark that it meets, some time after it has left its source. */
    private static final long ON_THE_WAY_MILLIS = 10_000;

    private final long outOfOrdernessMillis;
    private final long maxFutureSkewMillis;
    private long watermark;
    private boolean everIdle;

    /**
     * Begins at a start or restart of the job.
     *
     * @param restored the highest that the restored watermark can be; {@link Long#MIN_VALUE} if
     *     nothing was restored
     */
    LatenessBound(Duration outOfOrderness, Duration maxFutureSkew, long restored) {
        this.outOfOrdernessMillis = outOfOrderness.toMillis();
        this.maxFutureSkewMillis = maxFutureSkew.toMillis();
        this.watermark = restored;
    }

    /** The subtask sends this watermark. */
    void sent(long timestamp) {
        watermark = Math.max(watermark, timestamp);
    }

    /** The subtask says that it is idle. */
    void idle() {
        everIdle = true;
    }

    /**
     * Whether the watermark behind the shuffle may pass this subtask's, so that it needs a clock.
     */
    boolean followsTheClock() {
        return everIdle;
    }

    /**
     * The highest that the watermark behind the shuffle can be when a click meets it that leaves
     * the subtask now. Clicks up to it may be late.
     *
     * @param nowMillis the clock; it does not matter unless the bound {@link #followsTheClock}
     */
    long highestWatermark(long nowMillis) {
        return everIdle
                ? Math.max(
                        watermark,
                        nowMillis + ON_THE_WAY_MILLIS + maxFutureSkewMillis - outOfOrdernessMillis)
                : watermark;
    }
}
