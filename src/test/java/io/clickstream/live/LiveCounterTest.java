package io.clickstream.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.EventTypes;
import io.clickstream.event.KeyGroups;
import io.clickstream.event.LiveCount;
import io.clickstream.event.LogSegments;
import io.clickstream.event.UserId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import javax.annotation.Nullable;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Live counts of random clicks, compared with sets of users and lists of clicks. */
class LiveCounterTest {

    private static final int KEY_GROUPS = 8;
    private static final int RUNS = 400;

    private static final OutputTag<LiveCount> OUTPUT =
            new OutputTag<>("live", EventTypes.LIVE_COUNT);

    private record TestClick(
            UserId user, long time, @Nullable String department, boolean checkout, boolean cart) {}

    /** Counts at boundaries, by plain sets and lists. */
    private static final class Naive {
        private final long gap;
        private final long every;
        private final long span;
        private final List<TestClick> clicks = new ArrayList<>();
        private final Map<UserId, List<List<TestClick>>> sessions = new HashMap<>();
        private final List<LiveCount> results = new ArrayList<>();
        private long watermark;
        private long lastTime;

        Naive(long gap, long every, long span, long watermark) {
            this.gap = gap;
            this.every = every;
            this.span = span;
            this.watermark = watermark;
        }

        /** Whether the job takes the click. */
        boolean add(TestClick click) {
            List<List<TestClick>> open =
                    sessions.computeIfAbsent(click.user, absent -> new ArrayList<>());
            List<TestClick> joined = new ArrayList<>(List.of(click));
            for (Iterator<List<TestClick>> each = open.iterator(); each.hasNext(); ) {
                List<TestClick> session = each.next();
                if (session.stream().anyMatch(one -> Math.abs(one.time - click.time) <= gap)) {
                    joined.addAll(session);
                    each.remove();
                }
            }
            if (joined.size() == 1 && click.time - 1 <= watermark) {
                return false;
            }
            open.add(joined);
            clicks.add(click);
            lastTime = Math.max(lastTime, click.time);
            return true;
        }

        void advance(long newWatermark) {
            long end = lastTime + Math.max(gap, span);
            long from = Math.floorDiv(watermark + 1, every) + 1;
            for (long i = from; i * every - 1 <= newWatermark && i * every <= end; i++) {
                count(i * every);
            }
            watermark = newWatermark;
            sessions.values()
                    .forEach(
                            open ->
                                    open.removeIf(
                                            session ->
                                                    session.stream()
                                                                            .mapToLong(
                                                                                    TestClick::time)
                                                                            .max()
                                                                            .getAsLong()
                                                                    + gap
                                                                    - 1
                                                            <= newWatermark));
        }

        private void count(long boundary) {
            long[] counts = new long[4];
            sessions.values()
                    .forEach(open -> open.forEach(session -> count(session, boundary, counts)));
            List<TestClick> within =
                    clicks.stream()
                            .filter(click -> click.time < boundary)
                            .filter(click -> click.time >= boundary - span)
                            .toList();
            add(null, boundary, within, counts);
            Set<String> departments = new HashSet<>();
            within.forEach(click -> departments.add(click.department));
            departments.remove(null);
            for (String department : departments) {
                add(
                        department,
                        boundary,
                        within.stream()
                                .filter(click -> department.equals(click.department))
                                .map(
                                        click ->
                                                new TestClick(
                                                        click.user,
                                                        click.time,
                                                        department,
                                                        false,
                                                        false))
                                .toList(),
                        new long[4]);
            }
        }

        private void add(
                @Nullable String department, long boundary, List<TestClick> within, long[] counts) {
            LiveCount count =
                    new LiveCount(
                            department,
                            boundary - span,
                            boundary,
                            within.stream().map(TestClick::user).distinct().count(),
                            counts[0],
                            counts[1],
                            counts[2],
                            within.size(),
                            within.stream().filter(TestClick::checkout).count());
            if (count.activeUsers() + count.openSessions() > 0) {
                results.add(count);
            }
        }

        /** Looks at the clicks before the boundary, from the last one back. */
        private void count(List<TestClick> session, long boundary, long[] counts) {
            List<TestClick> before =
                    session.stream()
                            .filter(click -> click.time < boundary)
                            .sorted(Comparator.comparingLong(TestClick::time).reversed())
                            .toList();
            boolean checkout = false;
            boolean cart = false;
            long reached = boundary;
            for (TestClick click : before) {
                if (click.time + gap < reached) {
                    break;
                }
                reached = click.time;
                checkout |= click.checkout;
                cart |= click.cart;
            }
            if (reached < boundary) {
                counts[0]++;
                counts[1] += checkout ? 1 : 0;
                counts[2] += cart && !checkout ? 1 : 0;
            }
        }
    }

