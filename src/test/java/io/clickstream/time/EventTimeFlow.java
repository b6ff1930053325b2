package io.clickstream.time;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Incoming;
import io.clickstream.event.Interaction;
import io.clickstream.event.RawRecord;
import io.clickstream.event.UserId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.metrics.groups.UnregisteredMetricGroups;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.source.TimestampsAndWatermarks;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.io.PushingAsyncDataInput.DataOutput;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamElement;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.StatusWatermarkValve;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.clock.ManualClock;

/**
 * Clicks of several partitions on their way from several source subtasks to one subtask of the
 * sessions. All parts are Flink's own or the job's: watermarks per partition, intake, the valve
 * that combines channels, event time. Only the network, a queue with a delay, and the clock are
 * made for the test.
 */
final class EventTimeFlow implements AutoCloseable {

    static final Duration OUT_OF_ORDERNESS = Duration.ofSeconds(20);
    static final Duration IDLE_TIMEOUT = Duration.ofSeconds(15);
    static final Duration SKEW = Duration.ofSeconds(10);

    private static final long STEP_MILLIS = 200;
    private static final OutputTag<DeadLetter> NO_CLICKS =
            new OutputTag<>("no-clicks", EventTypes.DEAD_LETTER);
    private static final OutputTag<Interaction> INTERACTIONS =
            new OutputTag<>("interactions", EventTypes.INTERACTION);

    private final List<Subtask> subtasks = new ArrayList<>();
    private final int partitionsPerSubtask;
    private final List<Click> arrived = new ArrayList<>();
    private OneInputStreamOperatorTestHarness<ClickBatch, Click> eventTime;
    private StatusWatermarkValve valve;
    private long now;

    EventTimeFlow(int parallelism, int partitionsPerSubtask, long now) throws Exception {
        this.partitionsPerSubtask = partitionsPerSubtask;
        this.now = now;
        start(parallelism, null, null);
    }

    long now() {
        return now;
    }

    /** Clicks that reached the sessions, marked if they were behind the watermark. */
    List<Click> arrived() {
        return arrived;
    }

    /** A click leaves its source now. */
    void click(int subtask, int partition, long timestamp) throws Exception {
        RawRecord raw = new RawRecord("clicks", partition, 0, new byte[] {1});
        subtasks.get(subtask)
                .splits
                .get(partition)
                .collect(new Click(UserId.ofNumber(1), timestamp, null, false, raw), timestamp);
    }

    /** From now on, what leaves this subtask takes so long to the sessions. */
    void delay(int subtask, long millis) {
        subtasks.get(subtask).delay = millis;
    }

    /** Lets the clock go on by one of the steps in which watermarks are made. */
    void step() throws Exception {
        now += STEP_MILLIS;
        for (Subtask subtask : subtasks) {
            subtask.tick();
        }
        eventTime.setProcessingTime(now);
        for (int channel = 0; channel < subtasks.size(); channel++) {
            subtasks.get(channel).deliver(channel, now);
        }
    }

    /** Fails after a checkpoint and goes on from it at another parallelism, after a while. */
    void restart(int parallelism, long downMillis) throws Exception {
        List<OperatorSubtaskState> intakeStates = new ArrayList<>();
        for (int channel = 0; channel < subtasks.size(); channel++) {
            intakeStates.add(subtasks.get(channel).snapshot());
            subtasks.get(channel).deliver(channel, Long.MAX_VALUE);
        }
        OperatorSubtaskState eventTimeState = eventTime.snapshot(1, 1);
        close();
        subtasks.clear();
        now += downMillis;
        start(parallelism, intakeStates, eventTimeState);
    }

    private void start(
            int parallelism,
            List<OperatorSubtaskState> intakes,
            OperatorSubtaskState eventTimeState)
            throws Exception {
        valve = new StatusWatermarkValve(parallelism);
        for (int i = 0; i < parallelism; i++) {
            subtasks.add(new Subtask(i, parallelism, intakes));
        }
        eventTime =
                harness(
                        new EventTimeOperator(OUT_OF_ORDERNESS, Duration.ofSeconds(11)),
                        EventTypes.CLICK,
                        0,
                        1);
        eventTime.setProcessingTime(now);
        if (eventTimeState != null) {
            eventTime.initializeState(eventTimeState);
        }
        eventTime.open();
    }

    private static <I, O> OneInputStreamOperatorTestHarness<I, O> harness(
            OneInputStreamOperator<I, O> operator,
            TypeInformation<O> type,
            int index,
            int parallelism)
            throws Exception {
        OneInputStreamOperatorTestHarness<I, O> harness =
                new OneInputStreamOperatorTestHarness<>(operator, 128, parallelism, index);
        harness.setup(type.createSerializer(new SerializerConfigImpl()));
        return harness;
    }

    @Override
    public void close() {
        try {
            for (Subtask subtask : subtasks) {
                subtask.intake.close();
            }
            eventTime.close();
        } catch (Exception e) {
            throw new IllegalStateException("An operator did not close", e);
        }
    }

