package io.clickstream.intake;

import java.time.Duration;

/**
 * Determines, at the source, which clicks may be late behind the shuffle. Only those have to carry
 * the bytes of their records.
 *
 * <p>It must never miss such a click; a few false positives are acceptable. Let W be the watermark
 * at a session:
 *
 * <ul>
 *   <li>W waits for every subtask that has never been idle since the start, and elements keep their
 *       order in the network. Therefore, while a subtask has never been idle, its only clicks that
 *       can be late are those behind the watermark that it has emitted itself.
 *   <li>When a subtask becomes active behind W, Flink does not make W wait for it until it has
 *       caught up, which may never happen. No click is further ahead of the clock than the skew, so
 *       W is at most the clock plus the skew minus the out-of-orderness. After its first idleness,
 *       a subtask reports all clicks up to that time.
 *   <li>After a restart, W starts at the checkpoint's watermark, and waits for all subtasks again.
 * </ul>
 */
final class LatenessBound {

    /** Additional time for the way from the source to the session, where the watermark decides. */
    private static final long ON_THE_WAY_MILLIS = 10_000;

    private final long outOfOrdernessMillis;
    private final long maxFutureSkewMillis;
    private long watermark;
    private boolean everIdle;

    /**
     * Creates a bound at the start or restart of the job.
     *
     * @param restored the highest possible value of the restored watermark; {@link Long#MIN_VALUE}
     *     if nothing was restored
     */
    LatenessBound(Duration outOfOrderness, Duration maxFutureSkew, long restored) {
        this.outOfOrdernessMillis = outOfOrderness.toMillis();
        this.maxFutureSkewMillis = maxFutureSkew.toMillis();
        this.watermark = restored;
    }

    /** Must be called when the subtask emits a watermark. */
    void sent(long timestamp) {
        watermark = Math.max(watermark, timestamp);
    }

    /** Must be called when the subtask becomes idle. */
    void idle() {
        everIdle = true;
    }

    /**
     * Whether the watermark behind the shuffle may pass this subtask's. If so, a clock is needed.
     */
    boolean followsTheClock() {
        return everIdle;
    }

    /**
     * The highest possible watermark behind the shuffle when a click arrives there that leaves the
     * subtask now. Clicks up to this time, in ms since 1970, may be late.
     *
     * @param nowMillis the clock; used only if {@link #followsTheClock}
     */
    long highestWatermark(long nowMillis) {
        return everIdle
                ? Math.max(
                        watermark,
                        nowMillis + ON_THE_WAY_MILLIS + maxFutureSkewMillis - outOfOrdernessMillis)
                : watermark;
    }
}
