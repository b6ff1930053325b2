package io.clickstream.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Click;
import io.clickstream.testing.Clicks;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * The promise of {@code LatenessBound}: whatever partitions, network and clock do, a click that
 * turns out to be behind the watermark still has its record's bytes.
 */
class LateClicksKeepTheirBytesTest {

    private static final long NOON = Clicks.time("12:00:00");
    private static final long MINUTES = 4;
    private static final int STEPS_PER_SECOND = 5;

    @Property(tries = 500, shrinking = ShrinkingMode.OFF)
    void whateverHappens(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        int parallelism = 1 + random.nextInt(3);
        int partitions = 1 + random.nextInt(2);
        try (EventTimeFlow flow = new EventTimeFlow(parallelism, partitions, NOON)) {
            run(flow, random, parallelism, partitions);
            if (random.nextBoolean()) {
                int after = 1 + random.nextInt(3);
                flow.restart(after, random.nextInt(60_000));
                run(flow, random, after, partitions);
            }

            assertThat(flow.arrived())
                    .filteredOn(click -> click.isBehindWatermark() && click.raw() == null)
                    .isEmpty();
        }
    }

    /**
     * Flink does not wait for a channel that wakes up behind the others, so that one which stays a
     * little behind them may find its clicks late minutes after it woke up.
     */
    @Example
    void alsoLongAfterASourceWokeUpBehindTheOthers() throws Exception {
        try (EventTimeFlow flow = new EventTimeFlow(2, 1, NOON)) {
            for (int second = 0; second < 240; second++) {
                boolean firstSleeps = second >= 20 && second < 60;
                if (!firstSleeps) {
                    flow.click(0, 0, flow.now() - 3_000);
                }
                flow.click(1, 0, flow.now());
                steps(flow, STEPS_PER_SECOND);
            }
            long lateByTheOthersOnly = flow.now() - 22_000;
            flow.click(0, 0, lateByTheOthersOnly);
            steps(flow, STEPS_PER_SECOND);

            Click last = flow.arrived().get(flow.arrived().size() - 1);
            assertThat(last.timestamp()).isEqualTo(lateByTheOthersOnly);
            assertThat(last.isBehindWatermark()).isTrue();
            assertThat(last.raw()).isNotNull();
        }
    }

    @Example
    void butOthersLetGoOfThem() throws Exception {
        try (EventTimeFlow flow = new EventTimeFlow(2, 2, NOON)) {
            for (int second = 0; second < 60; second++) {
                flow.click(0, 0, flow.now());
                flow.click(0, 1, flow.now() - 5_000);
                flow.click(1, second % 2, flow.now() - 20_000);
                steps(flow, STEPS_PER_SECOND);
            }

            assertThat(flow.arrived()).hasSizeGreaterThan(170);
            assertThat(flow.arrived()).allSatisfy(click -> assertThat(click.raw()).isNull());
        }
    }

    private static void steps(EventTimeFlow flow, int steps) throws Exception {
        for (int i = 0; i < steps; i++) {
            flow.step();
        }
    }

    /** Partitions speak and fall silent; some are behind the clock, and all are out of order. */
    private static void run(EventTimeFlow flow, Random random, int parallelism, int partitions)
            throws Exception {
        Mood[][] moods = new Mood[parallelism][partitions];
        for (long step = 0; step < MINUTES * 60 * STEPS_PER_SECOND; step++) {
            for (int subtask = 0; subtask < parallelism; subtask++) {
                if (random.nextInt(100) == 0) {
                    flow.delay(subtask, random.nextInt(3_000));
                }
                for (int partition = 0; partition < partitions; partition++) {
                    if (random.nextInt(500) == 0) {
                        flow.stall(subtask, partition, random.nextBoolean());
                    }
                    Mood mood = moods[subtask][partition];
                    if (mood == null || mood.endStep <= step) {
                        mood = Mood.any(random, step);
                        moods[subtask][partition] = mood;
                    }
                    if (random.nextDouble() < mood.clicksPerStep) {
                        flow.click(subtask, partition, mood.timestamp(random, flow.now()));
                    }
                }
            }
            flow.step();
        }
    }

    /** How a partition behaves for some time. */
    private record Mood(long endStep, double clicksPerStep, long lag, int disorder) {

        static Mood any(Random random, long step) {
            double[] rates = {0, 0, 0.02, 0.5};
            long[] lags = {-10_000, 0, 0, 500, 5_000, 60_000};
            return new Mood(
                    step + 10 + random.nextInt(60 * STEPS_PER_SECOND),
                    rates[random.nextInt(rates.length)],
                    lags[random.nextInt(lags.length)],
                    random.nextBoolean() ? 45_000 : 500);
        }

        long timestamp(Random random, long now) {
            long skewed = now + EventTimeFlow.SKEW.toMillis();
            return Math.min(skewed, now - lag - random.nextInt(disorder));
        }
    }
}
