package io.clickstream.funnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.bench.RocksDb;
import io.clickstream.event.Click;
import io.clickstream.event.EventMarks;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.testing.SessionStage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import javax.annotation.Nullable;
import org.apache.flink.runtime.state.StateBackend;
import org.junit.jupiter.api.Test;

/** The steps that sessions reach, compared with a sort and one pass over the sorted events. */
class StepTimesTest {

    private static final int NO_STEP = -1;

    private record Event(int step, long time) {}

    /** Sorts, and goes through the events once per attempt. */
    private static long[] naive(Funnel funnel, List<Event> events) {
        List<Event> sorted = new ArrayList<>(events);
        sorted.removeIf(event -> event.step == NO_STEP);
        sorted.sort(Comparator.comparingLong(Event::time).thenComparingInt(Event::step));
        long[] best = new long[funnel.size()];
        Arrays.fill(best, -1);
        for (Event begin : sorted) {
            if (begin.step != 0) {
                continue;
            }
            long[] reached = new long[funnel.size()];
            Arrays.fill(reached, -1);
            int step = -1;
            for (Event event : sorted) {
                boolean isInTime =
                        event.time >= begin.time
                                && (funnel.within() == null
                                        || event.time <= begin.time + funnel.within().toMillis());
                if (isInTime && event.step > step && skips(funnel, step, event.step)) {
                    reached[event.step] = event.time;
                    step = event.step;
                }
            }
            if (funnel.within() == null) {
                return reached;
            }
            if (depth(reached) >= depth(best)) {
                best = reached;
            }
        }
        return best;
    }

    private static boolean skips(Funnel funnel, int from, int to) {
        return IntStream.range(from + 1, to).allMatch(i -> funnel.step(i).isOptional());
    }

    private static int depth(long[] reached) {
        return IntStream.range(0, reached.length)
                .filter(i -> reached[i] >= 0)
                .map(i -> i + 1)
                .max()
                .orElse(0);
    }

    private static Funnel funnel(Random random) {
        List<Funnel.Step> steps = new ArrayList<>();
        int size = 2 + random.nextInt(EventMarks.MAX_STEPS - 1);
        for (int i = 0; i < size; i++) {
            steps.add(
                    new Funnel.Step(
                            "step " + i, Set.of("type " + i), i > 0 && random.nextInt(4) == 0));
        }
        return new Funnel(
                steps, random.nextBoolean() ? null : Duration.ofMillis(1 + random.nextInt(60)));
    }

