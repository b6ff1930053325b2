package io.clickstream.time;

import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.event.BotSign;
import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.FolderOf;
import io.clickstream.event.Incoming;
import io.clickstream.event.Interaction;
import io.clickstream.event.RawRecord;
import io.clickstream.event.WithInteraction;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.shuffle.ArchiveBatchWriter;
import java.io.Serializable;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import javax.annotation.Nullable;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;

/**
 * What stands between the source and the shuffle, chained to the source. It sends records that are
 * no clicks to the side, and every record to the archive where there is one; it keeps back clicks
 * that are known for a bot's, lets go of the bytes of clicks that can't be late, and counts all of
 * them.
 *
 * @param <T> as what clicks leave: one by one, or in batches
 */
public abstract class ClickIntakeOperator<T> extends AbstractStreamOperator<T>
        implements OneInputStreamOperator<Incoming, T> {

    private static final long serialVersionUID = 1L;

    private static final long NONE = Long.MIN_VALUE;

    /**
     * What is held back for the archive waits no longer. A file's silence is counted from its last
     * write.
     */
    private static final long MAX_ARCHIVE_DELAY_MILLIS = 1_000;

    /**
     * How exact the arrival of archived records is where the source does not tell. To read the
     * clock for each would be a tenth of what the archive costs.
     */
    private static final long CLOCK_MILLIS = 100;

    private final OutputTag<DeadLetter> deadLetters;
    private final OutputTag<Interaction> interactions;
    @Nullable private final Archive archive;
    private final Duration outOfOrderness;
    private final Duration maxFutureSkew;

    private transient ListState<Long> boundState;
    private transient LatenessBound bound;
    @Nullable private transient ArchiveBatchWriter archived;
    private transient long arrivesNow;
    private transient Counter recordsIn;
    private transient Counter bytesIn;
    private transient Counter clicks;
    private transient Map<BotSign, Counter> ofBots;
    private transient long watermark;

    /**
     * An operator without key.
     *
     * @param deadLetters where records go that are no clicks
     * @param interactions where interactions go
     * @param archive where every record goes; null if none is archived
     * @param outOfOrderness how far the watermark is behind the newest click of a partition
     * @param maxFutureSkew how far clicks may be ahead of the clock
     */
    ClickIntakeOperator(
            OutputTag<DeadLetter> deadLetters,
            OutputTag<Interaction> interactions,
            @Nullable Archive archive,
            Duration outOfOrderness,
            Duration maxFutureSkew) {
        this.deadLetters = deadLetters;
        this.interactions = interactions;
        this.archive = archive;
        this.outOfOrderness = outOfOrderness;
        this.maxFutureSkew = maxFutureSkew;
        // Flink's default is to begin a chain, which would mean a hop through the network.
        setChainingStrategy(ChainingStrategy.ALWAYS);
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
        recordsIn = ClickstreamMetrics.counter(getMetricGroup(), ClickstreamMetrics.RECORDS_IN);
        bytesIn = ClickstreamMetrics.counter(getMetricGroup(), ClickstreamMetrics.BYTES_IN);
        clicks = ClickstreamMetrics.counter(getMetricGroup(), ClickstreamMetrics.CLICKS);
        ofBots = new EnumMap<>(BotSign.class);
        for (BotSign sign : BotSign.values()) {
            ofBots.put(sign, ClickstreamMetrics.bots(getMetricGroup(), sign.label()));
        }
        if (archive != null) {
            archived = archived(archive);
            every(MAX_ARCHIVE_DELAY_MILLIS, archived::send);
            readClock();
            every(CLOCK_MILLIS, this::readClock);
        }
    }

    private ArchiveBatchWriter archived(Archive to) {
        Counter records =
                ClickstreamMetrics.counter(getMetricGroup(), ClickstreamMetrics.ARCHIVE_RECORDS);
        Counter bytes =
                ClickstreamMetrics.counter(getMetricGroup(), ClickstreamMetrics.ARCHIVE_BYTES);
        return new ArchiveBatchWriter(
                to.folders,
                batch -> {
                    records.inc(batch.size());
                    bytes.inc(batch.jsonBytes());
                    // The network has a copy when this returns.
                    output.collect(to.records, new StreamRecord<>(batch));
                });
    }

    private void readClock() {
        arrivesNow = now();
    }

    /** Does something again and again, in the task's own thread. */
    final void every(long millis, Runnable action) {
        long due = getProcessingTimeService().getCurrentProcessingTime() + millis;
        var unused =
                getProcessingTimeService()
                        .registerTimer(
                                due,
                                now -> {
                                    action.run();
                                    every(millis, action);
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
        recordsIn.inc();
        Incoming incoming = element.getValue();
        if (incoming instanceof WithInteraction) {
            incoming = withoutInteraction((WithInteraction) incoming, element);
        }
        if (incoming instanceof Click) {
            Click click = (Click) incoming;
            clicks.inc();
            if (click.raw() != null) {
                bytesIn.inc(click.raw().size());
            }
            if (archived != null) {
                archive(click, element);
            }
            if (click.botSign() != null) {
                ofBots.get(click.botSign()).inc();
                return;
            }
            if (click.raw() != null) {
                long now = bound.followsTheClock() ? now() : 0;
                if (click.timestamp() > bound.highestWatermark(now)) {
                    click.dropRaw();
                }
            }
            send(click, element);
        } else {
            DeadLetter letter = (DeadLetter) incoming;
            bytesIn.inc(letter.raw().size());
            if (archived != null) {
                archive(letter, element);
            }
            output.collect(deadLetters, element.replace(letter));
        }
    }

    /**
     * Sends a click on, or holds it back for a short time.
     *
     * @param element that it came in, with its timestamp; may be used again
     */
    abstract void send(Click click, StreamRecord<Incoming> element);

    /** Sends the clicks on that are held back. */
    void sendHeldBack() {}

    /** Archives what a click was read from. */
    private void archive(Click click, StreamRecord<Incoming> element) {
        RawRecord raw = click.raw();
        if (raw.json() == null) {
            String detail = "a click of a record that can't be written as JSON";
            output.collect(
                    archive.malformed,
                    element.replace(new DeadLetter(Reason.MALFORMED, detail, raw, now())));
        } else {
            archive(raw, click.timestamp());
        }
    }

    /**
     * Archives what is no click. What is refused for a time in the future goes with the malformed
     * ones: when that time has come, a replay would take it for a click.
     */
    private void archive(DeadLetter letter, StreamRecord<Incoming> element) {
        if (letter.raw().json() == null || letter.reason() == Reason.FUTURE) {
            output.collect(archive.malformed, element.replace(letter));
        } else {
            archive(letter.raw(), ArchivedRecord.NO_TIME);
        }
    }

    private void archive(RawRecord raw, long eventTime) {
        long arrival = raw.arrival() == RawRecord.UNKNOWN_ARRIVAL ? arrivesNow : raw.arrival();
        archived.add(new ArchivedRecord(raw.json(), eventTime, arrival));
    }

    /** Sends the interaction to the side. */
    private Incoming withoutInteraction(WithInteraction both, StreamRecord<Incoming> element) {
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
        if (archived != null) {
            archived.send();
        }
    }

    private long now() {
        return getProcessingTimeService().getCurrentProcessingTime();
    }

    /** Where records go to be archived. */
    public static final class Archive implements Serializable {

        private static final long serialVersionUID = 1L;

        private final FolderOf<ArchivedRecord> folders;
        private final OutputTag<ArchivedBatch> records;
        private final OutputTag<DeadLetter> malformed;

        /**
         * @param folders where each record is filed
         * @param records every record that is a JSON object, or can be written as one, gathered by
         *     folder. Nothing is held back over a barrier.
         * @param malformed all others
         */
        public Archive(
                FolderOf<ArchivedRecord> folders,
                OutputTag<ArchivedBatch> records,
                OutputTag<DeadLetter> malformed) {
            this.folders = folders;
            this.records = records;
            this.malformed = malformed;
        }
    }
}
