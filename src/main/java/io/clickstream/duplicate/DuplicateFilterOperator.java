package io.clickstream.duplicate;

import io.clickstream.event.Click;
import io.clickstream.event.UserId;
import io.clickstream.flink.ChainedOperator;
import io.clickstream.metrics.ClickstreamMetrics;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Passes each click of a user once, before the sessions. Two clicks are duplicates if user and id
 * are the same, and their times are no further apart than the span. The first one to arrive counts.
 * The others are counted as duplicates and dropped. A click without an id always passes.
 *
 * <p>An id is kept in keyed state until the watermark is the span past its click. Therefore a
 * duplicate is found however late it arrives within the span, after a restart, and at another
 * parallelism. Older clicks are late anyway, unless their session is still open.
 *
 * <p>A bounded input arrives sorted by user, and by time within a user. Then the ids of one user at
 * a time are on the heap, and the operator has no key. Of clicks with the same time, the first one
 * in the order of the sort counts.
 */
public final class DuplicateFilterOperator extends ChainedOperator<Click>
        implements OneInputStreamOperator<Click, Click>, Triggerable<UserId, VoidNamespace> {

    private static final long serialVersionUID = 1L;

    /**
     * The number of times per span at which a user's ids are checked for expiry. Each id is checked
     * a few times, and the state has at most a quarter more than necessary.
     */
    private static final int CLEANUPS_PER_SPAN = 4;

    /** The binary logarithm of the number of recent users who need no new timer. */
    private static final int TIMERS_LOG2 = 14;

    /** The golden ratio with 32 bits, which spreads sequential ids (Knuth, TAOCP 6.4). */
    private static final int SPREAD = 0x9e3779b9;

    private static final MapStateDescriptor<String, Long> SEEN =
            new MapStateDescriptor<>(
                    "seen-ids", StringSerializer.INSTANCE, LongSerializer.INSTANCE);

    private final long spanMillis;
    private final long cleanupMillis;
    private final boolean sortedByUser;

    private transient MapState<String, Long> seen;
    private transient InternalTimerService<VoidNamespace> timers;
    private transient UserId[] timerUsers;
    private transient long[] timerTimes;
    private transient Counter duplicates;

    /** The ids of the current user, if the input is sorted by user. */
    private transient SeenIds ofUser;

    /**
     * Creates an operator keyed by user, or without key if the input is sorted by user.
     *
     * @param span how long an id is kept, in event time
     * @param sortedByUser whether the input is bounded and sorted by user and time
     */
    public DuplicateFilterOperator(Duration span, boolean sortedByUser) {
        this.spanMillis = span.toMillis();
        this.cleanupMillis = Math.max(1, spanMillis / CLEANUPS_PER_SPAN);
        this.sortedByUser = sortedByUser;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        if (!sortedByUser) {
            seen = context.getKeyedStateStore().getMapState(SEEN);
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        if (sortedByUser) {
            ofUser = new SeenIds(spanMillis);
        } else {
            timers = getInternalTimerService("seen-ids", VoidNamespaceSerializer.INSTANCE, this);
            timerUsers = new UserId[1 << TIMERS_LOG2];
            timerTimes = new long[1 << TIMERS_LOG2];
        }
        duplicates = ClickstreamMetrics.counter(getMetricGroup(), ClickstreamMetrics.DUPLICATES);
    }

    @Override
    public void processElement(StreamRecord<Click> element) throws Exception {
        Click click = element.getValue();
        if (click.id() == null || (sortedByUser ? ofUser.isFirst(click) : isFirst(click))) {
            output.collect(element);
        } else {
            duplicates.inc();
        }
    }

    /** Whether no click of the same id is within the span; remembers the click. */
    private boolean isFirst(Click click) throws Exception {
        Long earlier = seen.get(click.id());
        if (earlier != null && Math.abs(click.timestamp() - earlier) <= spanMillis) {
            return false;
        }
        remember(click, earlier == null ? click.timestamp() : Math.max(earlier, click.timestamp()));
        return true;
    }

    private void remember(Click click, long time) throws Exception {
        // Rounded up, so that many clicks have the same timer.
        long cleanup = (time + spanMillis + cleanupMillis) / cleanupMillis * cleanupMillis;
        if (cleanup <= timers.currentWatermark()) {
            return;
        }
        seen.put(click.id(), time);
        int slot = (click.user().hashCode() * SPREAD) >>> (Integer.SIZE - TIMERS_LOG2);
        if (timerTimes[slot] != cleanup || !click.user().equals(timerUsers[slot])) {
            timers.registerEventTimeTimer(VoidNamespace.INSTANCE, cleanup);
            timerUsers[slot] = click.user();
            timerTimes[slot] = cleanup;
        }
    }

    @Override
    public void onEventTime(InternalTimer<UserId, VoidNamespace> timer) throws Exception {
        boolean someAreLeft = false;
        for (Iterator<Map.Entry<String, Long>> i = seen.iterator(); i.hasNext(); ) {
            if (i.next().getValue() + spanMillis < timer.getTimestamp()) {
                i.remove();
            } else {
                someAreLeft = true;
            }
        }
        if (!someAreLeft) {
            // On the heap an empty map would stay for ever.
            seen.clear();
        }
    }

    @Override
    public void onProcessingTime(InternalTimer<UserId, VoidNamespace> timer) {
        throw new IllegalStateException("No such timer is ever set");
    }
}
