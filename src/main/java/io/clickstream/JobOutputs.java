package io.clickstream;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.config.JobConfig;
import io.clickstream.config.KafkaSinkConfig;
import io.clickstream.personalize.PersonalizeSink;
import io.clickstream.sink.DeadLetterOutlet;
import io.clickstream.sink.Destination;
import io.clickstream.sink.archive.ArchiveSinks;
import io.clickstream.sink.file.FileDestination;
import io.clickstream.sink.kafka.KafkaDestination;
import io.clickstream.sink.kinesis.KinesisDestination;
import io.clickstream.sink.opensearch.OpenSearchDestination;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Creates the outputs that a configuration names. */
public final class JobOutputs {

    public static final String ARCHIVE_SINK = "archive-sink";
    public static final String MALFORMED_ARCHIVE_SINK = "malformed-archive-sink";
    public static final String INTERACTIONS_PERSONALIZE_SINK = "interactions-personalize-sink";

    /**
     * Creates all outputs of a job.
     *
     * @param env the environment of the job, with its checkpoint interval
     */
    public static Outputs of(JobConfig config, StreamExecutionEnvironment env) {
        Outputs outputs = new Outputs();
        for (Destination destination : destinations(config, env)) {
            outputs.addAggregates(destination).addDeadLetters(destination);
        }
        config.archive()
                .ifPresent(
                        archive ->
                                outputs.archive(
                                                ARCHIVE_SINK,
                                                ArchiveSinks.folders(archive),
                                                ArchiveSinks.records(
                                                        archive, config.format().mapping()),
                                                ArchiveSinks.onlyCopies(archive))
                                        .malformed(
                                                MALFORMED_ARCHIVE_SINK,
                                                ArchiveSinks.malformed(archive)));
        config.personalize()
                .ifPresent(
                        personalize ->
                                outputs.interactions(
                                        INTERACTIONS_PERSONALIZE_SINK,
                                        new PersonalizeSink(personalize, outlet(config))));
        return outputs;
    }

    /** The destinations of a job's aggregates and dead letters. */
    static List<Destination> destinations(JobConfig config, StreamExecutionEnvironment env) {
        Duration interval = Duration.ofMillis(env.getCheckpointConfig().getCheckpointInterval());
        return destinations(
                config,
                false,
                cluster ->
                        KafkaDestination.streaming(
                                cluster, config.deadLetters(), toTopics(config), interval));
    }

    /**
     * The destinations of a job to which a replay may write again. Topics are written at least
     * once.
     */
    public static List<Destination> replayDestinations(JobConfig config) {
        return destinations(
                config,
                true,
                cluster -> KafkaDestination.batch(cluster, config.deadLetters(), toTopics(config)));
    }

    private static List<Aggregate<?>> toTopics(JobConfig config) {
        return config.kafkaSink().isPresent() ? config.computed() : List.of();
    }

    private static List<Destination> destinations(
            JobConfig config, boolean bounded, Function<KafkaSinkConfig, Destination> topics) {
        List<Destination> destinations = new ArrayList<>();
        config.deadLetterCluster().map(topics).ifPresent(destinations::add);
        config.kinesisSink()
                .map(kinesis -> new KinesisDestination(kinesis, config.computed()))
                .ifPresent(destinations::add);
        config.openSearch()
                .map(
                        openSearch ->
                                new OpenSearchDestination(openSearch, config.computed(), bounded))
                .ifPresent(destinations::add);
        return destinations;
    }

    /** The folder for results of files; empty if clicks do not come from files. */
    static Optional<Destination> files(JobConfig config) {
        return config.filesSink()
                .map(sink -> new FileDestination(new Path(sink.path()), config.computed()));
    }

    /** The outlet for what other sinks cannot deliver. */
    private static DeadLetterOutlet outlet(JobConfig config) {
        return config.deadLetterCluster().isEmpty()
                ? KinesisDestination.deadLetterOutlet(config.kinesisSink().orElseThrow())
                : KafkaDestination.deadLetterOutlet(
                        config.deadLetterCluster().get(), config.deadLetters());
    }

    private JobOutputs() {}
}
