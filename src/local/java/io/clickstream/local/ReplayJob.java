package io.clickstream.local;

import io.clickstream.ClickstreamJob;
import io.clickstream.ClickstreamPipeline;
import io.clickstream.Outputs;
import io.clickstream.config.ReplayConfig;
import io.clickstream.format.AggregateFormat;
import io.clickstream.format.CheckoutFormat;
import io.clickstream.format.DepartmentCountFormat;
import io.clickstream.format.IpPrivacy;
import io.clickstream.format.JsonClickDecoder;
import io.clickstream.format.SessionCountFormat;
import io.clickstream.format.TrendFormat;
import io.clickstream.sink.file.FileSinks;
import io.clickstream.source.BotSigns;
import io.clickstream.source.ClickFiles;
import io.clickstream.source.RecordDecoder;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The pipeline over files, bounded, with results as JSON lines.
 *
 * <p>It runs in Flink's batch mode, which sorts clicks by user on disk. So memory does not grow
 * with the input, no click is late, and the order of lines changes nothing.
 */
final class ReplayJob {

    static final String DEPARTMENTS = "Departments_Agg";
    static final String SESSIONS = "ClickEvents_UserId_Agg_Result";
    static final String CHECKOUTS = "User_Sessions_Aggregates_With_Order_Checkout";
    static final String TRENDS = "Trending";
    static final String DEAD_LETTERS = "dead-letters";

    /**
     * Adds the job to an environment.
     *
     * @param inputs files, with their schemes
     * @param columns the names of the columns of CSV files that have them not in their first line
     * @param output a folder that gets one folder per output
     * @param range the results that are written: those whose last millisecond is in it
     * @param sinks the job's, if results go there too
     */
    static void define(
            StreamExecutionEnvironment env,
            Collection<org.apache.flink.core.fs.Path> inputs,
            List<String> columns,
            Path output,
            TimeRange range,
            ReplayConfig config,
            @Nullable ReplaySinks sinks) {
        env.configure(ClickstreamJob.settings());
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        RecordDecoder decoder =
                new RecordDecoder(
                                new JsonClickDecoder(
                                        config.format().mapping(), config.optionalFields()),
                                config.format().checkoutEventTypes(),
                                BotSigns.of(config.filters()),
                                config.format().maxRecordBytes(),
                                config.eventTime().maxFutureSkew(),
                                Clock.systemUTC())
                        .notBefore(config.eventTime().earliest())
                        .with(false, config.privacy().map(IpPrivacy::new).orElse(null));
        Outputs outputs =
                new Outputs()
                        .within(range.from(), range.to())
                        .departmentCounts(
                                "department-counts-file-sink",
                                results(output, DEPARTMENTS, new DepartmentCountFormat()))
                        .sessionCounts(
                                "session-counts-file-sink",
                                results(output, SESSIONS, new SessionCountFormat()))
                        .checkoutSessions(
                                "checkout-sessions-file-sink",
                                results(output, CHECKOUTS, new CheckoutFormat()))
                        .trends("trending-file-sink", results(output, TRENDS, new TrendFormat()))
                        .deadLetters(
                                "dead-letters-file-sink",
                                FileSinks.deadLetters(flinkPath(output.resolve(DEAD_LETTERS))));
        if (sinks != null) {
            sinks.addTo(outputs);
        }
        new ClickstreamPipeline(config, Clock.systemUTC())
                .define(env, ClickFiles.source(inputs, decoder, columns), outputs);
    }

    private static <T> FileSink<T> results(Path output, String folder, AggregateFormat<T> format) {
        return FileSinks.aggregates(flinkPath(output.resolve(folder)), format);
    }

    /** The folders that the results go to, below the output. */
    static List<String> folders(ReplayConfig config) {
        List<String> folders = new ArrayList<>(List.of(DEPARTMENTS, SESSIONS, CHECKOUTS));
        if (config.trending().isPresent()) {
            folders.add(TRENDS);
        }
        folders.add(DEAD_LETTERS);
        return folders;
    }

    private static org.apache.flink.core.fs.Path flinkPath(Path path) {
        return new org.apache.flink.core.fs.Path(path.toAbsolutePath().toUri());
    }

    private ReplayJob() {}
}
