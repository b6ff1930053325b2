package io.clickstream.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.FolderAssigner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.Encoder;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.connector.file.sink.FileSinkCommittable;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessageTypeInfo;
import org.apache.flink.streaming.api.connector.sink2.CommittableWithLineage;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.functions.sink.filesystem.RowWiseBucketWriter;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.DefaultRollingPolicy;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Behind a checkpoint of Flink's own sink, and before one. */
class ArchiveFileSinkTest {

    private static final FolderAssigner<String> FOLDER = value -> "hour";
    private static final Encoder<String> LINES = new SimpleStringEncoder<>();

    @TempDir private Path folder;

    private FileSink<String> flinks;
    private ArchiveFileSink<String> ours;

    @BeforeEach
    void makeSinks() {
        org.apache.flink.core.fs.Path path = new org.apache.flink.core.fs.Path(folder.toUri());
        flinks =
                FileSink.forRowFormat(path, LINES)
                        .withBucketAssigner(new Folders<>(FOLDER))
                        .build();
        ours =
                new ArchiveFileSink<>(
                        flinks,
                        path,
                        FOLDER,
                        ArchiveFileSinkTest::files,
                        DefaultRollingPolicy.builder().build(),
                        Duration.ofMinutes(1).toMillis(),
                        OutputFileConfig.builder().build());
    }

    @Test
    void goesOnWithAFileThatFlinksSinkHasBegun() throws Exception {
        OperatorSubtaskState checkpoint = begin(flinks);

        assertThat(end(ours, checkpoint)).containsExactly("first", "second");
    }

    @Test
    void flinksSinkGoesOnWithAFile() throws Exception {
        OperatorSubtaskState checkpoint = begin(ours);

        assertThat(end(flinks, checkpoint)).containsExactly("first", "second");
    }

    @SuppressWarnings("try") // Closing the harness can be interrupted.
    private OperatorSubtaskState begin(Sink<String> sink) throws Exception {
        try (OneInputStreamOperatorTestHarness<String, CommittableMessage<FileSinkCommittable>>
                harness = harness(sink)) {
            harness.open();
            harness.processElement("first", 0);
            harness.prepareSnapshotPreBarrier(1);
            OperatorSubtaskState checkpoint = harness.snapshot(1, 0);
            harness.processElement("lost and read again", 0);
            return checkpoint;
        }
    }

    /** The lines of the only file, when it has a name. */
    @SuppressWarnings("try") // Closing the harness can be interrupted.
    private List<String> end(Sink<String> sink, OperatorSubtaskState checkpoint) throws Exception {
        try (OneInputStreamOperatorTestHarness<String, CommittableMessage<FileSinkCommittable>>
                harness = harness(sink)) {
            harness.initializeState(checkpoint);
            harness.open();
            harness.processElement("second", 0);
            harness.endInput();
            for (CommittableMessage<FileSinkCommittable> each : harness.extractOutputValues()) {
                if (each instanceof CommittableWithLineage) {
                    FileSinkCommittable committable =
                            ((CommittableWithLineage<FileSinkCommittable>) each).getCommittable();
                    if (committable.hasPendingFile()) {
                        files().recoverPendingFile(committable.getPendingFile()).commit();
                    }
                }
            }
        }
        try (Stream<Path> files = Files.list(folder.resolve("hour"))) {
            List<Path> finished =
                    files.filter(file -> !file.getFileName().toString().startsWith(".")).toList();
            assertThat(finished).hasSize(1);
            return Files.readAllLines(finished.get(0));
        }
    }

    private static RowWiseBucketWriter<String, String> files() throws IOException {
        return new RowWiseBucketWriter<>(
                LocalFileSystem.getSharedInstance().createRecoverableWriter(), LINES);
    }

    private OneInputStreamOperatorTestHarness<String, CommittableMessage<FileSinkCommittable>>
            harness(Sink<String> sink) throws Exception {
        OneInputStreamOperatorTestHarness<String, CommittableMessage<FileSinkCommittable>> harness =
                new OneInputStreamOperatorTestHarness<>(
                        new SinkWriterOperatorFactory<String, FileSinkCommittable>(sink));
        FileSink<String> same = flinks;
        harness.setup(
                CommittableMessageTypeInfo.of(same::getCommittableSerializer)
                        .createSerializer(harness.getExecutionConfig().getSerializerConfig()));
        return harness;
    }
}
