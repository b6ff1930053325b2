package io.clickstream.testing;

import io.clickstream.count.LocalCountOperator;
import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.event.WindowCount;
import io.clickstream.format.AggregateFormat;
import io.clickstream.format.AggregateJson;
import io.clickstream.format.CheckoutFormat;
import io.clickstream.format.DepartmentCountFormat;
import io.clickstream.format.SessionCountFormat;
import io.clickstream.local.Expected;
import io.clickstream.session.MaxRate;
import io.clickstream.session.SessionOperator;
import io.clickstream.time.EventTimeOperator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.annotation.Nullable;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamElement;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/**
 * Event time, the sessions' operator and the counts behind it, each in Flink's harness, at any
 * number of subtasks, without a cluster: thousands of runs take seconds.
 */
public final class SessionStage implements AutoCloseable {

    private static final int MAX_PARALLELISM = 128;

    /** The default of the job. */
    private static final int MAX_DEPT_LIST_BYTES = 512 * 1024;

    /** Only says how far event time goes on when all is idle, which it never is here. */
    private static final Duration DISORDER = Duration.ofSeconds(20);

    public static final OutputTag<Click> LATE = new OutputTag<>("late", EventTypes.CLICK);

    private final Duration gap;
    private final Duration window;
    private final List<Subtask> subtasks = new ArrayList<>();
    private final List<Session> sessions = new ArrayList<>();
    private final List<Click> late = new ArrayList<>();
    private final Map<String, WindowCount> counts = new HashMap<>();
    private final int maxOnHeap;
    private final int maxDeptListBytes;
    @Nullable private final StateBackend backend;
    private long watermark = Long.MIN_VALUE;

    private SessionStage(
            Duration gap,
            Duration window,
            int maxOnHeap,
            int maxDeptListBytes,
            @Nullable StateBackend backend) {
        this.gap = gap;
        this.window = window;
        this.maxOnHeap = maxOnHeap;
        this.maxDeptListBytes = maxDeptListBytes;
        this.backend = backend;
    }

    /** Starts without state. */
    public static SessionStage start(Duration gap, Duration window, int parallelism)
            throws Exception {
        return start(gap, window, parallelism, Integer.MAX_VALUE);
    }

    /**
     * Starts without state.
     *
     * @param maxOnHeap open sessions that a subtask holds on the heap
     */
    public static SessionStage start(Duration gap, Duration window, int parallelism, int maxOnHeap)
            throws Exception {
        return start(gap, window, parallelism, maxOnHeap, null);
    }

    /**
     * Starts without state.
     *
     * @param backend for keyed state; null for that on the heap
     */
    public static SessionStage start(
            Duration gap,
            Duration window,
            int parallelism,
            int maxOnHeap,
            @Nullable StateBackend backend)
            throws Exception {
        return start(gap, window, parallelism, maxOnHeap, MAX_DEPT_LIST_BYTES, backend);
    }

    /**
     * Starts without state.
     *
     * @param maxDeptListBytes that the list of a session's departments may have as JSON
     * @param backend for keyed state; null for that on the heap
     */
    public static SessionStage start(
            Duration gap,
            Duration window,
            int parallelism,
            int maxOnHeap,
            int maxDeptListBytes,
            @Nullable StateBackend backend)
            throws Exception {
        SessionStage stage = new SessionStage(gap, window, maxOnHeap, maxDeptListBytes, backend);
        for (int i = 0; i < parallelism; i++) {
            stage.subtasks.add(stage.new Subtask(i, parallelism));
        }
        for (Subtask subtask : stage.subtasks) {
            subtask.open();
        }
        return stage;
    }

    /** Sends a click to the subtask that owns its user. */
    public void click(Click click) throws Exception {
        owner(click.user()).click(click);
        collect();
    }

    /** Advances event time everywhere. */
    public void watermark(long timestamp) throws Exception {
        watermark = Math.max(watermark, timestamp);
        for (Subtask subtask : subtasks) {
            subtask.watermark(watermark);
        }
        collect();
    }

    /** Stops after a checkpoint and goes on from it at another parallelism. */
    public void restart(int parallelism) throws Exception {
        List<OperatorSubtaskState> eventTimeState = new ArrayList<>();
        List<OperatorSubtaskState> sessionState = new ArrayList<>();
        List<OperatorSubtaskState> countState = new ArrayList<>();
        for (Subtask subtask : subtasks) {
            subtask.sessions.prepareSnapshotPreBarrier(1);
            subtask.collect();
            eventTimeState.add(subtask.eventTime.snapshot(1, 1));
            sessionState.add(subtask.sessions.snapshot(1, 1));
            countState.add(subtask.counts.snapshot(1, 1));
            subtask.close();
        }
        int before = subtasks.size();
        subtasks.clear();
        for (int i = 0; i < parallelism; i++) {
            Subtask subtask = new Subtask(i, parallelism);
            subtask.restore(
                    repackage(eventTimeState),
                    repackage(sessionState),
                    repackage(countState),
                    before);
            subtasks.add(subtask);
        }
    }

    /** Counts of windows that are closed. */
    public List<WindowCount> counts() {
        return List.copyOf(counts.values());
    }

    /** Sessions closed so far. */
    public List<Session> sessions() {
        return List.copyOf(sessions);
    }

    /** Clicks that were too late. */
    public List<Click> late() {
        return List.copyOf(late);
    }