    /** Mostly forward, so that deep funnels occur. */
    private static List<Event> events(Funnel funnel, Random random, int count, int times) {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long time = 1L + random.nextInt(times);
            int usual = (int) (time * funnel.size() / times);
            events.add(
                    new Event(
                            random.nextInt(3) == 0
                                    ? random.nextInt(funnel.size())
                                    : Math.min(usual, funnel.size() - 1),
                            time));
        }
        return events;
    }

    @Test
    void theOrderOfArrivalMakesNoDifference() {
        int deepest = 0;
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            Funnel funnel = funnel(random);
            StepTimes times = new StepTimes(funnel);
            List<Event> events = events(funnel, random, 1 + random.nextInt(40), 50);
            // Parts of a session that a click in between joins later.
            long[][] parts = new long[1 + random.nextInt(3)][];
            for (Event event : events) {
                int part = random.nextInt(parts.length);
                parts[part] = times.add(parts[part], event.step, event.time);
            }
            long[] all = null;
            for (long[] part : parts) {
                all = times.join(all, part);
            }

            long[] expected = naive(funnel, events);
            assertThat(times.reached(all)).as("seed %d, %s", seed, events).isEqualTo(expected);
            deepest = Math.max(deepest, depth(expected));
        }
        assertThat(deepest).isEqualTo(EventMarks.MAX_STEPS);
    }

    @Test
    void aSessionInOrderKeepsOneTimePerStep() {
        StepTimes times = new StepTimes(funnel(List.of("view", "cart", "paid"), null));
        long[] kept = null;
        for (int i = 0; i < 1_000; i++) {
            kept = times.add(kept, i % 10 == 0 ? 1 : 0, 1_000 + i);
        }

        assertThat(times.reached(kept)).containsExactly(1_001, 1_010, -1);
        // The cart before the first view may still count, if an earlier view comes.
        assertThat(kept).hasSize(3);
        assertThat(times.settledSteps(kept)).isEqualTo(0b011);
    }

    @Test
    void theNumberOfTimesIsLimited() {
        StepTimes times = new StepTimes(funnel(List.of("view", "cart"), Duration.ofHours(1)));
        long[] one = null;
        long[] other = null;
        for (int i = 0; i < 1_000; i++) {
            one = times.add(one, i % 2, 1_000 + i);
            other = times.add(other, i % 2, 5_000 + i);
        }

        assertThat(one).hasSize(StepTimes.MAX_TIMES);
        assertThat(times.join(one, other)).hasSize(StepTimes.MAX_TIMES);
        assertThat(times.reached(one)).containsExactly(1_254, 1_255);
    }

    @Test
    void aLongSessionThatMayBeginAgainStaysExact() {
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            Funnel funnel =
                    new Funnel(
                            List.of(
                                    new Funnel.Step("view", Set.of("view"), false),
                                    new Funnel.Step("coupon", Set.of("coupon"), true),
                                    new Funnel.Step("cart", Set.of("cart"), false),
                                    new Funnel.Step("paid", Set.of("paid"), false)),
                            Duration.ofMillis(1 + random.nextInt(400)));
            StepTimes times = new StepTimes(funnel);
            List<Event> events = new ArrayList<>();
            long[] kept = null;
            long time = 1_000;
            for (int run = 0; run < 100; run++) {
                int step = random.nextInt(run < 90 ? 3 : 4);
                for (int i = random.nextInt(40); i >= 0; i--) {
                    time += random.nextInt(10);
                    events.add(new Event(step, time));
                    kept = times.add(kept, step, time);
                }
            }

            assertThat(events).hasSizeGreaterThan(4 * StepTimes.MAX_TIMES);
            assertThat(kept).hasSizeLessThanOrEqualTo(StepTimes.MAX_TIMES);
            assertThat(times.reached(kept)).as("seed %d", seed).isEqualTo(naive(funnel, events));
        }
    }

    private static Funnel funnel(List<String> names, @Nullable Duration within) {
        return new Funnel(
                names.stream().map(name -> new Funnel.Step(name, Set.of(name), false)).toList(),
                within);
    }

    @Test
    void sessionsKnowTheirStepsThroughDisorderAndRestarts() throws Exception {
        for (int seed = 0; seed < 150; seed++) {
            run(new Random(seed), null);
        }
    }

    @Test
    void sessionsKnowTheirStepsOnRocksDb() throws Exception {
        for (int seed = 0; seed < 8; seed++) {
            run(new Random(seed), new RocksDb());
        }
    }

    private record Sent(long user, Event event, long arrival) {}

    private static void run(Random random, @Nullable StateBackend backend) throws Exception {
        Duration gap = Duration.ofMillis(20);
        long disorder = random.nextInt(60);
        Funnel funnel = funnel(random);
        int maxOnHeap = List.of(1, 3, 1_000_000).get(random.nextInt(3));
        List<Sent> clicks = new ArrayList<>();
        for (long user = 1; user <= 6; user++) {
            for (Event event : events(funnel, random, random.nextInt(60), 400)) {
                boolean isStep = random.nextInt(4) > 0;
                clicks.add(
                        new Sent(
                                user,
                                isStep ? event : new Event(NO_STEP, event.time),
                                event.time + random.nextInt((int) disorder + 1)));
            }
        }
        Collections.shuffle(clicks, random);
        clicks.sort(Comparator.comparingLong(Sent::arrival));

        try (SessionStage stage =
                SessionStage.start(gap, Duration.ofSeconds(10), 1, maxOnHeap, backend)) {
            stage.with(funnel).largeStoredBytes(random.nextBoolean() ? 40 : 16 << 10);
            stage.restart(2);
            int[] parallelism = {1, 3, 2};
            long newest = 0;
            for (int i = 0; i < clicks.size(); i++) {
                if (i % (clicks.size() / parallelism.length + 1) == 0) {
                    stage.restart(parallelism[i / (clicks.size() / parallelism.length + 1)]);
                }
                Sent sent = clicks.get(i);
                Click click =
                        new Click(UserId.ofNumber(sent.user), sent.event.time, null, false, null);
                if (sent.event.step != NO_STEP) {
                    click.setMarks(EventMarks.ofStep(sent.event.step) | EventMarks.CART);
                }
                stage.click(click);
                newest = Math.max(newest, sent.event.time);
                stage.watermark(newest - disorder - 1);
            }
            stage.watermark(Long.MAX_VALUE);

            assertThat(stage.late()).isEmpty();
            assertThat(reached(stage.sessions(), funnel)).isEqualTo(expected(clicks, gap, funnel));
        }
    }

    /** By user and begin, the steps of all sessions that had an event of any. */
    private static Map<List<Long>, List<Long>> reached(List<Session> sessions, Funnel funnel) {
        Map<List<Long>, List<Long>> reached = new HashMap<>();
        for (Session session : sessions) {
            if (session.hasStepTimes()) {
                reached.put(
                        List.of(session.user().number(), session.begin()),
                        IntStream.range(0, funnel.size()).mapToObj(session::stepTime).toList());
            }
        }
        return reached;
    }

    private static Map<List<Long>, List<Long>> expected(
            List<Sent> clicks, Duration gap, Funnel funnel) {
        Map<List<Long>, List<Long>> expected = new HashMap<>();
        for (long user = 1; user <= 6; user++) {
            long each = user;
            List<Event> events =
                    clicks.stream()
                            .filter(sent -> sent.user == each)
                            .map(Sent::event)
                            .sorted(Comparator.comparingLong(Event::time))
                            .toList();
            List<Event> session = new ArrayList<>();
            for (int i = 0; i < events.size(); i++) {
                session.add(events.get(i));
                boolean isLast =
                        i + 1 == events.size()
                                || events.get(i + 1).time - events.get(i).time > gap.toMillis();
                if (isLast) {
                    if (session.stream().anyMatch(event -> event.step != NO_STEP)) {
                        expected.put(
                                List.of(user, session.get(0).time),
                                Arrays.stream(naive(funnel, session)).boxed().toList());
                    }
                    session.clear();
                }
            }
        }
        return expected;
    }
}
