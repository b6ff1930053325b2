package io.clickstream.count;

import io.clickstream.event.Session;
import io.clickstream.event.WindowCount;
import io.clickstream.event.WindowCountSerializer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Adds up the sessions that one subtask closes, chained behind the sessions. Only a sum per window
 * and department leaves the subtask, so that no subtask behind the shuffle gets hot, however many
 * sessions one department has.
 *
 * <p>Sums leave before the watermark that closes their window, at the latest. The state is a list
 * of sums, which Flink may deal out anew when the parallelism changes: sums of the same window add
 * up wherever they are.
 */
public final class LocalCountOperator extends AbstractStreamOperator<WindowCount>
        implements OneInputStreamOperator<Session, WindowCount> {

    private static final long serialVersionUID = 1L;

    /**
     * Beyond that, sums leave early, in parts: the windows behind the shuffle are in keyed state.
     * So names that somebody makes up do not fill the heap. It also matters where there are no
     * watermarks.
     */
    private static final int MAX_SUMS = 200_000;

    /** Of the names of all sums. */
    private static final long MAX_CHARACTERS = 16 << 20;

    private final long windowMillis;

    private transient SessionCounts counts;
    private transient ListState<WindowCount> state;
    private transient StreamRecord<WindowCount> record;

    /**
     * An operator without key.
     *
     * @param window size of the windows, which are aligned to the epoch
     */
    public LocalCountOperator(Duration window) {
        this.windowMillis = window.toMillis();
        // Flink's default is to begin a chain, which would mean a hop through the network.
        setChainingStrategy(ChainingStrategy.ALWAYS);
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
