package io.clickstream.shuffle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.event.CarriedText;
import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.ClickBatchSerializer;
import io.clickstream.event.KeyGroups;
import io.clickstream.event.RawRecord;
import io.clickstream.event.UserId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.TaskInfoImpl;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clicks on their way through the shuffle, in batches. */
class ClickShuffleTest {

    private static final int MAX_PARALLELISM = 128;
    private static final long NOON = 1_655_208_000_000L;

    private final List<ClickBatch> sent = new ArrayList<>();
    private final ClickBatchWriter batches = writer(MAX_PARALLELISM);

    @ParameterizedTest
    @CsvSource({"1, 128", "2, 128", "3, 128", "5, 7", "4, 4096"})
    void eachClickComesToTheSubtaskOfItsUserInTheUsersOrder(int parallelism, int maxParallelism)
            throws Exception {
        Random random = new Random(parallelism);
        Map<UserId, List<Click>> clicks = new HashMap<>();
        ClickBatchWriter out = writer(maxParallelism);
        for (int i = 0; i < 20_000; i++) {
            Click click = click(user(random.nextInt(500)), random.nextInt(100_000));
            clicks.computeIfAbsent(click.user(), user -> new ArrayList<>()).add(click);
            out.add(click);
            if (random.nextInt(3_000) == 0) {
                out.send();
            }
        }
        out.send();

        Map<UserId, List<Click>> arrived = new HashMap<>();
        for (int subtask = 0; subtask < parallelism; subtask++) {
            for (Click click : arrived(subtask, parallelism, maxParallelism)) {
                assertThat(owner(click.user(), parallelism, maxParallelism)).isEqualTo(subtask);
                arrived.computeIfAbsent(click.user(), user -> new ArrayList<>()).add(click);
            }
        }
        assertThat(arrived).isEqualTo(clicks);
    }

    @Test
    void aBatchIsSentWhenItIsFull() throws Exception {
        int clicks = 0;
        while (sent.isEmpty()) {
            batches.add(click(UserId.ofNumber(7), clicks++));
        }

        assertThat(sent).hasSize(1);
        assertThat(sent.get(0).length()).isBetween(ClickBatchWriter.BATCH_BYTES, 2_100);
        assertThat(arrived(0, 1, MAX_PARALLELISM)).hasSize(clicks);
        assertThat(clicks).isGreaterThan(50);
    }

    /** Some of one kind and some of another, so that each follows each. */
    @Test
    void clicksComeBackAsTheyWere() throws Exception {
        Random random = new Random(7);
        long[] numbers = {0, 1, -1, 63, 64, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE};
        long[] times = {0, 1, NOON, NOON + 1, NOON - 20_000, Long.MAX_VALUE};
        List<Click> clicks = new ArrayList<>();
        ClickBatchWriter out = writer(1);
        for (int i = 0; i < 20_000; i++) {
            int kind = random.nextInt(5);
            UserId user =
                    kind == 0
                            ? UserId.ofString("ann \uD83D\uDE00 " + i)
                            : UserId.ofNumber(numbers[random.nextInt(numbers.length)]);
            long time = random.nextBoolean() ? times[random.nextInt(times.length)] : NOON + i;
            Click click = new Click(user, time, department(random), random.nextInt(9) == 0, null);
            if (kind == 1) {
                for (CarriedText text : CarriedText.values()) {
                    click.setText(text, text.label() + " " + i);
                }
            }
            click.setMarks(random.nextInt(4) == 0 ? random.nextInt(1 << 16) : 0);
            clicks.add(click);
            out.add(click);
        }
        out.send();

        List<Click> arrived = arrived(0, 1, 1);
        assertThat(arrived).isEqualTo(clicks);
        assertThat(arrived)
                .extracting(Click::marks)
                .isEqualTo(clicks.stream().map(Click::marks).toList());
        for (CarriedText text : CarriedText.values()) {
            assertThat(arrived)
                    .extracting(click -> click.text(text))
                    .isEqualTo(clicks.stream().map(click -> click.text(text)).toList())
                    .anyMatch(carried -> carried != null);
        }
    }

