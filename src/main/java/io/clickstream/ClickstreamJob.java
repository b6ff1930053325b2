package io.clickstream;

import io.clickstream.config.ConfigException;
import io.clickstream.config.JobConfig;
import io.clickstream.config.KafkaSinkConfig;
import io.clickstream.config.KinesisSinkConfig;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.config.PropertyGroupsFile;
import io.clickstream.event.Incoming;
import io.clickstream.format.CheckoutFormat;
import io.clickstream.format.ClickDecoder;
import io.clickstream.format.ClickDecoders;
import io.clickstream.format.DeadLetterFormat;
import io.clickstream.format.DepartmentCountFormat;
import io.clickstream.format.IpPrivacy;
import io.clickstream.format.SessionCountFormat;
import io.clickstream.format.TrendFormat;
import io.clickstream.format.registry.RegistryClickDecoder;
import io.clickstream.sink.DeadLetterOutlet;
import io.clickstream.sink.archive.ArchiveSinks;
import io.clickstream.sink.kafka.KafkaSinks;
import io.clickstream.sink.kinesis.KinesisSinks;
import io.clickstream.sink.opensearch.OpenSearchSinks;
import io.clickstream.sink.personalize.PersonalizeSink;
import io.clickstream.source.BotSigns;
import io.clickstream.source.InteractionReader;
import io.clickstream.source.KafkaSources;
import io.clickstream.source.RecordDecoder;
import io.clickstream.source.kinesis.KinesisSource;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job's entry point: configuration → source and sinks → {@link ClickstreamPipeline} → run.
 *
 * <p>Takes its configuration from the file that the managed service provides, or from one named by
 * {@code --config FILE}. A wrong configuration stops it before it starts, with all that is wrong.
 */
public final class ClickstreamJob {

    public static final String DEPARTMENT_COUNTS_KAFKA_SINK = "department-counts-kafka-sink";
    public static final String SESSION_COUNTS_KAFKA_SINK = "session-counts-kafka-sink";
    public static final String CHECKOUT_SESSIONS_KAFKA_SINK = "checkout-sessions-kafka-sink";
    public static final String TRENDING_KAFKA_SINK = "trending-kafka-sink";
    public static final String DEAD_LETTERS_KAFKA_SINK = "dead-letters-kafka-sink";
    public static final String DEPARTMENT_COUNTS_KINESIS_SINK = "department-counts-kinesis-sink";
    public static final String SESSION_COUNTS_KINESIS_SINK = "session-counts-kinesis-sink";
    public static final String CHECKOUT_SESSIONS_KINESIS_SINK = "checkout-sessions-kinesis-sink";
    public static final String TRENDING_KINESIS_SINK = "trending-kinesis-sink";
    public static final String DEAD_LETTERS_KINESIS_SINK = "dead-letters-kinesis-sink";
    public static final String DEPARTMENT_COUNTS_OPENSEARCH_SINK =
            "department-counts-opensearch-sink";
    public static final String SESSION_COUNTS_OPENSEARCH_SINK = "session-counts-opensearch-sink";
    public static final String CHECKOUT_SESSIONS_OPENSEARCH_SINK =
            "checkout-sessions-opensearch-sink";
    public static final String DEAD_LETTERS_OPENSEARCH_SINK = "dead-letters-opensearch-sink";
    public static final String TRENDING_OPENSEARCH_SINK = "trending-opensearch-sink";

    public static final String ARCHIVE_SINK = "archive-sink";
    public static final String MALFORMED_ARCHIVE_SINK = "malformed-archive-sink";
    public static final String INTERACTIONS_PERSONALIZE_SINK = "interactions-personalize-sink";

    private static final String NAME = "clickstream";

    public static void main(String[] args) throws Exception {
        JobConfig config = JobConfig.parse(propertyGroups(args));
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(settings());
        StartCheck.run(config, define(env, config));
        env.execute(NAME);
    }

    /** What the job needs of Flink, wherever it runs. */
    public static Configuration settings() {
        Configuration settings = new Configuration();
        // An operator without uid would lose its state with the next change of the flow, and a type
        // that falls to Kryo could not be read by the next version of Flink.
        settings.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        settings.set(PipelineOptions.GENERIC_TYPES, false);
        return settings;
    }

