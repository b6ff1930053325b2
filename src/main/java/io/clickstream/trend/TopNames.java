package io.clickstream.trend;

import io.clickstream.event.Trend;
import io.clickstream.event.TrendSerializer;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Ranks the names of one window, keyed by the end of the window. */
public final class TopNames extends KeyedProcessFunction<Long, Trend, Trend> {

    private static final long serialVersionUID = 1L;

    private final int top;

    private transient ListState<Trend> candidates;

    /**
     * Creates a function.
     *
     * @param top the number of names in a list
     */
    public TopNames(int top) {
        this.top = top;
    }

    @Override
    public void open(OpenContext context) {
        candidates =
                getRuntimeContext()
                        .getListState(
                                new ListStateDescriptor<>("candidates", TrendSerializer.INSTANCE));
    }

    @Override
    public void processElement(Trend candidate, Context context, Collector<Trend> out)
            throws Exception {
        candidates.add(candidate);
        context.timerService().registerEventTimeTimer(candidate.lastMillisecond());
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Trend> out)
            throws Exception {
        List<Trend> sorted = new ArrayList<>();
        candidates.get().forEach(sorted::add);
        candidates.clear();
        sorted.sort(Trend.ORDER);
        for (int i = 0; i < Math.min(top, sorted.size()); i++) {
            out.collect(sorted.get(i).ranked(i + 1));
        }
    }
}
