package io.clickstream.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.LogSegments;
import io.clickstream.event.Session;
import io.clickstream.testing.Clicks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the engine counts, and where it keeps users, with maps in place of keyed state. */
class SessionEngineTest {

    private static final int USERS = 1_000;
    private static final int MAX_PARALLELISM = 16;

    private final Map<Integer, TreeMap<Integer, byte[]>> logs = new HashMap<>();
    private final MapStore store = new MapStore();
    private final List<Session> closed = new ArrayList<>();
    private final List<Long> tooFast = new ArrayList<>();
    private MaxRate maxRate = MaxRate.NONE;
    private final Map<Integer, DepartmentNames> writers = new HashMap<>();

    @Test
    void countsEachOpenSessionOnceAfterARestartWithLessRoom() {
        SessionEngine before = engine(600);
        click(before, 0, USERS);
        before.writeChanges();
        assertCounts(before, 600);

        SessionEngine after = restored(300);

        assertCounts(after, 300);
        assertThat(after.sessionsSpilled()).isEqualTo(store.size());
    }

    @Test
    void bringsEachUserBackOnceAfterARestart() {
        SessionEngine before = engine(600);
        click(before, 0, USERS);
        before.writeChanges();
        SessionEngine after = restored(300);

        click(after, 0, USERS);
        after.writeChanges();
        assertCounts(after, 300);
        closeAll(after);
        after.writeChanges();

        assertThat(closed).hasSize(USERS).allMatch(session -> session.visits() == 2);
        assertThat(after.sessionsOnHeap()).isZero();
        assertThat(after.sessionsSpilled()).isZero();
        assertThat(store.size()).isZero();
        assertThat(logs.values()).allMatch(Map::isEmpty);
    }

    /** All clicks of a session count, whatever they are, before and after a restart. */
    @Test
    void setsSessionsAsideThatAreTooFast() {
        maxRate = MaxRate.of(10, Duration.ofMinutes(10));
        SessionEngine engine = engine(5);
        for (int i = 0; i < 10; i++) {
            click(engine, 0, 10);
        }
        engine.writeChanges();
        engine = restored(5);
        // The last five users have eleven clicks each.
        click(engine, 5, 10);

        closeAll(engine);

        assertThat(closed)
                .extracting(session -> session.user().number())
                .containsExactlyInAnyOrder(0L, 1L, 2L, 3L, 4L);
        assertThat(tooFast).containsExactly(11L, 11L, 11L, 11L, 11L);
    }

    /** Many idle users, and a few who click without end and have a thousand times as much. */
    @Test
    void theLogStaysWithinTwiceOfWhatIsOpen() {
        SessionEngine engine = engine(1_000_000);
        click(engine, 100, 2_000);
        for (int checkpoint = 0; checkpoint < 60; checkpoint++) {
            for (int i = 0; i < 100; i++) {
                String department = "department " + checkpoint + " " + i + " " + "d".repeat(100);
                click(engine, Clicks.click(checkpoint % 3).at("12:00:00").in(department));
            }
            engine.writeChanges();

            long bytes = logBytes();
            if (checkpoint % 20 == 19) {
                engine = restored(1_000_000);
                assertThat(engine.log().bytes()).isBetween(bytes / 2, bytes);
            }
            assertThat(bytes).isLessThan((long) (2.5 * openBytes()));
        }
    }

    /** A session that never ends: a click each millisecond, in no order, and hardly a checkout. */
    @Test
    void aSessionWithoutEndHasABoundedState() {
        SessionEngine engine = engine(1_000_000);
        long begin = Clicks.time("12:00:00");
        long visits = 500_000;
        Random random = new Random(7);
        for (int i = 0; i < visits; i++) {
            click(engine, Clicks.click(1).at(begin + i + random.nextInt(2_000)).in("Books"));
            if (i % 1_000 == 0) {
                engine.advance(begin + i - 1);
            }
            if (i % 50_000 == 0) {
                engine.writeChanges();
                assertThat(openBytes()).isLessThan(20_000);
                assertThat(engine.heapBytes()).isLessThan(400_000);
            }
        }
        click(engine, Clicks.click(1).at(begin + visits + 2_000).checkingOut());
        engine.writeChanges();
        engine = restored(1_000_000);

        closeAll(engine);

        assertThat(closed).hasSize(1);
        assertThat(closed.get(0).visits()).isEqualTo(visits);
        assertThat(closed.get(0).checkoutVisits()).isEqualTo(visits);
    }

