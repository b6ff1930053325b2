package io.clickstream.sink.file;

import io.clickstream.event.DeadLetter;
import io.clickstream.format.AggregateFormat;
import io.clickstream.format.AggregateJson;
import io.clickstream.format.DeadLetterJson;
import org.apache.flink.api.common.serialization.Encoder;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.BasePathBucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;

/** Writes aggregates and dead letters as JSON lines into a folder, exactly once. */
public final class FileSinks {

    /** A sink for one aggregate. */
    public static <T> FileSink<T> aggregates(Path folder, AggregateFormat<T> format) {
        return aggregates(folder, format, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /**
     * A sink for one aggregate of a range of time.
     *
     * @param from the first ms since the epoch that a window's last millisecond may be
     * @param to the first that it may not be
     */
    public static <T> FileSink<T> aggregates(
            Path folder, AggregateFormat<T> format, long from, long to) {
        return lines(
                folder,
                (value, out) -> {
                    long time = format.timestamp(value);
                    if (time >= from && time < to) {
                        out.write(AggregateJson.toBytes(format, value));
                        out.write('\n');
                    }
                });
    }

    /** A sink for dead letters. */
    public static FileSink<DeadLetter> deadLetters(Path folder) {
        return lines(
                folder,
                (letter, out) -> {
                    out.write(DeadLetterJson.toBytes(letter));
                    out.write('\n');
                });
    }

    private static <T> FileSink<T> lines(Path folder, Encoder<T> encoder) {
        return FileSink.forRowFormat(folder, encoder)
                .withBucketAssigner(new BasePathBucketAssigner<>())
                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                .withOutputFileConfig(
                        OutputFileConfig.builder()
                                .withPartPrefix("part")
                                .withPartSuffix(".jsonl")
                                .build())
                .build();
    }

    private FileSinks() {}
}