    /** Few that come often, many that come seldom, none. */
    private static String department(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> null;
            case 1 -> "Möbel".repeat(random.nextInt(6));
            default -> "department " + random.nextInt(2_000);
        };
    }

    /** There are numbers for 255 names in a batch; those behind them are sent as they are. */
    @Test
    void aBatchHasMoreNamesThanNumbers() throws Exception {
        List<Click> clicks = new ArrayList<>();
        OpenBatch batch = new OpenBatch(64);
        BatchNames names = new BatchNames();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 300; i++) {
                Click click = new Click(UserId.ofNumber(7), NOON, "department " + i, false, null);
                clicks.add(click);
                batch.add(click, names);
            }
        }
        sent.add(new ClickBatch(0, batch.bytes(), batch.length()));

        assertThat(arrived(0, 1, 1)).isEqualTo(clicks);
    }

    @Test
    void aUsualClickTakesSomeSevenBytes() {
        List<String> departments = List.of("Books", "Garden", "Electronics", "Shoes", "Toys");
        OpenBatch batch = new OpenBatch(64);
        BatchNames names = new BatchNames();
        for (int i = 0; i < 100; i++) {
            long time = NOON + i * 37L % 20_000;
            UserId user = UserId.ofNumber(40_000 + i);
            batch.add(new Click(user, time, departments.get(i % 5), false, null), names);
        }

        assertThat(batch.length()).isLessThan(750);
    }

    /** First names without end, then few others, of which each has a number in the end. */
    @Test
    void numbersAreGivenAnewWhenOtherNamesComeOften() throws Exception {
        List<Click> clicks = new ArrayList<>();
        for (int i = 0; i < 500_000; i++) {
            String department = i < 300 ? "once " + i : "often " + i % 10;
            Click click = new Click(UserId.ofNumber(i % 1_000), NOON, department, false, null);
            clicks.add(click);
            batches.add(click);
        }
        batches.send();

        assertThat(byUser(arrived(0, 1, MAX_PARALLELISM))).isEqualTo(byUser(clicks));
        assertThat(sent.subList(sent.size() - 2 * MAX_PARALLELISM, sent.size() - MAX_PARALLELISM))
                .allMatch(batch -> batch.length() < 1.1 * ClickBatchWriter.BATCH_BYTES)
                .allMatch(ClickShuffleTest::hasNumbersForAllNames);
    }

    /** The clicks of each user, in their order. */
    private static Map<UserId, List<Click>> byUser(List<Click> clicks) {
        return clicks.stream().collect(Collectors.groupingBy(Click::user));
    }

    private static boolean hasNumbersForAllNames(ClickBatch batch) {
        String text = new String(batch.bytes(), 0, batch.length(), StandardCharsets.ISO_8859_1);
        return text.split("often", -1).length - 1 <= 10;
    }

    @Test
    void aUsersKeyGroupIsThatOfFlink() {
        for (int maxParallelism : new int[] {1, 2, 7, 128, 180, 32_768}) {
            for (int i = 0; i < 1_000; i++) {
                UserId user = user(i * 7_919);
                assertThat(KeyGroups.of(user, maxParallelism))
                        .isEqualTo(KeyGroupRangeAssignment.assignToKeyGroup(user, maxParallelism));
            }
        }
    }

    /** Of 32,768 key groups there may be a click each. */
    @Test
    void manyBatchesThatAreNotFullTakeNoMoreThanTheyMay() throws Exception {
        ClickBatchWriter out = writer(32_768);
        for (int i = 0; sent.isEmpty(); i++) {
            out.add(click(UserId.ofNumber(i), i));
        }

        assertThat(sent.stream().mapToInt(ClickBatch::length).sum())
                .isBetween(1024 * 1024, 1024 * 1024 + 100);
        assertThat(sent).allMatch(batch -> batch.length() < ClickBatchWriter.BATCH_BYTES);
    }

    /** As a click has them that may be late. */
    @Test
    void longRecordsTakeNoRoomFromOthers() throws Exception {
        byte[] record = new byte[500_000];
        List<Click> clicks = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Click click =
                    new Click(
                            UserId.ofNumber(7),
                            NOON + i,
                            "Books",
                            i == 3,
                            i % 2 == 0 ? new RawRecord("clicks", 0, i, record) : null);
            clicks.add(click);
            batches.add(click);
        }
        batches.send();

        List<Click> arrived = arrived(0, 1, MAX_PARALLELISM);
        assertThat(arrived).isEqualTo(clicks);
        assertThat(arrived.get(2).raw().bytes()).hasSize(record.length);
        assertThat(arrived.get(3).raw()).isNull();
    }

    @Test
    void clicksOfAnotherSubtaskAreRefused() {
        UserId user = UserId.ofNumber(7);
        batches.add(click(user, 0));
        batches.send();
        int owner = owner(user, 2, MAX_PARALLELISM);
        ClickBatchReader in = new ClickBatchReader(task(1 - owner, 2, MAX_PARALLELISM));
        in.begin(sent.get(0));

        assertThatThrownBy(in::next)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(
                        "Clicks of user 7 belong to subtask %d of 2 and came to subtask %d"
                                .formatted(owner, 1 - owner))
                .hasMessageContaining("pipeline.max-parallelism");
    }

    private static UserId user(int number) {
        return number % 3 == 0 ? UserId.ofString("ann " + number) : UserId.ofNumber(number);
    }

    private static Click click(UserId user, int millis) {
        return new Click(user, NOON + millis, millis % 4 == 0 ? null : "Books", false, null);
    }

    private static int owner(Object key, int parallelism, int maxParallelism) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(
                key, maxParallelism, parallelism);
    }

    /** Copies what it sends, as the network does. */
    private ClickBatchWriter writer(int maxParallelism) {
        return new ClickBatchWriter(
                maxParallelism, batch -> sent.add(ClickBatchSerializer.INSTANCE.copy(batch)));
    }

    /** What one of the subtasks behind the shuffle makes of all batches. */
    private List<Click> arrived(int subtask, int parallelism, int maxParallelism) throws Exception {
        List<Click> clicks = new ArrayList<>();
        ClickBatchReader in = new ClickBatchReader(task(subtask, parallelism, maxParallelism));
        for (ClickBatch batch : sent) {
            if (owner(batch.key(), parallelism, maxParallelism) == subtask) {
                in.begin(batch);
                while (in.hasNext()) {
                    clicks.add(in.next().copy());
                }
            }
        }
        return clicks;
    }

    private static TaskInfo task(int subtask, int parallelism, int maxParallelism) {
        return new TaskInfoImpl("sessions", maxParallelism, subtask, parallelism, 0);
    }
}
