package io.clickstream.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.Incoming;
import io.clickstream.format.JsonClickDecoder;
import io.clickstream.format.ParquetColumns;
import io.clickstream.testing.ParquetRows;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.RecordAndPosition;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClickFilesTest {

    /** More than the reader takes from the file at once. */
    private static final int LONGER_THAN_THE_BUFFER = 300_000;

    @TempDir private Path folder;

    @Test
    void readsLinesUpToTheEndOfTheFile() throws Exception {
        assertThat(read(file("clicks.jsonl", line(1) + "\n" + line(2) + "\n")))
                .containsExactly("1", "2");
        assertThat(read(file("no-newline.jsonl", line(1) + "\n" + line(2))))
                .containsExactly("1", "2");
        assertThat(read(file("one.jsonl", line(1)))).containsExactly("1");
        assertThat(read(file("empty.jsonl", ""))).isEmpty();
    }

    @Test
    void readsLinesOfWindows() throws Exception {
        assertThat(read(file("crlf.jsonl", line(1) + "\r\n" + line(2) + "\r\n")))
                .containsExactly("1", "2");
    }

    @Test
    void skipsBlankLinesAndStillCountsThem() throws Exception {
        String text = "\n" + line(1) + "\n\n \t \r\n\r\n" + "broken\r\n" + "\n" + "broken";

        assertThat(read(file("blank.jsonl", text)))
                .containsExactly("1", "broken in line 6", "broken in line 8");
    }

    @Test
    void saysWhereADeadLetterCameFrom() throws Exception {
        Path file = file("bad.jsonl", line(1) + "\n{broken\r\n" + line(3));

        DeadLetter letter = (DeadLetter) records(file, null).get(1);

        assertThat(letter.raw().source()).isEqualTo(file.toAbsolutePath().toString());
        assertThat(letter.raw().partition()).isEqualTo("lines");
        assertThat(letter.raw().offset()).isEqualTo("2");
        assertThat(letter.raw().bytes()).asString(UTF_8).isEqualTo("{broken");
    }

    @Test
    void readsGzip() throws Exception {
        assertThat(read(gzip("clicks.jsonl.gz", line(1) + "\n" + line(2))))
                .containsExactly("1", "2");
    }

    @Test
    void readsGzipThatWasAppendedTo() throws Exception {
        Path file = gzip("clicks.gz", line(1) + "\n");
        byte[] one = Files.readAllBytes(file);
        byte[] two = Files.readAllBytes(gzip("more.gz", line(2) + "\n"));
        Files.write(file, concat(one, two));

        assertThat(read(file)).containsExactly("1", "2");
    }

    @Test
    void readsLinesOfAnyLength() throws Exception {
        String padding = " ".repeat(LONGER_THAN_THE_BUFFER);

        assertThat(
                        read(
                                file(
                                        "long.jsonl",
                                        line(1) + padding + "\n" + line(2) + "\n" + padding + "\n"
                                                + padding + line(3))))
                .containsExactly("1", "2", "3");
    }

    @Test
    void findsLineEndsWhereverTheBufferEnds() throws Exception {
        int buffer = 128 * 1024;
        for (int end = buffer - 2; end <= buffer + 2; end++) {
            String first = line(1);
            String text = first + " ".repeat(end - first.length()) + "\r\n" + line(2) + "\r\nbad";

            assertThat(read(file("end-at-" + end, text)))
                    .containsExactly("1", "2", "bad in line 3");
        }
    }

    @Test
    void readsManyBatches() throws Exception {
        String text =
                String.join(
                        "\n", IntStream.range(0, 2_500).mapToObj(ClickFilesTest::line).toList());

        assertThat(read(file("many.jsonl", text)))
                .hasSize(2_500)
                .startsWith("0", "1")
                .endsWith("2498", "2499");
    }

    /** A thousand of the longest records would not fit into the heap. */
    @Test
    void endsABatchOfLongRecords() throws Exception {
        String padding = " ".repeat(900_000);
        String text =
                String.join(
                        "\n",
                        IntStream.range(0, 13).mapToObj(user -> line(user) + padding).toList());
        List<Integer> sizes = new ArrayList<>();
        try (BulkFormat.Reader<Incoming> reader =
                format().createReader(new Configuration(), split(file("long.jsonl", text), null))) {
            for (var batch = reader.readBatch(); batch != null; batch = reader.readBatch()) {
                int size = 0;
                while (batch.next() != null) {
                    size++;
                }
                sizes.add(size);
                batch.releaseBatch();
            }
        }

        assertThat(sizes).containsExactly(5, 5, 3);
    }

    @Test
    void goesOnBehindTheRecordsThatWereReadBefore() throws Exception {
        String text =
                "\n"
                        + String.join(
                                "\n\n",
                                IntStream.range(0, 2_500).mapToObj(ClickFilesTest::line).toList())
                        + "\nbad";
        Path file = file("many.jsonl", text);
        List<CheckpointedPosition> positions = new ArrayList<>();
        List<Incoming> all = records(file, positions);

        for (int read : new int[] {1, 2, 999, 1_000, 1_001, 2_500, 2_501}) {
            CheckpointedPosition position = positions.get(read - 1);
            assertThat(position.getRecordsAfterOffset()).isEqualTo(read);

            List<Incoming> rest = restored(file, position);

            assertThat(names(rest)).isEqualTo(names(all.subList(read, all.size())));
        }
    }

    @Test
    void readsTheRecordsOfParquetFiles() throws Exception {
        List<String> lines =
                new ArrayList<>(IntStream.range(0, 2_500).mapToObj(ClickFilesTest::line).toList());
        lines.set(1_200, "broken");
        Path file = folder.resolve("clicks.parquet");
        ParquetRows.write(file, ParquetColumns.SCHEMA, ParquetColumns.RECORD, lines);
        List<CheckpointedPosition> positions = new ArrayList<>();

        List<Incoming> all = records(file, positions);

        assertThat(names(all))
                .hasSize(2_500)
                .startsWith("0", "1")
                .contains("broken in line 1201")
                .endsWith("2499");
        assertThat(((DeadLetter) all.get(1_200)).raw().partition()).isEqualTo("rows");
        assertThat(names(restored(file, positions.get(1_100))))
                .isEqualTo(names(all.subList(1_101, 2_500)));
    }

    @Test
    void saysWhatAParquetFileLacks() throws Exception {
        Path file = folder.resolve("other.parquet");
        ParquetRows.write(
                file,
                Types.buildMessage()
                        .required(PrimitiveTypeName.BINARY)
                        .as(LogicalTypeAnnotation.stringType())
                        .named("line")
                        .named("row"),
                "line",
                List.of("{}"));

        DeadLetter letter = (DeadLetter) records(file, null).get(0);
        assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.UNREADABLE_FILE);
        assertThat(letter.raw().source()).endsWith("other.parquet");
        assertThat(letter.detail())
                .contains("no string column `record`")
                .contains("line")
                .endsWith("; 0 rows were read");
    }

    /** What is in front of the damage is read, and the letter says where it is. */
    @Test
    void aDamagedFileIsADeadLetterBehindItsRecords() throws Exception {
        Path whole = gzip("whole.gz", line(1) + "\n" + line(2) + "\n");
        byte[] bytes = Files.readAllBytes(whole);
        // Without the checksum and the length.
        Path cut = Files.write(folder.resolve("cut.gz"), Arrays.copyOf(bytes, bytes.length - 8));

        List<Incoming> records = records(cut, null);

        assertThat(names(records).subList(0, 2)).containsExactly("1", "2");
        DeadLetter letter = (DeadLetter) records.get(2);
        assertThat(letter.detail()).isEqualTo("its gzip data is truncated; 2 lines were read");
        assertThat(letter.raw().offset()).isEqualTo("2");
        assertThat(records).hasSize(3);
    }

    private static List<String> read(Path file) throws IOException {
        return names(records(file, null));
    }

    /** Users of clicks; text and line of dead letters. */
    private static List<String> names(List<Incoming> records) {
        return records.stream()
                .map(
                        incoming -> {
                            if (incoming instanceof Click click) {
                                return click.user().asText();
                            }
                            DeadLetter letter = (DeadLetter) incoming;
                            return new String(letter.raw().bytes(), UTF_8)
                                    + " in line "
                                    + letter.raw().offset();
                        })
                .toList();
    }

    private static List<Incoming> records(Path file, List<CheckpointedPosition> positions)
            throws IOException {
        return drain(format().createReader(new Configuration(), split(file, null)), positions);
    }

    private static List<Incoming> restored(Path file, CheckpointedPosition position)
            throws IOException {
        return drain(format().restoreReader(new Configuration(), split(file, position)), null);
    }

    private static List<Incoming> drain(
            BulkFormat.Reader<Incoming> reader, List<CheckpointedPosition> positions)
            throws IOException {
        List<Incoming> records = new ArrayList<>();
        try (reader) {
            for (var batch = reader.readBatch(); batch != null; batch = reader.readBatch()) {
                for (RecordAndPosition<Incoming> next = batch.next();
                        next != null;
                        next = batch.next()) {
                    records.add(next.getRecord());
                    if (positions != null) {
                        positions.add(
                                new CheckpointedPosition(
                                        next.getOffset(), next.getRecordSkipCount()));
                    }
                }
                batch.releaseBatch();
            }
        }
        return records;
    }

    private static BulkFormat<Incoming, FileSourceSplit> format() {
        return new ClickFiles(
                new RecordDecoder(
                        new JsonClickDecoder(),
                        Set.of(),
                        BotSigns.NONE,
                        1_000_000,
                        Duration.ofSeconds(10),
                        Clock.systemUTC()),
                List.of());
    }

    private static FileSourceSplit split(Path file, CheckpointedPosition position)
            throws IOException {
        return new FileSourceSplit(
                "1",
                new org.apache.flink.core.fs.Path(file.toUri()),
                0,
                Files.size(file),
                0,
                Files.size(file),
                new String[0],
                position);
    }

    private static String line(int user) {
        return "{\"userid\":" + user + ",\"eventtimestamp\":1}";
    }

    private static byte[] concat(byte[] one, byte[] two) {
        byte[] both = new byte[one.length + two.length];
        System.arraycopy(one, 0, both, 0, one.length);
        System.arraycopy(two, 0, both, one.length, two.length);
        return both;
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Path gzip(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(text.getBytes(UTF_8));
        }
        return file;
    }
}