    /** Departments without end, of users without end: all but a part of the heap is spilled. */
    @Test
    void largeSessionsStayWithinTheHeapsShare() {
        int sessions = 40_000;
        SessionEngine engine = engine(sessions);
        int users = 60;
        for (int round = 0; round < 6; round++) {
            for (int user = 0; user < users; user++) {
                for (int i = 0; i < 100; i++) {
                    String department = "d".repeat(1_000) + (100 * round + i);
                    click(engine, Clicks.click(user).at("12:00:00").in(department));
                }
                assertThat(engine.heapBytes() / SessionRecords.BYTES_PER_SESSION)
                        .isLessThanOrEqualTo(sessions);
            }
        }
        closeAll(engine);

        assertThat(closed).hasSize(users).allMatch(session -> session.visits() == 600);
        assertThat(closed)
                .allMatch(s -> s.departmentCount() + s.departmentsLeftOut() == 600)
                .allMatch(s -> s.departmentsLeftOut() > 0);
    }

    /** Somebody sends ids as long as they may be: they count by their bytes. */
    @Test
    void longIdsCountAgainstTheHeapsShare() {
        int maxOnHeap = 1_000;
        SessionEngine engine = engine(maxOnHeap);
        String begin = "i".repeat(1_000);
        for (int i = 0; i < 2_000; i++) {
            click(engine, Clicks.click(begin + (10_000 + i)).at("12:00:00"));
            assertThat(engine.heapBytes())
                    .isLessThanOrEqualTo(2L * maxOnHeap * SessionRecords.BYTES_PER_SESSION);
        }

        assertThat(engine.sessionsSpilled()).isGreaterThan(1_500);
        closeAll(engine);
        assertThat(closed).hasSize(2_000);
        assertThat(engine.heapBytes()).isZero();
    }

    private long logBytes() {
        return logs.values().stream()
                .flatMap(log -> log.values().stream())
                .mapToLong(segment -> segment.length)
                .sum();
    }

    /** What a log would be that is written anew. */
    private long openBytes() {
        Map<Integer, TreeMap<Integer, byte[]>> before = new HashMap<>();
        logs.forEach((keyGroup, log) -> before.put(keyGroup, new TreeMap<>(log)));
        SessionEngine engine = restored(1_000_000);
        engine.writeAll();
        engine.log().flush();
        long bytes = logBytes();
        logs.clear();
        logs.putAll(before);
        return bytes;
    }

    private void closeAll(SessionEngine engine) {
        store.advance(engine, Long.MAX_VALUE - 1);
    }

    private static void assertCounts(SessionEngine engine, int maxOnHeap) {
        assertThat(engine.sessionsOnHeap()).isPositive().isLessThanOrEqualTo(maxOnHeap);
        assertThat(engine.sessionsOnHeap() + engine.sessionsSpilled()).isEqualTo(USERS);
    }

    private static void click(SessionEngine engine, int from, int to) {
        for (int i = from; i < to; i++) {
            click(engine, Clicks.click(i).at("12:00:00").in("Books"));
        }
    }

    private static void click(SessionEngine engine, Clicks click) {
        PendingClicks pending = new PendingClicks(1);
        pending.add(click.build());
        engine.add(pending);
    }

    private SessionEngine restored(int maxOnHeap) {
        SessionEngine engine = engine(maxOnHeap);
        store.restore(engine);
        Map.copyOf(logs)
                .forEach((keyGroup, log) -> engine.restoreLog(keyGroup, List.copyOf(log.values())));
        return engine;
    }

    private SessionEngine engine(int maxOnHeap) {
        Map<Integer, List<String>> lists = new HashMap<>();
        writers.forEach((writer, names) -> lists.put(writer, names.lists().get(writer)));
        DepartmentNames names = new DepartmentNames(writers.size() + 1, lists);
        writers.put(names.writer(), names);
        return new SessionEngine(
                Duration.ofMinutes(30),
                maxOnHeap,
                SessionEngine.LARGE_STORED_BYTES,
                512 << 10,
                MAX_PARALLELISM,
                names,
                new Logs(),
                store,
                maxRate,
                null,
                closed::add,
                tooFast::add,
                click -> {
                    throw new AssertionError("late: " + click);
                });
    }

    private final class Logs implements LogSegments {
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
