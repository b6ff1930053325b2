package io.clickstream.source;

import io.clickstream.event.Click;
import io.clickstream.event.Incoming;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.time.PartitionTimes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.annotation.Nullable;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.util.clock.RelativeClock;

/**
 * A reader that adds event time. It reports the time of each click to {@link PartitionTimes} and
 * emits the resulting watermark and idleness on the output of the whole subtask. The outputs of
 * single splits emit none.
 *
 * <p>Flink calls a reader only while records are available. A timer makes this reader available in
 * short steps, because time passes without records, too.
 */
@SuppressWarnings("try") // Flink's own close() may be interrupted.
final class TimedReader<SplitT extends SourceSplit> implements SourceReader<Incoming, SplitT> {

    /**
     * The interval of watermarks, in ms. Each watermark closes the sessions that have ended. With
     * Flink's default of 200 ms, one watermark closes so many sessions in a backlog that the
     * network's buffers fill up meanwhile, and the source has to wait.
     */
    static final long STEP_MILLIS = 50;

    /** The interval at which the reader determines how far it is behind, in ms. */
    private static final long LAG_MILLIS = 1_000;

    /**
     * If a split is further behind than this, in ms, it may be at its end, and the server is asked.
     */
    private static final long UNCERTAIN_MILLIS = 10_000;

    /** There is no split that could be behind. */
    private static final long NO_SPLIT = Long.MAX_VALUE;

    private final SourceReader<Incoming, SplitT> reader;
    private final SplitProgress<SplitT> progress;
    private final PartitionTimes times;
    private final RelativeClock clock;
    private final Map<String, PartitionTimes.Partition> partitions = new HashMap<>();

