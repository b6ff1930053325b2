package io.clickstream.trend;

import io.clickstream.event.Trend;
import io.clickstream.event.TrendSerializer;
import io.clickstream.flink.ChainedOperator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Emits only the top names of one subtask, chained behind the sums. A name that is among the top
 * names overall is among the top names of its subtask. Therefore the shuffle carries only a few
 * records per window, however many names there are.
 */
public final class LocalTopOperator extends ChainedOperator<Trend>
        implements OneInputStreamOperator<Trend, Trend> {

    private static final long serialVersionUID = 1L;

    /**
     * The maximum number of candidates. If there are more, candidates are emitted early. This
     * matters if there are no watermarks.
     */
    private static final int MAX_CANDIDATES = 200_000;

    private final int top;

    private transient TreeMap<Long, PriorityQueue<Trend>> windows;
    private transient ListState<Trend> state;
    private transient StreamRecord<Trend> record;
    private transient int candidates;

    /**
     * Creates an operator without key.
     *
     * @param top the number of names in a list
     */
    public LocalTopOperator(int top) {
        this.top = top;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        windows = new TreeMap<>();
        record = new StreamRecord<>(null);
        candidates = 0;
        state =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>("candidates", TrendSerializer.INSTANCE));
        for (Trend candidate : state.get()) {
            add(candidate);
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        List<Trend> open = new ArrayList<>();
        windows.values().forEach(open::addAll);
        state.update(open);
    }

    @Override
    public void processElement(StreamRecord<Trend> element) {
        add(element.getValue());
        if (candidates >= MAX_CANDIDATES) {
            emitUpTo(Long.MAX_VALUE);
        }
    }

    private void add(Trend candidate) {
        PriorityQueue<Trend> best =
                windows.computeIfAbsent(
                        candidate.windowEnd(), end -> new PriorityQueue<>(Trend.ORDER.reversed()));
        best.add(candidate);
        if (best.size() > top) {
            best.remove();
        } else {
            candidates++;
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        emitUpTo(mark.getTimestamp());
        super.processWatermark(mark);
    }

    private void emitUpTo(long watermark) {
        while (!windows.isEmpty() && windows.firstKey() - 1 <= watermark) {
            Map.Entry<Long, PriorityQueue<Trend>> window = windows.pollFirstEntry();
            candidates -= window.getValue().size();
            for (Trend candidate : window.getValue()) {
                output.collect(record.replace(candidate, candidate.lastMillisecond()));
            }
        }
    }
}
