package io.clickstream.trend;

import io.clickstream.event.Trend;
import java.time.Duration;
import java.util.Arrays;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.LongPrimitiveArraySerializer;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * The clicks on one name within the span, for each slide in which there are any.
 *
 * <p>Flink's sliding windows would add each count to every window that contains it. Here, a name
 * has one entry in keyed state with a count per pane, which is read and written once per slide.
 */
public final class SlidingTrends extends KeyedProcessFunction<String, Trend, Trend> {

    private static final long serialVersionUID = 1L;

    private final long spanMillis;
    private final long slideMillis;

    private transient ValueState<long[]> panes;

    /**
     * Creates a function.
     *
     * @param span a multiple of the slide
     */
    public SlidingTrends(Duration span, Duration slide) {
        this.spanMillis = span.toMillis();
        this.slideMillis = slide.toMillis();
    }

    @Override
    public void open(OpenContext context) {
        // Begins and counts in turns, in the order of time.
        panes =
                getRuntimeContext()
                        .getState(
                                new ValueStateDescriptor<>(
                                        "panes", LongPrimitiveArraySerializer.INSTANCE));
    }

    @Override
    public void processElement(Trend count, Context context, Collector<Trend> out)
            throws Exception {
        panes.update(with(panes.value(), count.windowBegin(), count.count()));
        context.timerService().registerEventTimeTimer(count.lastMillisecond());
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Trend> out)
            throws Exception {
        long[] known = panes.value();
        if (known == null) {
            return;
        }
        long[] left = slide(known, timestamp + 1, context.getCurrentKey(), out);
        if (context.timerService().currentWatermark() == Long.MAX_VALUE) {
            // At the end of the input, where Flink fires no timer that is set by a timer.
            long end = timestamp + 1;
            while (left.length > 0) {
                // After a silence longer than the span, go on at the next pane.
                end = Math.max(end, left[0]) + slideMillis;
                left = slide(left, end, context.getCurrentKey(), out);
            }
        }
        if (left.length == 0) {
            panes.clear();
        } else {
            if (left != known) {
                panes.update(left);
            }
            context.timerService().registerEventTimeTimer(timestamp + slideMillis);
        }
    }

    /** Emits the sum of the span that has ended, and returns the panes of later spans. */
    private long[] slide(long[] known, long end, String name, Collector<Trend> out) {
        long count = 0;
        int firstKept = known.length;
        for (int i = known.length - 2; i >= 0; i -= 2) {
            if (known[i] >= end - spanMillis && known[i] < end) {
                count += known[i + 1];
            }
            if (known[i] > end - spanMillis) {
                firstKept = i;
            }
        }
        if (count > 0) {
            out.collect(new Trend(Trend.NOT_RANKED, name, count, end - spanMillis, end));
        }
        return firstKept == 0 ? known : Arrays.copyOfRange(known, firstKept, known.length);
    }

    /** The panes with a count added to one of them, or to a new one. */
    private static long[] with(long[] panes, long begin, long count) {
        if (panes == null) {
            return new long[] {begin, count};
        }
        int at = panes.length;
        while (at > 0 && panes[at - 2] >= begin) {
            at -= 2;
        }
        if (at < panes.length && panes[at] == begin) {
            long[] more = panes.clone();
            more[at + 1] += count;
            return more;
        }
        long[] more = new long[panes.length + 2];
        System.arraycopy(panes, 0, more, 0, at);
        more[at] = begin;
        more[at + 1] = count;
        System.arraycopy(panes, at, more, at + 2, panes.length - at);
        return more;
    }
}
