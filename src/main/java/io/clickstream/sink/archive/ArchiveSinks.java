package io.clickstream.sink.archive;

import io.clickstream.config.ArchiveConfig;
import io.clickstream.config.JsonMapping;
import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.FolderAssigner;
import java.io.IOException;
import java.time.Duration;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.api.common.serialization.Encoder;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.streaming.api.functions.sink.filesystem.BulkBucketWriter;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.functions.sink.filesystem.RollingPolicy;
import org.apache.flink.streaming.api.functions.sink.filesystem.RowWiseBucketWriter;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.DefaultRollingPolicy;

/**
 * Keeps every record exactly once, in S3 or any other file system of Flink. A file becomes readable
 * when the checkpoint after its end is complete. Until then it has no name, or, on a local disk, a
 * name that begins with a dot.
 *
 * <p>Records are written as they arrive, in the source's own thread, and each writer receives the
 * records of one such thread. Therefore the records of one partition or shard are in the order of
 * the stream within each file.
 */
public final class ArchiveSinks {

    private static final Duration LONGEST_CHECK_INTERVAL = Duration.ofMinutes(1);

    /** Assigns records that are JSON objects to folders, whether they are clicks or not. */
    public static FolderAssigner<ArchivedRecord> folders(ArchiveConfig config) {
        return new TimeFolders<>(config.layout(), RecordTime.of(config));
    }

    /**
     * A sink for records that are JSON objects, in batches with the same folder.
     *
     * @param mapping the pointers of a click's fields
     */
    public static Sink<ArchivedBatch> records(ArchiveConfig config, JsonMapping mapping) {
        if (config.format() == ArchiveConfig.Format.PARQUET) {
            return packed(
                    config,
                    folder(config),
                    ParquetFiles.writers(mapping),
                    ParquetFiles.SUFFIX,
                    ArchivedBatch::folder);
        }
        return files(config, folder(config), lines(config), ArchivedBatch::folder);
    }

    /**
     * Whether files contain exactly the bytes of the batches. Copying them into the file takes less
     * of the source thread's time than copying them into the network and waking another thread.
     */
    public static boolean onlyCopies(ArchiveConfig config) {
        return config.format() == ArchiveConfig.Format.JSON && !config.gzip();
    }

    /** A sink for all other records. */
    public static Sink<DeadLetter> malformed(ArchiveConfig config) {
        TimeFolders<DeadLetter> folders =
                new TimeFolders<>(config.layout(), RecordTime.ofMalformed());
        return files(
                config,
                new Path(folder(config), config.malformedFolder()),
                new MalformedLines(),
                folders);
    }

    static Path folder(ArchiveConfig config) {
        return new Path(config.path());
    }

    private static LineFormat<ArchivedBatch> lines(ArchiveConfig config) {
        switch (config.format()) {
            case JSON:
                return new JsonLines();
            case CSV:
                return new BatchLines(new CsvLines(config.columns()));
            case LOG:
                return new BatchLines(
                        new LogLines(config.text().orElseThrow(), RecordTime.of(config)));
            case PARQUET:
                break;
        }
        throw new IllegalStateException("Not a format of lines: " + config.format());
    }

    private static <T> Sink<T> files(
            ArchiveConfig config, Path path, LineFormat<T> lines, FolderAssigner<T> folder) {
        if (config.gzip()) {
            return packed(config, path, new GzipLines<>(lines), lines.suffix() + ".gz", folder);
        }
        Encoder<T> encoder = new LineEncoder<>(lines);
        RollingPolicy<T, String> rolling =
                DefaultRollingPolicy.builder()
                        .withMaxPartSize(new MemorySize(config.rollSize()))
                        .withRolloverInterval(config.rollInterval())
                        .withInactivityInterval(config.inactivity())
                        .build();
        return new ArchiveFileSink<>(
                FileSink.forRowFormat(path, encoder)
                        .withBucketAssigner(new Folders<>(folder))
                        .build(),
                path,
                folder,
                () -> new RowWiseBucketWriter<>(files(path), encoder),
                rolling,
                checkInterval(config),
                names(lines.suffix()));
    }

    private static <T> Sink<T> packed(
            ArchiveConfig config,
            Path path,
            BulkWriter.Factory<T> writers,
            String suffix,
            FolderAssigner<T> folder) {
        return new ArchiveFileSink<>(
                FileSink.forBulkFormat(path, writers)
                        .withBucketAssigner(new Folders<>(folder))
                        .build(),
                path,
                folder,
                () -> new BulkBucketWriter<>(files(path), writers),
                new PackedRolling<>(config),
                checkInterval(config),
                names(suffix));
    }

    private static RecoverableWriter files(Path path) throws IOException {
        return FileSystem.get(path.toUri()).createRecoverableWriter();
    }

    private static OutputFileConfig names(String suffix) {
        return OutputFileConfig.builder().withPartPrefix("part").withPartSuffix(suffix).build();
    }

    /** How often the ages of files are checked, in ms. */
    private static long checkInterval(ArchiveConfig config) {
        return Math.min(
                LONGEST_CHECK_INTERVAL.toMillis(),
                Math.min(config.rollInterval().toMillis(), config.inactivity().toMillis()));
    }

    private ArchiveSinks() {}
}
