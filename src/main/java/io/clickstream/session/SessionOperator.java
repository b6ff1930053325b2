package io.clickstream.session;

import io.clickstream.event.Click;
import io.clickstream.event.EventMarks;
import io.clickstream.event.KeyGroups;
import io.clickstream.event.LiveCount;
import io.clickstream.event.LogSegments;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.flink.ChainedOperator;
import io.clickstream.funnel.Funnel;
import io.clickstream.funnel.StepTimes;
import io.clickstream.live.LiveCounter;
import io.clickstream.live.LiveSettings;
import io.clickstream.live.LiveStore;
import io.clickstream.metrics.ClickstreamMetrics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import javax.annotation.Nullable;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.LongPrimitiveArraySerializer;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Computes the sessions of each user. A {@link SessionEngine} keeps them on the heap. This operator
 * provides the engine with Flink's watermarks, and with keyed state as its store.
 *
 * <p>A session is emitted once, when the watermark reaches its last millisecond, which is its
 * timestamp. Clicks are added in batches, at the latest before the next watermark or barrier. Keyed
 * state is written before the barrier of a checkpoint, because the checkpoint must contain
 * everything that arrived before it. After a restart, all state is read once. State is organized by
 * key group, so it can be rescaled.
 *
 * <p>A bounded input arrives sorted by user, and by time within a user, without watermarks. For
 * such an input, the time of the clicks closes the sessions of a user, and the first click of the
 * next user closes the remaining ones. There is only one user at a time, so the operator has no
 * key, no keyed state, and no timers.
 */
