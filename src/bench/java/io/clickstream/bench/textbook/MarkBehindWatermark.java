package io.clickstream.bench.textbook;

import io.clickstream.event.Click;
import io.clickstream.event.UserId;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Says of each click whether the watermark has passed it, for the sessions to decide. */
public final class MarkBehindWatermark extends KeyedProcessFunction<UserId, Click, MarkedClick> {

    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(Click click, Context context, Collector<MarkedClick> out) {
        out.collect(
                new MarkedClick(
                        click, click.timestamp() <= context.timerService().currentWatermark()));
    }
}
