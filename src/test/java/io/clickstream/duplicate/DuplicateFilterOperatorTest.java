package io.clickstream.duplicate;

import static io.clickstream.testing.Clicks.click;
import static io.clickstream.testing.Clicks.time;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.bench.RocksDb;
import io.clickstream.event.Click;
import io.clickstream.event.EventTypes;
import io.clickstream.event.UserId;
import io.clickstream.testing.OperatorCounters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
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

class DuplicateFilterOperatorTest {

    private static final Duration SPAN = Duration.ofMinutes(10);
    private static final int MAX_PARALLELISM = 8;

    private KeyedOneInputStreamOperatorTestHarness<UserId, Click, Click> filter;
    private boolean onRocksDb;

    @BeforeEach
    void start() throws Exception {
        filter = harness(1, 0);
        filter.open();
    }

    @AfterEach
    void stop() throws Exception {
        filter.close();
    }

    @Test
    void letsAnIdThroughOnce() throws Exception {
        Click first = arrives("ann", "a", "12:00:00");
        arrives("ann", "a", "12:00:00");
        Click second = arrives("ann", "b", "12:00:00");
        arrives("ann", "a", "12:00:00");

        assertThat(filter.extractOutputValues()).containsExactly(first, second);
    }

    @Test
    void tellsUsersApart() throws Exception {
        Click ofAnn = arrives("ann", "a", "12:00:00");
        Click ofBob = arrives("bob", "a", "12:00:00");

        assertThat(filter.extractOutputValues()).containsExactly(ofAnn, ofBob);
    }

    @Test
    void letsClicksWithoutIdThrough() throws Exception {
        Click first = arrives("ann", null, "12:00:00");
        Click second = arrives("ann", null, "12:00:00");

        assertThat(filter.extractOutputValues()).containsExactly(first, second);
        assertThat(users(filter)).isZero();
    }

    @Test
    void takesTheSameIdWithinTheSpanForADuplicate() throws Exception {
        Click first = arrives("ann", "a", "12:00:00");
        arrives("ann", "a", "12:10:00");
        arrives("ann", "a", "11:50:00");

        assertThat(filter.extractOutputValues()).containsExactly(first);
    }

    @Test
    void takesTheSameIdBeyondTheSpanForAnotherClick() throws Exception {
        Click first = arrives("ann", "a", "12:00:00");
        Click second = arrives("ann", "a", "12:10:00.001");
        arrives("ann", "a", "12:10:00.001");

        assertThat(filter.extractOutputValues()).containsExactly(first, second);
    }

    @Test
    void remembersAsLongAsTheSpan() throws Exception {
        Click first = arrives("ann", "a", "12:00:00");
        filter.processWatermark(time("12:10:00"));
        arrives("ann", "a", "12:00:00");

        assertThat(filter.extractOutputValues()).containsExactly(first);
    }

    @Test
    void forgetsAQuarterOfTheSpanLaterAtMost() throws Exception {
        arrives("ann", "a", "12:00:00");
        arrives("ann", "b", "12:00:01");
        arrives("bob", "a", "12:01:00");
        assertThat(users(filter)).isEqualTo(2);

        filter.processWatermark(time("12:14:00"));

        assertThat(users(filter)).isZero();
        assertThat(filter.numEventTimeTimers()).isZero();
    }

    @Test
    void forgetsOnlyWhatIsOver() throws Exception {
        arrives("ann", "a", "12:00:00");
        Click later = arrives("ann", "b", "12:09:00");
        filter.processWatermark(time("12:12:30"));
        assertThat(users(filter)).isEqualTo(1);

        arrives("ann", "b", "12:09:00");

        assertThat(filter.extractOutputValues()).hasSize(2).contains(later);
    }

    @Test
    void remembersNothingOfWhatIsOlderThanTheSpan() throws Exception {
        filter.processWatermark(time("13:00:00"));

        arrives("ann", "a", "12:00:00");

        assertThat(filter.extractOutputValues()).hasSize(1);
        assertThat(users(filter)).isZero();
        assertThat(filter.numEventTimeTimers()).isZero();
    }

    @Test
    void keepsTheTimestampOfALateClick() throws Exception {
        Click late = withId("ann", "a", time("12:00:00"));

        filter.processElement(late, time("11:59:59.999"));

        assertThat(filter.extractOutputStreamRecords())
                .singleElement()
                .satisfies(
                        record ->
                                assertThat(record.getTimestamp()).isEqualTo(time("11:59:59.999")));
    }

    @Test
    void counts() throws Exception {
        OperatorCounters counters = new OperatorCounters();
        filter.close();
        filter =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new DuplicateFilterOperator(SPAN, false),
                        Click::user,
                        EventTypes.USER_ID,
                        counters.environment());
        filter.setup(EventTypes.CLICK.createSerializer(new SerializerConfigImpl()));
        filter.open();

