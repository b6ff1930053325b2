package io.clickstream.cart;

import static io.clickstream.testing.Clicks.time;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.clickstream.aggregate.AggregateJson;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.bench.RocksDb;
import io.clickstream.event.CarriedText;
import io.clickstream.event.CartOutcome;
import io.clickstream.event.CartOutcome.Kind;
import io.clickstream.event.CartOutcome.Step;
import io.clickstream.event.Click;
import io.clickstream.event.EventMarks;
import io.clickstream.event.EventTypes;
import io.clickstream.event.UserId;
import io.clickstream.testing.HarnessEnvironment;
import io.clickstream.tools.oracle.CartRules;
import io.clickstream.tools.oracle.OracleClick;
import io.clickstream.tools.oracle.TrafficLedger;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import javax.annotation.Nullable;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CartOperatorTest {

    private static final Duration ABANDONED_AFTER = Duration.ofMinutes(30);
    private static final Duration RECOVERED_WITHIN = Duration.ofDays(7);
    private static final Duration GAP = Duration.ofMinutes(10);

    private static final int MAX_PARALLELISM = 8;

    /** A user's event in a random test. */
    private record Event(String user, long time, Step step, String item, @Nullable String value) {

        Click click() {
            return CartOperatorTest.click(user, time, step, item, value);
        }

        OracleClick forOracle() {
            String type =
                    switch (step) {
                        case ADD -> "add_to_cart";
                        case REMOVE -> "remove_from_cart";
                        case CHECKOUT -> "order_checkout";
                    };
            return new OracleClick(
                    user,
                    time,
                    type,
                    null,
                    name -> name.equals("item") ? item : step == Step.ADD ? value : null);
        }
    }

    /** The times of a random test, which are short, so that they often end with an event. */
    private record Times(long abandonedAfter, long recoveredWithin, long gap) {

        CartSettings settings() {
            return new CartSettings(
                    Duration.ofMillis(abandonedAfter),
                    Duration.ofMillis(recoveredWithin),
                    Duration.ofMillis(gap));
        }

        CartRules rules() {
            return new CartRules(
                    Duration.ofMillis(abandonedAfter),
                    Duration.ofMillis(recoveredWithin),
                    click -> (String) click.other("item"),
                    click -> (String) click.other("value"));
        }
    }

    private CartSettings settings = new CartSettings(ABANDONED_AFTER, RECOVERED_WITHIN, GAP);
    private boolean sortedByUser;
    private long cacheBytes = CartCache.MAX_BYTES;
    private boolean onRocksDb;
    private KeyedOneInputStreamOperatorTestHarness<UserId, Click, CartOutcome> carts;

    @BeforeEach
    void start() throws Exception {
        carts = harness(1, 0);
        carts.open();
    }

    @AfterEach
    void stop() throws Exception {
        HarnessEnvironment.close(carts);
    }

    @Test
    void aCartIsAbandonedAWhileAfterItsLastChange() throws Exception {
        add("book", "12:00:00");
        add("pen", "12:05:00");
        remove("book", "12:10:00");
        watermark("12:39:59.998");
        assertThat(outcomes()).isEmpty();
        watermark("12:39:59.999");

        assertThat(outcomes())
                .containsExactly(
                        new CartOutcome(
                                Kind.ABANDONED,
                                UserId.ofString("ann"),
                                null,
                                1,
                                List.of("pen"),
                                false,
                                null,
                                Step.REMOVE,
                                time("12:00:00"),
                                time("12:10:00"),
                                time("12:40:00")));
        assertThat(carts.extractOutputStreamRecords().get(0).getTimestamp())
                .isEqualTo(time("12:39:59.999"));
    }

    @Test
    void aCheckoutAfterThatRecoversTheCart() throws Exception {
        add("book", "12:00:00");
        watermark("13:00:00");
        add("pen", "14:00:00");
        checkOut("15:00:00");
        watermark("16:00:00");

        assertThat(outcomes())
                .extracting(CartOutcome::kind, CartOutcome::items, CartOutcome::time)
                .containsExactly(
                        tuple(Kind.ABANDONED, 1, time("12:30:00")),
                        tuple(Kind.RECOVERED, 2, time("15:00:00")));
        assertThat(outcomes())
                .extracting(CartOutcome::cartId)
                .containsOnly(outcomes().get(0).cartId());
        assertThat(outcomes().get(1).lastStep()).isEqualTo(Step.CHECKOUT);
        assertThat(outcomes().get(1).lastChange()).isEqualTo(time("14:00:00"));
    }

    @Test
    void aCheckoutInTimeEndsTheCart() throws Exception {
        add("book", "12:00:00");
        checkOut("12:29:59.999");
        watermark("18:00:00");

        assertThat(outcomes()).isEmpty();
        assertNothingIsLeft();
    }

    @Test
    void aCheckoutAtTheMomentOfAbandonmentRecoversTheCart() throws Exception {
        add("book", "12:00:00");
        checkOut("12:30:00");
        watermark("18:00:00");

        assertThat(kinds()).containsExactly(Kind.ABANDONED, Kind.RECOVERED);
        assertNothingIsLeft();
    }

    /** It may arrive while the watermark is far behind. */
    @Test
    void aCheckoutThatArrivesFirstDoesNotHideThatTheCartWasAbandoned() throws Exception {
        watermark("11:00:00");
        checkOut("13:00:00");
        add("book", "12:00:00");
        watermark("13:30:00");

        assertThat(kinds()).containsExactly(Kind.ABANDONED, Kind.RECOVERED);
    }

    @Test
    void aCartCanBeRecoveredUntilTheTimeForThatIsOver() throws Exception {
        long last = time("12:30:00") + RECOVERED_WITHIN.toMillis();
        add("book", "12:00:00");
        carts.processWatermark(last - 10);
        carts.processElement(click("ann", last, Step.CHECKOUT, "", null), last);
        carts.processWatermark(last + 10);

        assertThat(kinds()).containsExactly(Kind.ABANDONED, Kind.RECOVERED);
    }

    @Test
    void afterThatTheCartIsForgotten() throws Exception {
        long over = time("12:30:00") + RECOVERED_WITHIN.toMillis() + 1;
        add("book", "12:00:00");
        carts.processWatermark(over - 10);
        carts.processElement(click("ann", over, Step.CHECKOUT, "", null), over);
        carts.processWatermark(over + Duration.ofDays(1).toMillis());

        assertThat(kinds()).containsExactly(Kind.ABANDONED);
        assertNothingIsLeft();
    }

    @Test
    void aCartIsReportedOnceUntilItEnds() throws Exception {
        add("book", "12:00:00");
        watermark("13:00:00");
        add("pen", "13:10:00");
        watermark("15:00:00");
        remove("book", "15:10:00");
        remove("pen", "15:20:00");
        add("book", "15:30:00");
        watermark("17:00:00");

        assertThat(outcomes())
                .extracting(CartOutcome::since)
                .containsExactly(time("12:00:00"), time("15:30:00"));
    }

    @Test
    void anEmptiedCartIsNotReported() throws Exception {
        add("book", "12:00:00");
        remove("book", "12:00:00");
        add("pen", "12:10:00");
        remove("pen", "12:20:00");
        watermark("18:00:00");

        assertThat(outcomes()).isEmpty();
        assertNothingIsLeft();
    }

    @Test
    void ofEventsAtTheSameTimeACheckoutIsTheLast() throws Exception {
        checkOut("12:00:00");
        add("book", "12:00:00");
        watermark("18:00:00");

        assertThat(outcomes()).isEmpty();
    }

    @Test
    void anItemWithoutIdIsCountedAndNotListed() throws Exception {
        add("", "12:00:00");
        add("", "12:01:00");
        add("book", "12:02:00");
        watermark("18:00:00");

        assertThat(outcomes())
                .singleElement()
                .satisfies(
                        cart -> {
                            assertThat(cart.items()).isEqualTo(2);
                            assertThat(cart.itemIds()).containsExactly("book");
                        });
    }

    @Test
    void theValueIsThatOfTheLastAdditionOfEachItem() throws Exception {
        add("ann", "book", "19.99", "12:00:00");
        add("ann", "pen", null, "12:00:00");
        add("ann", "ink", "0.000001", "12:00:00");
        add("ann", "book", "29.99", "12:02:00");
        add("ann", "book", "24.99", "12:01:00");
        watermark("18:00:00");

        assertThat(outcomes().get(0).value()).isEqualTo(new BigDecimal("29.990001"));
    }

    @Test
    void aCartHasAThousandItemsAndListsFifty() throws Exception {
        for (int i = 0; i < 1_002; i++) {
            add("item " + (i + 1_000), "12:00:00");
            watermark("12:00:00.000");
        }
        watermark("12:10:00");
        add("item 2999", "12:20:00");
        watermark("18:00:00");

        assertThat(outcomes())
                .singleElement()
                .satisfies(
                        cart -> {
                            assertThat(cart.items()).isEqualTo(UserCart.MAX_ITEMS);
                            assertThat(cart.isTruncated()).isTrue();
                            assertThat(cart.itemIds())
                                    .isEqualTo(
                                            IntStream.range(1_000, 1_050)
                                                    .mapToObj(i -> "item " + i)
                                                    .toList());
                            assertThat(cart.lastChange()).isEqualTo(time("12:20:00"));
                        });
    }

    /** Whatever the order in which they arrive. */
    @Test
    void aCartHasTheUserOfItsLatestEventWithOne() throws Exception {
        known(Step.ADD, "pen", "12:03:00", null);
        known(Step.ADD, "book", "12:02:00", "bob");
        known(Step.ADD, "ink", "12:01:00", "ann");
        known(Step.ADD, "book", "12:00:00", null);
        watermark("12:40:00");
        known(Step.CHECKOUT, "", "13:00:00", "7");
        watermark("13:10:00");
        known(Step.ADD, "pen", "13:20:00", null);
        watermark("18:00:00");

        assertThat(outcomes())
                .extracting(CartOutcome::kind, CartOutcome::shownUser)
                .containsExactly(
                        tuple(Kind.ABANDONED, UserId.ofString("bob")),
                        tuple(Kind.RECOVERED, UserId.ofNumber(7)),
                        tuple(Kind.ABANDONED, UserId.ofString("browser 1")));
        assertThat(outcomes().get(1).cartId()).isEqualTo(outcomes().get(0).cartId());
    }

    private void known(Step step, String item, String timeOfDay, @Nullable String known)
            throws Exception {
        Click click = click("browser 1", time(timeOfDay), step, item, null);
        click.setText(CarriedText.KNOWN_USER, known);
        carts.processElement(click, time(timeOfDay));
    }

    /** Of a bot. */
    @Test
    void longIdsDoNotFillTheState() throws Exception {
        String end = "x".repeat(1_000);
        for (int i = 0; i < 100; i++) {
            add((i + 100) + end, "12:00:00");
            watermark("12:00:00.000");
        }
        watermark("18:00:00");

        assertThat(outcomes())
                .singleElement()
                .satisfies(
                        cart -> {
                            assertThat(cart.items())
                                    .isEqualTo(UserCart.MAX_CHARACTERS / (end.length() + 3));
                            assertThat(cart.isTruncated()).isTrue();
                        });
    }

    /** A bot that changes its cart all the time while the watermark stands still. */
    @Test
    void aUserWithTooManyWaitingEventsLosesNothing() throws Exception {
        for (int i = 0; i < 3_000; i++) {
            add("item " + i % 7, "12:00:00", i);
        }
        assertThat(cart().waiting).hasSize(UserCart.MAX_WAITING);
        watermark("18:00:00");

        assertThat(outcomes()).extracting(CartOutcome::items).containsExactly(7);
    }

    @Test
    void removalsAreRememberedUpToALimit() throws Exception {
        watermark("12:00:00");
        for (int i = 0; i < 1_500; i++) {
            remove("item " + i, "12:00:00", i);
            watermark("12:00:02");
        }

        assertThat(cart().items).hasSize(UserCart.MAX_REMOVED).doesNotContainKey("item 0");
        watermark("18:00:00");
        assertNothingIsLeft();
    }

    @Test
    void aUserHasOneTimerAtMost() throws Exception {
        for (int i = 0; i < 100; i++) {
            add("book", "12:00:00", i * 60_000L);
            checkOut("12:00:00", i * 60_000L + 30_000);
            carts.processWatermark(time("12:00:00") + i * 60_000L);
            assertThat(carts.numEventTimeTimers()).isEqualTo(1);
        }
        watermark("23:00:00");

        assertNothingIsLeft();
    }

    // --- Events behind the watermark, whose sessions are still open

    @Test
    void ofAnItemTheLatestEventDecides() throws Exception {
        add("book", "12:00:00");
        remove("book", "12:05:00");
        watermark("12:06:00");
        add("book", "12:04:00");
        add("pen", "12:03:00");
        watermark("18:00:00");

        assertThat(outcomes())
                .singleElement()
                .satisfies(
                        cart -> {
                            assertThat(cart.itemIds()).containsExactly("pen");
                            assertThat(cart.lastChange()).isEqualTo(time("12:05:00"));
                        });
    }

    @Test
    void anItemThatWasAddedBeforeTheCheckoutStaysOut() throws Exception {
        checkOut("12:05:00");
        watermark("12:06:00");
        add("book", "12:04:00");
        watermark("18:00:00");

        assertThat(outcomes()).isEmpty();
    }

    @Test
    void aCheckoutRecoversACartThatWasReportedTooEarly() throws Exception {
        add("book", "12:00:00");
        watermark("12:31:00");
        checkOut("12:29:00");
        watermark("18:00:00");

        assertThat(kinds()).containsExactly(Kind.ABANDONED, Kind.RECOVERED);
        assertNothingIsLeft();
    }

    @Test
    void itemsAfterSuchACheckoutAreInTheNextCart() throws Exception {
        add("book", "12:00:00");
        watermark("12:31:00");
        add("pen", "12:32:00");
        watermark("12:33:00");
        checkOut("12:30:30");
        watermark("18:00:00");

        assertThat(outcomes())
                .extracting(CartOutcome::kind, CartOutcome::itemIds, CartOutcome::since)
                .containsExactly(
                        tuple(Kind.ABANDONED, List.of("book"), time("12:00:00")),
                        tuple(Kind.RECOVERED, List.of("book"), time("12:00:00")),
                        tuple(Kind.ABANDONED, List.of("pen"), time("12:32:00")));
    }

    @Test
    void aReportedCartKeepsItsId() throws Exception {
        add("book", "12:00:00");
        watermark("12:31:00");
        add("pen", "11:55:00");
        checkOut("12:40:00");
        watermark("18:00:00");

        assertThat(outcomes()).extracting(CartOutcome::since).containsOnly(time("12:00:00"));
        assertThat(outcomes().get(1).items()).isEqualTo(2);
    }

    @Test
    void anEventThatIsTooOldChangesNothing() throws Exception {
        add("book", "12:00:00");
        watermark("12:10:00");
        add("pen", "11:30:00.000");
        add("ink", "11:30:00.001");
        watermark("18:00:00");

        assertThat(outcomes().get(0).itemIds()).containsExactly("book", "ink");
    }

    /** Nothing is reported in between, so all that counts is which events there were. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatIsInACartDoesNotDependOnTheOrderOfArrival(long seed) throws Exception {
        Random random = new Random(seed);
        settings = new Times(1_000, 1_000, 1_000).settings();
        for (int round = 0; round < 500; round++) {
            stop();
            start();
            List<Event> events = new ArrayList<>();
            for (int i = random.nextInt(12); i >= 0; i--) {
                events.add(event("ann", random.nextInt(20) * 10L, random));
            }
            Collections.shuffle(events, random);
            long watermark = 0;
            for (Event event : events) {
                carts.processElement(event.click(), event.time());
                watermark = Math.max(watermark, random.nextInt(random.nextInt(250) + 1));
                carts.processWatermark(watermark);
            }
            carts.processWatermark(100_000);

            assertThat(outcomes().stream().map(CartOperatorTest::content).toList())
                    .as("%s", events)
                    .isEqualTo(lastWriteWins(events));
            assertNothingIsLeft();
        }
    }

    private static String content(CartOutcome cart) {
        return cart.itemIds() + " " + cart.items() + " " + cart.value() + " " + cart.lastChange();
    }

    private static List<String> lastWriteWins(List<Event> events) {
        long checkout = -1;
        for (Event event : events) {
            checkout = event.step() == Step.CHECKOUT ? Math.max(checkout, event.time()) : checkout;
        }
        TreeMap<String, Event> deciding = new TreeMap<>();
        Comparator<Event> order =
                Comparator.comparingLong(Event::time)
                        .thenComparing(Event::step)
                        .thenComparing(each -> CartValue.parse(each.value()));
        long lastChange = -1;
        for (Event event : events) {
            if (event.step() != Step.CHECKOUT && event.time() > checkout) {
                lastChange = Math.max(lastChange, event.time());
                deciding.merge(
                        event.item(),
                        event,
                        (one, other) -> order.compare(one, other) > 0 ? one : other);
            }
        }
        deciding.values().removeIf(event -> event.step() == Step.REMOVE);
        if (deciding.isEmpty()) {
            return List.of();
        }
        BigDecimal sum = null;
        for (Event event : deciding.values()) {
            if (event.value() != null) {
                BigDecimal value = new BigDecimal(event.value());
                sum = sum == null ? value : sum.add(value);
            }
        }
        List<String> ids = deciding.keySet().stream().filter(id -> !id.isEmpty()).toList();
        String value = sum == null ? "null" : CartValue.toDecimal(sum.movePointRight(6)).toString();
        return List.of(ids + " " + deciding.size() + " " + value + " " + lastChange);
    }

    // --- Against the oracle

    /**
     * Users with many events at the same times, in disorder, with duplicates; each run of the
     * operator ends with a savepoint, and goes on at another parallelism.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void randomEventsGiveWhatTheOracleSays(long seed) throws Exception {
        Random random = new Random(seed);
        for (int round = 0; round < 25; round++) {
            onRocksDb = round == 0;
            // None, one or two carts, all carts.
            cacheBytes = List.of(0L, 1_000L, CartCache.MAX_BYTES).get(round % 3);
            Times times =
                    new Times(
                            10L * (1 + random.nextInt(20)),
                            10L * (1 + random.nextInt(40)),
                            random.nextInt(50));
            settings = times.settings();
            List<Event> events = events(20, random);
            int bound = 1 + random.nextInt(200);
            assertThat(inDisorder(events, bound, random))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(expected(events, times));
        }
    }

    /** As Flink's batch mode does it: there is no watermark until the last event of all. */
    @ParameterizedTest
    @ValueSource(longs = {7, 8, 9})
    void sortedEventsGiveTheSame(long seed) throws Exception {
        Random random = new Random(seed);
        sortedByUser = true;
        for (int round = 0; round < 25; round++) {
            Times times = new Times(10L * (1 + random.nextInt(20)), 100, 10);
            settings = times.settings();
            List<Event> events = events(20, random);
            Collections.shuffle(events, random);
            events.sort(Comparator.comparing(Event::user).thenComparingLong(Event::time));
            stop();
            start();
            for (Event event : events) {
                carts.processElement(event.click(), event.time());
            }
            carts.processWatermark(Long.MAX_VALUE);

            List<String> lines = new ArrayList<>();
            collect(carts, lines);
            Collections.sort(lines);
            assertThat(lines).isEqualTo(expected(events, times));
            assertNothingIsLeft();
        }
    }

    private static List<Event> events(int users, Random random) {
        List<Event> events = new ArrayList<>();
        for (int user = 0; user < users; user++) {
            for (int i = random.nextInt(40); i >= 0; i--) {
                events.add(event("user " + user, 10_000 + random.nextInt(150) * 10L, random));
            }
        }
        for (int i = events.size() / 5; i > 0; i--) {
            events.add(events.get(random.nextInt(events.size())));
        }
        return events;
    }

    private static Event event(String user, long time, Random random) {
        int kind = random.nextInt(100);
        String item = random.nextInt(5) == 0 ? "" : "item " + random.nextInt(4);
        if (kind < 55) {
            String value =
                    random.nextInt(3) == 0 ? null : Double.toString(random.nextInt(5_000) / 100.0);
            return new Event(user, time, Step.ADD, item, value);
        }
        return kind < 85
                ? new Event(user, time, Step.REMOVE, item, null)
                : new Event(user, time, Step.CHECKOUT, "", null);
    }

    private static List<String> expected(List<Event> events, Times times) {
        TrafficLedger ledger =
                new TrafficLedger(Duration.ofMillis(10), Duration.ofSeconds(10), times.rules());
        events.forEach(event -> ledger.sent(event.forOracle()));
        return ledger.expected(Set.of("carts")).of(Aggregates.CARTS);
    }

    /** The results, sorted. No event is further behind the latest one than the bound. */
    private List<String> inDisorder(List<Event> events, int bound, Random random) throws Exception {
        List<Event> arriving = new ArrayList<>();
        TreeMap<Long, List<Event>> byArrival = new TreeMap<>();
        for (Event event : events) {
            byArrival
                    .computeIfAbsent(
                            event.time() + random.nextInt(bound + 1), time -> new ArrayList<>())
                    .add(event);
        }
        for (List<Event> each : byArrival.values()) {
            Collections.shuffle(each, random);
            arriving.addAll(each);
        }
        List<String> lines = new ArrayList<>();
        List<KeyedOneInputStreamOperatorTestHarness<UserId, Click, CartOutcome>> subtasks =
                List.of(restored(1, 0, 1, null));
        int[] parallelisms = {3, 2, 1};
        long latest = Long.MIN_VALUE;
        for (int i = 0; i < arriving.size(); i++) {
            Event event = arriving.get(i);
            latest = Math.max(latest, event.time());
            int subtask =
                    KeyGroupRangeAssignment.assignKeyToParallelOperator(
                            event.click().user(), MAX_PARALLELISM, subtasks.size());
            subtasks.get(subtask).processElement(event.click(), event.time());
            if (random.nextInt(3) == 0) {
                // A millisecond lower behind the operator that drives event time.
                long watermark = latest - bound - 2;
                for (var each : subtasks) {
                    each.processWatermark(watermark);
                    assertThat(each.numEventTimeTimers()).isEqualTo(users(each));
                }
            }
            if (i % (arriving.size() / 4 + 1) == arriving.size() / 4) {
                collect(subtasks, lines);
                int run = i / (arriving.size() / 4 + 1);
                subtasks = restarted(subtasks, parallelisms[run % parallelisms.length]);
                for (var each : subtasks) {
                    each.processWatermark(latest - bound - 2);
                }
            }
        }
        for (var each : subtasks) {
            each.processWatermark(latest + 10_000);
            assertThat(each.numEventTimeTimers()).isZero();
            assertThat(users(each)).isZero();
        }
        collect(subtasks, lines);
        for (var each : subtasks) {
            HarnessEnvironment.close(each);
        }
        Collections.sort(lines);
        return lines;
    }

    private static void collect(
            List<KeyedOneInputStreamOperatorTestHarness<UserId, Click, CartOutcome>> subtasks,
            List<String> lines) {
        subtasks.forEach(subtask -> collect(subtask, lines));
    }

    private static void collect(
            KeyedOneInputStreamOperatorTestHarness<UserId, Click, CartOutcome> subtask,
            List<String> lines) {
        AggregateJson<CartOutcome> json = new AggregateJson<>(Aggregates.CARTS.format());
        for (CartOutcome outcome : subtask.extractOutputValues()) {
            lines.add(new String(json.toBytes(outcome), StandardCharsets.UTF_8));
        }
    }

    private List<KeyedOneInputStreamOperatorTestHarness<UserId, Click, CartOutcome>> restarted(
            List<KeyedOneInputStreamOperatorTestHarness<UserId, Click, CartOutcome>> before,
            int parallelism)
            throws Exception {
        List<OperatorSubtaskState> states = new ArrayList<>();
        for (var subtask : before) {
            states.add(subtask.snapshot(1, 1));
            HarnessEnvironment.close(subtask);
        }
        OperatorSubtaskState all =
                AbstractStreamOperatorTestHarness.repackageState(
                        states.toArray(new OperatorSubtaskState[0]));
        List<KeyedOneInputStreamOperatorTestHarness<UserId, Click, CartOutcome>> after =
                new ArrayList<>();
        for (int i = 0; i < parallelism; i++) {
            after.add(restored(parallelism, i, before.size(), all));
        }
        return after;
    }

    private KeyedOneInputStreamOperatorTestHarness<UserId, Click, CartOutcome> restored(
            int parallelism, int index, int before, @Nullable OperatorSubtaskState all)
            throws Exception {
        var subtask = harness(parallelism, index);
        if (all != null) {
            subtask.initializeState(
                    AbstractStreamOperatorTestHarness.repartitionOperatorState(
                            all, MAX_PARALLELISM, before, parallelism, index));
        }
        subtask.open();
        return subtask;
    }

    private KeyedOneInputStreamOperatorTestHarness<UserId, Click, CartOutcome> harness(
            int parallelism, int index) throws Exception {
        KeyedOneInputStreamOperatorTestHarness<UserId, Click, CartOutcome> harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new CartOperator(settings, sortedByUser, sortedByUser ? 0 : cacheBytes),
                        Click::user,
                        EventTypes.USER_ID,
                        HarnessEnvironment.of(MAX_PARALLELISM, parallelism, index));
        if (onRocksDb) {
            harness.setStateBackend(new RocksDb());
        }
        harness.setup(EventTypes.CART_OUTCOME.createSerializer(new SerializerConfigImpl()));
        return harness;
    }

    private static long users(
            KeyedOneInputStreamOperatorTestHarness<UserId, Click, CartOutcome> subtask)
            throws Exception {
        writeCache(subtask);
        CartOperator operator = (CartOperator) subtask.getOperator();
        try (var keys = operator.getKeyedStateBackend().getKeys("cart", VoidNamespace.INSTANCE)) {
            return keys.distinct().count();
        }
    }

    /** A snapshot has all carts in keyed state. */
    private static void writeCache(
            KeyedOneInputStreamOperatorTestHarness<UserId, Click, CartOutcome> subtask)
            throws Exception {
        subtask.snapshot(1, 1);
    }

    private void assertNothingIsLeft() throws Exception {
        assertThat(users(carts)).isZero();
        assertThat(carts.numEventTimeTimers()).isZero();
    }

    /** The state of the only user. */
    private UserCart cart() throws Exception {
        writeCache(carts);
        CartOperator operator = (CartOperator) carts.getOperator();
        operator.setCurrentKey(UserId.ofString("ann"));
        StoredCart stored =
                operator.getKeyedStateStore()
                        .getState(new ValueStateDescriptor<>("cart", StoredCartSerializer.INSTANCE))
                        .value();
        return CartCodec.read(stored);
    }

    private List<CartOutcome> outcomes() {
        return carts.extractOutputValues();
    }

    private List<Kind> kinds() {
        return outcomes().stream().map(CartOutcome::kind).toList();
    }

    private void watermark(String timeOfDay) throws Exception {
        carts.processWatermark(time(timeOfDay));
    }

    private void add(String item, String timeOfDay) throws Exception {
        add("ann", item, null, timeOfDay);
    }

    private void add(String item, String timeOfDay, long later) throws Exception {
        send(Step.ADD, item, time(timeOfDay) + later);
    }

    private void add(String user, String item, @Nullable String value, String timeOfDay)
            throws Exception {
        long time = time(timeOfDay);
        carts.processElement(click(user, time, Step.ADD, item, value), time);
    }

    private void remove(String item, String timeOfDay) throws Exception {
        send(Step.REMOVE, item, time(timeOfDay));
    }

    private void remove(String item, String timeOfDay, long later) throws Exception {
        send(Step.REMOVE, item, time(timeOfDay) + later);
    }

    private void checkOut(String timeOfDay) throws Exception {
        send(Step.CHECKOUT, "", time(timeOfDay));
    }

    private void checkOut(String timeOfDay, long later) throws Exception {
        send(Step.CHECKOUT, "", time(timeOfDay) + later);
    }

    private void send(Step step, String item, long time) throws Exception {
        carts.processElement(click("ann", time, step, item, null), time);
    }

    private static Click click(
            String user, long time, Step step, String item, @Nullable String value) {
        Click click = new Click(UserId.ofString(user), time, null, step == Step.CHECKOUT, null);
        click.setMarks(
                step == Step.ADD
                        ? EventMarks.CART
                        : step == Step.REMOVE ? EventMarks.CART_REMOVAL : 0);
        click.setItem(item.isEmpty() ? null : item);
        click.setText(CarriedText.VALUE, value);
        return click;
    }
}
