package io.clickstream.time;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.flink.ChainedOperator;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.shuffle.ClickBatchReader;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Unpacks clicks from their batches, and drives event time for the sessions. The operator is behind
 * the shuffle, where it receives the combined watermark of all partitions. It differs from Flink's
 * default as follows:
 *
 * <ul>
 *   <li>If all partitions are idle, event time follows the clock, so that the last windows close
 *       even if no more clicks arrive. It stops when nothing can be open anymore, so that clicks
 *       with older times that arrive after a long pause are not late unnecessarily.
 *   <li>After a restart, event time starts at the watermark of the checkpoint. Flink would start at
 *       the minimum, and accept clicks that were late before, into windows that have closed.
 *   <li>Each click behind the watermark is marked. The sessions decide what to do with it.
 *   <li>Event time ends when all inputs have ended, as they do when the job drains. Flink drops the
 *       final watermark if a subtask is idle, and takes the final watermark of the first subtask
 *       for that of all subtasks if the others are idle.
 *   <li>The watermark is passed on one millisecond lower. Flink closes a session when the watermark
 *       reaches its last millisecond. A click exactly one gap after the last one belongs to the
 *       same session, but its time is one millisecond after that, so it may still be on time.
 * </ul>
 */
public final class EventTimeOperator extends ChainedOperator<Click>
        implements OneInputStreamOperator<ClickBatch, Click> {

    private static final long serialVersionUID = 1L;

    /**
     * Event time advances in steps of this length while all inputs are idle; Flink's default for
     * periodic watermarks.
     */
    private static final long STEP_MILLIS = 200;

    /**
     * The additional time that event time waits if no click has arrived since a restart. Clicks
     * that wait in a slow source must not become late.
     */
    private static final long RESTART_GRACE_MILLIS = 60_000;

    private static final long NONE = Long.MIN_VALUE;

    /** How long after the watermark something may still have to be closed, in ms. */
    private final long reachMillis;

    private transient ListState<Long> watermarkState;
    private transient long watermark;

    /** The watermark when all inputs ended; {@link #NONE} before that. */
    private transient long watermarkBeforeEnd;

    private transient boolean watermarkIsRestored;
    private transient boolean clicksSinceRestart;
    private transient boolean idle;
    private transient long idleSince;
    private transient ScheduledFuture<?> nextStep;
    private transient long idleWatermark;
    private transient boolean lagIsReported;
    private transient ClickBatchReader clicks;
    private transient StreamRecord<Click> record;

    /**
     * Creates an operator that does not use the key, for the position behind the shuffle by user.
     *
     * @param outOfOrderness how far the watermark is behind the newest click
     * @param reach the maximum time between a click and the end of its last window
     */
    public EventTimeOperator(Duration outOfOrderness, Duration reach) {
        // The newest click is outOfOrderness + 1 ms ahead of the watermark.
        this.reachMillis = outOfOrderness.toMillis() + 1 + reach.toMillis();
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        watermarkState =
                context.getOperatorStateStore()
                        .getUnionListState(
                                new ListStateDescriptor<>("watermark", LongSerializer.INSTANCE));
        watermark = NONE;
        watermarkBeforeEnd = NONE;
        if (context.isRestored()) {
            // Aligned checkpoints find all subtasks at the same watermark. Where they differ, the
            // lowest makes no click late that was on time.
            long lowest = Long.MAX_VALUE;
            for (long restored : watermarkState.get()) {
                lowest = Math.min(lowest, restored);
            }
            watermark = lowest == Long.MAX_VALUE ? NONE : lowest;
        }
        watermarkIsRestored = watermark != NONE;
        clicksSinceRestart = !context.isRestored();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        watermarkState.clear();
        // A job that goes on after a drain would find every click late at the end of time.
        boolean end = watermark == Watermark.MAX_WATERMARK.getTimestamp();
        watermarkState.add(end ? watermarkBeforeEnd : watermark);
    }

    @Override
    public void open() throws Exception {
        super.open();
        clicks = new ClickBatchReader(getRuntimeContext().getTaskInfo());
        record = new StreamRecord<>(null);
    }

    @Override
    public void processElement(StreamRecord<ClickBatch> element) throws IOException {
        announceRestored();
        clicksSinceRestart = true;
        clicks.begin(element.getValue());
        while (clicks.hasNext()) {
            Click click = clicks.next();
            long timestamp = click.timestamp();
            boolean behind = timestamp <= watermark;
            click.setBehindWatermark(behind);
            // Flink drops in silence what is too late for a window but not for the watermark, which
            // is a millisecond lower behind this operator.
            output.collect(record.replace(click, behind ? timestamp - 1 : timestamp));
        }
    }

    @Override
    public void processWatermark(Watermark mark) {
        announceRestored();
        // That of one subtask, while others may still send clicks: see finish().
        if (!mark.equals(Watermark.MAX_WATERMARK)) {
            advanceTo(mark.getTimestamp());
        }
    }

    /**
     * Closes everything that is open, because all inputs have ended. Flink does not call this
     * method for a stop without drain.
     */
    @Override
    public void finish() throws Exception {
        announceRestored();
        watermarkBeforeEnd = watermark;
        advanceTo(Watermark.MAX_WATERMARK.getTimestamp());
        super.finish();
    }

    @Override
    public void processWatermarkStatus(WatermarkStatus status) {
        announceRestored();
        // Never passed on: to the operators behind this one, event time always goes on.
        if (status.isIdle() && !idle) {
            idle = true;
            idleSince =
                    getProcessingTimeService().getCurrentProcessingTime()
                            + (clicksSinceRestart ? 0 : RESTART_GRACE_MILLIS);
            idleWatermark = watermark;
            scheduleStep();
        } else if (status.isActive() && idle) {
            idle = false;
            nextStep.cancel(false);
        }
    }

    private void scheduleStep() {
        long now = getProcessingTimeService().getCurrentProcessingTime();
        nextStep = getProcessingTimeService().registerTimer(now + STEP_MILLIS, this::step);
    }

    private void step(long now) {
        if (!idle || idleWatermark == NONE) {
            return;
        }
        long elapsed = Math.min(now - idleSince, reachMillis);
        advanceTo(idleWatermark + elapsed);
        if (elapsed < reachMillis) {
            scheduleStep();
        }
    }

    private void announceRestored() {
        if (watermarkIsRestored) {
            watermarkIsRestored = false;
            passOn();
        }
    }

    private void advanceTo(long timestamp) {
        if (timestamp > watermark) {
            watermark = timestamp;
            passOn();
        }
    }

    private void passOn() {
        reportLag();
        boolean end = watermark == Long.MAX_VALUE;
        output.emitWatermark(end ? Watermark.MAX_WATERMARK : new Watermark(watermark - 1));
    }

    /**
     * Registers the lag at the first watermark. Before that, the lag would be a number that alarms
     * cannot use.
     */
    private void reportLag() {
        if (!lagIsReported) {
            lagIsReported = true;
            getMetricGroup()
                    .addGroup(ClickstreamMetrics.GROUP)
                    .gauge(ClickstreamMetrics.WATERMARK_LAG, (Gauge<Long>) this::lagMillis);
        }
    }

    private long lagMillis() {
        return idle
                ? 0
                : Math.max(0, getProcessingTimeService().getCurrentProcessingTime() - watermark);
    }
}