public final class SessionOperator extends ChainedOperator<Session>
        implements OneInputStreamOperator<Click, Session>,
                BoundedOneInput,
                Triggerable<UserId, VoidNamespace> {

    private static final long serialVersionUID = 1L;

    /** A value of {@code maxOnHeap}: as many sessions as fit into a part of a slot's heap. */
    public static final int BY_HEAP_SIZE = 0;

    /**
     * The part of a slot's heap for sessions. The rest is for network records, sinks, and the
     * garbage collector.
     */
    private static final double PART_OF_HEAP = 0.4;

    /** The part of a slot's heap for the users of live counts. */
    private static final double PART_OF_HEAP_FOR_LIVE = 0.1;

    private static final ValueStateDescriptor<StoredSessions> SPILLED =
            new ValueStateDescriptor<>("sessions", StoredSessionsSerializer.INSTANCE);

    private static final ListStateDescriptor<StoredSessions> PARTS =
            new ListStateDescriptor<>("session-parts", StoredSessionsSerializer.INSTANCE);

    /**
     * The log of a key group. Its key is the smallest number that belongs to the key group, not a
     * user.
     */
    private static final MapStateDescriptor<Integer, StoredSessions> LOG =
            new MapStateDescriptor<>(
                    "session-log", IntSerializer.INSTANCE, StoredSessionsSerializer.INSTANCE);

    /** The same for the users of the live counts. */
    private static final MapStateDescriptor<Integer, StoredSessions> LIVE_LOG =
            new MapStateDescriptor<>(
                    "live-log", IntSerializer.INSTANCE, StoredSessionsSerializer.INSTANCE);

    /** Users of the live counts who are not on the heap, by department; all clicks are "". */
    private static final MapStateDescriptor<String, StoredSessions> LIVE_USERS =
            new MapStateDescriptor<>(
                    "live-users", StringSerializer.INSTANCE, StoredSessionsSerializer.INSTANCE);

    private final Duration gap;
    private final int maxOnHeap;
    private final int largeStoredBytes;
    private final int maxDeptListBytes;
    private final boolean sortedByUser;
    private final MaxRate maxRate;
    private final OutputTag<Click> late;
    @Nullable private LiveSettings liveSettings;
    @Nullable private Funnel funnel;
    @Nullable private OutputTag<Click> ofCarts;

    private transient SessionEngine engine;
    private transient ValueState<StoredSessions> spilledState;
    private transient ListState<StoredSessions> partState;
    private transient MapState<Integer, StoredSessions> logState;
    private transient int[] logKeys;
    private transient ListState<NamesOfWriter> nameState;
    private transient ListState<long[]> closedState;
    private transient long watermark;

    /** Null if event time has reached the time that it had before a restart. */
    @Nullable private transient ClosedUpTo closed;

    /** The same, until the live counts have been restored. */
    @Nullable private transient ClosedUpTo closedBeforeStart;

    private transient DepartmentNames names;
    private transient InternalTimerService<VoidNamespace> timers;
    private transient StreamRecord<Session> record;
    private transient StreamRecord<LiveCount> liveRecord;
    private transient Counter sessions;
    private transient Counter checkoutSessions;
    private transient Counter departmentsLeftOut;
    private transient Counter liveLeftOut;
    private transient long bytesLastWritten;
    private transient long usersLastWritten;
    private transient UserId currentUser;
    private transient PendingClicks pending;

    /** Null if there are no live counts. */
    @Nullable private transient LiveCounter live;

    private transient int[] liveHashes;
    private transient MapState<Integer, StoredSessions> liveLogState;
    private transient MapState<String, StoredSessions> liveUserState;
    private transient ListState<byte[]> liveClickState;
    private transient InternalTimerService<VoidNamespace> liveTimers;

    /** Written, so that reading ahead is not optimized away. */
    @SuppressWarnings("UnusedVariable")
    private transient long peeked;

    /**
     * Creates an operator keyed by user, or without key if the input is sorted by user.
     *
     * @param gap the maximum time between two clicks of a session
     * @param maxOnHeap the approximate maximum number of sessions that a subtask keeps on the heap,
     *     or {@link #BY_HEAP_SIZE}; the others are in keyed state only
     * @param maxDeptListBytes the maximum size of a session's department list as JSON, in bytes
     * @param sortedByUser whether the input is bounded and sorted by user and time
     * @param maxRate the rate above which a session is excluded, or {@link MaxRate#NONE}
     * @param late receives clicks that are behind the watermark and join no open session
     */
    public SessionOperator(
            Duration gap,
            int maxOnHeap,
            int maxDeptListBytes,
            boolean sortedByUser,
            MaxRate maxRate,
            OutputTag<Click> late) {
        this(
                gap,
                maxOnHeap,
                SessionEngine.LARGE_STORED_BYTES,
                maxDeptListBytes,
                sortedByUser,
                maxRate,
                late);
    }

    /**
     * Creates an operator keyed by user, for tests.
     *
     * @param largeStoredBytes a user's sessions with more bytes in keyed state stay there when the
     *     user clicks
     */
    public SessionOperator(
            Duration gap,
            int maxOnHeap,
            int largeStoredBytes,
            int maxDeptListBytes,
            boolean sortedByUser,
            MaxRate maxRate,
            OutputTag<Click> late) {
        this.gap = gap;
        this.maxOnHeap = maxOnHeap;
        this.largeStoredBytes = largeStoredBytes;
        this.maxDeptListBytes = maxDeptListBytes;
        this.sortedByUser = sortedByUser;
        this.maxRate = maxRate;
        this.late = late;
    }

    /** Also counts who is on the site. Must be called before the job starts. */
    public SessionOperator with(LiveSettings settings) {
        liveSettings = settings;
        return this;
    }

    /**
     * Also notes when sessions reach the steps of a funnel. Must be called before the job starts.
     */
    public SessionOperator with(Funnel steps) {
        funnel = steps;
        return this;
    }

    /**
     * Also passes on the clicks in sessions that change a cart. Must be called before the job
     * starts.
     *
     * @param output receives these clicks, with their own times
     */
    public SessionOperator withCarts(OutputTag<Click> output) {
        ofCarts = output;
        return this;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        if (!sortedByUser) {
            spilledState = context.getKeyedStateStore().getState(SPILLED);
            partState = context.getKeyedStateStore().getListState(PARTS);
            logState = context.getKeyedStateStore().getMapState(LOG);
        }
        nameState =
                context.getOperatorStateStore()
                        .getUnionListState(
                                new ListStateDescriptor<>(
                                        "department-names", NamesOfWriterSerializer.INSTANCE));
        closedState =
                context.getOperatorStateStore()
                        .getUnionListState(
                                new ListStateDescriptor<>(
                                        "closed-up-to", LongPrimitiveArraySerializer.INSTANCE));
        if (liveSettings != null && !sortedByUser) {
            liveLogState = context.getKeyedStateStore().getMapState(LIVE_LOG);
            liveUserState = context.getKeyedStateStore().getMapState(LIVE_USERS);
            liveClickState =
                    context.getOperatorStateStore()
                            .getListState(
                                    new ListStateDescriptor<>(
                                            "live-clicks", BytePrimitiveArraySerializer.INSTANCE));
        }
        watermark = ClosedUpTo.NONE;
        closed = new ClosedUpTo(getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks());
        for (long[] runs : closedState.get()) {
            closed.restore(runs, keyGroups());
        }
        closedBeforeStart = closed;
        if (closed.isReachedBy(watermark)) {
            closed = null;
        }
        Map<Integer, List<String>> restored = new HashMap<>();
        int lastWriter = 0;
        for (NamesOfWriter list : nameState.get()) {
            // A list that several subtasks have kept is the same in each, or shorter.
            restored.merge(
                    list.writer(),
                    list.names(),
                    (one, other) -> one.size() < other.size() ? other : one);
            lastWriter = Math.max(lastWriter, list.writer());
        }
        names =
                new DepartmentNames(
                        lastWriter + 1 + getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
                        restored);
    }

    @Override
    public void open() throws Exception {
        super.open();
        if (!sortedByUser) {
            timers =
                    getInternalTimerService(
                            "spilled-sessions", VoidNamespaceSerializer.INSTANCE, this);
        }
        record = new StreamRecord<>(null);
        pending = new PendingClicks(SessionEngine.BATCH);
        if (ofCarts != null) {
            pending.keepClicksOfCarts();
        }
        int maxParallelism = getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks();
        logKeys = KeyGroups.leastKeys(maxParallelism);
        Counter tooFast = ClickstreamMetrics.bots(getMetricGroup(), ClickstreamMetrics.BOT_RATE);
        engine =
                new SessionEngine(
                        gap,
                        maxOnHeap(),
                        largeStoredBytes,
                        maxDeptListBytes,
                        maxParallelism,
                        names,
                        new LogState(logState),
                        new SpilledState(),
                        maxRate,
                        funnel == null ? null : new StepTimes(funnel),
                        this::emit,
                        tooFast::inc,
                        this::emitLate);
        MetricGroup metrics = getMetricGroup().addGroup(ClickstreamMetrics.GROUP);
        sessions = metrics.counter(ClickstreamMetrics.SESSIONS);
        checkoutSessions = metrics.counter(ClickstreamMetrics.CHECKOUT_SESSIONS);
        departmentsLeftOut = metrics.counter(ClickstreamMetrics.DEPARTMENTS_LEFT_OUT);
        liveLeftOut = metrics.counter(ClickstreamMetrics.LIVE_LEFT_OUT);
        metrics.gauge(ClickstreamMetrics.SESSIONS_ON_HEAP, () -> engine.sessionsOnHeap());
        metrics.gauge(ClickstreamMetrics.SESSIONS_SPILLED, () -> engine.sessionsSpilled());
        metrics.gauge(
                ClickstreamMetrics.OPEN_SESSIONS,
                () -> engine.sessionsOnHeap() + engine.sessionsSpilled());
        metrics.gauge(ClickstreamMetrics.USERS_WRITTEN, () -> usersLastWritten);
        metrics.gauge(ClickstreamMetrics.BYTES_WRITTEN, () -> bytesLastWritten);
        if (liveSettings != null) {
            live =
                    new LiveCounter(
                            liveSettings,
                            gap,
                            maxLiveUsersOnHeap(),
                            maxParallelism,
                            new LogState(liveLogState),
                            new LiveState(),
                            this::emitLive);
            if (!sortedByUser) {
                liveTimers =
                        getInternalTimerService(
                                "spilled-live-users",
                                VoidNamespaceSerializer.INSTANCE,
                                new LiveTimers());
            }
            liveHashes = new int[SessionEngine.BATCH];
            liveRecord = new StreamRecord<>(null);
        }
        if (!sortedByUser) {
            restore();
        }
        closedBeforeStart = null;
    }

    private KeyGroupRange keyGroups() {
        TaskInfo task = getRuntimeContext().getTaskInfo();
        return KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
                task.getMaxNumberOfParallelSubtasks(),
                task.getNumberOfParallelSubtasks(),
                task.getIndexOfThisSubtask());
    }

    private int maxOnHeap() {
        if (sortedByUser) {
            // One user at a time, whose sessions are closed as time goes on: there is no need to
            // spill, and no state to spill to.
            return Integer.MAX_VALUE;
        }
        return maxOnHeap == BY_HEAP_SIZE
                ? maxByHeapSize(PART_OF_HEAP, SessionRecords.BYTES_PER_SESSION)
                : maxOnHeap;
    }

    private int maxLiveUsersOnHeap() {
        if (sortedByUser) {
            return Integer.MAX_VALUE;
        }
        return maxOnHeap == BY_HEAP_SIZE
                ? maxByHeapSize(PART_OF_HEAP_FOR_LIVE, LiveCounter.BYTES_PER_USER)
                : maxOnHeap;
    }

    private int maxByHeapSize(double part, int bytesEach) {
        int slots =
                getContainingTask()
                        .getEnvironment()
                        .getTaskManagerInfo()
                        .getConfiguration()
                        .get(TaskManagerOptions.NUM_TASK_SLOTS);
        double bytes = part * Runtime.getRuntime().maxMemory() / slots;
        return (int) Math.min(bytes / bytesEach, Integer.MAX_VALUE);
    }

    private void restore() throws Exception {
        this.<UserId>getKeyedStateBackend()
                .applyToAllKeys(
                        VoidNamespace.INSTANCE,
                        VoidNamespaceSerializer.INSTANCE,
                        SPILLED,
                        (user, stored) -> engine.restoreSpilled(user));
        this.<UserId>getKeyedStateBackend()
                .applyToAllKeys(
                        VoidNamespace.INSTANCE,
                        VoidNamespaceSerializer.INSTANCE,
                        PARTS,
                        (user, parts) -> engine.restoreParts(user));
        this.<UserId>getKeyedStateBackend()
                .applyToAllKeys(
                        VoidNamespace.INSTANCE,
                        VoidNamespaceSerializer.INSTANCE,
                        LOG,
                        (key, log) ->
                                engine.restoreLog(
                                        KeyGroupRangeAssignment.assignToKeyGroup(
                                                key, logKeys.length),
                                        segments(log)));
        if (live != null) {
            restoreLive();
        }
    }

    private void restoreLive() throws Exception {
        live.restoreClickCounts(liveClickState.get());
        forEachStored(live::restoreSpilled);
        this.<UserId>getKeyedStateBackend()
                .applyToAllKeys(
                        VoidNamespace.INSTANCE,
                        VoidNamespaceSerializer.INSTANCE,
                        LIVE_LOG,
                        (key, log) ->
                                live.restoreLog(
                                        KeyGroupRangeAssignment.assignToKeyGroup(
                                                key, logKeys.length),
                                        segments(log)));
        live.start(closedBeforeStart::watermark);
        forEachStored(
                (department, user) ->
                        live.countSpilled(department, user, closedBeforeStart::watermark));
    }

    private void forEachStored(BiConsumer<String, UserId> action) throws Exception {
        this.<UserId>getKeyedStateBackend()
                .applyToAllKeys(
                        VoidNamespace.INSTANCE,
                        VoidNamespaceSerializer.INSTANCE,
                        LIVE_USERS,
                        (user, stored) -> {
                            List<String> departments = new ArrayList<>();
                            stored.keys().forEach(departments::add);
                            departments.forEach(each -> action.accept(each, user));
                        });
    }

    /** The segments of a log, in order. */
    private static List<byte[]> segments(MapState<Integer, StoredSessions> log) throws Exception {
        TreeMap<Integer, byte[]> segments = new TreeMap<>();
        for (Map.Entry<Integer, StoredSessions> each : log.entries()) {
            segments.put(each.getKey(), each.getValue().bytes());
        }
        return List.copyOf(segments.values());
    }

    /**
     * Disables the key context per click. Keyed state is accessed rarely, and then the engine sets
     * the key.
     */
    @Override
    public boolean hasKeyContext1() {
        return false;
    }

    @Override
    public void processElement(StreamRecord<Click> element) {
        Click click = element.getValue();
        if (sortedByUser && (currentUser == null || !click.isOf(currentUser))) {
            addBatch();
            engine.closeAll();
            if (live != null) {
                live.forgetUsers();
            }
            currentUser = click.user();
        }
        pending.add(click, closed != null && closed.isBehind(click));
        if (pending.isFull()) {
            addBatch();
        }
    }

    /**
     * Adds the waiting clicks to their sessions. Must be called before anything else is processed.
     */
    private void addBatch() {
        if (sortedByUser && pending.size() > 0) {
            // A user's clicks come in the order of time. A click exactly a gap after the last one
            // still joins the session, so the session must stay open until then: hence 2.
            engine.advance(pending.timestamp(0) - 2);
        }
        engine.add(pending);
        if (live != null) {
            addLive();
        }
        if (pending.ofCartsCount() > 0) {
            emitOfCarts();
        }
        pending.clear();
    }

    /** Passes on the waiting clicks that change a cart, and are in a session. */
    private void emitOfCarts() {
        int count = pending.size();
        for (int i = 0; i < count; i++) {
            Click click = pending.clickOfCart(i);
            if (click != null && !pending.isLate(i)) {
                click.dropRaw();
                output.collect(ofCarts, new StreamRecord<>(click, click.timestamp()));
            }
        }
    }

    /** Counts the waiting clicks that are in a session. */
    private void addLive() {
        int count = pending.size();
        // As in the engine: rounds of reads that don't depend on each other.
        long read = 0;
        for (int i = 0; i < count; i++) {
            liveHashes[i] = LiveCounter.hash(pending.number(i), pending.text(i));
            read += live.peekSlot(liveHashes[i]);
        }
        for (int i = 0; i < count; i++) {
            read += live.peekRecord(liveHashes[i]);
        }
        peeked = read;
        for (int i = 0; i < count; i++) {
            if (!pending.isLate(i)) {
                boolean isCounted =
                        live.add(
                                pending.number(i),
                                pending.text(i),
                                liveHashes[i],
                                pending.timestamp(i),
                                pending.department(i),
                                pending.isCheckout(i),
                                (pending.marks(i) & EventMarks.CART) != 0);
                if (!isCounted) {
                    liveLeftOut.inc();
                }
            }
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        addBatch();
        watermark = mark.getTimestamp();
        if (closed != null && closed.isReachedBy(watermark)) {
            closed = null;
        }
        if (!sortedByUser) {
            // Wakes spilled users first, by timers, then looks at those on the heap.
            getTimeServiceManager()
                    .orElseThrow(() -> new IllegalStateException("A keyed operator has timers"))
                    .advanceWatermark(mark);
        }
        engine.advance(mark.getTimestamp());
        if (live != null) {
            live.advance(mark.getTimestamp());
        }
        output.emitWatermark(mark);
    }

    @Override
    public void onEventTime(InternalTimer<UserId, VoidNamespace> timer) {
        engine.onTimer(timer.getKey(), timers.currentWatermark());
    }

    @Override
    public void onProcessingTime(InternalTimer<UserId, VoidNamespace> timer) {
        throw new IllegalStateException("No such timer is ever set");
    }

    @Override
    public void endInput() {
        addBatch();
        if (sortedByUser) {
            engine.closeAll();
            if (live != null) {
                live.advance(Long.MAX_VALUE);
            }
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        addBatch();
        engine.writeChanges();
        if (live != null) {
            live.writeChanges();
        }
        usersLastWritten = engine.log().takeUsersWritten();
        bytesLastWritten = engine.log().takeBytesWritten();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        closedState.clear();
        // Where all is closed at the end of the input, a job that goes on begins anew.
        closedState.add(
                ClosedUpTo.runs(
                        keyGroups(),
                        watermark == Long.MAX_VALUE ? ClosedUpTo.NONE : watermark,
                        closed));
        if (live != null) {
            liveClickState.update(live.clickCounts());
        }
        nameState.clear();
        for (Map.Entry<Integer, List<String>> list : names.lists().entrySet()) {
            nameState.add(new NamesOfWriter(list.getKey(), list.getValue()));
        }
    }

    private void emit(Session session) {
        sessions.inc();
        if (session.hasCheckout()) {
            checkoutSessions.inc();
        }
        departmentsLeftOut.inc(session.departmentsLeftOut());
        output.collect(record.replace(session, session.lastMillisecond()));
    }

    private void emitLive(LiveCount count) {
        output.collect(liveSettings.output(), liveRecord.replace(count, count.lastMillisecond()));
    }

    private void emitLate(Click click) {
        // A millisecond earlier, as it came: see the operator in front of this one.
        output.collect(late, new StreamRecord<>(click, click.timestamp() - 1));
    }

    /** Stores a log in keyed state. */
    private final class LogState implements LogSegments {

        private final MapState<Integer, StoredSessions> segments;

        LogState(MapState<Integer, StoredSessions> segments) {
            this.segments = segments;
        }

        @Override
        public void put(int keyGroup, int index, byte[] segment) {
            setCurrentKey(UserId.ofNumber(logKeys[keyGroup]));
            try {
                segments.put(index, new StoredSessions(segment));
            } catch (Exception e) {
                throw failed(keyGroup, e);
            }
        }

        @Override
        public void remove(int keyGroup, int index) {
            setCurrentKey(UserId.ofNumber(logKeys[keyGroup]));
            try {
                segments.remove(index);
            } catch (Exception e) {
                throw failed(keyGroup, e);
            }
        }

        private IllegalStateException failed(int keyGroup, Exception cause) {
            return new IllegalStateException(
                    "The log of open sessions of key group " + keyGroup + " can't be written",
                    cause);
        }
    }

    /** Stores users of the live counts who do not fit on the heap in keyed state. */
    private final class LiveState implements LiveStore {

        @Override
        public void write(String department, UserId user, byte[] bytes) {
            setCurrentKey(user);
            try {
                liveUserState.put(department, new StoredSessions(bytes));
            } catch (Exception e) {
                throw failed(user, e);
            }
        }

        @Nullable
        @Override
        public byte[] read(String department, UserId user) {
            setCurrentKey(user);
            try {
                StoredSessions stored = liveUserState.get(department);
                return stored == null ? null : stored.bytes();
            } catch (Exception e) {
                throw failed(user, e);
            }
        }

        @Override
        public void remove(String department, UserId user) {
            setCurrentKey(user);
            try {
                liveUserState.remove(department);
            } catch (Exception e) {
                throw failed(user, e);
            }
        }

        @Override
        public void setTimer(UserId user, long time) {
            setCurrentKey(user);
            liveTimers.registerEventTimeTimer(VoidNamespace.INSTANCE, time);
        }

        private IllegalStateException failed(UserId user, Exception cause) {
            return new IllegalStateException(
                    "State of the live counts of user " + user + " can't be used", cause);
        }
    }

    /** Tells the live counts that a stored user may be over. */
    private final class LiveTimers implements Triggerable<UserId, VoidNamespace> {

        @Override
        public void onEventTime(InternalTimer<UserId, VoidNamespace> timer) {
            live.onTimer(timer.getKey(), liveTimers.currentWatermark());
        }

        @Override
        public void onProcessingTime(InternalTimer<UserId, VoidNamespace> timer) {
            throw new IllegalStateException("No such timer is ever set");
        }
    }

    /** Stores spilled users in keyed state. */
    private final class SpilledState implements SessionStore {

        @Override
        public void write(UserId user, byte[] sessions) {
            setCurrentKey(user);
            try {
                spilledState.update(new StoredSessions(sessions));
            } catch (IOException e) {
                throw failed(user, e);
            }
        }

        @Nullable
        @Override
        public byte[] read(UserId user) {
            setCurrentKey(user);
            try {
                StoredSessions stored = spilledState.value();
                return stored == null ? null : stored.bytes();
            } catch (IOException e) {
                throw failed(user, e);
            }
        }

        @Override
        public void remove(UserId user) {
            setCurrentKey(user);
            spilledState.clear();
        }

        @Override
        public void setTimer(UserId user, long lastMillisecond) {
            setCurrentKey(user);
            timers.registerEventTimeTimer(VoidNamespace.INSTANCE, lastMillisecond);
        }

        @Override
        public void addPart(UserId user, byte[] sessions) {
            setCurrentKey(user);
            try {
                partState.add(new StoredSessions(sessions));
            } catch (Exception e) {
                throw failed(user, e);
            }
        }

        @Override
        public List<byte[]> readParts(UserId user) {
            setCurrentKey(user);
            try {
                List<byte[]> parts = new ArrayList<>();
                for (StoredSessions part : partState.get()) {
                    parts.add(part.bytes());
                }
                return parts;
            } catch (Exception e) {
                throw failed(user, e);
            }
        }

        @Override
        public void removeParts(UserId user) {
            setCurrentKey(user);
            partState.clear();
        }

        private IllegalStateException failed(UserId user, Exception cause) {
            return new IllegalStateException(
                    "State of user " + Objects.toString(user) + " can't be used", cause);
        }
    }
}
