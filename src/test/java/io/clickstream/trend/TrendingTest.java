package io.clickstream.trend;

import static io.clickstream.testing.Clicks.click;
import static io.clickstream.testing.Clicks.time;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.aggregate.AggregateJson;
import io.clickstream.aggregate.TrendFormat;
import io.clickstream.bench.RocksDb;
import io.clickstream.event.Click;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Trend;
import io.clickstream.tools.oracle.TrendOracle;
import io.clickstream.tools.oracle.TrendOracle.NamedClick;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All stages of the ranking, one behind the other as in the pipeline, in Flink's harness. */
class TrendingTest {

    private static final Duration SPAN = Duration.ofSeconds(30);
    private static final Duration SLIDE = Duration.ofSeconds(10);
    private static final int MAX_PARALLELISM = 8;

    private final List<Trend> trends = new ArrayList<>();
    private List<Subtask> subtasks = new ArrayList<>();
    private boolean onRocksDb;
    private int top = 2;

    @AfterEach
    void stop() throws Exception {
        for (Subtask subtask : subtasks) {
            subtask.close();
        }
    }

    @Test
    void ranksByClicksThenByName() throws Exception {
        start(1);
        arrive("Books", "cameras", "cameras", "AirPods");

        watermark("12:00:09.999");

        assertThat(trends)
                .containsExactly(
                        trend(1, "cameras", 2, "11:59:40", "12:00:10"),
                        trend(2, "AirPods", 1, "11:59:40", "12:00:10"));
    }

    @Test
    void slidesUntilAllIsOver() throws Exception {
        start(1);
        arrive("Books");

        watermark("12:05:00");

        assertThat(trends)
                .containsExactly(
                        trend(1, "Books", 1, "11:59:40", "12:00:10"),
                        trend(1, "Books", 1, "11:59:50", "12:00:20"),
                        trend(1, "Books", 1, "12:00:00", "12:00:30"));
        assertNothingIsLeft();
    }

    @Test
    void slidesUntilAllIsOverAtTheEndOfTheInput() throws Exception {
        start(1);
        arrive("Books");
        subtasks.get(0).click(click("ann").at("12:10:05").in("Books").build());

        watermark(Long.MAX_VALUE);

        assertThat(trends)
                .containsExactly(
                        trend(1, "Books", 1, "11:59:40", "12:00:10"),
                        trend(1, "Books", 1, "11:59:50", "12:00:20"),
                        trend(1, "Books", 1, "12:00:00", "12:00:30"),
                        trend(1, "Books", 1, "12:09:40", "12:10:10"),
                        trend(1, "Books", 1, "12:09:50", "12:10:20"),
                        trend(1, "Books", 1, "12:10:00", "12:10:30"));
        assertNothingIsLeft();
    }

    @Test
    void countsNoClickWithoutAName() throws Exception {
        start(1);
        subtasks.get(0).click(click("ann").at("12:00:00").build());

        watermark("12:05:00");

        assertThat(trends).isEmpty();
    }

    @Test
    void countsNoClickBehindItsPane() throws Exception {
        start(1);
        arrive("Books");
        watermark("12:00:09.999");

        arrive("Books", "Books");
        subtasks.get(0).click(click("ann").at("12:00:10").in("cameras").build());
        watermark("12:00:19.999");

        assertThat(trends)
                .containsExactly(
                        trend(1, "Books", 1, "11:59:40", "12:00:10"),
                        trend(1, "Books", 1, "11:59:50", "12:00:20"),
                        trend(2, "cameras", 1, "11:59:50", "12:00:20"));
    }

    /** Whatever comes, in any order, with restarts at other parallelisms in between. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void ranksWhatTheOracleRanks(long seed) throws Exception {
        Random random = new Random(seed);
        onRocksDb = seed % 2 == 0;
        top = 1 + random.nextInt(5);
        int names = 1 + random.nextInt(12);
        int[] parallelisms = {1, 3, 2, 4};
        long start = time("12:00:00");
        List<NamedClick> all = new ArrayList<>();
        start(parallelisms[0]);
        for (int run = 0; run < parallelisms.length; run++) {
            for (int step = 0; step < 4; step++) {
                long from = start + (run * 4 + step) * 7_000L;
                for (int i = random.nextInt(40); i > 0; i--) {
                    long time = from + random.nextInt(7_000);
                    String name = "name " + Math.min(random.nextInt(names), random.nextInt(names));
                    all.add(new NamedClick(name, time));
                    subtasks.get(random.nextInt(subtasks.size()))
                            .click(click("ann").at(time).in(name).build());
                }
                watermark(from + random.nextInt(3_000) - 4_000);
            }
            restart(parallelisms[(run + 1) % parallelisms.length]);
        }
        watermark(time("13:00:00"));

        trends.sort(Comparator.comparing(Trend::windowEnd).thenComparing(Trend::rank));
        assertThat(trends)
                .extracting(
                        trend ->
                                new String(
                                        new AggregateJson<>(new TrendFormat()).toBytes(trend),
                                        StandardCharsets.UTF_8))
                .isEqualTo(TrendOracle.expect(all, top, SPAN, SLIDE));
        assertNothingIsLeft();
    }

    private void arrive(String... names) throws Exception {
        for (String name : names) {
            subtasks.get(0).click(click("ann").at("12:00:05").in(name).build());
        }
    }

    private static Trend trend(int rank, String name, long count, String begin, String end) {
        return new Trend(rank, name, count, time(begin), time(end));
    }

    private void assertNothingIsLeft() {
        for (Subtask subtask : subtasks) {
            assertThat(subtask.sums.numEventTimeTimers()).isZero();
            assertThat(subtask.ranking.numEventTimeTimers()).isZero();
            if (!onRocksDb) {
                assertThat(subtask.sums.numKeyedStateEntries()).isZero();
                assertThat(subtask.ranking.numKeyedStateEntries()).isZero();
            }
        }
    }

    private void watermark(String timeOfDay) throws Exception {
        watermark(time(timeOfDay));
    }

    /** Each stage sees the watermark when all of the stage before have seen it. */
    private void watermark(long timestamp) throws Exception {
        for (Subtask subtask : subtasks) {
            subtask.local.processWatermark(timestamp);
            for (Trend count : taken(subtask.local)) {
                int to =
                        KeyGroupRangeAssignment.assignKeyToParallelOperator(
                                count.name(), MAX_PARALLELISM, subtasks.size());
                subtasks.get(to).sums.processElement(count, count.lastMillisecond());
            }
        }
        for (Subtask subtask : subtasks) {
            subtask.sums.processWatermark(timestamp);
            for (Trend sum : taken(subtask.sums)) {
                subtask.best.processElement(sum, sum.lastMillisecond());
            }
            subtask.best.processWatermark(timestamp);
            for (Trend candidate : taken(subtask.best)) {
                int to =
                        KeyGroupRangeAssignment.assignKeyToParallelOperator(
                                candidate.windowEnd(), MAX_PARALLELISM, subtasks.size());
                subtasks.get(to).ranking.processElement(candidate, candidate.lastMillisecond());
            }
        }
        for (Subtask subtask : subtasks) {
            subtask.ranking.processWatermark(timestamp);
            trends.addAll(taken(subtask.ranking));
        }
    }

