package io.clickstream.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parquet files that others wrote, whole and damaged. */
class ParquetRecordsTest {

    private static final int RECORDS = 40;

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"uncompressed", "snappy", "zstd", "gzip"})
    void readsEachCodec(String codec) throws Exception {
        assertThat(records(file(codec))).isEqualTo(expected());
    }

    @ParameterizedTest
    @ValueSource(strings = {"lz4_raw", "brotli"})
    void namesACodecThatItCanNotRead(String codec) throws Exception {
        Path file = file(codec);

        assertThatThrownBy(() -> records(file))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContainingAll(
                        "it is compressed with " + codec.toUpperCase(java.util.Locale.ROOT),
                        "ZSTD, SNAPPY, or GZIP");
    }

    /** Whichever byte is wrong: no exception other than the one that makes a dead letter. */
    @ParameterizedTest
    @ValueSource(strings = {"uncompressed", "snappy", "zstd", "gzip"})
    void survivesAnyDamagedByte(String codec) throws Exception {
        byte[] whole = Files.readAllBytes(file(codec));
        Path damaged = folder.resolve("damaged.parquet");
        int unreadable = 0;
        for (int at = 4; at < whole.length; at++) {
            for (int change : new int[] {1, 0x80, 0xff}) {
                byte[] bytes = whole.clone();
                bytes[at] ^= (byte) change;
                Files.write(damaged, bytes);
                try {
                    records(damaged);
                } catch (UnreadableFileException e) {
                    assertThat(e).hasMessageNotContaining("damaged: null");
                    unreadable++;
                }
            }
        }
        assertThat(unreadable).isPositive();
    }

    @Test
    void anErrorOfTheFileSystemIsNoDamage() throws Exception {
        Path file = file("zstd");
        IOException broken = new IOException("the disk is broken");

        assertThatThrownBy(
                        () ->
                                new ParquetRecords(
                                                new org.apache.flink.core.fs.Path(file.toUri()),
                                                new BrokenFileSystem(broken))
                                        .next())
                .isSameAs(broken);
    }

    private Path file(String codec) throws Exception {
        Path file = folder.resolve(codec + ".parquet");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    ("COPY (SELECT '{\"n\":' || i || '}' AS record, i AS number FROM range(%d)"
                                    + " t(i)) TO '%s' (FORMAT parquet, COMPRESSION %s)")
                            .formatted(RECORDS, file, codec));
        }
        return file;
    }

    private static List<String> expected() {
        return IntStream.range(0, RECORDS).mapToObj(i -> "{\"n\":" + i + "}").toList();
    }

    private static List<String> records(Path file) throws IOException {
        List<String> records = new ArrayList<>();
        try (FileRecords open = FileRecords.open(new org.apache.flink.core.fs.Path(file.toUri()))) {
            byte[] next = open.next();
            while (next != null) {
                records.add(new String(next, UTF_8));
                next = open.next();
            }
        }
        return records;
    }

    /** Finds files, and can't read them. */
    private static final class BrokenFileSystem extends LocalFileSystem {

        private final IOException broken;

        BrokenFileSystem(IOException broken) {
            this.broken = broken;
        }

        @Override
        public FSDataInputStream open(org.apache.flink.core.fs.Path file) throws IOException {
            return new FSDataInputStream() {
                @Override
                public void seek(long position) {}

                @Override
                public long getPos() {
                    return 0;
                }

                @Override
                public int read() throws IOException {
                    throw broken;
                }

                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    throw broken;
                }
            };
        }
    }
}
