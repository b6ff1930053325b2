package io.clickstream.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Click;
import io.clickstream.testing.Clicks;
import io.clickstream.testing.SessionStage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;

/**
 * The engine against Flink's session windows on anything that can happen, lateness included: clicks
 * far behind, watermarks that jump, restarts at any point, at another parallelism, with hardly any
 * room on the heap. Sessions and late clicks must be the same.
 *
 * <p>{@code -Dsession.cases=20000} makes it as many cases as one has time for.
 */
class SessionDifferentialTest {

    static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final long START = Clicks.time("12:00:00");

    private static final int CASES = 2_000;
    private static final int THREADS = 2;

    @Example
    void theEngineDoesWhatFlinksWindowsDo() throws Exception {
        Arbitrary<Case> cases =
                Combinators.combine(
                                steps(),
                                Arbitraries.of(1, 3, 1_000_000),
                                Arbitraries.of(0, 40, 16 << 10))
                        .as(Case::new);
        RandomGenerator<Case> generator = cases.generator(CASES, true);
        long seed = Long.getLong("session.seed", System.nanoTime());
        Random random = new Random(seed);
        // No case has anything to do with another one.
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Void>> compared = new ArrayList<>();
            for (int i = Integer.getInteger("session.cases", CASES); i > 0; i--) {
                Case next = generator.next(random).value();
                compared.add(
                        threads.submit(
                                () -> {
                                    try {
                                        compare(next);
                                    } catch (AssertionError e) {
                                        throw new AssertionError(
                                                "-Dsession.seed=" + seed + ": " + next, e);
                                    }
                                    return null;
                                }));
            }
            for (Future<Void> each : compared) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** So many that they are found by an index. */
    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void manyOpenSessionsOfAUserAreThoseOfFlinksWindows(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        Duration gap = Duration.ofMillis(1 + random.nextInt(3));
        int range = 500 + random.nextInt(4_000);
        try (SessionStage engine =
                        SessionStage.start(gap, WINDOW, 1, random.nextBoolean() ? 50 : 1_000_000);
                WindowStage windows = new WindowStage(gap)) {
            engine.largeStoredBytes(random.nextBoolean() ? 0 : 16 << 10).restart(1);
            for (int i = 0; i < 1_000; i++) {
                long time = START + i + random.nextInt(range);
                Clicks click = Clicks.click(1 + random.nextInt(2)).at(time).in("Books");
                engine.click(click.build());
                windows.click(click.build());
                if (random.nextInt(20) == 0) {
                    engine.watermark(time - range / 2);
                    windows.watermark(time - range / 2);
                }
                if (random.nextInt(500) == 0) {
                    engine.restart(1);
                }
            }
            engine.watermark(Long.MAX_VALUE);
            windows.watermark(Long.MAX_VALUE);

            assertThat(engine.sessions()).containsExactlyInAnyOrderElementsOf(windows.sessions());
            assertThat(engine.late()).containsExactlyInAnyOrderElementsOf(windows.late());
            assertThat(engine.stateEntries()).isZero();
        }
    }

    /**
     * What happens, and where sessions are.
     *
     * @param largeStoredBytes the sessions of a user that have more bytes in the store stay there
     */
    private record Case(List<Step> steps, int maxOnHeap, int largeStoredBytes) {}

    private static void compare(Case next) throws Exception {
        try (SessionStage engine = SessionStage.start(GAP, WINDOW, 1, next.maxOnHeap);
                WindowStage windows = new WindowStage(GAP)) {
            engine.largeStoredBytes(next.largeStoredBytes).restart(1);
            long time = START;
            for (Step step : next.steps) {
                time = step.run(time, engine, windows);
            }
            engine.watermark(Long.MAX_VALUE);
            windows.watermark(Long.MAX_VALUE);

            assertThat(engine.sessions()).containsExactlyInAnyOrderElementsOf(windows.sessions());
            assertThat(engine.late()).containsExactlyInAnyOrderElementsOf(windows.late());
            assertThat(engine.stateEntries()).isZero();
        }
    }

    private static Arbitrary<List<Step>> steps() {
        // Times relative to the one before, some far behind and some exactly around the gap.
        Arbitrary<Long> moves =
                Arbitraries.frequencyOf(
                        Tuple.of(5, Arbitraries.longs().between(-400, 600)),
                        Tuple.of(3, Arbitraries.of(999L, 1000L, 1001L, -999L, -1000L, -1001L, 0L)),
                        Tuple.of(1, Arbitraries.longs().between(-9_000, 9_000)));
        Arbitrary<Step> clicks =
                Combinators.combine(
                                moves,
                                Arbitraries.of(1L, 2L, 3L),
                                Arbitraries.of("Books", "Toys", "N/A"),
                                Arbitraries.of("order", "order", "order", "order_checkout"))
                        .as(ClickStep::new);
        Arbitrary<Step> watermarks =
                Arbitraries.frequencyOf(
                                Tuple.of(4, Arbitraries.longs().between(-3_000, 0)),
                                Tuple.of(3, Arbitraries.of(-1000L, -1001L, -999L, -1L, 0L)),
                                Tuple.of(1, Arbitraries.longs().between(0, 5_000)))
                        .map(WatermarkStep::new);
        Arbitrary<Step> restarts = Arbitraries.of(1, 2, 3).map(RestartStep::new);
        return Arbitraries.frequencyOf(
                        Tuple.of(20, clicks), Tuple.of(6, watermarks), Tuple.of(1, restarts))
                .list()
                .ofMinSize(1)
                .ofMaxSize(60);
    }

    /** Something that happens to both. */
    interface Step {
        /**
         * Does it.
         *
         * @param time where the steps before have got to, ms
         * @return where this one has got to
         */
        long run(long time, SessionStage engine, WindowStage windows) throws Exception;
    }

    record ClickStep(long move, long user, String department, String type) implements Step {
        @Override
        public long run(long time, SessionStage engine, WindowStage windows) throws Exception {
            Clicks click = Clicks.click(user).at(time + move).in(department).ofType(type);
            Click forEngine = click.build();
            engine.click(forEngine);
            windows.click(click.build());
            return time + move;
        }
    }

    record WatermarkStep(long distance) implements Step {
        @Override
        public long run(long time, SessionStage engine, WindowStage windows) throws Exception {
            engine.watermark(time + distance);
            windows.watermark(time + distance);
            return time;
        }
    }

    /** The engine stops and goes on from a snapshot; the windows just go on. */
    record RestartStep(int parallelism) implements Step {
        @Override
        public long run(long time, SessionStage engine, WindowStage windows) throws Exception {
            engine.restart(parallelism);
            return time;
        }
    }
}
