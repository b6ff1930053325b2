package io.clickstream.sink.file;

import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.aggregate.AggregateJson;
import io.clickstream.deadletter.DeadLetterJson;
import io.clickstream.event.DeadLetter;
import java.io.IOException;
import java.io.Serializable;
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
        AggregateJson<T> json = new AggregateJson<>(format);
        return lines(folder, json::toBytes);
    }

    /** A sink for dead letters. */
    public static FileSink<DeadLetter> deadLetters(Path folder) {
        return lines(folder, DeadLetterJson::toBytes);
    }

    /** A sink that writes one line per value. */
    public static <T> FileSink<T> lines(Path folder, Line<T> line) {
        Encoder<T> encoder =
                (value, out) -> {
                    out.write(line.of(value));
                    out.write('\n');
                };
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

    /** Renders a value as a line, without the line end. */
    @FunctionalInterface
    public interface Line<T> extends Serializable {

        byte[] of(T value) throws IOException;
    }

    private FileSinks() {}
}