    private static List<Trend> taken(OneInputStreamOperatorTestHarness<?, Trend> harness) {
        List<Trend> taken = new ArrayList<>(harness.extractOutputValues());
        harness.getOutput().clear();
        return taken;
    }

    private void start(int parallelism) throws Exception {
        for (int i = 0; i < parallelism; i++) {
            Subtask subtask = new Subtask(parallelism, i);
            subtask.open();
            subtasks.add(subtask);
        }
    }

    private void restart(int parallelism) throws Exception {
        List<List<OperatorSubtaskState>> states = new ArrayList<>();
        for (int stage = 0; stage < 4; stage++) {
            states.add(new ArrayList<>());
            for (Subtask subtask : subtasks) {
                states.get(stage).add(subtask.stages().get(stage).snapshot(1, 1));
            }
        }
        int before = subtasks.size();
        stop();
        subtasks = new ArrayList<>();
        for (int i = 0; i < parallelism; i++) {
            Subtask subtask = new Subtask(parallelism, i);
            for (int stage = 0; stage < 4; stage++) {
                subtask.stages()
                        .get(stage)
                        .initializeState(
                                AbstractStreamOperatorTestHarness.repartitionOperatorState(
                                        AbstractStreamOperatorTestHarness.repackageState(
                                                states.get(stage)
                                                        .toArray(new OperatorSubtaskState[0])),
                                        MAX_PARALLELISM,
                                        before,
                                        parallelism,
                                        i));
            }
            subtask.open();
            subtasks.add(subtask);
        }
    }

    private final class Subtask {

        private final OneInputStreamOperatorTestHarness<Click, Trend> local;
        private final KeyedOneInputStreamOperatorTestHarness<String, Trend, Trend> sums;
        private final OneInputStreamOperatorTestHarness<Trend, Trend> best;
        private final KeyedOneInputStreamOperatorTestHarness<Long, Trend, Trend> ranking;

        Subtask(int parallelism, int index) throws Exception {
            local =
                    harness(
                            new LocalTrendOperator(TrendField.DEPARTMENT, SLIDE),
                            parallelism,
                            index);
            sums =
                    new KeyedOneInputStreamOperatorTestHarness<>(
                            new KeyedProcessOperator<>(new SlidingTrends(SPAN, SLIDE)),
                            Trend::name,
                            Types.STRING,
                            MAX_PARALLELISM,
                            parallelism,
                            index);
            best = harness(new LocalTopOperator(top), parallelism, index);
            ranking =
                    new KeyedOneInputStreamOperatorTestHarness<>(
                            new KeyedProcessOperator<>(new TopNames(top)),
                            Trend::windowEnd,
                            Types.LONG,
                            MAX_PARALLELISM,
                            parallelism,
                            index);
            for (OneInputStreamOperatorTestHarness<?, Trend> each : stages()) {
                if (onRocksDb) {
                    each.setStateBackend(new RocksDb());
                }
                each.setup(EventTypes.TREND.createSerializer(new SerializerConfigImpl()));
            }
        }

        private <T> OneInputStreamOperatorTestHarness<T, Trend> harness(
                OneInputStreamOperator<T, Trend> operator, int parallelism, int index)
                throws Exception {
            return new OneInputStreamOperatorTestHarness<>(
                    operator, MAX_PARALLELISM, parallelism, index);
        }

        private List<OneInputStreamOperatorTestHarness<?, Trend>> stages() {
            return List.of(local, sums, best, ranking);
        }

        void open() throws Exception {
            for (OneInputStreamOperatorTestHarness<?, Trend> stage : stages()) {
                stage.open();
            }
        }

        void click(Click click) throws Exception {
            local.processElement(click, click.timestamp());
        }

        void close() throws Exception {
            for (OneInputStreamOperatorTestHarness<?, Trend> stage : stages()) {
                stage.close();
            }
        }
    }
}
