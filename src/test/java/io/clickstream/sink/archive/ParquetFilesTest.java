package io.clickstream.sink.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import blue.strategic.parquet.ParquetReader;
import io.clickstream.config.FormatConfig.Preset;
import io.clickstream.config.JsonMapping;
import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.testing.ParquetRows;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetFilesTest {

    @TempDir private Path folder;

    @Test
    void hasTheFieldsOfClicksAndWholeRecords() throws Exception {
        String lab =
                "{\"userid\":7,\"eventtimestamp\":1000,\"event_type\":\"product_detail\","
                        + "\"product_type\":\"büro\",\"more\":[1, 2]}";
        String bare = "{\"userid\":\"x\",\"eventtimestamp\":2000,\"event_type\":null}";
        String noUser = "{\"eventtimestamp\":3000}";
        String noClick = "{\"userid\":[1],\"eventtimestamp\":3000}";
        Path file =
                write(
                        Preset.LAB,
                        record(lab, 1_000, 1_500),
                        record(bare, 2_000, 2_500),
                        record(noUser, ArchivedRecord.NO_TIME, 3_500),
                        record(noClick, ArchivedRecord.NO_TIME, 3_600));

        assertThat(ParquetRows.read(file))
                .containsExactly(
                        Map.of(
                                "event_time",
                                1_000L,
                                "user_id",
                                "7",
                                "event_type",
                                "product_detail",
                                "department",
                                "büro",
                                "arrival_time",
                                1_500L,
                                "record",
                                lab),
                        Map.of(
                                "event_time",
                                2_000L,
                                "user_id",
                                "x",
                                "arrival_time",
                                2_500L,
                                "record",
                                bare),
                        Map.of("arrival_time", 3_500L, "record", noUser),
                        Map.of("arrival_time", 3_600L, "record", noClick));
    }

    @Test
    void hasItemsWhereTheMappingDoes() throws Exception {
        String interaction =
                "{\"sessionId\":17,\"userId\":204,\"itemId\":731,\"eventType\":\"CLICK\","
                        + "\"sentAt\":1585200123}";

        Path file = write(Preset.INTERACTIONS, record(interaction, 1_585_200_123_000L, 5));

        assertThat(ParquetRows.read(file).get(0)).containsEntry("item", "731");
    }

    @Test
    void isPackedAndTyped() throws Exception {
        Path file = write(Preset.LAB, record("{\"userid\":7,\"eventtimestamp\":1}", 1, 2));

        ParquetMetadata metadata = ParquetReader.readMetadata(file.toFile());

        assertThat(metadata.getBlocks().get(0).getColumns())
                .allMatch(column -> column.getCodec() == CompressionCodecName.ZSTD);
        assertThat(metadata.getFileMetaData().getSchema().toString())
                .contains("optional int64 event_time (TIMESTAMP(MILLIS,true))")
                .contains("required binary record (STRING)");
    }

    private Path write(Preset preset, ArchivedRecord... records) throws Exception {
        Path file = folder.resolve("part.parquet");
        RecoverableFsDataOutputStream out =
                LocalFileSystem.getSharedInstance()
                        .createRecoverableWriter()
                        .open(new org.apache.flink.core.fs.Path(file.toUri()));
        BulkWriter<ArchivedBatch> writer = ParquetFiles.writers(JsonMapping.of(preset)).create(out);
        ArchivedBatch batch = new ArchivedBatch("dt=2022-06-14");
        List.of(records).forEach(batch::add);
        writer.addElement(batch);
        writer.finish();
        out.closeForCommit().commit();
        return file;
    }

    private static ArchivedRecord record(String json, long eventTime, long arrival) {
        return new ArchivedRecord(json.getBytes(UTF_8), eventTime, arrival);
    }
}
