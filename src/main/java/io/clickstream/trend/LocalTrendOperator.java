package io.clickstream.trend;

import io.clickstream.event.Click;
import io.clickstream.event.Trend;
import io.clickstream.event.TrendSerializer;
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
 * Sums up clicks per name within one subtask, chained to the clicks, so that a popular name does
 * not overload a subtask behind the shuffle. Counts are emitted before the watermark that closes
 * their pane.
 *
 * <p>A click that arrives after its pane has closed is not counted, because its lists have been
 * written.
 */
public final class LocalTrendOperator extends ChainedOperator<Trend>
        implements OneInputStreamOperator<Click, Trend> {

    private static final long serialVersionUID = 1L;

    /**
     * The maximum number of counts. If there are more, partial counts are emitted early. This
     * matters if there are no watermarks.
     */
    private static final int MAX_COUNTS = 200_000;

    /**
     * The maximum number of characters of the names of all counts, because names may be invented.
     */
    private static final long MAX_CHARACTERS = 16 << 20;

    private final TrendField field;
    private final long slideMillis;

    private transient PaneCounts counts;
    private transient ListState<Trend> state;
    private transient StreamRecord<Trend> record;
    private transient long watermark;

    /**
     * Creates an operator without key.
     *
     * @param slide the time between two lists
     */
    public LocalTrendOperator(TrendField field, Duration slide) {
        this.field = field;
        this.slideMillis = slide.toMillis();
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        counts = new PaneCounts(slideMillis);
        record = new StreamRecord<>(null);
        watermark = Long.MIN_VALUE;
        state =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>("counts", TrendSerializer.INSTANCE));
        for (Trend count : state.get()) {
            counts.add(count.name(), count.windowBegin(), count.count());
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        List<Trend> open = new ArrayList<>();
        counts.forEach(open::add);
        state.update(open);
    }

    @Override
    public void processElement(StreamRecord<Click> element) {
        Click click = element.getValue();
        String name = field.of(click);
        if (name == null || counts.paneEnd(click.timestamp()) - 1 <= watermark) {
            return;
        }
        counts.add(name, click.timestamp(), 1);
        if (counts.size() >= MAX_COUNTS || counts.characters() >= MAX_CHARACTERS) {
            counts.forEach(this::emit);
            counts.clear();
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        watermark = mark.getTimestamp();
        counts.close(watermark, this::emit);
        super.processWatermark(mark);
    }

    private void emit(Trend count) {
        output.collect(record.replace(count, count.lastMillisecond()));
    }
}
