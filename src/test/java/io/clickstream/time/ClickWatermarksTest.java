package io.clickstream.time;

import static io.clickstream.testing.Clicks.click;
import static io.clickstream.testing.Clicks.time;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.DeadLetter;
import io.clickstream.event.Incoming;
import io.clickstream.event.RawRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.util.clock.ManualClock;
import org.apache.flink.util.clock.RelativeClock;
import org.junit.jupiter.api.Test;

class ClickWatermarksTest {

    private static final long NONE = Long.MIN_VALUE + 20_000;

    private final ManualClock clock = new ManualClock();
    private final WatermarkStrategy<Incoming> strategy =
            ClickWatermarks.strategy(Duration.ofSeconds(20), Duration.ofSeconds(15));
    private final WatermarkGenerator<Incoming> watermarks =
            strategy.createWatermarkGenerator(new Context());
    private final Output output = new Output();

    @Test
    void areAFixedTimeBehindTheNewestClick() {
        arrives(click("ann").at("12:00:05").build());
        arrives(click("bob").at("12:00:03").build());

        watermarks.onPeriodicEmit(output);

        assertThat(output.said).containsExactly(time("11:59:44.999"));
    }

    @Test
    void areNotMovedByDeadLetters() {
        arrives(click("ann").at("12:00:05").build());
        arrives(letter());

        watermarks.onPeriodicEmit(output);

        assertThat(output.said).containsExactly(time("11:59:44.999"));
    }

    @Test
    void areIdleAfterATimeWithoutClicks() {
        arrives(click("ann").at("12:00:05").build());
        after(Duration.ofMillis(200));
        // Flink takes the tick after the last click's for the beginning of the silence.
        after(Duration.ofMillis(200));
        after(Duration.ofSeconds(15));
        assertThat(output.said).containsExactly(time("11:59:44.999"));

        after(Duration.ofMillis(1));

        assertThat(output.said).containsExactly(time("11:59:44.999"), "idle");
    }

    @Test
    void areNotKeptAwakeByDeadLetters() {
        after(Duration.ZERO);
        for (int second = 0; second < 40; second++) {
            arrives(letter());
            after(Duration.ofSeconds(1));
        }

        assertThat(output.said).contains("idle");
        assertThat(output.said.get(output.said.size() - 1)).isEqualTo("idle");
    }

    @Test
    void areKeptAwakeByClicks() {
        for (int second = 0; second < 40; second++) {
            arrives(click("ann").at("12:00:05").build());
            after(Duration.ofSeconds(1));
        }

        assertThat(output.said).doesNotContain("idle");
    }

    @Test
    void takeTheTimeOfAClickForItsTimestamp() {
        TimestampAssigner<Incoming> timestamps = strategy.createTimestampAssigner(new Context());

        assertThat(timestamps.extractTimestamp(click("ann").at("12:00:05").build(), 7))
                .isEqualTo(time("12:00:05"));
        assertThat(timestamps.extractTimestamp(letter(), 7)).isEqualTo(7);
    }

    @Test
    void beginAtTheBeginningOfTime() {
        watermarks.onPeriodicEmit(output);

        assertThat(output.said).containsExactly(NONE - 20_000);
    }

    private void arrives(Incoming incoming) {
        long timestamp =
                strategy.createTimestampAssigner(new Context()).extractTimestamp(incoming, 0);
        watermarks.onEvent(incoming, timestamp, output);
    }

    private void after(Duration time) {
        clock.advanceTime(time);
        watermarks.onPeriodicEmit(output);
    }

    private static DeadLetter letter() {
        return new DeadLetter(
                DeadLetter.Reason.MALFORMED,
                "empty",
                new RawRecord("clicks", 0, 0, new byte[0]),
                time("23:00:00"));
    }

    /** What a generator said, without repetitions. */
    private static final class Output implements WatermarkOutput {

        private final List<Object> said = new ArrayList<>();

        @Override
        public void emitWatermark(Watermark watermark) {
            say(watermark.getTimestamp());
        }

        @Override
        public void markIdle() {
            say("idle");
        }

        @Override
        public void markActive() {
            say("active");
        }

        private void say(Object what) {
            if (said.isEmpty() || !said.get(said.size() - 1).equals(what)) {
                said.add(what);
            }
        }
    }

    private final class Context
            implements WatermarkGeneratorSupplier.Context,
                    org.apache.flink.api.common.eventtime.TimestampAssignerSupplier.Context {

        @Override
        public MetricGroup getMetricGroup() {
            return new UnregisteredMetricsGroup();
        }

        @Override
        public RelativeClock getInputActivityClock() {
            return clock;
        }
    }
}
