package io.clickstream.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Click;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.event.WindowCount;
import io.clickstream.testing.Clicks;
import io.clickstream.testing.SessionStage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Subtasks whose watermarks differ, as they do at unaligned checkpoints and where some are idle,
 * with restarts, failures and other parallelisms. Each user must come to what Flink's session
 * windows make of the user's clicks and of the watermarks of the subtasks that owned the user;
 * these windows never stop, and their watermark never goes back.
 */
class DivergingWatermarksTest {

    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final long START = Clicks.time("12:00:00");
    private static final int USERS = 4;

    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void everyUserIsWhereItWas(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        Map<UserId, WindowStage> peers = new TreeMap<>(Comparator.comparingLong(UserId::number));
        int maxOnHeap = random.nextBoolean() ? 2 : 1_000_000;
        try (SessionStage stage =
                SessionStage.start(GAP, WINDOW, 1 + random.nextInt(3), maxOnHeap)) {
            for (long user = 0; user < USERS; user++) {
                peers.put(UserId.ofNumber(user), new WindowStage(GAP));
            }
            run(random, stage, peers);
            stage.watermark(Long.MAX_VALUE);
            List<Session> sessions = new ArrayList<>();
            List<Click> late = new ArrayList<>();
            for (WindowStage peer : peers.values()) {
                peer.watermark(Long.MAX_VALUE);
                sessions.addAll(peer.sessions());
                late.addAll(peer.late());
            }

            assertThat(stage.sessions()).containsExactlyInAnyOrderElementsOf(sessions);
            assertThat(stage.late()).containsExactlyInAnyOrderElementsOf(late);
            assertThat(stage.counts()).containsExactlyInAnyOrderElementsOf(counts(sessions));
            assertThat(stage.stateEntries()).isZero();
        } finally {
            peers.values().forEach(WindowStage::close);
        }
    }

    private static void run(Random random, SessionStage stage, Map<UserId, WindowStage> peers)
            throws Exception {
        SessionStage.Checkpoint checkpoint = null;
        List<Event> sinceCheckpoint = new ArrayList<>();
        long time = START;
        for (int i = 0; i < 60; i++) {
            time += random.nextInt(400);
            int kind = random.nextInt(24);
            if (kind == 0) {
                // Of users, not subtasks: each has the highest watermark of its owners.
                stage.restart(1 + random.nextInt(4));
                checkpoint = null;
            } else if (kind == 1) {
                checkpoint = stage.checkpoint();
                sinceCheckpoint.clear();
            } else if (kind == 2 && checkpoint != null) {
                int parallelism = stage.parallelism();
                stage.restore(checkpoint, parallelism);
                // The sources send again what came since.
                for (Event event : sinceCheckpoint) {
                    event.to(stage);
                }
            } else {
                Event event =
                        kind < 9
                                ? new Event(
                                        random.nextInt(stage.parallelism()),
                                        time - random.nextInt(4_000),
                                        null)
                                : new Event(
                                        0, 0, click(random, time - around(random.nextInt(3_000))));
                event.to(stage);
                event.to(stage, peers);
                sinceCheckpoint.add(event);
            }
        }
    }

    /** A click, or else a watermark of a subtask. */
    private record Event(int subtask, long watermark, Clicks click) {

        void to(SessionStage stage) throws Exception {
            if (click == null) {
                stage.watermark(subtask, watermark);
            } else {
                stage.click(click.build());
            }
        }

        void to(SessionStage stage, Map<UserId, WindowStage> peers) throws Exception {
            if (click != null) {
                peers.get(click.userId()).click(click.build());
                return;
            }
            for (Map.Entry<UserId, WindowStage> peer : peers.entrySet()) {
                if (stage.ownerOf(peer.getKey()) == subtask) {
                    peer.getValue().watermark(watermark);
                }
            }
        }
    }

    /** Often exactly a gap, or one more or less. */
    private static long around(int distance) {
        return distance % 3 == 0 ? distance / 1_000 * 1_000 + distance % 2 : distance;
    }

    private static Clicks click(Random random, long time) {
        return Clicks.click(random.nextInt(USERS))
                .at(time)
                .in(random.nextBoolean() ? "Books" : "Toys")
                .ofType(random.nextInt(5) == 0 ? "order_checkout" : "order");
    }

    /** One subtask has closed what the other one's watermark would still join. */
    @Example
    void noSessionBeginsWithinAGapOfAClosedOne() throws Exception {
        try (SessionStage stage = SessionStage.start(GAP, WINDOW, 2)) {
            long user = 0;
            while (stage.ownerOf(UserId.ofNumber(user)) != 0) {
                user++;
            }
            stage.click(Clicks.click(user).at(START).build());
            stage.watermark(0, START + 5_000);
            stage.watermark(1, START - 5_000);
            assertThat(stage.sessions()).hasSize(1);

            stage.restart(1);
            Clicks within = Clicks.click(user).at(START + 500);
            stage.click(within.build());
            // The same after another restart, before event time is where it was.
            stage.watermark(START);
            stage.restart(3);
            stage.click(within.build());
            Clicks after = Clicks.click(user).at(START + 5_001);
            stage.click(after.build());
            stage.watermark(Long.MAX_VALUE);

            assertThat(stage.late()).containsExactly(within.build(), within.build());
            assertThat(stage.sessions())
                    .extracting(Session::begin)
                    .containsExactly(START, START + 5_001);
        }
    }

    /** As the design says it. */
    private static List<WindowCount> counts(List<Session> sessions) {
        Map<String, WindowCount> counts = new TreeMap<>();
        for (Session session : sessions) {
            long window = WINDOW.toMillis();
            long begin = session.lastMillisecond() / window * window;
            long checkouts = session.hasCheckout() ? 1 : 0;
            List<String> names = new ArrayList<>(List.of(WindowCount.TOTAL));
            for (int i = 0; i < session.departmentCount(); i++) {
                names.add(session.department(i));
            }
            for (String name : names) {
                counts.merge(
                        begin + name,
                        new WindowCount(name, begin, begin + window, 1, checkouts),
                        WindowCount::plus);
            }
        }
        return List.copyOf(counts.values());
    }
}