    /** What a subtask has sent and when it arrives. */
    private record Sent(long arrival, Object element) {}

    private final class Subtask implements DataOutput<Incoming> {

        private final OneInputStreamOperatorTestHarness<Incoming, ClickBatch> intake;
        private final ManualClock activity = new ManualClock();
        private final List<SourceOutput<Incoming>> splits = new ArrayList<>();
        private final Queue<Sent> channel = new ArrayDeque<>();
        private long lastArrival;
        private long delay;

        Subtask(int index, int parallelism, List<OperatorSubtaskState> restored) throws Exception {
            intake =
                    harness(
                            new BatchedIntakeOperator(
                                    NO_CLICKS, INTERACTIONS, null, OUT_OF_ORDERNESS, SKEW),
                            EventTypes.CLICK_BATCH,
                            index,
                            parallelism);
            intake.setProcessingTime(now);
            if (restored != null) {
                intake.initializeState(
                        AbstractStreamOperatorTestHarness.repartitionOperatorState(
                                AbstractStreamOperatorTestHarness.repackageState(
                                        restored.toArray(new OperatorSubtaskState[0])),
                                128,
                                restored.size(),
                                parallelism,
                                index));
            }
            intake.open();
            TimestampsAndWatermarks<Incoming> watermarks =
                    TimestampsAndWatermarks.createProgressiveEventTimeLogic(
                            ClickWatermarks.strategy(OUT_OF_ORDERNESS, IDLE_TIMEOUT),
                            new UnregisteredMetricsGroup(),
                            intake.getProcessingTimeService(),
                            STEP_MILLIS,
                            activity,
                            activity,
                            UnregisteredMetricGroups.createUnregisteredTaskMetricGroup()
                                    .getIOMetricGroup());
            ReaderOutput<Incoming> output =
                    watermarks.createMainOutput(
                            this,
                            new TimestampsAndWatermarks.WatermarkUpdateListener() {
                                @Override
                                public void updateIdle(boolean isIdle) {}

                                @Override
                                public void updateCurrentEffectiveWatermark(long watermark) {}

                                @Override
                                public void updateCurrentSplitWatermark(
                                        String splitId, long watermark) {}

                                @Override
                                public void splitFinished(String splitId) {}
                            });
            for (int i = 0; i < partitionsPerSubtask; i++) {
                splits.add(output.createOutputForSplit("split " + i));
            }
            watermarks.startPeriodicWatermarkEmits();
        }

        void tick() throws Exception {
            activity.advanceTime(Duration.ofMillis(STEP_MILLIS));
            intake.setProcessingTime(now);
            send();
        }

        OperatorSubtaskState snapshot() throws Exception {
            intake.prepareSnapshotPreBarrier(1);
            send();
            return intake.snapshot(1, 1);
        }

        void deliver(int channelIndex, long until) throws Exception {
            while (!channel.isEmpty() && channel.peek().arrival <= until) {
                Object element = channel.poll().element;
                if (element instanceof Watermark watermark) {
                    valve.inputWatermark(watermark, channelIndex, new BehindTheShuffle());
                } else if (element instanceof WatermarkStatus status) {
                    valve.inputWatermarkStatus(status, channelIndex, new BehindTheShuffle());
                } else {
                    eventTime.processElement(((StreamElement) element).asRecord());
                    arrived.addAll(eventTime.extractOutputValues());
                    eventTime.getOutput().clear();
                }
            }
        }

        private void send() {
            for (Object sent = intake.getOutput().poll();
                    sent != null;
                    sent = intake.getOutput().poll()) {
                lastArrival = Math.max(lastArrival, now + delay);
                channel.add(new Sent(lastArrival, sent));
            }
        }

        @Override
        public void emitRecord(StreamRecord<Incoming> record) throws Exception {
            intake.processElement(record);
            send();
        }

        @Override
        public void emitWatermark(Watermark watermark) throws Exception {
            intake.processWatermark(watermark);
            send();
        }

        @Override
        public void emitWatermarkStatus(WatermarkStatus status) throws Exception {
            intake.processWatermarkStatus(status);
            send();
        }

        @Override
        public void emitLatencyMarker(LatencyMarker marker) {}

        @Override
        public void emitRecordAttributes(RecordAttributes attributes) {}
    }

    /** Hands what the valve makes of all channels to the event-time operator. */
    private final class BehindTheShuffle implements DataOutput<Click> {

        @Override
        public void emitRecord(StreamRecord<Click> record) {
            throw new AssertionError("The valve sees no records");
        }

        @Override
        public void emitWatermark(Watermark watermark) throws Exception {
            eventTime.processWatermark(watermark);
            eventTime.getOutput().clear();
        }

        @Override
        public void emitWatermarkStatus(WatermarkStatus status) throws Exception {
            eventTime.processWatermarkStatus(status);
            eventTime.getOutput().clear();
        }

        @Override
        public void emitLatencyMarker(LatencyMarker marker) {}

        @Override
        public void emitRecordAttributes(RecordAttributes attributes) {}
    }
}
