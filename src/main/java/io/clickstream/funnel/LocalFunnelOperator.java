package io.clickstream.funnel;

import io.clickstream.event.FunnelPart;
import io.clickstream.event.FunnelPartSerializer;
import io.clickstream.event.Session;
import io.clickstream.flink.ChainedOperator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Sums up the sessions of one subtask that entered a funnel, chained behind the sessions, so that
 * one record per window and department goes through the network.
 *
 * <p>Parts are emitted at the latest before the watermark that closes their window. The state is a
 * list of parts, which Flink may redistribute when the parallelism changes: parts of the same
 * window are added wherever they are.
 */
public final class LocalFunnelOperator extends ChainedOperator<FunnelPart>
        implements OneInputStreamOperator<Session, FunnelPart> {

    private static final long serialVersionUID = 1L;

    /**
     * The maximum size of all parts. If there are more, they are emitted early, because the windows
     * behind the shuffle are in keyed state.
     */
    private static final long MAX_BYTES = 16 << 20;

    private final Funnel funnel;
    private final boolean byDepartment;
    private final long windowMillis;

    private transient FunnelParts parts;
    private transient ListState<FunnelPart> state;
    private transient StreamRecord<FunnelPart> record;

    /**
     * Creates an operator without key.
     *
     * @param byDepartment whether there are parts for each department, too
     * @param window size of the windows, which are aligned to 1970-01-01T00:00:00Z
     */
    public LocalFunnelOperator(Funnel funnel, boolean byDepartment, Duration window) {
        this.funnel = funnel;
        this.byDepartment = byDepartment;
        this.windowMillis = window.toMillis();
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        parts = new FunnelParts(funnel, byDepartment, windowMillis);
        record = new StreamRecord<>(null);
        state =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>("parts", FunnelPartSerializer.INSTANCE));
        for (FunnelPart part : state.get()) {
            parts.add(part);
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        List<FunnelPart> open = new ArrayList<>();
        parts.forEach(open::add);
        state.update(open);
    }

    @Override
    public void processElement(StreamRecord<Session> element) {
        parts.add(element.getValue());
        if (parts.bytes() > MAX_BYTES) {
            parts.forEach(this::emit);
            parts.clear();
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        parts.close(mark.getTimestamp(), this::emit);
        super.processWatermark(mark);
    }

    private void emit(FunnelPart part) {
        output.collect(record.replace(part, part.lastMillisecond()));
    }
}
