package io.clickstream.time;

import io.clickstream.event.Click;
import io.clickstream.event.Incoming;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.BoundedOutOfOrdernessWatermarks;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.eventtime.WatermarksWithIdleness;

/**
 * The watermark of one partition or shard: a fixed time behind its newest click, idle after a time
 * without clicks. Records that are no clicks neither move it nor keep it awake.
 */
public final class ClickWatermarks implements WatermarkGenerator<Incoming> {

    private final WatermarkGenerator<Click> clicks;

    private ClickWatermarks(WatermarkGenerator<Click> clicks) {
        this.clicks = clicks;
    }

    /**
     * The strategy to give to a source, which uses it per partition.
     *
     * @param outOfOrderness how far a click may be behind the newest of its partition
     * @param idleTimeout for how long a partition without clicks holds the others back; time in
     *     which the source is held up by a slow job does not count
     */
    public static WatermarkStrategy<Incoming> strategy(
            Duration outOfOrderness, Duration idleTimeout) {
        return WatermarkStrategy.<Incoming>forGenerator(
                        context ->
                                new ClickWatermarks(
                                        new WatermarksWithIdleness<>(
                                                new BoundedOutOfOrdernessWatermarks<>(
                                                        outOfOrderness),
                                                idleTimeout,
                                                context.getInputActivityClock())))
                .withTimestampAssigner(
                        (incoming, recordTimestamp) ->
                                incoming.click() == null
                                        ? recordTimestamp
                                        : incoming.click().timestamp());
    }

    @Override
    public void onEvent(Incoming incoming, long timestamp, WatermarkOutput output) {
        Click click = incoming.click();
        if (click != null) {
            clicks.onEvent(click, timestamp, output);
        }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        clicks.onPeriodicEmit(output);
    }
}
