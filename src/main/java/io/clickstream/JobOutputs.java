package io.clickstream;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.config.JobConfig;
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
        List<Destination> destinations = new ArrayList<>();
        List<Aggregate<?>> toTopics =
                config.kafkaSink().isPresent() ? config.computed() : List.of();
        config.deadLetterCluster()
                .map(
                        cluster ->
                                KafkaDestination.streaming(
                                        cluster,
                                        config.deadLetters(),
                                        toTopics,
                                        Duration.ofMillis(
                                                env.getCheckpointConfig().getCheckpointInterval())))
                .ifPresent(destinations::add);
        addKinesisAndOpenSearch(config, destinations);
        return destinations;
    }

    /**
     * The destinations of a job to which a replay may write again. Topics are written at least
     * once.
     */
    public static List<Destination> replayDestinations(JobConfig config) {
        List<Destination> destinations = new ArrayList<>();
        List<Aggregate<?>> toTopics =
                config.kafkaSink().isPresent() ? config.computed() : List.of();
        config.deadLetterCluster()
                .map(cluster -> KafkaDestination.batch(cluster, config.deadLetters(), toTopics))
                .ifPresent(destinations::add);
        addKinesisAndOpenSearch(config, destinations);
        return destinations;
    }

    /** The folder for results of files; empty if clicks do not come from files. */
    static Optional<Destination> files(JobConfig config) {
        return config.filesSink()
                .map(sink -> new FileDestination(new Path(sink.path()), config.computed()));
    }

    private static void addKinesisAndOpenSearch(JobConfig config, List<Destination> destinations) {
        config.kinesisSink()
                .map(kinesis -> new KinesisDestination(kinesis, config.computed()))
                .ifPresent(destinations::add);
        config.openSearch()
                .map(
                        openSearch ->
                                new OpenSearchDestination(
                                        openSearch, config.computed(), outlet(config)))
                .ifPresent(destinations::add);
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