    /** What the topics would hold, in the form in which the oracle says it. */
    public Expected results() {
        List<String> departments = new ArrayList<>();
        List<String> windows = new ArrayList<>();
        long total = 0;
        for (WindowCount count : counts.values()) {
            if (count.isTotal()) {
                windows.add(json(new SessionCountFormat(), count));
                total += count.sessions();
            } else {
                departments.add(json(new DepartmentCountFormat(), count));
            }
        }
        List<String> checkouts = new ArrayList<>();
        for (Session session : sessions) {
            if (session.hasCheckout()) {
                checkouts.add(json(new CheckoutFormat(), session));
            }
        }
        return new Expected(
                departments.stream().sorted().toList(),
                windows.stream().sorted().toList(),
                checkouts.stream().sorted().toList(),
                total);
    }

    /** Entries of keyed state and timers that are left once the next checkpoint is taken. */
    public int stateEntries() throws Exception {
        for (Subtask subtask : subtasks) {
            subtask.sessions.prepareSnapshotPreBarrier(2);
        }
        return subtasks.stream()
                .mapToInt(
                        subtask ->
                                subtask.sessions.numKeyedStateEntries()
                                        + subtask.sessions.numEventTimeTimers())
                .sum();
    }

    @Override
    public void close() {
        for (Subtask subtask : subtasks) {
            subtask.close();
        }
    }

    private static <T> String json(AggregateFormat<T> format, T value) {
        return new String(new AggregateJson<>(format).toBytes(value), StandardCharsets.UTF_8);
    }

    private Subtask owner(UserId user) {
        return subtasks.get(
                KeyGroupRangeAssignment.assignKeyToParallelOperator(
                        user, MAX_PARALLELISM, subtasks.size()));
    }

    private static OperatorSubtaskState repackage(List<OperatorSubtaskState> states)
            throws Exception {
        return AbstractStreamOperatorTestHarness.repackageState(
                states.toArray(new OperatorSubtaskState[0]));
    }

    private void collect() {
        for (Subtask subtask : subtasks) {
            subtask.collect();
        }
    }

    private final class Subtask {

        private final int index;
        private final int parallelism;
        private final OneInputStreamOperatorTestHarness<ClickBatch, Click> eventTime;
        private final KeyedOneInputStreamOperatorTestHarness<UserId, Click, Session> sessions;
        private final OneInputStreamOperatorTestHarness<Session, WindowCount> counts;

        Subtask(int index, int parallelism) throws Exception {
            this.index = index;
            this.parallelism = parallelism;
            eventTime =
                    new OneInputStreamOperatorTestHarness<>(
                            new EventTimeOperator(DISORDER, gap.plus(window)),
                            MAX_PARALLELISM,
                            parallelism,
                            index);
            sessions =
                    new KeyedOneInputStreamOperatorTestHarness<>(
                            new SessionOperator(
                                    gap, maxOnHeap, maxDeptListBytes, false, MaxRate.NONE, LATE),
                            Click::user,
                            EventTypes.USER_ID,
                            MAX_PARALLELISM,
                            parallelism,
                            index);
            if (backend != null) {
                sessions.setStateBackend(backend);
            }
            counts =
                    new OneInputStreamOperatorTestHarness<>(
                            new LocalCountOperator(window), MAX_PARALLELISM, parallelism, index);
            eventTime.setup(EventTypes.CLICK.createSerializer(new SerializerConfigImpl()));
            sessions.setup(EventTypes.SESSION.createSerializer(new SerializerConfigImpl()));
            counts.setup(EventTypes.WINDOW_COUNT.createSerializer(new SerializerConfigImpl()));
        }

        void open() throws Exception {
            eventTime.open();
            sessions.open();
            counts.open();
        }

        void restore(
                OperatorSubtaskState eventTimeState,
                OperatorSubtaskState sessionState,
                OperatorSubtaskState countState,
                int before)
                throws Exception {
            sessions.initializeState(rescaled(sessionState, before));
            counts.initializeState(rescaled(countState, before));
            eventTime.initializeState(rescaled(eventTimeState, before));
            open();
        }

        private OperatorSubtaskState rescaled(OperatorSubtaskState state, int before) {
            return AbstractStreamOperatorTestHarness.repartitionOperatorState(
                    state, MAX_PARALLELISM, before, parallelism, index);
        }

        void click(Click click) throws Exception {
            eventTime.processElement(new StreamRecord<>(Batches.of(click)));
            passOn();
        }

        void watermark(long timestamp) throws Exception {
            eventTime.processWatermark(new Watermark(timestamp));
            passOn();
        }

        private void passOn() throws Exception {
            for (Object sent : eventTime.getOutput()) {
                if (sent instanceof Watermark watermark) {
                    close(watermark);
                } else {
                    sessions.processElement(((StreamElement) sent).asRecord());
                }
            }
            eventTime.getOutput().clear();
        }

        private void close(Watermark watermark) throws Exception {
            sessions.processWatermark(watermark);
            for (Session session : sessions.extractOutputValues()) {
                counts.processElement(new StreamRecord<>(session, session.lastMillisecond()));
                SessionStage.this.sessions.add(session);
            }
            sessions.getOutput().clear();
            counts.processWatermark(watermark);
        }

        void collect() {
            for (WindowCount part : counts.extractOutputValues()) {
                SessionStage.this.counts.merge(
                        part.windowBegin() + part.department(), part, WindowCount::plus);
            }
            counts.getOutput().clear();
            if (sessions.getSideOutput(LATE) != null) {
                sessions.getSideOutput(LATE).forEach(record -> late.add(record.getValue()));
                sessions.getSideOutput(LATE).clear();
            }
        }

        void close() {
            try {
                eventTime.close();
                sessions.close();
                counts.close();
            } catch (Exception e) {
                throw new IllegalStateException("An operator did not close", e);
            }
        }
    }
}
