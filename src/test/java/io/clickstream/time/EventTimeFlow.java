package io.clickstream.time;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Incoming;
import io.clickstream.event.Interaction;
import io.clickstream.event.RawRecord;
import io.clickstream.event.UserId;
import io.clickstream.intake.BatchedIntakeOperator;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamElement;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.StatusWatermarkValve;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.function.RunnableWithException;

/**
 * Clicks of several partitions on their way from several source subtasks to one subtask of the
 * sessions. All parts are Flink's own or the job's: watermarks per partition, intake, the valve
 * that combines channels, event time. Only the network, a queue with a delay, and the clock are
 * made for the test.
 */
final class EventTimeFlow implements AutoCloseable {

    static final Duration OUT_OF_ORDERNESS = Duration.ofSeconds(20);
    static final Duration IDLE_TIMEOUT = Duration.ofSeconds(15);
    static final Duration STALL_TIMEOUT = Duration.ofMinutes(5);
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
    private long watermark = Long.MIN_VALUE;

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
        Subtask of = subtasks.get(subtask);
        of.partitions.get(partition).clicked(timestamp);
        of.intake.processElement(
                new Click(UserId.ofNumber(1), timestamp, null, false, raw), timestamp);
        of.send();
    }

    /** From now on, the server does not say that the partition is read to its end, or it does. */
    void stall(int subtask, int partition, boolean stalls) {
        Set<String> stalled = subtasks.get(subtask).stalled;
        if (stalls) {
            stalled.add(name(partition));
        } else {
            stalled.remove(name(partition));
        }
    }

    /** A partition is found and read from now on. */
    int addPartition(int subtask) {
        Subtask of = subtasks.get(subtask);
        of.partitions.add(of.times.add(name(of.partitions.size()), now));
        return of.partitions.size() - 1;
    }

    private static String name(int partition) {
        return "clicks-" + partition;
    }

    /** The watermark in front of the sessions. */
    long watermark() {
        return watermark;
    }

    /** Lets the clock go on. */
    void run(Duration time) throws Exception {
        for (long until = now + time.toMillis(); now < until; ) {
            step();
        }
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
        forgetOutput();
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

    private void forgetOutput() {
        for (Object each : eventTime.getOutput()) {
            if (each instanceof Watermark mark) {
                watermark = mark.getTimestamp();
            }
        }
        eventTime.getOutput().clear();
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

    private final class Subtask implements WatermarkOutput, PartitionTimes.CaughtUp {

        private final OneInputStreamOperatorTestHarness<Incoming, ClickBatch> intake;
        private final PartitionTimes times =
                new PartitionTimes(OUT_OF_ORDERNESS, IDLE_TIMEOUT, STALL_TIMEOUT);
        private final List<PartitionTimes.Partition> partitions = new ArrayList<>();
        private final Set<String> stalled = new HashSet<>();
        private boolean isIdle;
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
            for (int i = 0; i < partitionsPerSubtask; i++) {
                partitions.add(times.add(name(i), now));
            }
        }

        void tick() throws Exception {
            intake.setProcessingTime(now);
            times.advance(now, this, this);
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
                    forgetOutput();
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
        public long caughtUpAt(String partition) {
            return stalled.contains(partition) ? PartitionTimes.NEVER : now;
        }

        @Override
        public void check(List<String> names) {
            // Is always known.
        }

        @Override
        public void emitWatermark(org.apache.flink.api.common.eventtime.Watermark mark) {
            // As Flink's source does.
            markActive();
            tell(() -> intake.processWatermark(new Watermark(mark.getTimestamp())));
        }

        @Override
        public void markIdle() {
            if (!isIdle) {
                isIdle = true;
                tell(() -> intake.processWatermarkStatus(WatermarkStatus.IDLE));
            }
        }

        @Override
        public void markActive() {
            if (isIdle) {
                isIdle = false;
                tell(() -> intake.processWatermarkStatus(WatermarkStatus.ACTIVE));
            }
        }

        private void tell(RunnableWithException what) {
            try {
                what.run();
            } catch (Exception e) {
                throw new IllegalStateException("The intake failed", e);
            }
            send();
        }
    }

    /** Hands what the valve makes of all channels to the event-time operator. */
    private final class BehindTheShuffle implements PlainDataOutput<Click> {

        @Override
        public void emitRecord(StreamRecord<Click> record) {
            throw new AssertionError("The valve sees no records");
        }

        @Override
        public void emitWatermark(Watermark watermark) throws Exception {
            eventTime.processWatermark(watermark);
            forgetOutput();
        }

        @Override
        public void emitWatermarkStatus(WatermarkStatus status) throws Exception {
            eventTime.processWatermarkStatus(status);
            forgetOutput();
        }

        @Override
        public void emitLatencyMarker(LatencyMarker marker) {}

        @Override
        public void emitRecordAttributes(RecordAttributes attributes) {}
    }
}
