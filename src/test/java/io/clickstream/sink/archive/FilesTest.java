package io.clickstream.sink.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import io.clickstream.config.ArchiveConfig;
import io.clickstream.config.JobConfig;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.testing.PropertyGroups;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.apache.flink.streaming.api.functions.sink.filesystem.PartFileInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files from their beginning to their end, as Flink's sink handles them. */
class FilesTest {

    @TempDir private Path folder;

    private final CsvLines csv = new CsvLines(Map.of("id", JsonPointer.compile("/id")));

    @Test
    void aHeaderIsWrittenOnceThoughTheFileGoesOnAfterAFailure() throws Exception {
        RecoverableWriter writer = LocalFileSystem.getSharedInstance().createRecoverableWriter();
        Path file = folder.resolve("part.csv");
        LineEncoder<ArchivedRecord> before = new LineEncoder<>(csv);
        RecoverableFsDataOutputStream out =
                writer.open(new org.apache.flink.core.fs.Path(file.toUri()));
        before.encode(record(1), out);
        RecoverableWriter.ResumeRecoverable checkpoint = out.persist();
        before.encode(record(2), out);
        out.close();

        LineEncoder<ArchivedRecord> after = new LineEncoder<>(csv);
        RecoverableFsDataOutputStream again = writer.recover(checkpoint);
        after.encode(record(3), again);
        after.encode(record(4), again);
        again.closeForCommit().commit();

        assertThat(file).hasContent("id\r\n1\r\n3\r\n4\r\n");
    }

    @Test
    void aPackedFileIsWholeWhenItIsFinishedAndIsClosedByWhoOpenedIt() throws Exception {
        RecoverableWriter writer = LocalFileSystem.getSharedInstance().createRecoverableWriter();
        Path file = folder.resolve("part.csv.gz");
        RecoverableFsDataOutputStream out =
                writer.open(new org.apache.flink.core.fs.Path(file.toUri()));
        BulkWriter<ArchivedRecord> packed = new GzipLines<>(csv).create(out);
        packed.addElement(record(1));
        packed.flush();
        packed.addElement(record(2));
        packed.finish();
        out.closeForCommit().commit();

        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("id\r\n1\r\n2\r\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1024,59999,30000,false,false",
        "1025,60000,30000,true,false",
        "0,59999,30000,false,false",
        "0,60000,59999,false,true",
        "0,10000,10000,false,false",
        "0,40000,30001,false,false",
        "0,40000,9999,false,true"
    })
    void aPackedFileEndsByItsSizeItsAgeAndItsSilence(
            long bytes, long now, long lastUpdate, boolean ofSize, boolean ofTime)
            throws Exception {
        PackedRolling<ArchivedRecord> rolling = new PackedRolling<>(config());
        PartFileInfo<String> file = file(bytes, lastUpdate);

        assertThat(rolling.shouldRollOnCheckpoint(file)).isTrue();
        assertThat(rolling.shouldRollOnEvent(file, record(1))).isEqualTo(ofSize);
        if (!ofSize) {
            assertThat(rolling.shouldRollOnProcessingTime(file, now)).isEqualTo(ofTime);
        }
    }

    private static ArchiveConfig config() {
        return JobConfig.parse(
                        PropertyGroups.smallest()
                                .with("sink.archive", "path", "s3://b/")
                                .with("sink.archive", "roll-size", "1 kb")
                                .with("sink.archive", "roll-interval", "60 s")
                                .with("sink.archive", "inactivity", "30 s")
                                .build())
                .archive()
                .orElseThrow();
    }

    /** One that was begun at the time 0. */
    private static PartFileInfo<String> file(long bytes, long lastUpdate) {
        return new PartFileInfo<>() {
            @Override
            public String getBucketId() {
                return "dt=1970-01-01/hour=00";
            }

            @Override
            public long getCreationTime() {
                return 0;
            }

            @Override
            public long getSize() {
                return bytes;
            }

            @Override
            public long getLastUpdateTime() {
                return lastUpdate;
            }
        };
    }

    private static ArchivedRecord record(int id) {
        return new ArchivedRecord(("{\"id\":" + id + "}").getBytes(UTF_8), 0, 0);
    }
}