        arrives("ann", "a", "12:00:00");
        arrives("ann", "a", "12:00:00");
        arrives("ann", "a", "12:00:00");

        assertThat(counters.counted()).isEqualTo(Map.of("duplicates", 2L));
    }

    /** Whatever comes twice, in any order, with restarts at other parallelisms in between. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void letsEachIdThroughOnceThroughRestarts(long seed) throws Exception {
        onRocksDb = seed % 2 == 0;
        filter.close();
        start();
        Random random = new Random(seed);
        List<Click> sent = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            String user = "user " + random.nextInt(50);
            sent.add(withId(user, "id " + i, time("12:00:00") + random.nextInt(300_000)));
        }
        List<Click> arriving = new ArrayList<>(sent);
        for (int i = 0; i < 1_000; i++) {
            arriving.add(random.nextInt(arriving.size()), sent.get(random.nextInt(sent.size())));
        }
        Set<String> passed = new HashSet<>();
        int count = 0;
        int[] parallelisms = {1, 3, 2};
        List<KeyedOneInputStreamOperatorTestHarness<UserId, Click, Click>> subtasks =
                List.of(filter);

        for (int run = 0; run < parallelisms.length; run++) {
            int part = arriving.size() / parallelisms.length + 1;
            List<Click> now =
                    arriving.subList(run * part, Math.min((run + 1) * part, arriving.size()));
            for (Click each : now) {
                subtasks.get(subtaskOf(each, subtasks.size()))
                        .processElement(each, each.timestamp());
            }
            for (var subtask : subtasks) {
                subtask.processWatermark(time("12:00:00") + run * 60_000L);
                for (Click click : subtask.extractOutputValues()) {
                    count++;
                    passed.add(click.id());
                }
            }
            subtasks = restarted(subtasks, parallelisms[(run + 1) % parallelisms.length]);
        }

        assertThat(passed).hasSize(2_000);
        assertThat(count).isEqualTo(2_000);
        for (var subtask : subtasks) {
            subtask.processWatermark(time("12:30:00"));
            assertThat(users(subtask)).isZero();
            subtask.close();
        }
    }

    /** How many users have ids in keyed state. */
    private static long users(
            KeyedOneInputStreamOperatorTestHarness<UserId, Click, Click> subtask) {
        DuplicateFilterOperator operator = (DuplicateFilterOperator) subtask.getOperator();
        try (Stream<?> keys =
                operator.getKeyedStateBackend().getKeys("seen-ids", VoidNamespace.INSTANCE)) {
            return keys.distinct().count();
        }
    }

    private static int subtaskOf(Click click, int parallelism) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(
                click.user(), MAX_PARALLELISM, parallelism);
    }

    private List<KeyedOneInputStreamOperatorTestHarness<UserId, Click, Click>> restarted(
            List<KeyedOneInputStreamOperatorTestHarness<UserId, Click, Click>> before,
            int parallelism)
            throws Exception {
        List<OperatorSubtaskState> states = new ArrayList<>();
        for (var subtask : before) {
            states.add(subtask.snapshot(1, 1));
            subtask.close();
        }
        OperatorSubtaskState all =
                AbstractStreamOperatorTestHarness.repackageState(
                        states.toArray(new OperatorSubtaskState[0]));
        List<KeyedOneInputStreamOperatorTestHarness<UserId, Click, Click>> after =
                new ArrayList<>();
        for (int i = 0; i < parallelism; i++) {
            var subtask = harness(parallelism, i);
            subtask.initializeState(
                    AbstractStreamOperatorTestHarness.repartitionOperatorState(
                            all, MAX_PARALLELISM, before.size(), parallelism, i));
            subtask.open();
            after.add(subtask);
        }
        return after;
    }

    private KeyedOneInputStreamOperatorTestHarness<UserId, Click, Click> harness(
            int parallelism, int index) throws Exception {
        KeyedOneInputStreamOperatorTestHarness<UserId, Click, Click> harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new DuplicateFilterOperator(SPAN, false),
                        Click::user,
                        EventTypes.USER_ID,
                        MAX_PARALLELISM,
                        parallelism,
                        index);
        if (onRocksDb) {
            harness.setStateBackend(new RocksDb());
        }
        harness.setup(EventTypes.CLICK.createSerializer(new SerializerConfigImpl()));
        return harness;
    }

    private Click arrives(String user, String id, String timeOfDay) throws Exception {
        Click click = withId(user, id, time(timeOfDay));
        filter.processElement(click, click.timestamp());
        return click;
    }

    private static Click withId(String user, String id, long time) {
        Click click = click(user).at(time).build();
        click.setId(id);
        return click;
    }
}
