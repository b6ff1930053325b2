package io.clickstream.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Click;
import io.clickstream.testing.Clicks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What event time does in each case of the README's table of silence and stalls, from the
 * partitions of several subtasks to the sessions.
 */
class StallsTest {

    private static final long NOON = Clicks.time("12:00:00");
    private static final long BOUND = EventTimeFlow.OUT_OF_ORDERNESS.toMillis() + 1;

    /** The sessions see each watermark a millisecond lower. */
    private static final long LOWER = 1;

    @Test
    void aSilentPartitionThatIsReadToItsEndHoldsNobodyAfterTheIdleTimeout() throws Exception {
        try (EventTimeFlow flow = new EventTimeFlow(2, 1, NOON)) {
            flow.click(0, 0, flow.now());
            flow.click(1, 0, flow.now());
            for (int second = 0; second < 16; second++) {
                flow.run(Duration.ofSeconds(1));
                flow.click(1, 0, flow.now());
            }
            flow.run(Duration.ofSeconds(1));

            assertThat(flow.watermark()).isEqualTo(NOON + 16_000 - BOUND - LOWER);
        }
    }

    /** The first partition is two hours behind, and holds clicks when its broker begins to hang. */
    @ParameterizedTest
    @CsvSource({"1, 16", "1, 60", "2, 16", "2, 60", "3, 240"})
    void aBrokerThatHangsMakesNoClickLate(int parallelism, int seconds) throws Exception {
        long behind = NOON - 7_200_000;
        int last = parallelism - 1;
        try (EventTimeFlow flow = new EventTimeFlow(parallelism, 2, NOON)) {
            for (int subtask = 1; subtask < parallelism; subtask++) {
                clickAt(flow, subtask, 2, NOON);
            }
            flow.click(0, 1, NOON);
            flow.click(0, 0, behind);
            flow.run(Duration.ofSeconds(1));
            flow.stall(0, 0, true);
            for (int second = 0; second < seconds; second++) {
                flow.run(Duration.ofSeconds(1));
                flow.click(last, 1, flow.now());
            }
            long held = flow.watermark();
            flow.stall(0, 0, false);
            for (int i = 0; i < 1_000; i++) {
                flow.click(0, 0, behind + 10L * i);
            }
            flow.run(Duration.ofSeconds(1));

            assertThat(held).isEqualTo(behind - BOUND - LOWER);
            assertThat(flow.arrived()).noneMatch(Click::isBehindWatermark);
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "2"})
    void aBrokerThatHangsForTenMinutesHoldsEventTimeForTheStallTimeout(int parallelism)
            throws Exception {
        int last = parallelism - 1;
        try (EventTimeFlow flow = new EventTimeFlow(parallelism, 2, NOON)) {
            clickEverywhere(flow, parallelism);
            flow.run(Duration.ofSeconds(1));
            flow.stall(0, 0, true);
            long held = NOON - BOUND - LOWER;
            // 15 s of silence, 5 s for an answer, and the stall timeout of 5 minutes.
            for (int second = 2; second <= 600; second++) {
                flow.run(Duration.ofSeconds(1));
                flow.click(last, 1, flow.now());
                if (second == 318) {
                    assertThat(flow.watermark()).isEqualTo(held);
                }
                if (second == 325) {
                    assertThat(flow.watermark()).isGreaterThan(NOON + 300_000);
                }
            }
            flow.stall(0, 0, false);
            flow.click(0, 0, NOON + 1_000);
            flow.click(0, 0, flow.now());
            flow.run(Duration.ofSeconds(1));

            assertThat(flow.arrived())
                    .filteredOn(Click::isBehindWatermark)
                    .extracting(Click::timestamp)
                    .containsExactly(NOON + 1_000);
        }
    }

    @Test
    void allSilentGoesOnWithTheClockFromTheNewestClickUnlessOneIsNotReadToItsEnd()
            throws Exception {
        try (EventTimeFlow flow = new EventTimeFlow(2, 2, NOON)) {
            clickEverywhere(flow, 2);
            flow.click(1, 1, NOON + 5_000);
            flow.stall(0, 1, true);
            flow.run(Duration.ofSeconds(60));
            assertThat(flow.watermark()).isEqualTo(NOON - BOUND - LOWER);

            flow.stall(0, 1, false);
            flow.run(Duration.ofSeconds(40));

            // As far as something may be open: the bound and the reach of a window.
            assertThat(flow.watermark()).isEqualTo(NOON + 5_000 - BOUND + BOUND + 11_000 - LOWER);
        }
    }