    /**
     * Adds the whole job to an environment.
     *
     * @return the same environment
     */
    public static StreamExecutionEnvironment define(
            StreamExecutionEnvironment env, JobConfig config) {
        env.configure(settings());
        if (!env.getCheckpointConfig().isCheckpointingEnabled()) {
            env.enableCheckpointing(config.checkpointInterval().toMillis());
        }
        RecordDecoder decoder =
                new RecordDecoder(
                                decoder(config),
                                config.format().checkoutEventTypes(),
                                BotSigns.of(config.filters()),
                                config.format().maxRecordBytes(),
                                config.eventTime().maxFutureSkew(),
                                Clock.systemUTC(),
                                config.personalize()
                                        .map(
                                                personalize ->
                                                        new InteractionReader(
                                                                personalize, Clock.systemUTC())))
                        .with(
                                config.archive().isPresent(),
                                config.privacy().map(IpPrivacy::new).orElse(null));
        new ClickstreamPipeline(config, Clock.systemUTC())
                .define(env, source(config, decoder), outputs(config));
        return env;
    }

    private static ClickDecoder decoder(JobConfig config) {
        return config.registry().isPresent()
                ? new RegistryClickDecoder(
                        config.registry().get(),
                        config.optionalFields(),
                        config.format().maxRecordBytes())
                : ClickDecoders.of(config.format(), config.optionalFields());
    }

    private static Source<Incoming, ?, ?> source(JobConfig config, RecordDecoder decoder) {
        if (config.kafkaSource().isPresent()) {
            return KafkaSources.clicks(config.kafkaSource().get(), decoder);
        }
        return new KinesisSource(config.kinesisSource().orElseThrow(), decoder);
    }

    private static Outputs outputs(JobConfig config) {
        Outputs outputs = new Outputs();
        config.kafkaSink().ifPresent(kafka -> addTopics(kafka, outputs));
        config.kinesisSink().ifPresent(kinesis -> addStreams(kinesis, outputs));
        DeadLetterOutlet outlet = addDeadLetters(config, outputs);
        config.openSearch().ifPresent(openSearch -> addIndices(openSearch, outlet, outputs));
        if (config.trending().isPresent()) {
            addTrends(config, outlet, outputs);
        }
        config.archive()
                .ifPresent(
                        archive ->
                                outputs.archive(ARCHIVE_SINK, ArchiveSinks.records(archive))
                                        .malformed(
                                                MALFORMED_ARCHIVE_SINK,
                                                ArchiveSinks.malformed(archive)));
        config.personalize()
                .ifPresent(
                        personalize ->
                                outputs.interactions(
                                        INTERACTIONS_PERSONALIZE_SINK,
                                        new PersonalizeSink(personalize, outlet)));
        return outputs;
    }

    /** Dead letters go to the topic or to the stream, or to both. Returns the other sinks' way. */
    private static DeadLetterOutlet addDeadLetters(JobConfig config, Outputs outputs) {
        config.kinesisSink()
                .ifPresent(
                        kinesis ->
                                outputs.deadLetters(
                                        DEAD_LETTERS_KINESIS_SINK,
                                        KinesisSinks.deadLetters(kinesis)));
        if (config.deadLetterCluster().isEmpty()) {
            return KinesisSinks.deadLetterOutlet(config.kinesisSink().orElseThrow());
        }
        KafkaSinkConfig cluster = config.deadLetterCluster().get();
        String topic = config.deadLetters().topic();
        outputs.deadLetters(
                DEAD_LETTERS_KAFKA_SINK,
                KafkaSinks.deadLetters(cluster, topic, DEAD_LETTERS_KAFKA_SINK));
        return KafkaSinks.deadLetterOutlet(cluster, topic);
    }

