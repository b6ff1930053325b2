package io.clickstream.sort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.clickstream.event.CarriedText;
import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.ClickBatchSerializer;
import io.clickstream.event.ClickSerializer;
import io.clickstream.event.UserId;
import io.clickstream.event.VersionedSerializer;
import io.clickstream.shuffle.ClickBatchWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.runtime.io.disk.iomanager.IOManager;
import org.apache.flink.runtime.io.disk.iomanager.IOManagerAsync;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClickSortOperatorTest {

    /** The number of key groups, hence of runs. */
    private static final int MAX_PARALLELISM = 8;

    private static final long TIME = 1_655_183_298_630L;
    private static final long ALL_IN_MEMORY = 64 << 20;
    private static final int SMALL = 64 << 10;

    @TempDir private Path folder;
    private IOManager files;
    private final List<OneInputStreamOperatorTestHarness<?, ?>> open = new ArrayList<>();

    @BeforeEach
    void start() {
        files = new IOManagerAsync(folder.toString());
    }

    @AfterEach
    void stop() throws Exception {
        for (OneInputStreamOperatorTestHarness<?, ?> each : open) {
            each.close();
        }
        files.close();
    }

    /** From all in memory to parts of a few hundred clicks. */
    @ParameterizedTest
    @ValueSource(longs = {ALL_IN_MEMORY, 1 << 20, SMALL, 4096})
    void theOrderOfClicksIsTheSameWhateverTheOrderOfArrival(long memoryBytes) throws Exception {
        List<Click> clicks = clicks(1, 20_000);
        List<String> first = sort(memoryBytes, clicks);
        assertThat(filesLeft()).isEmpty();

        Collections.shuffle(clicks, new Random(2));
        assertThat(sort(memoryBytes, clicks)).isEqualTo(first);
        clicks.sort(Comparator.comparingLong(Click::timestamp).reversed());
        assertThat(sort(memoryBytes, clicks)).isEqualTo(first);

        // Nor does it depend on what was on disk.
        assertThat(sort(ALL_IN_MEMORY, clicks)).isEqualTo(first);
        assertThat(first).containsExactlyInAnyOrderElementsOf(texts(clicks));
        assertThat(filesLeft()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {ALL_IN_MEMORY, SMALL, 256})
    void usersFollowEachOtherAndTheirClicksAreInTheOrderOfTime(long memoryBytes) throws Exception {
        List<Click> clicks = clicks(3, 5_000);

        OneInputStreamOperatorTestHarness<ClickBatch, Click> sort = harness(memoryBytes);
        List<StreamRecord<Click>> sorted = new ArrayList<>();
        send(sort, clicks);
        sort.endInput();
        for (Object each : sort.getOutput()) {
            if (each instanceof StreamRecord<?> record) {
                sorted.add(new StreamRecord<>((Click) record.getValue(), record.getTimestamp()));
            }
        }

        Set<UserId> over = new HashSet<>();
        for (int i = 0; i < sorted.size(); i++) {
            Click click = sorted.get(i).getValue();
            assertThat(sorted.get(i).getTimestamp()).isEqualTo(click.timestamp());
            if (i > 0) {
                Click before = sorted.get(i - 1).getValue();
                if (before.user().equals(click.user())) {
                    assertThat(before.timestamp()).isLessThanOrEqualTo(click.timestamp());
                } else {
                    over.add(before.user());
                }
            }
            assertThat(over).doesNotContain(click.user());
        }
        assertThat(sorted).hasSize(5_000);
        assertThat(over).hasSizeGreaterThan(100);
    }

    /** A bot whose clicks do not fit into memory. */
    @Test
    void oneUserMayHaveMoreClicksThanFitIntoMemory() throws Exception {
        Random random = new Random(4);
        List<Click> clicks = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            clicks.add(
                    new Click(
                            UserId.ofNumber(7),
                            TIME + random.nextInt(30_000),
                            "department " + random.nextInt(5),
                            random.nextInt(50) == 0,
                            null));
        }
        List<String> sorted = sort(SMALL, clicks);

        clicks.sort(ClickOrder.INSTANCE);
        assertThat(sorted).isEqualTo(texts(clicks));
    }

    /** A time is an offset of fewer bits than it could need. */
    @Test
    void timesMayBeCenturiesApart() throws Exception {
        List<Click> clicks = new ArrayList<>();
        for (long time : new long[] {0, 1, TIME, 1L << 41, (1L << 41) + 1, 1L << 50, 1L << 62}) {
            for (int user = 0; user < 3; user++) {
                clicks.add(new Click(UserId.ofNumber(user), time + user, null, false, null));
            }
        }
        Collections.shuffle(clicks, new Random(5));
        List<String> sorted = sort(ALL_IN_MEMORY, clicks);

        assertThat(sorted).containsExactlyInAnyOrderElementsOf(texts(clicks));
        clicks.removeIf(click -> click.userNumber() != 2);
        clicks.sort(ClickOrder.INSTANCE);
        assertThat(sorted).containsSubsequence(texts(clicks));
    }

    @Test
    void theWatermarkOfTheEndFollowsTheLastClick() throws Exception {
        OneInputStreamOperatorTestHarness<ClickBatch, Click> sort = harness(ALL_IN_MEMORY);
        send(sort, clicks(6, 10));
        sort.processWatermark(Watermark.MAX_WATERMARK);
        assertThat(sort.getOutput()).isEmpty();

        sort.endInput();

        assertThat(sort.getOutput()).hasSize(11);
        assertThat(new ArrayList<>(sort.getOutput()).get(10)).isEqualTo(Watermark.MAX_WATERMARK);
    }

    @Test
    void aTaskThatFailsLeavesNoFiles() throws Exception {
        OneInputStreamOperatorTestHarness<ClickBatch, Click> sort = harness(SMALL);
        send(sort, clicks(7, 20_000));
        assertThat(filesLeft()).isNotEmpty();

        sort.close();

        assertThat(filesLeft()).isEmpty();
    }

    @Test
    void anEmptyInputHasNoClicks() throws Exception {
        assertThat(sort(ALL_IN_MEMORY, List.of())).isEmpty();
    }

    @Test
    void aFolderThatIsGoneIsNamed() throws Exception {
        OneInputStreamOperatorTestHarness<ClickBatch, Click> sort = harness(SMALL);
        for (java.io.File each : files.getSpillingDirectories()) {
            Files.delete(each.toPath());
        }

        assertThatThrownBy(() -> send(sort, clicks(8, 20_000)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("The temporary file " + folder)
                .hasMessageContaining("can't be created after 0 bytes of clicks: ")
                .hasMessageContaining("NoSuchFileException")
                .hasMessageContaining("name another folder: --temp-dir of a replay, io.tmp.dirs");
    }

    /** Linux has a file that is on a full disk. */
    @Test
    void aFullDiskIsNamed() throws Exception {
        Path full = Path.of("/dev/full");
        assumeThat(Files.isWritable(full)).isTrue();
        ClickBatch batch = new ClickBatch(0, new byte[300_000], 300_000);
        SpillFile file = new SpillFile(Files.createSymbolicLink(folder.resolve("full"), full));

        assertThatThrownBy(() -> file.write(batch))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("The temporary file " + folder + "/full can't be written")
                .hasMessageContaining("No space left on device")
                .hasMessageContaining("Free space on its disk");
        file.close();
        assertThat(folder.resolve("full")).doesNotExist();
    }

    private List<String> sort(long memoryBytes, List<Click> clicks) throws Exception {
        OneInputStreamOperatorTestHarness<ClickBatch, Click> sort = harness(memoryBytes);
        send(sort, clicks);
        sort.endInput();
        return texts(sort.extractOutputValues());
    }

    private OneInputStreamOperatorTestHarness<ClickBatch, Click> harness(long memoryBytes)
            throws Exception {
        MockEnvironment environment =
                new MockEnvironmentBuilder()
                        .setTaskName("sort")
                        .setMaxParallelism(MAX_PARALLELISM)
                        .setParallelism(1)
                        .setSubtaskIndex(0)
                        .setIOManager(files)
                        .build();
        OneInputStreamOperatorTestHarness<ClickBatch, Click> sort =
                new OneInputStreamOperatorTestHarness<>(
                        new ClickSortOperator(memoryBytes), environment);
        sort.setup(new Copying());
        sort.open();
        open.add(sort);
        return sort;
    }

    private static void send(
            OneInputStreamOperatorTestHarness<ClickBatch, Click> sort, List<Click> clicks)
            throws Exception {
        List<ClickBatch> batches = new ArrayList<>();
        // The bytes are those of the writer, as long as it does not return.
        ClickBatchWriter writer =
                new ClickBatchWriter(
                        MAX_PARALLELISM,
                        batch -> batches.add(ClickBatchSerializer.INSTANCE.copy(batch)));
        clicks.forEach(writer::add);
        writer.send();
        for (ClickBatch batch : batches) {
            sort.processElement(batch, 0);
        }
    }

    private List<Path> filesLeft() throws IOException {
        try (Stream<Path> found = Files.walk(folder)) {
            return found.filter(Files::isRegularFile).toList();
        }
    }

    /** Of users of all kinds, some with the same time, some with texts. */
    private static List<Click> clicks(long seed, int count) {
        Random random = new Random(seed);
        List<Click> clicks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Click click =
                    new Click(
                            user(random.nextInt(300)),
                            TIME + random.nextInt(1_000) * (random.nextInt(100) == 0 ? 1_000L : 1),
                            random.nextInt(3) == 0 ? null : "department " + random.nextInt(20),
                            random.nextInt(10) == 0,
                            null);
            click.setMarks(random.nextInt(3) == 0 ? random.nextInt(1 << 16) : 0);
            if (random.nextInt(5) == 0) {
                click.setText(CarriedText.ITEM, "item " + random.nextInt(3));
                click.setText(CarriedText.ID, "id " + random.nextInt(3));
            }
            clicks.add(click);
        }
        return clicks;
    }

    private static UserId user(int number) {
        return switch (number % 4) {
            case 0 -> UserId.ofString(Integer.toString(number));
            case 1 -> UserId.ofNumberLiteral(number + ".0");
            case 2 -> UserId.ofNumber(-number);
            default -> UserId.ofNumber(number * 10_000_000_000L);
        };
    }

    /** Everything that a click consists of. */
    private static List<String> texts(List<Click> clicks) throws IOException {
        List<String> texts = new ArrayList<>();
        ClickSerializer serializer = new ClickSerializer();
        for (Click click : clicks) {
            DataOutputSerializer out = new DataOutputSerializer(128);
            serializer.serialize(click, out);
            texts.add(click + " " + Base64.getEncoder().encodeToString(out.getCopyOfBuffer()));
        }
        return texts;
    }

    /** Clicks are used again after they have been emitted, so the output must copy them. */
    private static final class Copying extends VersionedSerializer<Click> {

        private static final long serialVersionUID = 1L;

        @Override
        public Click copy(Click from) {
            return from.copy();
        }

        @Override
        public void serialize(Click click, DataOutputView out) throws IOException {
            new ClickSerializer().serialize(click, out);
        }

        @Override
        public Click deserialize(DataInputView in) throws IOException {
            return new ClickSerializer().deserialize(in);
        }

        @Override
        public TypeSerializerSnapshot<Click> snapshotConfiguration() {
            return new ClickSerializer().snapshotConfiguration();
        }
    }
}