    /** The time at which each split was added, in ms of the clock. */
    private final Map<String, Long> addedAt = new HashMap<>();

    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        Thread thread = new Thread(task, "event-time-steps");
                        thread.setDaemon(true);
                        return thread;
                    });

    /** The future that Flink waits for while there is nothing to read. */
    private final AtomicReference<CompletableFuture<Void>> available =
            new AtomicReference<>(new CompletableFuture<>());

    private volatile boolean isStepDue;

    /** The time of the clock up to which all splits are read. The metric reporter reads it. */
    private volatile long readUpTo = NO_SPLIT;

    private long nextLag;
    private long nextCheck;
    @Nullable private CompletableFuture<Void> watched;
    @Nullable private TimedOutput output;

    TimedReader(
            SourceReader<Incoming, SplitT> reader,
            SplitProgress<SplitT> progress,
            PartitionTimes times,
            RelativeClock clock,
            MetricGroup metrics) {
        this.reader = reader;
        this.progress = progress;
        this.times = times;
        this.clock = clock;
        MetricGroup group = metrics.addGroup(ClickstreamMetrics.GROUP);
        group.gauge(ClickstreamMetrics.STALLED_PARTITIONS, times::stalled);
        group.gauge(ClickstreamMetrics.MILLIS_BEHIND_LATEST, this::millisBehindLatest);
        nextLag = clock.relativeTimeMillis();
        nextCheck = nextLag;
    }

    private long millisBehindLatest() {
        long upTo = readUpTo;
        return upTo == NO_SPLIT ? 0 : Math.max(0, clock.relativeTimeMillis() - upTo);
    }

    private void updateLag(long now) {
        nextLag = now + LAG_MILLIS;
        long lowest = NO_SPLIT;
        List<String> uncertain = new ArrayList<>();
        for (Map.Entry<String, Long> split : addedAt.entrySet()) {
            long upTo = progress.readUpTo(split.getKey(), now);
            if (upTo == PartitionTimes.NEVER) {
                upTo = split.getValue();
            }
            if (now - upTo >= UNCERTAIN_MILLIS) {
                uncertain.add(split.getKey());
            }
            lowest = Math.min(lowest, upTo);
        }
        readUpTo = lowest;
        if (!uncertain.isEmpty() && now >= nextCheck) {
            nextCheck = now + UNCERTAIN_MILLIS;
            progress.check(uncertain);
        }
    }

    @Override
    public void start() {
        reader.start();
        var unused =
                timer.scheduleAtFixedRate(
                        this::step, STEP_MILLIS, STEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void step() {
        isStepDue = true;
        wakeUp();
    }

    private void wakeUp() {
        available.get().complete(null);
    }

    @Override
    public InputStatus pollNext(ReaderOutput<Incoming> out) throws Exception {
        if (output == null || output.out != out) {
            output = new TimedOutput(out);
        }
        if (isStepDue) {
            isStepDue = false;
            long now = clock.relativeTimeMillis();
            times.advance(now, progress, out);
            if (now >= nextLag) {
                updateLag(now);
            }
        }
        InputStatus status = reader.pollNext(output);
        if (status == InputStatus.NOTHING_AVAILABLE) {
            progress.nothingToRead(clock.relativeTimeMillis());
        }
        return status;
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        CompletableFuture<Void> records = reader.isAvailable();
        if (records.isDone()) {
            return records;
        }
        if (available.get().isDone()) {
            available.set(new CompletableFuture<>());
        }
        // Once per future of the reader: it may stay the same for hours.
        if (records != watched) {
            watched = records;
            var unused = records.whenComplete((nothing, failure) -> wakeUp());
        }
        // A step or record that came before the new future was set has woken the old one.
        if (isStepDue || records.isDone()) {
            wakeUp();
        }
        return available.get();
    }

    @Override
    public void addSplits(List<SplitT> splits) {
        long now = clock.relativeTimeMillis();
        for (SplitT split : splits) {
            if (!progress.isAtEnd(split)) {
                partitions.put(split.splitId(), times.add(split.splitId(), now));
                addedAt.put(split.splitId(), now);
            }
            // The new split holds event time in place of those that it follows on.
            progress.predecessors(split).forEach(times::remove);
        }
        reader.addSplits(splits);
    }

    @Override
    public List<SplitT> snapshotState(long checkpointId) {
        return reader.snapshotState(checkpointId);
    }

    @Override
    public void notifyNoMoreSplits() {
        reader.notifyNoMoreSplits();
    }

    @Override
    public void handleSourceEvents(SourceEvent event) {
        reader.handleSourceEvents(event);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        reader.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
        reader.notifyCheckpointAborted(checkpointId);
    }

    @Override
    public void pauseOrResumeSplits(Collection<String> toPause, Collection<String> toResume) {
        reader.pauseOrResumeSplits(toPause, toResume);
    }

    @Override
    public void close() throws Exception {
        timer.shutdownNow();
        reader.close();
    }

    /** Records the times of clicks on their way to Flink's output. */
    private final class TimedOutput implements ReaderOutput<Incoming> {

        private final ReaderOutput<Incoming> out;

        TimedOutput(ReaderOutput<Incoming> out) {
            this.out = out;
        }

        @Override
        public SourceOutput<Incoming> createOutputForSplit(String splitId) {
            return new SplitOutput(out.createOutputForSplit(splitId), partitions.get(splitId));
        }

        @Override
        public void releaseOutputForSplit(String splitId) {
            partitions.remove(splitId);
            addedAt.remove(splitId);
            times.end(splitId);
            // Flink fails when an output is released that was never created. A split that never
            // gave a record may have none.
            out.createOutputForSplit(splitId);
            out.releaseOutputForSplit(splitId);
        }

        @Override
        public void collect(Incoming incoming) {
            out.collect(incoming);
        }

        @Override
        public void collect(Incoming incoming, long timestamp) {
            out.collect(incoming, timestamp);
        }

        @Override
        public void emitWatermark(Watermark watermark) {
            out.emitWatermark(watermark);
        }

        @Override
        public void markIdle() {
            out.markIdle();
        }

        @Override
        public void markActive() {
            out.markActive();
        }
    }

    /** The output of one split. */
    private static final class SplitOutput implements SourceOutput<Incoming> {

        private final SourceOutput<Incoming> out;
        private final PartitionTimes.Partition times;

        SplitOutput(SourceOutput<Incoming> out, PartitionTimes.Partition times) {
            this.out = out;
            this.times = times;
        }

        private void note(Incoming incoming) {
            Click click = incoming.click();
            if (click != null) {
                times.clicked(click.timestamp());
            } else {
                times.gaveNoClick();
            }
        }

        @Override
        public void collect(Incoming incoming, long timestamp) {
            note(incoming);
            out.collect(incoming, timestamp);
        }

        @Override
        public void collect(Incoming incoming) {
            note(incoming);
            out.collect(incoming);
        }

        @Override
        public void emitWatermark(Watermark watermark) {
            out.emitWatermark(watermark);
        }

        @Override
        public void markIdle() {
            out.markIdle();
        }

        @Override
        public void markActive() {
            out.markActive();
        }
    }
}
