package io.clickstream.session;

import io.clickstream.event.Click;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.metrics.ClickstreamMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * The sessions of each user. A {@link SessionEngine} keeps them on the heap; this operator gives it
 * Flink's watermarks, and keyed state as its store.
 *
 * <p>A session is emitted once, when the watermark reaches its last millisecond, which is its
 * timestamp. Keyed state is written in front of a checkpoint's barrier, before which the checkpoint
 * must hold all that came. Restored users are all read once; state is by key group, so it rescales.
 *
 * <p>A bounded input arrives sorted by user, in no order of time and without watermarks. There the
 * sessions of a user are closed when the next user begins.
 */
public final class SessionOperator extends AbstractStreamOperator<Session>
        implements OneInputStreamOperator<Click, Session>,
                BoundedOneInput,
                Triggerable<UserId, VoidNamespace> {

    private static final long serialVersionUID = 1L;

    private final Duration gap;
    private final int maxOnHeap;
    private final boolean sortedByUser;
    private final OutputTag<Click> late;

    private transient SessionEngine engine;
    private transient ValueState<StoredSessions> state;
    private transient ListState<NamesOfWriter> nameState;
    private transient DepartmentNames names;
    private transient InternalTimerService<VoidNamespace> timers;
    private transient StreamRecord<Session> record;
    private transient Counter sessions;
    private transient Counter checkoutSessions;
    private transient long bytesWritten;
    private transient long usersWritten;
    private transient long bytesLastWritten;
    private transient long usersLastWritten;
    private transient UserId currentUser;

    /**
     * An operator keyed by user.
     *
     * @param gap two clicks of a user that are further apart are in two sessions
     * @param maxOnHeap sessions that a subtask holds on the heap at most, by and large; the others
     *     are in keyed state alone
     * @param sortedByUser whether the input is bounded and arrives sorted by user
     * @param late where clicks go that are behind the watermark and join no open session
     */
    public SessionOperator(
            Duration gap, int maxOnHeap, boolean sortedByUser, OutputTag<Click> late) {
        this.gap = gap;
        this.maxOnHeap = maxOnHeap;
        this.sortedByUser = sortedByUser;
        this.late = late;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        state =
                context.getKeyedStateStore()
                        .getState(
                                new ValueStateDescriptor<>(
                                        "sessions", StoredSessionsSerializer.INSTANCE));
        nameState =
                context.getOperatorStateStore()
                        .getUnionListState(
                                new ListStateDescriptor<>(
                                        "department-names", NamesOfWriterSerializer.INSTANCE));
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
        timers =
                getInternalTimerService("spilled-sessions", VoidNamespaceSerializer.INSTANCE, this);
        record = new StreamRecord<>(null);
        engine = new SessionEngine(gap, maxOnHeap, names, new KeyedStateStore(), this::emit);
        MetricGroup metrics = getMetricGroup().addGroup(ClickstreamMetrics.GROUP);
        sessions = metrics.counter(ClickstreamMetrics.SESSIONS);
        checkoutSessions = metrics.counter(ClickstreamMetrics.CHECKOUT_SESSIONS);
        metrics.gauge(ClickstreamMetrics.SESSIONS_ON_HEAP, () -> engine.sessionsOnHeap());
        metrics.gauge(ClickstreamMetrics.SESSIONS_SPILLED, () -> engine.sessionsSpilled());
        metrics.gauge(ClickstreamMetrics.USERS_WRITTEN, () -> usersLastWritten);
        metrics.gauge(ClickstreamMetrics.BYTES_WRITTEN, () -> bytesLastWritten);
        if (!sortedByUser) {
            restore();
        }
    }

    private void restore() throws Exception {
        this.<UserId>getKeyedStateBackend()
                .applyToAllKeys(
                        VoidNamespace.INSTANCE,
                        VoidNamespaceSerializer.INSTANCE,
                        new ValueStateDescriptor<>("sessions", StoredSessionsSerializer.INSTANCE),
                        (user, stored) -> engine.restore(user));
    }

    /** Keyed state is touched seldom, and then the engine says for whom: no key per click. */
    @Override
    public boolean hasKeyContext1() {
        return false;
    }

    @Override
    public void processElement(StreamRecord<Click> element) {
        Click click = element.getValue();
        if (sortedByUser && !click.user().equals(currentUser)) {
            engine.closeAll();
            currentUser = click.user();
        }
        if (!engine.add(click)) {
            output.collect(late, element);
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        // Wakes spilled users first, by timers, then looks at those on the heap.
        getTimeServiceManager()
                .orElseThrow(() -> new IllegalStateException("A keyed operator has timers"))
                .advanceWatermark(mark);
        engine.advance(mark.getTimestamp());
        output.emitWatermark(mark);
    }

    @Override
    public void onEventTime(InternalTimer<UserId, VoidNamespace> timer) {
        engine.wake(timer.getKey(), timers.currentWatermark());
    }

    @Override
    public void onProcessingTime(InternalTimer<UserId, VoidNamespace> timer) {
        throw new IllegalStateException("No such timer is ever set");
    }

    @Override
    public void endInput() {
        if (sortedByUser) {
            engine.closeAll();
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        engine.writeChanges();
        usersLastWritten = usersWritten;
        bytesLastWritten = bytesWritten;
        usersWritten = 0;
        bytesWritten = 0;
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
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
        output.collect(record.replace(session, session.lastMillisecond()));
    }

    /** Keyed state as the engine sees it. */
    private final class KeyedStateStore implements SessionStore {

        private final SessionCodec codec = new SessionCodec(names);

        @Override
        public void write(OpenUser user) {
            StoredSessions stored = codec.encode(user);
            setCurrentKey(user.user());
            try {
                state.update(stored);
            } catch (IOException e) {
                throw failed(user.user(), e);
            }
            usersWritten++;
            bytesWritten += stored.bytes().length;
        }

        @Override
        public boolean read(OpenUser into) {
            setCurrentKey(into.user());
            try {
                StoredSessions stored = state.value();
                if (stored != null) {
                    codec.decode(stored, into);
                }
                return stored != null;
            } catch (IOException e) {
                throw failed(into.user(), e);
            }
        }

        @Override
        public void remove(UserId user) {
            setCurrentKey(user);
            state.clear();
        }

        @Override
        public void wakeAt(UserId user, long lastMillisecond) {
            setCurrentKey(user);
            timers.registerEventTimeTimer(VoidNamespace.INSTANCE, lastMillisecond);
        }

        private UncheckedIOException failed(UserId user, IOException cause) {
            return new UncheckedIOException(
                    "State of user " + Objects.toString(user) + " can't be used", cause);
        }
    }
}
