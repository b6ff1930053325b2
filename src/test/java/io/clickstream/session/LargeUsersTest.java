package io.clickstream.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Click;
import io.clickstream.event.LogSegments;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.testing.Clicks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions too large to be read for each click are what they are with room for all. */
class LargeUsersTest {

    private static final Duration GAP = Duration.ofSeconds(1);
    private static final long START = Clicks.time("12:00:00");
    private static final int LIST_BYTES = 64 << 10;
    private static final int ROOM_FOR_ALL = 10_000_000;

    /**
     * Visits out of order, many more than are kept apart, and checkouts among them that are on
     * time. Those who click are in the store most of the time.
     */
    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void sessionsAreThoseOfAnEngineWithRoomForAll(@ForAll long seed) {
        Random random = new Random(seed);
        int users = 1 + random.nextInt(4);
        int disorder = 1 + random.nextInt(4_000);
        int lateEach = random.nextBoolean() ? 20 : Integer.MAX_VALUE;
        boolean longSessions = random.nextBoolean();
        Run roomy = new Run(ROOM_FOR_ALL, 16 << 10);
        Run tight = new Run(1 + random.nextInt(users), random.nextInt(200));
        long time = START;
        for (int i = 0; i < 8_000; i++) {
            time += longSessions ? random.nextInt(10) : random.nextInt(random.nextInt(800) + 1);
            boolean late = random.nextInt(lateEach) == 0;
            boolean checkout = !late && random.nextInt(200) == 0;
            long at = Math.max(time - random.nextInt(disorder), roomy.watermark + 1);
            Clicks click =
                    Clicks.click(random.nextInt(users))
                            .at(late ? roomy.watermark - random.nextInt(2_000) : at)
                            .in("department " + random.nextInt(300))
                            .ofType(checkout ? "order_checkout" : "order");
            roomy.click(click.build());
            tight.click(click.build());
            if (random.nextInt(30) == 0) {
                roomy.advance(time - disorder);
                tight.advance(time - disorder);
            }
            if (random.nextInt(500) == 0) {
                tight.restart();
            }
        }
        roomy.end();
        tight.end();

        assertThat(tight.late).isEqualTo(roomy.late);
        assertThat(tight.closed).isEqualTo(roomy.closed);
        assertThat(tight.store.size()).isZero();
        assertThat(tight.store.usersWithParts()).isZero();
        assertThat(tight.engine.sessionsOnHeap()).isZero();
        assertThat(tight.engine.sessionsSpilled()).isZero();
        assertThat(tight.engine.heapBytes()).isZero();
    }

    /** Visits on the heap are folded, but none before a checkout with one behind it. */
    @Example
    void aStoredCheckoutSeparatesVisitsOnTheHeap() {
        int others = 3_000;
        Run run = new Run(others, 0);
        run.click(Clicks.click(1).at(START).in("Books").checkingOut().build());
        for (int user = 2; user <= others + 2; user++) {
            run.click(Clicks.click(user).at(START).in("Books").build());
        }
        assertThat(run.store.bytes(UserId.ofNumber(1))).isPositive();

        Random random = new Random(7);
        int before = 0;
        for (int i = 0; i < 8_000; i++) {
            long at = START - 2_000 + random.nextInt(4_000);
            before += at <= START ? 1 : 0;
            run.click(Clicks.click(1).at(at).in("Books").build());
        }
        run.advance(START + 2_000);
        run.click(Clicks.click(1).at(START + 2_001).in("Books").build());
        run.writeChanges();
        assertThat(run.store.bytes(UserId.ofNumber(1))).isPositive();
        run.end();

        Session session = run.closed.get(0);
        assertThat(session.visits()).isEqualTo(8_002);
        assertThat(session.checkoutVisits()).isEqualTo(before + 1);
    }

    /** Each click reads and writes about as much as it brings, not the session that it joins. */
    @ParameterizedTest
    @ValueSource(ints = {1, 9, 40})
    void aClickDoesNotReadLargeSessions(int sessions) {
        int users = 200;
        Run run = new Run(10_000, SessionEngine.LARGE_STORED_BYTES);
        String name = "d".repeat(1_000);
        for (int i = 0; i < 60; i++) {
            for (int user = 0; user < users; user++) {
                run.click(
                        Clicks.click(user)
                                .at(START + 5_000L * (i % sessions))
                                .in(name + user + i)
                                .build());
            }
        }
        assertThat(run.store.size()).isGreaterThan(users / 2);

        long before = run.store.traffic();
        int clicks = 0;
        for (int i = 0; i < 200; i++) {
            for (int user = 0; user < users; user++) {
                run.click(
                        Clicks.click(user)
                                .at(START + 5_000L * (i % sessions))
                                .in(name + user + (i + 30))
                                .build());
                clicks++;
            }
        }

        assertThat((run.store.traffic() - before) / clicks).isLessThan(5_000);
        for (int user = 0; user < users; user++) {
            assertThat(run.store.bytes(UserId.ofNumber(user)))
                    .isLessThan(4L * sessions * LIST_BYTES);
        }
        run.end();
        assertThat(run.closed.size()).isEqualTo(users * sessions);
        assertThat(run.closed.stream().mapToLong(Session::visits).sum()).isEqualTo(users * 260L);
    }