    /** Logs of all key groups. */
    private static final class Logs implements LogSegments {
        private final Map<Integer, TreeMap<Integer, byte[]>> logs = new HashMap<>();

        @Override
        public void put(int keyGroup, int index, byte[] segment) {
            logs.computeIfAbsent(keyGroup, absent -> new TreeMap<>()).put(index, segment);
        }

        @Override
        public void remove(int keyGroup, int index) {
            logs.get(keyGroup).remove(index);
        }
    }

    /** What is in keyed state. */
    private static final class Store implements LiveStore {
        private final Map<String, Map<UserId, byte[]>> users = new HashMap<>();
        private final TreeMap<Long, Set<UserId>> timers = new TreeMap<>();
        private long written;

        @Override
        public void write(String department, UserId user, byte[] bytes) {
            written++;
            users.computeIfAbsent(department, absent -> new HashMap<>()).put(user, bytes);
        }

        @Nullable
        @Override
        public byte[] read(String department, UserId user) {
            return users.getOrDefault(department, Map.of()).get(user);
        }

        @Override
        public void remove(String department, UserId user) {
            users.get(department).remove(user);
        }

        @Override
        public void setTimer(UserId user, long time) {
            timers.computeIfAbsent(time, absent -> new HashSet<>()).add(user);
        }

        void forEach(BiConsumer<String, UserId> action) {
            List<Runnable> calls = new ArrayList<>();
            users.forEach(
                    (department, ofDepartment) ->
                            ofDepartment
                                    .keySet()
                                    .forEach(
                                            user ->
                                                    calls.add(
                                                            () ->
                                                                    action.accept(
                                                                            department, user))));
            calls.forEach(Runnable::run);
        }

        boolean isEmpty() {
            return users.values().stream().allMatch(Map::isEmpty);
        }
    }

    /** Several subtasks that share the key groups. */
    private static final class Subtasks {
        private final List<LiveCounter> counters = new ArrayList<>();
        private final Logs logs;
        private final Store store;
        private final Map<String, LiveCount> results;

        Subtasks(
                int parallelism,
                long gap,
                long every,
                long span,
                int maxOnHeap,
                Logs logs,
                Store store,
                Map<String, LiveCount> results) {
            this.logs = logs;
            this.store = store;
            this.results = results;
            for (int i = 0; i < parallelism; i++) {
                counters.add(
                        new LiveCounter(
                                new LiveSettings(
                                        Duration.ofMillis(every),
                                        Duration.ofMillis(span),
                                        true,
                                        OUTPUT),
                                Duration.ofMillis(gap),
                                maxOnHeap,
                                KEY_GROUPS,
                                logs,
                                store,
                                this::add));
            }
        }

        private void add(LiveCount count) {
            results.merge(count.windowEnd() + " " + count.department(), count, LiveCount::plus);
        }

        private LiveCounter ofGroup(int keyGroup) {
            return counters.get(keyGroup * counters.size() / KEY_GROUPS);
        }

        private LiveCounter ofUser(UserId user) {
            return ofGroup(KeyGroups.of(user, KEY_GROUPS));
        }

        boolean add(TestClick click) {
            UserId text = click.user.text() == null ? null : click.user;
            return ofUser(click.user)
                    .add(
                            click.user.number(),
                            text,
                            LiveCounter.hash(click.user.number(), text),
                            click.time,
                            click.department,
                            click.checkout,
                            click.cart);
        }

        void advance(long watermark) {
            while (!store.timers.isEmpty() && store.timers.firstKey() <= watermark) {
                for (UserId user : store.timers.pollFirstEntry().getValue()) {
                    ofUser(user).onTimer(user, watermark);
                }
            }
            counters.forEach(counter -> counter.advance(watermark));
        }

        List<byte[]> checkpoint() {
            List<byte[]> clicks = new ArrayList<>();
            for (LiveCounter counter : counters) {
                counter.writeChanges();
                clicks.addAll(counter.clickCounts());
            }
            return clicks;
        }

        void restore(List<byte[]> clicks, Random random, long watermark) {
            for (byte[] each : clicks) {
                counters.get(random.nextInt(counters.size())).restoreClickCounts(List.of(each));
            }
            store.forEach((department, user) -> ofUser(user).restoreSpilled(department, user));
            logs.logs.forEach(
                    (keyGroup, segments) ->
                            ofGroup(keyGroup).restoreLog(keyGroup, List.copyOf(segments.values())));
            counters.forEach(counter -> counter.start(userHash -> watermark));
            store.forEach(
                    (department, user) ->
                            ofUser(user).countSpilled(department, user, userHash -> watermark));
            // The operator in front announces the restored watermark before all clicks.
            advance(watermark);
        }
    }