    private static void addStreams(KinesisSinkConfig kinesis, Outputs outputs) {
        outputs.departmentCounts(
                        DEPARTMENT_COUNTS_KINESIS_SINK,
                        KinesisSinks.aggregates(
                                kinesis, kinesis.departmentsStream(), new DepartmentCountFormat()))
                .sessionCounts(
                        SESSION_COUNTS_KINESIS_SINK,
                        KinesisSinks.aggregates(
                                kinesis, kinesis.sessionsStream(), new SessionCountFormat()))
                .checkoutSessions(
                        CHECKOUT_SESSIONS_KINESIS_SINK,
                        KinesisSinks.aggregates(
                                kinesis, kinesis.checkoutsStream(), new CheckoutFormat()));
    }

    private static void addTopics(KafkaSinkConfig kafka, Outputs outputs) {
        outputs.departmentCounts(
                        DEPARTMENT_COUNTS_KAFKA_SINK,
                        KafkaSinks.aggregates(
                                kafka,
                                kafka.departmentsTopic(),
                                DEPARTMENT_COUNTS_KAFKA_SINK,
                                new DepartmentCountFormat()))
                .sessionCounts(
                        SESSION_COUNTS_KAFKA_SINK,
                        KafkaSinks.aggregates(
                                kafka,
                                kafka.sessionsTopic(),
                                SESSION_COUNTS_KAFKA_SINK,
                                new SessionCountFormat()))
                .checkoutSessions(
                        CHECKOUT_SESSIONS_KAFKA_SINK,
                        KafkaSinks.aggregates(
                                kafka,
                                kafka.checkoutsTopic(),
                                CHECKOUT_SESSIONS_KAFKA_SINK,
                                new CheckoutFormat()));
    }

    private static void addIndices(
            OpenSearchConfig openSearch, DeadLetterOutlet outlet, Outputs outputs) {
        outputs.departmentCounts(
                        DEPARTMENT_COUNTS_OPENSEARCH_SINK,
                        OpenSearchSinks.sink(
                                openSearch,
                                openSearch.departmentsIndex(),
                                new DepartmentCountFormat(),
                                outlet))
                .sessionCounts(
                        SESSION_COUNTS_OPENSEARCH_SINK,
                        OpenSearchSinks.sink(
                                openSearch,
                                openSearch.sessionsIndex(),
                                new SessionCountFormat(),
                                outlet))
                .checkoutSessions(
                        CHECKOUT_SESSIONS_OPENSEARCH_SINK,
                        OpenSearchSinks.sink(
                                openSearch,
                                openSearch.checkoutsIndex(),
                                new CheckoutFormat(),
                                outlet));
        openSearch
                .deadLettersIndex()
                .ifPresent(
                        index ->
                                outputs.deadLetters(
                                        DEAD_LETTERS_OPENSEARCH_SINK,
                                        OpenSearchSinks.sink(
                                                openSearch,
                                                index,
                                                new DeadLetterFormat(),
                                                outlet)));
    }

    private static void addTrends(JobConfig config, DeadLetterOutlet outlet, Outputs outputs) {
        TrendFormat format = new TrendFormat();
        config.kafkaSink()
                .ifPresent(
                        kafka ->
                                outputs.trends(
                                        TRENDING_KAFKA_SINK,
                                        KafkaSinks.aggregates(
                                                kafka,
                                                kafka.trendingTopic(),
                                                TRENDING_KAFKA_SINK,
                                                format)));
        config.kinesisSink()
                .ifPresent(
                        kinesis ->
                                outputs.trends(
                                        TRENDING_KINESIS_SINK,
                                        KinesisSinks.aggregates(
                                                kinesis, kinesis.trendingStream(), format)));
        config.openSearch()
                .ifPresent(
                        openSearch ->
                                outputs.trends(
                                        TRENDING_OPENSEARCH_SINK,
                                        OpenSearchSinks.sink(
                                                openSearch,
                                                openSearch.trendingIndex(),
                                                format,
                                                outlet)));
    }

    private static Map<String, Map<String, String>> propertyGroups(String[] args) {
        if (args.length == 0) {
            return PropertyGroupsFile.readDefault();
        }
        if (args.length == 2 && args[0].equals("--config")) {
            return PropertyGroupsFile.read(Path.of(args[1]));
        }
        throw new ConfigException(
                List.of(
                        "the arguments are '"
                                + String.join(" ", args)
                                + "'; allowed is nothing, or --config FILE"));
    }

    private ClickstreamJob() {}
}
