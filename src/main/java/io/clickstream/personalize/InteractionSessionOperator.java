package io.clickstream.personalize;

import io.clickstream.event.Interaction;
import io.clickstream.metrics.ClickstreamMetrics;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Adds a session to each interaction, keyed by user, in the order of arrival. An interaction with a
 * session id keeps it and does not access state. Other interactions of a user, with no pause longer
 * than the session gap, are in one session, which is named after the user and the time of its first
 * interaction.
 *
 * <p>The operator does not wait for the watermark, because Personalize should receive a click while
 * the visit continues. Therefore out-of-order arrival matters for the first clicks of a visit. An
 * earlier click that arrives later, within the gap, joins the existing session, which keeps its
 * name. A click that closes the gap between two sessions does not join them. If the clicks of a
 * user arrive in the same order, as those of one partition or shard always do, a replay gives the
 * same names. A restart always does, because the open session is state. The event id does not
 * depend on the session, so Personalize counts an interaction once, whatever the name of its
 * session.
 *
 * <p>A user's session is forgotten when event time is the gap past its last interaction. An
 * interaction behind the watermark that is near no open session has its own session.
 */
public final class InteractionSessionOperator extends AbstractStreamOperator<Interaction>
        implements OneInputStreamOperator<Interaction, Interaction>,
                Triggerable<String, VoidNamespace> {

    private static final long serialVersionUID = 1L;

    /**
     * The maximum number of characters of a user in a session's name. Personalize accepts 256
     * characters for a session; the time takes 13 or 14.
     */
    private static final int MAX_USER_IN_NAME = 256 - 20;

    private final long gapMillis;

    private transient ValueState<Long> first;
    private transient ValueState<Long> earliest;
    private transient ValueState<Long> latest;
    private transient InternalTimerService<VoidNamespace> timers;
    private transient Counter interactions;

    /**
     * Creates an operator keyed by {@link Interaction#key()}.
     *
     * @param gap the maximum time between two interactions of a session
     */
    public InteractionSessionOperator(Duration gap) {
        this.gapMillis = gap.toMillis();
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        first = time(context, "first");
        earliest = time(context, "earliest");
        latest = time(context, "latest");
    }

    private static ValueState<Long> time(StateInitializationContext context, String name) {
        return context.getKeyedStateStore()
                .getState(new ValueStateDescriptor<>(name, LongSerializer.INSTANCE));
    }

    @Override
    public void open() throws Exception {
        super.open();
        timers = getInternalTimerService("session-ends", VoidNamespaceSerializer.INSTANCE, this);
        interactions =
                ClickstreamMetrics.counter(getMetricGroup(), ClickstreamMetrics.INTERACTIONS);
    }

    @Override
    public void processElement(StreamRecord<Interaction> element) throws Exception {
        Interaction interaction = element.getValue();
        interactions.inc();
        output.collect(
                interaction.session() == null
                        ? element.replace(interaction.inSession(session(interaction)))
                        : element);
    }

    private String session(Interaction interaction) throws Exception {
        long time = interaction.time();
        Long begin = first.value();
        if (begin != null) {
            long from = earliest.value();
            long to = latest.value();
            if (time >= from - gapMillis && time <= to + gapMillis) {
                if (time < from) {
                    earliest.update(time);
                } else if (time > to) {
                    latest.update(time);
                }
                return name(interaction.user(), begin);
            }
            if (time < from) {
                // The open session is a later one, and stays.
                return name(interaction.user(), time);
            }
        }
        if (time + gapMillis <= timers.currentWatermark()) {
            return name(interaction.user(), time);
        }
        if (begin == null) {
            timers.registerEventTimeTimer(VoidNamespace.INSTANCE, end(time));
        }
        first.update(time);
        earliest.update(time);
        latest.update(time);
        return name(interaction.user(), time);
    }

    /** The first millisecond in which no interaction joins anymore. */
    private long end(long last) {
        return last + gapMillis + 1;
    }

    @Override
    public void onEventTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
        // One timer per user, set anew only when it is due.
        long end = end(latest.value());
        if (end > timer.getTimestamp()) {
            timers.registerEventTimeTimer(VoidNamespace.INSTANCE, end);
            return;
        }
        first.clear();
        earliest.clear();
        latest.clear();
    }

    @Override
    public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
        throw new IllegalStateException("No such timer is ever set");
    }

    private static String name(String user, long begin) {
        return (user.length() <= MAX_USER_IN_NAME ? user : sum(user)) + '-' + begin;
    }

    private static String sum(String user) {
        try {
            byte[] sum =
                    MessageDigest.getInstance("SHA-256")
                            .digest(user.getBytes(StandardCharsets.UTF_8));
            return new BigInteger(1, sum).toString(16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
