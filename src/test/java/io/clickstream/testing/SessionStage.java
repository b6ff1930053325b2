package io.clickstream.testing;

import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.aggregate.AggregateJson;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.aggregate.CheckoutFormat;
import io.clickstream.aggregate.DepartmentCountFormat;
import io.clickstream.aggregate.SessionCountFormat;
import io.clickstream.count.LocalCountOperator;
import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.event.WindowCount;
import io.clickstream.funnel.Funnel;
import io.clickstream.session.MaxRate;
import io.clickstream.session.SessionOperator;
import io.clickstream.time.EventTimeOperator;
import io.clickstream.tools.oracle.Expected;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.annotation.Nullable;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.runtime.streamrecord.StreamElement;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.InstantiationUtil;
import org.apache.flink.util.OutputTag;

/**
 * Event time, the sessions' operator, the counts behind it and Flink's windows of these, each in
 * Flink's harness, at any number of subtasks, without a cluster: thousands of runs take seconds.
 * The windows have one subtask, whose watermark is the lowest of those in front of it.
 */
public final class SessionStage implements AutoCloseable {

    private static final int MAX_PARALLELISM = 128;

    /** It takes long to make one. */
    private static final Map<Duration, byte[]> WINDOWS = new ConcurrentHashMap<>();

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
    private final List<WindowCount> counts = new ArrayList<>();

    /** Null as long as there is nothing to add up. */
    @Nullable
    private KeyedOneInputStreamOperatorTestHarness<String, WindowCount, WindowCount> windows;

    @Nullable private OperatorSubtaskState windowsState;
    private long windowsWatermark = Long.MIN_VALUE;
    private final int maxOnHeap;
    private int largeStoredBytes = 16 << 10;
    private final int maxDeptListBytes;
    @Nullable private final StateBackend backend;
    @Nullable private Funnel funnel;

    /** What a job would go on from after a failure. */
    public static final class Checkpoint {
        private final List<OperatorSubtaskState> eventTime = new ArrayList<>();
        private final List<OperatorSubtaskState> sessions = new ArrayList<>();
        private final List<OperatorSubtaskState> counts = new ArrayList<>();
        @Nullable private OperatorSubtaskState windows;
        private int sessionsSent;
        private int lateSent;
        private int countsSent;

        private Checkpoint() {}
    }

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

    /** From the next restart on, sessions note when they reach the steps of a funnel. */
    public SessionStage with(Funnel steps) {
        funnel = steps;
        return this;
    }

    /**
     * From the next restart on, the sessions of a user that have more bytes in the store stay there
     * when he clicks.
     */
    public SessionStage largeStoredBytes(int bytes) {
        largeStoredBytes = bytes;
        return this;
    }

    /** Sends a click to the subtask that owns its user. */
    public void click(Click click) throws Exception {
        owner(click.user()).click(click);
        collect();
    }

    /** Advances event time everywhere. */
    public void watermark(long timestamp) throws Exception {
        for (Subtask subtask : subtasks) {
            subtask.watermark(timestamp);
        }
        collect();
    }

    /** Advances event time in one subtask, as it may be behind an unaligned checkpoint. */
    public void watermark(int subtask, long timestamp) throws Exception {
        subtasks.get(subtask).watermark(timestamp);
        collect();
    }

    /** Stops after a checkpoint and goes on from it at another parallelism. */
    public void restart(int parallelism) throws Exception {
        restore(checkpoint(), parallelism);
    }

    /** Takes a checkpoint. */
    public Checkpoint checkpoint() throws Exception {
        Checkpoint checkpoint = new Checkpoint();
        for (Subtask subtask : subtasks) {
            subtask.sessions.prepareSnapshotPreBarrier(1);
        }
        collect();
        for (Subtask subtask : subtasks) {
            checkpoint.eventTime.add(subtask.eventTime.snapshot(1, 1));
            checkpoint.sessions.add(subtask.sessions.snapshot(1, 1));
            checkpoint.counts.add(subtask.counts.snapshot(1, 1));
        }
        checkpoint.windows = windows == null ? windowsState : windows.snapshot(1, 1);
        checkpoint.sessionsSent = sessions.size();
        checkpoint.lateSent = late.size();
        checkpoint.countsSent = counts.size();
        return checkpoint;
    }