    /** What is open when the job starts again may be far more than there is room for. */
    @Example
    void aRestartNeedsNoMoreHeapThanItsShare() {
        Run run = new Run(ROOM_FOR_ALL, SessionEngine.LARGE_STORED_BYTES);
        String begin = "i".repeat(1_000);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 5_000; i++) {
                run.click(Clicks.click(begin + i).at(START + round).in("Books").build());
            }
            run.writeChanges();
        }
        run.maxOnHeap = 2_000;

        run.restart();

        assertThat(run.mostOnHeap)
                .isPositive()
                .isLessThan(3L * run.maxOnHeap * SessionRecords.BYTES_PER_SESSION);
        for (int i = 0; i < 5_000; i += 7) {
            run.click(Clicks.click(begin + i).at(START + 5).in("Books").build());
        }
        run.restart();
        run.end();
        assertThat(run.closed).hasSize(5_000);
        for (int i = 0; i < 5_000; i++) {
            String id = begin + i;
            int index = i;
            assertThat(run.closed.stream().filter(s -> s.user().asText().equals(id)).findFirst())
                    .hasValueSatisfying(
                            session ->
                                    assertThat(session.visits()).isEqualTo(index % 7 == 0 ? 4 : 3));
        }
    }

    /** Nor where most of those who are open have more in the store. */
    @Example
    void aRestartOfLargeUsersNeedsNoMoreEither() {
        Run run = new Run(3_000, 0);
        for (int round = 0; round < 4; round++) {
            for (int i = 0; i < 6_000; i++) {
                run.click(Clicks.click(i).at(START + round).in("Books").build());
            }
        }
        run.maxOnHeap = 300;

        run.restart();

        assertThat(run.engine.sessionsOnHeap()).isLessThanOrEqualTo(300);
        for (int i = 0; i < 6_000; i += 5) {
            run.click(Clicks.click(i).at(START + 5).in("Books").build());
        }
        run.restart();
        run.end();
        assertThat(run.closed).hasSize(6_000);
        assertThat(run.closed).allMatch(s -> s.visits() == (s.user().number() % 5 == 0 ? 5 : 4));
    }

    /** An engine with all that it needs. */
    private static final class Run implements LogSegments {
        private final MapStore store = new MapStore();
        private final Map<Integer, TreeMap<Integer, byte[]>> logs = new HashMap<>();
        private final Map<Integer, DepartmentNames> writers = new HashMap<>();
        private final List<Session> closed = new ArrayList<>();
        private final List<Click> late = new ArrayList<>();
        private final int largeStoredBytes;
        private int maxOnHeap;
        private long watermark = START - 10_000;
        private long mostOnHeap;
        private SessionEngine engine;

        Run(int maxOnHeap, int largeStoredBytes) {
            this.maxOnHeap = maxOnHeap;
            this.largeStoredBytes = largeStoredBytes;
            this.engine = engine();
        }

        private SessionEngine engine() {
            Map<Integer, List<String>> lists = new HashMap<>();
            writers.forEach((writer, names) -> lists.put(writer, names.lists().get(writer)));
            DepartmentNames names = new DepartmentNames(writers.size() + 1, lists);
            writers.put(names.writer(), names);
            return new SessionEngine(
                    GAP,
                    maxOnHeap,
                    largeStoredBytes,
                    LIST_BYTES,
                    4,
                    names,
                    this,
                    store,
                    MaxRate.NONE,
                    null,
                    closed::add,
                    events -> {},
                    late::add);
        }

        void click(Click click) {
            PendingClicks pending = new PendingClicks(1);
            pending.add(click, click.timestamp() <= watermark);
            engine.add(pending);
        }

        void advance(long to) {
            watermark = Math.max(watermark, to);
            store.advance(engine, watermark);
        }

        void writeChanges() {
            engine.writeChanges();
        }

        void restart() {
            engine.writeChanges();
            engine = engine();
            mostOnHeap = 0;
            store.onWrite(() -> mostOnHeap = Math.max(mostOnHeap, engine.heapBytes()));
            store.restore(engine);
            Map<Integer, TreeMap<Integer, byte[]>> before = new HashMap<>();
            logs.forEach((keyGroup, log) -> before.put(keyGroup, new TreeMap<>(log)));
            before.forEach(
                    (keyGroup, log) -> engine.restoreLog(keyGroup, List.copyOf(log.values())));
            advance(watermark);
        }

        void end() {
            advance(Long.MAX_VALUE - 1);
            engine.writeChanges();
            closed.sort(
                    Comparator.comparing((Session session) -> session.user().asText())
                            .thenComparing(Session::begin));
        }

        @Override
        public void put(int keyGroup, int index, byte[] segment) {
            logs.computeIfAbsent(keyGroup, group -> new TreeMap<>()).put(index, segment);
        }

        @Override
        public void remove(int keyGroup, int index) {
            logs.get(keyGroup).remove(index);
        }
    }
}
