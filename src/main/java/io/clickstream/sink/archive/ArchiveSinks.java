package io.clickstream.sink.archive;

import io.clickstream.config.ArchiveConfig;
import io.clickstream.config.JsonMapping;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.event.DeadLetter;
import java.time.Duration;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.DefaultRollingPolicy;

/**
 * Keep every record in S3, or wherever else Flink has a file system, each exactly once: a file can
 * be read when the checkpoint after its end is done. Until then it has no name, or on a local disk
 * one that begins with a dot.
 *
 * <p>A writer takes the records as they come, and is to be chained to the source. So those of one
 * partition or shard are in the order of the stream within each file.
 */
public final class ArchiveSinks {

    private static final Duration LONGEST_CHECK_INTERVAL = Duration.ofMinutes(1);

    /**
     * A sink for records that are JSON objects, clicks or not.
     *
     * @param mapping where these have the fields of a click
     */
    public static Sink<ArchivedRecord> records(ArchiveConfig config, JsonMapping mapping) {
        RecordTime<ArchivedRecord> time = RecordTime.of(config);
        if (config.format() == ArchiveConfig.Format.PARQUET) {
            return packed(
                    config,
                    folder(config),
                    ParquetFiles.writers(mapping),
                    ParquetFiles.SUFFIX,
                    time);
        }
        return files(config, folder(config), lines(config, time), time);
    }

    /** A sink for all other records. */
    public static Sink<DeadLetter> malformed(ArchiveConfig config) {
        return files(
                config,
                new Path(folder(config), config.malformedFolder()),
                new MalformedLines(),
                RecordTime.ofMalformed());
    }

    static Path folder(ArchiveConfig config) {
        return new Path(config.path());
    }

    private static LineFormat<ArchivedRecord> lines(
            ArchiveConfig config, RecordTime<ArchivedRecord> time) {
        switch (config.format()) {
            case JSON:
                return new JsonLines();
            case CSV:
                return new CsvLines(config.columns());
            case LOG:
                return new LogLines(config.text().orElseThrow(), time);
            case PARQUET:
                break;
        }
        throw new IllegalStateException("Not a format of lines: " + config.format());
    }

    private static <T> FileSink<T> files(
            ArchiveConfig config, Path folder, LineFormat<T> lines, RecordTime<T> time) {
        if (config.gzip()) {
            return packed(config, folder, new GzipLines<>(lines), lines.suffix() + ".gz", time);
        }
        return FileSink.forRowFormat(folder, new LineEncoder<>(lines))
                .withBucketAssigner(new TimeBuckets<>(config.layout(), time))
                .withRollingPolicy(
                        DefaultRollingPolicy.builder()
                                .withMaxPartSize(new MemorySize(config.rollSize()))
                                .withRolloverInterval(config.rollInterval())
                                .withInactivityInterval(config.inactivity())
                                .build())
                .withBucketCheckInterval(checkInterval(config))
                .withOutputFileConfig(names(lines.suffix()))
                .build();
    }

    private static <T> FileSink<T> packed(
            ArchiveConfig config,
            Path folder,
            BulkWriter.Factory<T> writers,
            String suffix,
            RecordTime<T> time) {
        return FileSink.forBulkFormat(folder, writers)
                .withBucketAssigner(new TimeBuckets<>(config.layout(), time))
                .withRollingPolicy(new PackedRolling<>(config))
                .withBucketCheckInterval(checkInterval(config))
                .withOutputFileConfig(names(suffix))
                .build();
    }

    private static OutputFileConfig names(String suffix) {
        return OutputFileConfig.builder().withPartPrefix("part").withPartSuffix(suffix).build();
    }

    /** How often the ages of files are looked at, in ms. */
    private static long checkInterval(ArchiveConfig config) {
        return Math.min(
                LONGEST_CHECK_INTERVAL.toMillis(),
                Math.min(config.rollInterval().toMillis(), config.inactivity().toMillis()));
    }

    private ArchiveSinks() {}
}
