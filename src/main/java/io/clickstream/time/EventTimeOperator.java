package io.clickstream.time;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
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
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Takes clicks out of their batches, and keeps event time going in front of the sessions. It stands
 * behind the shuffle, where it sees the watermark of all partitions together, and does what Flink
 * leaves open:
 *
 * <ul>
 *   <li>When all partitions are idle, event time goes on with the clock, so that the last windows
 *       close although no click comes any more. It stops where nothing can be open any more: clicks
 *       that come after a long pause with older times are not made late for nothing.
 *   <li>After a restart, event time begins where the checkpoint left it. Flink would begin at the
 *       beginning of time and let clicks through that were late before, into windows that are long
 *       closed.
 *   <li>Each click is marked if it is behind the watermark, for the sessions to decide.
 *   <li>The end of event time comes when all inputs have ended, as a drain ends them. Flink drops
 *       the watermark that says so where a subtask is idle, and takes the one of the first subtask
 *       for that of all where the others are idle.
 *   <li>The watermark is passed on one millisecond lower. Flink closes a session when the watermark
 *       reaches its last millisecond; but the click exactly one gap behind the last one, which is
 *       in the same session, has the millisecond after that and may still come in time.
 * </ul>
 */
public final class EventTimeOperator extends AbstractStreamOperator<Click>
        implements OneInputStreamOperator<ClickBatch, Click> {

    private static final long serialVersionUID = 1L;

    /**
     * Flink's default for periodic watermarks: while all is idle, event time moves in such steps.
     */
    private static final long STEP_MILLIS = 200;

    /**
     * For how much longer event time stands still when no click has come since a restart: a source
     * that is slow to come back must not make the clicks late that wait for it.
     */
    private static final long RESTART_GRACE_MILLIS = 60_000;

    private static final long NONE = Long.MIN_VALUE;

    /** How far beyond the watermark there can still be something to close. */
    private final long reachMillis;

    private transient ListState<Long> watermarkState;
    private transient long watermark;

    /** Where event time was when all inputs ended; {@link #NONE} while they go on. */
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
     * An operator without key, to be placed behind the shuffle by user.
     *
     * @param outOfOrderness how far the watermark is behind the newest click
     * @param reach how long after a click there may still be something of it to close, such as the
     *     window of its session
     */
    public EventTimeOperator(Duration outOfOrderness, Duration reach) {
        // The newest click is outOfOrderness + 1 ms ahead of the watermark.
        this.reachMillis = outOfOrderness.toMillis() + 1 + reach.toMillis();
        // Flink's default is to begin a chain, which would mean a hop through the network.
        setChainingStrategy(ChainingStrategy.ALWAYS);
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
     * All inputs have ended: everything that is open closes. Not called by a stop without drain.
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
     * From the first watermark on: before, there is no number that an alarm could make sense of.
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
