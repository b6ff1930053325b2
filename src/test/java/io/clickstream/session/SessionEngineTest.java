package io.clickstream.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Click;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.testing.Clicks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the engine counts, and where it keeps users, with maps in place of keyed state. */
class SessionEngineTest {

    private static final int USERS = 1_000;
    private static final int MAX_PARALLELISM = 16;

    private final Map<Integer, TreeMap<Integer, byte[]>> logs = new HashMap<>();
    private final Map<UserId, byte[]> stored = new HashMap<>();
    private final List<UserId> woken = new ArrayList<>();
    private final List<Session> closed = new ArrayList<>();
    private final List<Long> tooFast = new ArrayList<>();
    private MaxRate maxRate = MaxRate.NONE;
    private int writers;

    @Test
    void countsEachOpenSessionOnceAfterARestartWithLessRoom() {
        SessionEngine before = engine(600);
        click(before, 0, USERS);
        before.writeChanges();
        assertCounts(before, 600);

        SessionEngine after = restored(300);

        assertCounts(after, 300);
        assertThat(after.sessionsSpilled()).isEqualTo(stored.size());
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
        assertThat(stored).isEmpty();
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

    private void closeAll(SessionEngine engine) {
        woken.forEach(user -> engine.wake(user, Long.MAX_VALUE - 1));
        engine.advance(Long.MAX_VALUE - 1);
    }

    private static void assertCounts(SessionEngine engine, int maxOnHeap) {
        assertThat(engine.sessionsOnHeap()).isPositive().isLessThanOrEqualTo(maxOnHeap);
        assertThat(engine.sessionsOnHeap() + engine.sessionsSpilled()).isEqualTo(USERS);
    }

    private static void click(SessionEngine engine, int from, int to) {
        for (int i = from; i < to; i++) {
            Click click = Clicks.click(i).at("12:00:00").in("Books").build();
            PendingClicks pending = new PendingClicks(1);
            pending.add(click);
            engine.add(pending);
        }
    }

    private SessionEngine restored(int maxOnHeap) {
        SessionEngine engine = engine(maxOnHeap);
        List.copyOf(stored.keySet()).forEach(engine::restoreSpilled);
        Map.copyOf(logs)
                .forEach((keyGroup, log) -> engine.restoreLog(keyGroup, List.copyOf(log.values())));
        return engine;
    }

    private SessionEngine engine(int maxOnHeap) {
        return new SessionEngine(
                Duration.ofMinutes(30),
                maxOnHeap,
                512 << 10,
                MAX_PARALLELISM,
                new DepartmentNames(++writers, Map.of(1, List.of("Books"))),
                new Logs(),
                new Store(),
                maxRate,
                closed::add,
                tooFast::add,
                click -> {
                    throw new AssertionError("late: " + click);
                });
    }

    private final class Logs implements SessionLog.Segments {
        @Override
        public void put(int keyGroup, int index, byte[] segment) {
            logs.computeIfAbsent(keyGroup, group -> new TreeMap<>()).put(index, segment);
        }

        @Override
        public void remove(int keyGroup, int index) {
            logs.get(keyGroup).remove(index);
        }
    }

    private final class Store implements SessionStore {
        @Override
        public void write(UserId user, byte[] sessions) {
            assertThat(stored.put(user, sessions)).isNull();
        }

        @Override
        public byte[] read(UserId user) {
            return stored.get(user);
        }

        @Override
        public void remove(UserId user) {
            stored.remove(user);
        }

        @Override
        public void wakeAt(UserId user, long lastMillisecond) {
            woken.add(user);
        }
    }
}
