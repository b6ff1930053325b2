package io.clickstream.bench.replay;

import blue.strategic.parquet.Dehydrator;
import blue.strategic.parquet.ParquetWriter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.format.ParquetColumns;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;

/** Files of clicks of the lab's shop. */
final class ClickFile {

    private static final long START = Instant.parse("2026-11-20T06:00:00Z").toEpochMilli();
    private static final int SEED = 1;
    private static final double CLICKS_PER_SECOND = 1_000;
    private static final int SECONDS_PER_HOUR = 3_600;
    private static final int USERS_PER_CLICK = 10;

    /** The user with many clicks, whom the shop does not have. */
    private static final int HEAVY_USER = 2_000_000_000;

    private static final int BUFFER_BYTES = 1 << 20;

    /** Writes clicks as JSON lines, in the order of their times. */
    static void writeLines(Path file, long clicks) throws IOException {
        ShopTraffic traffic =
                new ShopTraffic(
                        SEED, CLICKS_PER_SECOND, ShopTraffic.usualUsers(CLICKS_PER_SECOND), START);
        write(file, clicks, traffic, UnaryOperator.identity());
    }

    /** Writes clicks of one hour, with one user per ten clicks. */
    static void writeHour(Path file, long clicks) throws IOException {
        double rate = (double) clicks / SECONDS_PER_HOUR;
        int users = (int) Math.max(ShopTraffic.minUsers(rate), clicks / USERS_PER_CLICK);
        ShopTraffic traffic = new ShopTraffic(SEED, rate, users, START);
        write(file, clicks, traffic, UnaryOperator.identity());
    }

    /** Writes the same clicks as {@link #writeLines}, but some of them by one user. */
    static void writeWithHeavyUser(Path file, long clicks, long ofHeavyUser) throws IOException {
        ShopTraffic traffic =
                new ShopTraffic(
                        SEED, CLICKS_PER_SECOND, ShopTraffic.usualUsers(CLICKS_PER_SECOND), START);
        long every = Math.max(1, clicks / ofHeavyUser);
        write(
                file,
                clicks,
                traffic,
                click -> click.globalSeq() % every == 0 ? withUser(click, HEAVY_USER) : click);
    }

    private static GeneratedClick withUser(GeneratedClick click, int user) {
        return new GeneratedClick(
                click.ip(),
                click.eventTimestamp(),
                click.deviceType(),
                click.eventType(),
                click.productType(),
                user,
                click.globalSeq(),
                click.prevGlobalSeq());
    }

    private static void write(
            Path file, long clicks, ShopTraffic traffic, UnaryOperator<GeneratedClick> change)
            throws IOException {
        ClickEncoder encoder = ClickEncoder.json();
        try (OutputStream out =
                new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES)) {
            for (long i = 0; i < clicks; i++) {
                out.write(encoder.encode(change.apply(traffic.next())));
                out.write('\n');
            }
        }
    }

    /** Writes the lines of another file in reverse. */
    static void reverse(Path from, Path to) throws IOException {
        long[] ends = ends(from);
        int[] order = new int[ends.length];
        Arrays.setAll(order, i -> ends.length - 1 - i);
        copy(from, to, ends, order);
    }

    /** Writes the lines of another file in random order. */
    static void shuffle(Path from, Path to) throws IOException {
        long[] ends = ends(from);
        int[] order = new int[ends.length];
        Arrays.setAll(order, i -> i);
        Random random = new Random(SEED);
        for (int i = order.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int moved = order[i];
            order[i] = order[other];
            order[other] = moved;
        }
        copy(from, to, ends, order);
    }

    /** Where each line ends, exclusive. */
    private static long[] ends(Path file) throws IOException {
        long[] ends = new long[1024];
        int lines = 0;
        long position = 0;
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = new byte[BUFFER_BYTES];
            for (int size = in.read(bytes); size > 0; size = in.read(bytes)) {
                for (int i = 0; i < size; i++) {
                    if (bytes[i] == '\n') {
                        if (lines == ends.length) {
                            ends = Arrays.copyOf(ends, 2 * lines);
                        }
                        ends[lines++] = position + i + 1;
                    }
                }
                position += size;
            }
        }
        return Arrays.copyOf(ends, lines);
    }

    private static void copy(Path from, Path to, long[] ends, int[] order) throws IOException {
        try (FileChannel in = FileChannel.open(from);
                OutputStream out =
                        new BufferedOutputStream(Files.newOutputStream(to), BUFFER_BYTES)) {
            for (int line : order) {
                long begin = line == 0 ? 0 : ends[line - 1];
                byte[] bytes = new byte[(int) (ends[line] - begin)];
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    in.read(buffer, begin + buffer.position());
                }
                out.write(bytes);
            }
        }
    }

    /** Writes the content of another file as one member of gzip. */
    static void gzip(Path from, Path to) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(from), BUFFER_BYTES);
                OutputStream out = new GZIPOutputStream(Files.newOutputStream(to), BUFFER_BYTES)) {
            in.transferTo(out);
        }
    }

    /** Writes the lines of another file as the archive's Parquet. */
    static void parquet(Path from, Path to) throws IOException {
        ObjectMapper json = new ObjectMapper();
        Dehydrator<String> columns =
                (line, row) -> {
                    try {
                        JsonNode click = json.readTree(line);
                        long time = click.get("eventtimestamp").asLong();
                        row.write(ParquetColumns.EVENT_TIME, time);
                        row.write(ParquetColumns.USER_ID, click.get("userid").asText());
                        row.write(ParquetColumns.EVENT_TYPE, click.get("event_type").asText());
                        row.write(ParquetColumns.DEPARTMENT, click.get("product_type").asText());
                        row.write(ParquetColumns.ARRIVAL_TIME, time);
                        row.write(ParquetColumns.RECORD, line);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                };
        try (BufferedReader lines = Files.newBufferedReader(from);
                ParquetWriter<String> out =
                        ParquetWriter.writeFile(ParquetColumns.SCHEMA, to.toFile(), columns)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                out.write(line);
            }
        }
    }

    private ClickFile() {}
}
