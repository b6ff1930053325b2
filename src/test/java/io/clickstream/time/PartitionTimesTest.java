package io.clickstream.time;

import static io.clickstream.testing.Clicks.time;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.junit.jupiter.api.Test;

class PartitionTimesTest implements WatermarkOutput, PartitionTimes.CaughtUp {

    private static final long STEP = 50;

    private final PartitionTimes times =
            new PartitionTimes(
                    Duration.ofSeconds(20), Duration.ofSeconds(15), Duration.ofMinutes(5));
    private final List<Object> said = new ArrayList<>();
    private final Map<String, Long> caughtUp = new HashMap<>();
    private final Set<String> unanswered = new HashSet<>();
    private long now = 1_000;

    @Test
    void areAFixedTimeBehindTheNewestClick() {
        PartitionTimes.Partition a = times.add("a", now);

        a.clicked(time("12:00:05"));
        a.clicked(time("12:00:03"));
        step();

        assertThat(said).containsExactly(time("11:59:44.999"));
    }

    @Test
    void areTheLowestOfAllPartitions() {
        PartitionTimes.Partition a = times.add("a", now);
        PartitionTimes.Partition b = times.add("b", now);

        a.clicked(time("12:00:05"));
        step();
        assertThat(said).isEmpty();

        b.clicked(time("11:00:00"));
        step();
        assertThat(said).containsExactly(time("10:59:39.999"));
    }

    @Test
    void areIdleWhenAllIsSilentAndReadToItsEnd() {
        times.add("a", now).clicked(time("12:00:05"));
        step();
        said.clear();

        run(Duration.ofMillis(14_900));
        assertThat(said).isEmpty();
        run(Duration.ofMillis(200));
        assertThat(said).containsExactly("idle");
    }

    @Test
    void areNotIdleBeforeTheServerHasAnswered() {
        unanswered.add("a");
        times.add("a", now).clicked(time("12:00:05"));
        run(Duration.ofSeconds(60));
        assertThat(said).doesNotContain("idle");

        unanswered.clear();
        run(Duration.ofSeconds(6));
        assertThat(said).endsWith("idle");
    }

    @Test
    void doNotTakeAnAnswerFromTheBeginningOfTheSilenceForItsEnd() {
        unanswered.add("a");
        PartitionTimes.Partition a = times.add("a", now);
        a.clicked(time("12:00:05"));
        step();
        // Nothing was left to read 14 s after the click. What came since is not known.
        caughtUp.put("a", now + 14_000);

        run(Duration.ofSeconds(60));

        assertThat(said).doesNotContain("idle");
    }

    @Test
    void areHeldByAPartitionThatIsNotReadToItsEnd() {
        PartitionTimes.Partition a = times.add("a", now);
        PartitionTimes.Partition b = times.add("b", now);
        a.clicked(time("12:00:00"));
        b.clicked(time("10:00:00"));
        step();
        unanswered.add("b");
        said.clear();

        for (int second = 1; second <= 240; second++) {
            a.clicked(time("12:00:00") + second * 1_000L);
            run(Duration.ofSeconds(1));
        }

        assertThat(said).isEmpty();
        assertThat(times.stalled()).isEqualTo(1);
    }

    @Test
    void setAPartitionAsideThatStallsForTooLong() {
        PartitionTimes.Partition a = times.add("a", now);
        PartitionTimes.Partition b = times.add("b", now);
        unanswered.add("b");
        b.clicked(time("10:00:00"));
        a.clicked(time("12:00:00"));
        step();
        said.clear();
        // 15 s of silence, 5 s for an answer, and then the stall timeout.
        for (int second = 1; second <= 325; second++) {
            a.clicked(time("12:00:00") + second * 1_000L);
            run(Duration.ofSeconds(1));
            if (second == 318) {
                assertThat(said).isEmpty();
            }
        }
        assertThat(said).isNotEmpty().doesNotContain("idle");
        assertThat(times.stalled()).isEqualTo(1);

        b.clicked(time("10:00:01"));
        step();

        assertThat(times.stalled()).isZero();
    }

    /** It is read, though all that it gives is a dead letter. */
    @Test
    void waitForAPartitionThatGivesRecordsThatAreNoClicks() {
        PartitionTimes.Partition a = times.add("a", now);
        PartitionTimes.Partition b = times.add("b", now);
        unanswered.add("b");
        b.clicked(time("10:00:00"));
        a.clicked(time("12:00:00"));
        step();
        said.clear();
        for (int second = 1; second <= 600; second++) {
            a.clicked(time("12:00:00") + second * 1_000L);
            b.gaveNoClick();
            run(Duration.ofSeconds(1));
        }

        assertThat(said).isEmpty();
        assertThat(times.stalled()).isZero();
    }

    @Test
    void doNotRiseToTheNewestClickWhileAPartitionIsSetAside() {
        PartitionTimes.Partition a = times.add("a", now);
        PartitionTimes.Partition b = times.add("b", now);
        a.clicked(time("12:00:00"));
        b.clicked(time("10:00:00"));
        unanswered.add("b");

        run(Duration.ofSeconds(400));

        assertThat(said).containsExactly(time("09:59:39.999"), "idle");
    }

