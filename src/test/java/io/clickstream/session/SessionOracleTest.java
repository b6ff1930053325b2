package io.clickstream.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.bench.RocksDb;
import io.clickstream.testing.Clicks;
import io.clickstream.testing.SessionStage;
import io.clickstream.tools.oracle.Oracle;
import io.clickstream.tools.oracle.OracleClick;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/**
 * Sessions and counts against an oracle that shares no code with them, on random disordered input.
 * Times are drawn so that gaps of exactly the session gap, one more and one less are frequent.
 */
class SessionOracleTest {

    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final long BOUND = 20_000;
    private static final long START = Clicks.time("12:00:00");

    @Property(tries = 2000, shrinking = ShrinkingMode.BOUNDED)
    void agreesWithTheOracle(@ForAll("input") Input input) throws Exception {
        try (SessionStage stage =
                SessionStage.start(GAP, WINDOW, input.parallelism, input.maxOnHeap)) {
            send(stage, input);
            stage.watermark(Long.MAX_VALUE);

            assertThat(stage.late()).isEmpty();
            assertThat(stage.results()).isEqualTo(expected(input));
            assertThat(stage.stateEntries()).isZero();
        }
    }

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void agreesWithTheOracleOnRocksDb(@ForAll("input") Input input) throws Exception {
        try (SessionStage stage =
                SessionStage.start(GAP, WINDOW, 2, input.maxOnHeap, new RocksDb())) {
            int half = input.clicks.size() / 2;
            sendPart(stage, input, 0, half);
            stage.restart(1);
            sendPart(stage, input, half, input.clicks.size());
            stage.watermark(Long.MAX_VALUE);

            assertThat(stage.late()).isEmpty();
            assertThat(stage.results()).isEqualTo(expected(input));
        }
    }

    @Property(tries = 500, shrinking = ShrinkingMode.BOUNDED)
    void agreesWithTheOracleThroughRestartsAndRescaling(@ForAll("input") Input input)
            throws Exception {
        try (SessionStage stage = SessionStage.start(GAP, WINDOW, 1, input.maxOnHeap)) {
            int third = input.clicks.size() / 3;
            sendPart(stage, input, 0, third);
            stage.restart(3);
            sendPart(stage, input, third, 2 * third);
            stage.restart(2);
            sendPart(stage, input, 2 * third, input.clicks.size());
            stage.watermark(Long.MAX_VALUE);

            assertThat(stage.late()).isEmpty();
            assertThat(stage.results()).isEqualTo(expected(input));
            assertThat(stage.stateEntries()).isZero();
        }
    }

    private static io.clickstream.tools.oracle.Expected expected(Input input) {
        List<OracleClick> clicks = input.clicks.stream().map(Clicks::forOracle).toList();
        return Oracle.expect(clicks, GAP, WINDOW);
    }

    private static void send(SessionStage stage, Input input) throws Exception {
        sendPart(stage, input, 0, input.clicks.size());
    }

    /** The watermark follows the newest click so far, as it does behind a source. */
    private static void sendPart(SessionStage stage, Input input, int from, int to)
            throws Exception {
        long newest = Long.MIN_VALUE;
        for (int i = 0; i < to; i++) {
            newest = Math.max(newest, input.clicks.get(i).build().timestamp());
            if (i >= from) {
                stage.click(input.clicks.get(i).build());
                stage.watermark(newest - BOUND - 1);
            }
        }
    }

    @Provide
    Arbitrary<Input> input() {
        Arbitrary<Long> steps =
                Arbitraries.frequencyOf(
                        net.jqwik.api.Tuple.of(4, Arbitraries.longs().between(0, 400)),
                        net.jqwik.api.Tuple.of(3, Arbitraries.of(999L, 1000L, 1001L, 0L)),
                        net.jqwik.api.Tuple.of(1, Arbitraries.longs().between(1000, 15_000)));
        Arbitrary<Object> users =
                Arbitraries.of((Object) 1L, 2L, 7496L, "7496", "ann", "Zoë", "学", -3L);
        Arbitrary<String> departments =
                Arbitraries.of("Books", "cell phones", "Möbel", "", "N/A", "日本", "a\"b", "AirPods")
                        .injectNull(0.2);
        Arbitrary<String> types =
                Arbitraries.of("product_detail", "", "order", "order_checkout", "home_page")
                        .injectNull(0.05);
        Arbitrary<Draw> draw = Combinators.combine(steps, users, departments, types).as(Draw::new);
        return Combinators.combine(
                        draw.list().ofMinSize(1).ofMaxSize(60),
                        Arbitraries.of(1, 2, 4),
                        Arbitraries.of(1, 2, 5, 1_000_000),
                        Arbitraries.longs())
                .as(Input::of);
    }

    private record Draw(long step, Object user, String department, String type) {}

    private record Input(List<Clicks> clicks, int parallelism, int maxOnHeap) {

        /**
         * Steps from click to click add up to times; then clicks change places within the bound.
         */
        static Input of(List<Draw> draws, int parallelism, int maxOnHeap, long seed) {
            Random random = new Random(seed);
            List<Sent> sent = new ArrayList<>();
            long time = START;
            for (Draw draw : draws) {
                time += draw.step;
                Clicks click =
                        draw.user instanceof Long number
                                ? Clicks.click(number)
                                : Clicks.click((String) draw.user);
                long delay =
                        switch (random.nextInt(6)) {
                            case 0, 1 -> random.nextInt((int) BOUND + 1);
                            case 2 -> BOUND;
                            default -> 0;
                        };
                sent.add(
                        new Sent(
                                click.at(time).in(draw.department).ofType(draw.type),
                                time + delay,
                                random.nextInt()));
            }
            Collections.sort(
                    sent, Comparator.comparingLong(Sent::arrival).thenComparingInt(Sent::tieBreak));
            return new Input(sent.stream().map(Sent::click).toList(), parallelism, maxOnHeap);
        }
    }

    private record Sent(Clicks click, long arrival, int tieBreak) {}
}