    @Test
    void countsAsSetsOfUsersDo() {
        long written = 0;
        for (int run = 0; run < RUNS; run++) {
            written += compare(run, 300);
        }
        assertThat(written).as("users who were moved to state").isGreaterThan(RUNS);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void countsManyUsersAsSetsDo(long seed) {
        compare(seed, 6_000);
    }

    @Test
    void saysWhichClicksHaveTooManyDepartments() {
        Map<String, LiveCount> results = new TreeMap<>();
        Subtasks subtasks = new Subtasks(1, 10, 10, 20, 100, new Logs(), new Store(), results);
        for (int i = 0; i < LiveCounter.MAX_DEPARTMENTS; i++) {
            assertThat(subtasks.add(click(i, 105))).isTrue();
        }

        assertThat(subtasks.add(click(LiveCounter.MAX_DEPARTMENTS, 105))).isFalse();
        assertThat(subtasks.add(click(0, 106))).isTrue();
        subtasks.advance(10_000);
        assertThat(subtasks.add(click(LiveCounter.MAX_DEPARTMENTS, 10_005))).isTrue();
        assertThat(results).hasSize(2 * LiveCounter.MAX_DEPARTMENTS + 2);
    }

    private static TestClick click(int department, long time) {
        return new TestClick(UserId.ofNumber(1), time, "department " + department, false, false);
    }

    /** Returns how often a user was moved to state. */
    private static long compare(long seed, int clicks) {
        Random random = new Random(seed);
        long gap = 1L + random.nextInt(50);
        long every = 1L + random.nextInt(30);
        long span = every * (1 + random.nextInt(6));
        int users = clicks > 1_000 ? 2_000 : 1 + random.nextInt(6);
        long disorder = 1L + random.nextInt(120);
        long pace = clicks > 1_000 ? 1 : 1L + random.nextInt(20);
        long time = 1_000_000;
        Naive naive = new Naive(gap, every, span, time);
        int maxOnHeap = List.of(1, 3, 40, 1_000_000).get(random.nextInt(4));
        Logs logs = new Logs();
        Store store = new Store();
        Map<String, LiveCount> results = new HashMap<>();
        Subtasks subtasks = new Subtasks(1, gap, every, span, maxOnHeap, logs, store, results);
        subtasks.advance(time);
        long watermark = time;
        for (int i = 0; i < clicks; i++) {
            time += random.nextInt(10) == 0 ? random.nextLong(pace * 10) : random.nextLong(pace);
            TestClick click =
                    new TestClick(
                            user(random.nextInt(users)),
                            // Some clicks are behind the watermark.
                            time - random.nextLong(disorder + disorder / 3),
                            random.nextInt(3) == 0 ? null : "d" + random.nextInt(3),
                            random.nextInt(12) == 0,
                            random.nextInt(5) == 0);
            if (naive.add(click)) {
                subtasks.add(click);
            }
            if (random.nextInt(15) == 0 && time - disorder > watermark) {
                watermark = time - disorder;
                naive.advance(watermark);
                subtasks.advance(watermark);
            }
            if (random.nextInt(40) == 0) {
                List<byte[]> counts = subtasks.checkpoint();
                if (random.nextInt(4) == 0) {
                    subtasks =
                            new Subtasks(
                                    1 + random.nextInt(3),
                                    gap,
                                    every,
                                    span,
                                    maxOnHeap,
                                    logs,
                                    store,
                                    results);
                    subtasks.restore(counts, random, watermark);
                }
            }
        }
        naive.advance(time + gap + span + every);
        subtasks.advance(Long.MAX_VALUE);
        assertThat(results.values())
                .as("seed %d: gap %d, every %d, span %d", seed, gap, every, span)
                .containsExactlyInAnyOrderElementsOf(naive.results);
        if (maxOnHeap == 1_000_000) {
            assertThat(store.written).isZero();
        }
        assertThat(store.isEmpty()).isTrue();
        assertThat(subtasks.checkpoint()).isEmpty();
        assertThat(logs.logs.values().stream().mapToInt(TreeMap::size).sum()).isZero();
        return store.written;
    }

    private static UserId user(int number) {
        return switch (number % 3) {
            case 0 -> UserId.ofString("user " + number);
            case 1 -> UserId.ofNumberLiteral(number + ".0");
            default -> UserId.ofNumber(number);
        };
    }
}