    @Test
    void aNewPartitionHoldsEventTimeFromItsDiscovery() throws Exception {
        try (EventTimeFlow flow = new EventTimeFlow(1, 1, NOON)) {
            flow.click(0, 0, flow.now());
            flow.run(Duration.ofSeconds(1));
            int added = flow.addPartition(0);
            for (int second = 0; second < 10; second++) {
                flow.run(Duration.ofSeconds(1));
                flow.click(0, 0, flow.now());
            }
            assertThat(flow.watermark()).isEqualTo(NOON - BOUND - LOWER);

            // It was sent long before the partition was found.
            flow.click(0, added, NOON - 15_000);
            flow.run(Duration.ofSeconds(1));

            assertThat(flow.arrived()).noneMatch(Click::isBehindWatermark);
        }
    }

    @Test
    void subtasksWithoutPartitionsHoldNobodyAfterTheIdleTimeout() throws Exception {
        try (EventTimeFlow flow = new EventTimeFlow(3, 0, NOON)) {
            int partition = flow.addPartition(0);
            for (int second = 1; second <= 20; second++) {
                flow.click(0, partition, flow.now());
                flow.run(Duration.ofSeconds(1));
                if (second == 14) {
                    assertThat(flow.watermark()).isEqualTo(Long.MIN_VALUE);
                }
            }

            assertThat(flow.watermark()).isEqualTo(NOON + 19_000 - BOUND - LOWER);
        }
    }

    @Test
    void aRestartWaitsForEachPartitionAgain() throws Exception {
        try (EventTimeFlow flow = new EventTimeFlow(2, 1, NOON)) {
            clickAt(flow, 0, 1, NOON);
            clickAt(flow, 1, 1, NOON);
            flow.run(Duration.ofSeconds(1));
            flow.restart(2, 60_000);
            flow.stall(1, 0, true);
            for (int second = 0; second < 120; second++) {
                flow.run(Duration.ofSeconds(1));
                flow.click(0, 0, flow.now());
            }
            flow.stall(1, 0, false);
            flow.click(1, 0, NOON + 1_000);
            flow.run(Duration.ofSeconds(1));

            assertThat(flow.arrived()).noneMatch(Click::isBehindWatermark);
        }
    }

    /**
     * Partitions that always have clicks, which stall at random for up to five minutes: what they
     * give when they go on is as much on time as it would have been without the stall.
     */
    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void noClickIsLateInACatchUpThatWouldNotBeLateLive(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        int parallelism = 1 + random.nextInt(3);
        int partitions = 1 + random.nextInt(2);
        int all = parallelism * partitions;
        List<List<Long>> waiting = new ArrayList<>();
        long[] stalledUntil = new long[all];
        for (int i = 0; i < all; i++) {
            waiting.add(new ArrayList<>());
        }
        try (EventTimeFlow flow = new EventTimeFlow(parallelism, partitions, NOON)) {
            long end = NOON + 900_000;
            while (flow.now() < end) {
                for (int i = 0; i < all; i++) {
                    waiting.get(i).add(flow.now() - random.nextInt(20_000));
                    // A stall that has just ended gives its clicks first: none is longer.
                    boolean isStalled = waiting.get(i).size() > 1;
                    if (!isStalled && flow.now() < end - 300_000 && random.nextInt(200) == 0) {
                        stalledUntil[i] = flow.now() + 1_000L * random.nextInt(300);
                        flow.stall(i / partitions, i % partitions, true);
                    }
                    if (flow.now() >= stalledUntil[i]) {
                        flow.stall(i / partitions, i % partitions, false);
                        for (long timestamp : waiting.get(i)) {
                            flow.click(i / partitions, i % partitions, timestamp);
                        }
                        waiting.get(i).clear();
                    }
                }
                flow.run(Duration.ofSeconds(1));
            }

            assertThat(flow.arrived()).hasSizeGreaterThan(all * 600);
            assertThat(flow.arrived()).noneMatch(Click::isBehindWatermark);
        }
    }

    private static void clickEverywhere(EventTimeFlow flow, int parallelism) throws Exception {
        for (int subtask = 0; subtask < parallelism; subtask++) {
            clickAt(flow, subtask, 2, NOON);
        }
    }

    private static void clickAt(EventTimeFlow flow, int subtask, int partitions, long time)
            throws Exception {
        for (int partition = 0; partition < partitions; partition++) {
            flow.click(subtask, partition, time);
        }
    }
}
