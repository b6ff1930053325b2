package io.clickstream.count;

import io.clickstream.event.Session;
import io.clickstream.event.WindowCount;
import io.clickstream.event.WindowCountSerializer;
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
 * Sums up the sessions that one subtask closes, chained behind the sessions. The subtask emits only
 * one sum per window and department, so a popular department does not overload a subtask behind the
 * shuffle.
 *
 * <p>Sums are emitted at the latest before the watermark that closes their window. The state is a
 * list of sums, which Flink may redistribute when the parallelism changes: sums of the same window
 * are added wherever they are.
 */
public final class LocalCountOperator extends ChainedOperator<WindowCount>
        implements OneInputStreamOperator<Session, WindowCount> {

    private static final long serialVersionUID = 1L;

    /**
     * The maximum number of sums. If there are more, partial sums are emitted early, because the
     * windows behind the shuffle are in keyed state. This keeps invented names from filling the
     * heap, and limits the sums if there are no watermarks.
     */
    private static final int MAX_SUMS = 200_000;

    /** The maximum number of characters of the names of all sums. */
    private static final long MAX_CHARACTERS = 16 << 20;

    private final long windowMillis;

    private transient SessionCounts counts;
    private transient ListState<WindowCount> state;
    private transient StreamRecord<WindowCount> record;

    /**
     * Creates an operator without key.
     *
     * @param window size of the windows, which are aligned to 1970-01-01T00:00:00Z
     */
    public LocalCountOperator(Duration window) {
        this.windowMillis = window.toMillis();
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        counts = new SessionCounts(windowMillis);
        record = new StreamRecord<>(null);
        state =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>(
                                        "counts", WindowCountSerializer.INSTANCE));
        for (WindowCount count : state.get()) {
            counts.add(count);
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        state.clear();
        List<WindowCount> open = new ArrayList<>();
        counts.forEach(open::add);
        state.addAll(open);
    }

    @Override
    public void processElement(StreamRecord<Session> element) {
        counts.add(element.getValue());
        if (counts.size() >= MAX_SUMS || counts.characters() >= MAX_CHARACTERS) {
            counts.forEach(this::emit);
            counts.clear();
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        counts.close(mark.getTimestamp(), this::emit);
        super.processWatermark(mark);
    }

    private void emit(WindowCount count) {
        output.collect(record.replace(count, count.lastMillisecond()));
    }
}