    /** Goes back to a checkpoint; what was sent since is void. */
    public void restore(Checkpoint checkpoint, int parallelism) throws Exception {
        int before = checkpoint.sessions.size();
        close();
        subtasks.clear();
        sessions.subList(checkpoint.sessionsSent, sessions.size()).clear();
        late.subList(checkpoint.lateSent, late.size()).clear();
        counts.subList(checkpoint.countsSent, counts.size()).clear();
        for (int i = 0; i < parallelism; i++) {
            Subtask subtask = new Subtask(i, parallelism);
            subtask.restore(
                    repackage(checkpoint.eventTime),
                    repackage(checkpoint.sessions),
                    repackage(checkpoint.counts),
                    before);
            subtasks.add(subtask);
        }
        windows = null;
        windowsState = checkpoint.windows;
        windowsWatermark = Long.MIN_VALUE;
    }

    /** How many subtasks there are. */
    public int parallelism() {
        return subtasks.size();
    }

    /** The subtask that owns a user. */
    public int ownerOf(UserId user) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(
                user, MAX_PARALLELISM, subtasks.size());
    }

    /** Counts of windows that are closed. */
    public List<WindowCount> counts() {
        return List.copyOf(counts);
    }

    /** Sessions closed so far. */
    public List<Session> sessions() {
        return List.copyOf(sessions);
    }

    /** Clicks that were too late. */
    public List<Click> late() {
        return List.copyOf(late);
    }

    /** What the topics of a job without optional aggregates would hold, as the oracle says it. */
    public Expected results() {
        List<String> departments = new ArrayList<>();
        List<String> windows = new ArrayList<>();
        long total = 0;
        for (WindowCount count : counts) {
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
                Map.of(
                        Aggregates.DEPARTMENT_COUNTS, departments,
                        Aggregates.SESSION_COUNTS, windows,
                        Aggregates.CHECKOUT_SESSIONS, checkouts),
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
        try {
            if (windows != null) {
                HarnessEnvironment.close(windows);
            }
        } catch (Exception e) {
            throw new IllegalStateException("The window operator did not close", e);
        }
    }

    /** That of the windows as the pipeline has them, serialized. */
    @SuppressWarnings("unchecked") // The transformation of this very stream.
    private static byte[] windowOperator(Duration window) {
        OneInputTransformation<WindowCount, WindowCount> transformation =
                (OneInputTransformation<WindowCount, WindowCount>)
                        new StreamExecutionEnvironment()
                                .fromData(
                                        EventTypes.WINDOW_COUNT,
                                        new WindowCount(WindowCount.TOTAL, 0, 1, 1, 1))
                                .keyBy(WindowCount::department, Types.STRING)
                                .window(TumblingEventTimeWindows.of(window))
                                .reduce(WindowCount::plus)
                                .getTransformation();
        try {
            return InstantiationUtil.serializeObject(transformation.getOperator());
        } catch (IOException e) {
            throw new UncheckedIOException("An operator can be serialized", e);
        }
    }

    private KeyedOneInputStreamOperatorTestHarness<String, WindowCount, WindowCount> windows()
            throws Exception {
        if (windows == null) {
            windows =
                    new KeyedOneInputStreamOperatorTestHarness<>(
                            InstantiationUtil
                                    .<OneInputStreamOperator<WindowCount, WindowCount>>
                                            deserializeObject(
                                                    WINDOWS.computeIfAbsent(
                                                            window, SessionStage::windowOperator),
                                                    SessionStage.class.getClassLoader()),
                            WindowCount::department,
                            Types.STRING,
                            HarnessEnvironment.ofOne());
            windows.setup(EventTypes.WINDOW_COUNT.createSerializer(new SerializerConfigImpl()));
            if (windowsState != null) {
                windows.initializeState(windowsState);
            }
            windows.open();
            windows.processWatermark(new Watermark(windowsWatermark));
        }
        return windows;
    }

    private static <T> String json(AggregateFormat<T> format, T value) {
        return new String(new AggregateJson<>(format).toBytes(value), StandardCharsets.UTF_8);
    }

    private Subtask owner(UserId user) {
        return subtasks.get(ownerOf(user));
    }

    private static OperatorSubtaskState repackage(List<OperatorSubtaskState> states)
            throws Exception {
        return AbstractStreamOperatorTestHarness.repackageState(
                states.toArray(new OperatorSubtaskState[0]));
    }

    private void collect() throws Exception {
        long lowest = Long.MAX_VALUE;
        for (Subtask subtask : subtasks) {
            subtask.collect();
            lowest = Math.min(lowest, subtask.watermark);
        }
        if (lowest > windowsWatermark) {
            windowsWatermark = lowest;
            if (windows != null || windowsState != null) {
                windows().processWatermark(new Watermark(lowest));
                counts.addAll(windows().extractOutputValues());
                windows().getOutput().clear();
            }
        }
    }

    private final class Subtask {

        private final int index;
        private final int parallelism;
        private final OneInputStreamOperatorTestHarness<ClickBatch, Click> eventTime;
        private final KeyedOneInputStreamOperatorTestHarness<UserId, Click, Session> sessions;
        private final OneInputStreamOperatorTestHarness<Session, WindowCount> counts;

        /** That was sent to the windows. */
        private long watermark = Long.MIN_VALUE;

        Subtask(int index, int parallelism) throws Exception {
            this.index = index;
            this.parallelism = parallelism;
            eventTime =
                    new OneInputStreamOperatorTestHarness<>(
                            new EventTimeOperator(DISORDER, gap.plus(window)), environment());
            SessionOperator operator =
                    new SessionOperator(
                            gap,
                            maxOnHeap,
                            largeStoredBytes,
                            maxDeptListBytes,
                            false,
                            MaxRate.NONE,
                            LATE);
            if (funnel != null) {
                operator.with(funnel);
            }
            sessions =
                    new KeyedOneInputStreamOperatorTestHarness<>(
                            operator, Click::user, EventTypes.USER_ID, environment());
            if (backend != null) {
                sessions.setStateBackend(backend);
            }
            counts =
                    new OneInputStreamOperatorTestHarness<>(
                            new LocalCountOperator(window), environment());
            eventTime.setup(EventTypes.CLICK.createSerializer(new SerializerConfigImpl()));
            sessions.setup(EventTypes.SESSION.createSerializer(new SerializerConfigImpl()));
            counts.setup(EventTypes.WINDOW_COUNT.createSerializer(new SerializerConfigImpl()));
        }

        private MockEnvironment environment() {
            return HarnessEnvironment.of(MAX_PARALLELISM, parallelism, index);
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
            if (timestamp == Long.MAX_VALUE) {
                eventTime.getOperator().finish();
            } else {
                eventTime.processWatermark(new Watermark(timestamp));
            }
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
            this.watermark = watermark.getTimestamp();
        }

        void collect() throws Exception {
            for (WindowCount part : counts.extractOutputValues()) {
                windows().processElement(part, part.lastMillisecond());
            }
            counts.getOutput().clear();
            if (sessions.getSideOutput(LATE) != null) {
                sessions.getSideOutput(LATE).forEach(record -> late.add(record.getValue()));
                sessions.getSideOutput(LATE).clear();
            }
        }

        void close() {
            try {
                HarnessEnvironment.close(eventTime);
                HarnessEnvironment.close(sessions);
                HarnessEnvironment.close(counts);
            } catch (Exception e) {
                throw new IllegalStateException("An operator did not close", e);
            }
        }
    }
}