    @Test
    void doNotBlameAPartitionForTheLongStepsOfASlowJob() {
        PartitionTimes.Partition a = times.add("a", now);
        a.clicked(time("12:00:00"));
        step();
        unanswered.add("a");

        for (int i = 0; i < 20; i++) {
            now += 60_000;
            times.advance(now, this, this);
        }

        assertThat(said).containsExactly(time("11:59:39.999"));
    }

    @Test
    void riseToTheNewestClickBeforeAllIsIdle() {
        PartitionTimes.Partition a = times.add("a", now);
        PartitionTimes.Partition b = times.add("b", now);
        a.clicked(time("12:00:00"));
        b.clicked(time("11:59:50"));

        run(Duration.ofSeconds(20));

        assertThat(said).containsExactly(time("11:59:29.999"), time("11:59:39.999"), "idle");
    }

    @Test
    void areActiveAgainWithTheNextClick() {
        PartitionTimes.Partition a = times.add("a", now);
        a.clicked(time("12:00:00"));
        run(Duration.ofSeconds(20));
        said.clear();

        a.clicked(time("12:00:30"));
        step();

        assertThat(said).containsExactly("active", time("12:00:09.999"));
    }

    @Test
    void areHeldAgainWhenTheServerOfAnIdlePartitionNoLongerAnswers() {
        PartitionTimes.Partition a = times.add("a", now);
        PartitionTimes.Partition b = times.add("b", now);
        a.clicked(time("12:00:00"));
        b.clicked(time("12:00:00"));
        for (int second = 1; second <= 30; second++) {
            a.clicked(time("12:00:00") + second * 1_000L);
            run(Duration.ofSeconds(1));
        }
        unanswered.add("b");
        run(Duration.ofSeconds(5));
        Object before = said.get(said.size() - 1);
        said.clear();

        for (int second = 36; second <= 120; second++) {
            a.clicked(time("12:00:00") + second * 1_000L);
            run(Duration.ofSeconds(1));
        }

        assertThat(before).isEqualTo(time("12:00:09.999"));
        // The last answer is believed for 15 s.
        assertThat((long) said.get(said.size() - 1)).isLessThan(time("12:00:32"));
    }

    @Test
    void areHeldByANewPartitionUntilItsFirstClick() {
        PartitionTimes.Partition a = times.add("a", now);
        a.clicked(time("12:00:00"));
        step();
        PartitionTimes.Partition b = times.add("b", now);
        said.clear();

        a.clicked(time("12:00:10"));
        run(Duration.ofSeconds(10));
        assertThat(said).isEmpty();
        b.clicked(time("12:00:05"));
        step();

        assertThat(said).containsExactly(time("11:59:44.999"));
    }

    @Test
    void areHeldByAPartitionThatHasEndedUntilWhatFollowsOnIt() {
        PartitionTimes.Partition parent = times.add("parent", now);
        PartitionTimes.Partition other = times.add("other", now);
        parent.clicked(time("10:00:00"));
        other.clicked(time("12:00:00"));
        step();
        times.end("parent");
        said.clear();

        other.clicked(time("12:00:05"));
        run(Duration.ofSeconds(14));
        assertThat(said).isEmpty();

        PartitionTimes.Partition child = times.add("child", now);
        times.remove("parent");
        run(Duration.ofSeconds(10));
        assertThat(said).isEmpty();
        child.clicked(time("10:00:01"));
        step();
        assertThat(said).containsExactly(time("09:59:40.999"));
    }

    @Test
    void forgetAPartitionThatHasEndedAfterTheIdleTimeout() {
        PartitionTimes.Partition ended = times.add("ended", now);
        ended.clicked(time("10:00:00"));
        step();
        times.end("ended");
        said.clear();

        run(Duration.ofMillis(15_100));

        assertThat(said).containsExactly("idle");
    }

    @Test
    void areIdleWithoutPartitionsAfterTheIdleTimeout() {
        run(Duration.ofMillis(14_900));
        assertThat(said).isEmpty();

        run(Duration.ofMillis(200));

        assertThat(said).containsExactly("idle");
    }

    @Test
    void askInIntervals() {
        times.add("a", now);
        unanswered.add("a");
        run(Duration.ofSeconds(15));
        asked = 0;

        run(Duration.ofSeconds(30));

        assertThat(asked).isBetween(5, 7);
    }

    private int asked;

    private void step() {
        now += STEP;
        times.advance(now, this, this);
    }

    private void run(Duration time) {
        for (long until = now + time.toMillis(); now < until; ) {
            step();
        }
    }

    @Override
    public long caughtUpAt(String partition) {
        return caughtUp.getOrDefault(partition, PartitionTimes.NEVER);
    }

    @Override
    public void check(List<String> partitions) {
        asked++;
        for (String each : partitions) {
            if (!unanswered.contains(each)) {
                caughtUp.put(each, now);
            }
        }
    }

    @Override
    public void emitWatermark(Watermark watermark) {
        said.add(watermark.getTimestamp());
    }

    @Override
    public void markIdle() {
        said.add("idle");
    }

    @Override
    public void markActive() {
        said.add("active");
    }
}
