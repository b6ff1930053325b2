package io.clickstream.tools.replay;

import io.clickstream.FileReplay;
import io.clickstream.Outputs;
import io.clickstream.config.ReplayConfig;
import io.clickstream.sink.Destination;
import io.clickstream.sink.file.FileDestination;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A {@link FileReplay} with results as JSON lines in local folders. */
final class ReplayJob {

    /**
     * Adds the job to an environment.
     *
     * @param inputs files, with their schemes
     * @param columns the names of the columns of CSV files that have them not in their first line
     * @param output a folder that gets one folder per output
     * @param range the results that are written: those whose last millisecond is in it
     * @param sortBytes the approximate memory in which clicks are sorted, or {@link
     *     io.clickstream.sort.ClickSortOperator#BY_HEAP_SIZE}
     * @param sinks the job's, if results go there too
     */
    static void define(
            StreamExecutionEnvironment env,
            Collection<org.apache.flink.core.fs.Path> inputs,
            List<String> columns,
            Path output,
            TimeRange range,
            ReplayConfig config,
            long sortBytes,
            @Nullable ReplaySinks sinks) {
        Destination files = new FileDestination(flinkPath(output), config.computed());
        Outputs outputs =
                new Outputs()
                        .limitedTo(range.from(), range.to())
                        .addAggregates(files)
                        .addDeadLetters(files);
        if (sinks != null) {
            sinks.addTo(outputs);
        }
        FileReplay.define(env, inputs, columns, config, sortBytes, outputs);
    }

    /** The folders that the results go to, below the output. */
    static List<String> folders(ReplayConfig config) {
        List<String> folders = new ArrayList<>();
        config.computed().forEach(aggregate -> folders.add(aggregate.defaultTopic()));
        folders.add(FileDestination.DEAD_LETTERS);
        return folders;
    }

    private static org.apache.flink.core.fs.Path flinkPath(Path path) {
        return new org.apache.flink.core.fs.Path(path.toAbsolutePath().toUri());
    }

    private ReplayJob() {}
}
