package io.clickstream.intake;

import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.Incoming;
import io.clickstream.event.Interaction;
import io.clickstream.event.RecordWithInteraction;
import io.clickstream.flink.ChainedOperator;
import java.time.Duration;
import javax.annotation.Nullable;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;

/**
 * Processes records between the source and the shuffle, chained to the source. It emits records
 * that are not clicks to a side output, and every record to the archive if there is one. It drops
 * clicks that are known to be by bots, removes the bytes of clicks that cannot be late, and counts
 * all of them.
 *
 * @param <T> the output: single clicks, or batches
 */
public abstract class ClickIntakeOperator<T> extends ChainedOperator<T>
        implements OneInputStreamOperator<Incoming, T> {

    private static final long serialVersionUID = 1L;

    private static final long NONE = Long.MIN_VALUE;

    private final OutputTag<DeadLetter> deadLetters;
    private final OutputTag<Interaction> interactions;
    @Nullable private final ArchiveTarget archiveTarget;
    private final Duration outOfOrderness;
    private final Duration maxFutureSkew;

    private transient ListState<Long> boundState;
    private transient LatenessBound bound;
    @Nullable private transient ArchiveTap archive;
    private transient IntakeCounters counters;
    private transient long watermark;

    /**
     * Creates an operator without key.
     *
     * @param deadLetters receives records that are not clicks
     * @param interactions receives interactions
     * @param archiveTarget receives every record; null if there is no archive
     * @param outOfOrderness how far the watermark is behind the newest click of a partition
     * @param maxFutureSkew how far the event time of clicks may be ahead of the clock
     */
    ClickIntakeOperator(
            OutputTag<DeadLetter> deadLetters,
            OutputTag<Interaction> interactions,
            @Nullable ArchiveTarget archiveTarget,
            Duration outOfOrderness,
            Duration maxFutureSkew) {
        this.deadLetters = deadLetters;
        this.interactions = interactions;
        this.archiveTarget = archiveTarget;
        this.outOfOrderness = outOfOrderness;
        this.maxFutureSkew = maxFutureSkew;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        boundState =
                context.getOperatorStateStore()
                        .getUnionListState(
                                new ListStateDescriptor<>(
                                        "watermark-bound", LongSerializer.INSTANCE));
        long restored = NONE;
        if (context.isRestored()) {
            long lowest = Long.MAX_VALUE;
            for (long each : boundState.get()) {
                lowest = Math.min(lowest, each);
            }
            restored = lowest == Long.MAX_VALUE ? NONE : lowest;
        }
        bound = new LatenessBound(outOfOrderness, maxFutureSkew, restored);
        watermark = NONE;
    }

    @Override
    public void open() throws Exception {
        super.open();
        counters = new IntakeCounters(getMetricGroup());
        if (archiveTarget != null) {
            archive =
                    new ArchiveTap(
                            archiveTarget, output, getMetricGroup(), getProcessingTimeService());
            runEvery(ArchiveTap.MAX_DELAY_MILLIS, archive::send);
            runEvery(ArchiveTap.CLOCK_MILLIS, archive::readClock);
        }
    }

    /** Runs an action periodically in the task's thread. */
    final void runEvery(long millis, Runnable action) {
        long due = getProcessingTimeService().getCurrentProcessingTime() + millis;
        var unused =
                getProcessingTimeService()
                        .registerTimer(
                                due,
                                now -> {
                                    action.run();
                                    runEvery(millis, action);
                                });
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        boundState.clear();
        boundState.add(bound.highestWatermark(now()));
    }

    @Override
    public void processElement(StreamRecord<Incoming> element) {
        counters.records.inc();
        Incoming incoming = element.getValue();
        if (incoming instanceof RecordWithInteraction) {
            incoming = withoutInteraction((RecordWithInteraction) incoming, element);
        }
        if (incoming instanceof Click) {
            takeClick((Click) incoming, element);
        } else {
            takeLetter((DeadLetter) incoming, element);
        }
    }

    private void takeClick(Click click, StreamRecord<Incoming> element) {
        counters.clicks.inc();
        if (click.raw() != null) {
            counters.bytes.inc(click.raw().size());
        }
        if (archive != null) {
            archive.add(click, element);
        }
        if (click.botSign() != null) {
            counters.bot(click.botSign());
            return;
        }
        if (click.raw() != null && !mayBeLate(click)) {
            click.dropRaw();
        }
        send(click, element);
    }

    private boolean mayBeLate(Click click) {
        long now = bound.followsTheClock() ? now() : 0;
        return click.timestamp() <= bound.highestWatermark(now);
    }

    private void takeLetter(DeadLetter letter, StreamRecord<Incoming> element) {
        counters.bytes.inc(letter.raw().size());
        if (archive != null) {
            archive.add(letter, element);
        }
        output.collect(deadLetters, element.replace(letter));
    }

    /**
     * Emits a click, or holds it back for a short time.
     *
     * @param element the stream element of the click, with its timestamp; may be reused
     */
    abstract void send(Click click, StreamRecord<Incoming> element);

    /** Emits the clicks that are held back. */
    void sendHeldBack() {}

    /** Emits the interaction to the side output, and returns the record without it. */
    private Incoming withoutInteraction(
            RecordWithInteraction both, StreamRecord<Incoming> element) {
        if (both.interaction() != null) {
            output.collect(
                    interactions,
                    new StreamRecord<>(both.interaction(), both.interaction().time()));
        } else {
            output.collect(deadLetters, new StreamRecord<>(both.refusal(), element.getTimestamp()));
        }
        return both.record();
    }

    @Override
    public void processWatermark(Watermark mark) {
        if (mark.getTimestamp() > watermark) {
            watermark = mark.getTimestamp();
            if (!mark.equals(Watermark.MAX_WATERMARK)) {
                // No click follows, unless the job goes on after a drain.
                bound.sent(watermark);
            }
            sendHeldBack();
            output.emitWatermark(mark);
        }
    }

    @Override
    public void processWatermarkStatus(WatermarkStatus status) {
        if (status.isIdle()) {
            bound.idle();
        }
        sendHeldBack();
        output.emitWatermarkStatus(status);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        sendAllHeldBack();
    }

    @Override
    public void finish() throws Exception {
        sendAllHeldBack();
        super.finish();
    }

    private void sendAllHeldBack() {
        sendHeldBack();
        if (archive != null) {
            archive.send();
        }
    }

    private long now() {
        return getProcessingTimeService().getCurrentProcessingTime();
    }
}
