package io.clickstream;

import io.clickstream.config.FilesSourceConfig;
import io.clickstream.config.JobConfig;
import io.clickstream.config.PipelineConfig;
import io.clickstream.format.IpPrivacy;
import io.clickstream.format.JsonClickDecoder;
import io.clickstream.sort.ClickSortOperator;
import io.clickstream.source.BotSigns;
import io.clickstream.source.ClickFiles;
import io.clickstream.source.RecordDecoder;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Defines the pipeline over files, as a bounded flow. The local replay and a job with {@code
 * source.files} use the same flow.
 *
 * <p>The flow runs in Flink's batch mode, and sorts clicks by user and time, on disk if necessary.
 * Therefore memory does not grow with the input, no click is late, and neither the order of records
 * nor the parallelism changes a result.
 */
public final class FileReplay {

    /**
     * Adds the flow to an environment.
     *
     * @param inputs URIs of files and folders
     * @param columns the columns of CSV files without a header; otherwise empty
     * @param sortBytes the approximate memory in which all subtasks together sort clicks, if they
     *     are in one process; or {@link ClickSortOperator#BY_HEAP_SIZE}
     */
    public static void define(
            StreamExecutionEnvironment env,
            Collection<Path> inputs,
            List<String> columns,
            PipelineConfig config,
            long sortBytes,
            Outputs outputs) {
        env.configure(ClickstreamJob.settings());
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        new ClickstreamPipeline(config, Clock.systemUTC())
                .sortingWithin(sortBytes)
                .define(env, ClickFiles.source(inputs, decoder(config), columns), outputs);
    }

    /** The decoder of the records of files, which are JSON. */
    public static RecordDecoder decoder(PipelineConfig config) {
        return new RecordDecoder(
                        new JsonClickDecoder(config.format().mapping(), config.optionalFields()),
                        config.format().checkoutEventTypes(),
                        BotSigns.of(config.filters()),
                        config.format().maxRecordBytes(),
                        config.eventTime().maxFutureSkew(),
                        Clock.systemUTC())
                .marking(config.eventMarks())
                .identifying(config.identity().isPresent())
                .notBefore(config.eventTime().earliest())
                .with(false, config.privacy().map(IpPrivacy::new).orElse(null));
    }

    /** Adds the flow of a job with {@code source.files}. */
    static void define(StreamExecutionEnvironment env, FilesSourceConfig files, JobConfig config) {
        Outputs outputs = new Outputs().limitedTo(files.fromMillis(), files.toMillis());
        JobOutputs.replayDestinations(config).forEach(outputs::addAggregates);
        JobOutputs.files(config)
                .ifPresent(folders -> outputs.addAggregates(folders).addDeadLetters(folders));
        define(
                env,
                files.paths().stream().map(Path::new).collect(Collectors.toList()),
                files.columns(),
                config,
                ClickSortOperator.BY_HEAP_SIZE,
                outputs);
    }

    private FileReplay() {}
}
