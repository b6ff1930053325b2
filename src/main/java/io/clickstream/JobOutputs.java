package io.clickstream;

import io.clickstream.config.JobConfig;
import io.clickstream.config.KafkaSinkConfig;
import io.clickstream.config.KinesisSinkConfig;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.format.AggregateFormat;
import io.clickstream.format.CheckoutFormat;
import io.clickstream.format.DeadLetterFormat;
import io.clickstream.format.DepartmentCountFormat;
import io.clickstream.format.SessionCountFormat;
import io.clickstream.format.TrendFormat;
import io.clickstream.sink.DeadLetterOutlet;
import io.clickstream.sink.archive.ArchiveSinks;
import io.clickstream.sink.kafka.KafkaSinks;
import io.clickstream.sink.kinesis.KinesisSinks;
import io.clickstream.sink.opensearch.OpenSearchSinks;
import io.clickstream.sink.personalize.PersonalizeSink;
import org.apache.flink.api.connector.sink2.Sink;

/** The sinks that a configuration names, and their uids. */
public final class JobOutputs {

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

    private final JobConfig config;
    private final DeadLetterOutlet outlet;
    private final boolean batch;

    private JobOutputs(JobConfig config, boolean batch) {
        this.config = config;
        this.outlet = outlet(config);
        this.batch = batch;
    }

    /** All outputs of a job. */
    public static Outputs of(JobConfig config) {
        Outputs outputs = new Outputs();
        JobOutputs sinks = new JobOutputs(config, false);
        sinks.addDeadLetters(outputs);
        sinks.addAggregates(outputs);
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
                                        new PersonalizeSink(personalize, sinks.outlet)));
        return outputs;
    }

    /**
     * Adds those of a job's outputs that a replay may write again: the topics, streams and indices
     * of aggregates. In topics they are at least once.
     */
    public static void addReplayed(JobConfig config, Outputs outputs) {
        new JobOutputs(config, true).addAggregates(outputs);
    }

    /** The way of what other sinks can't deliver. */
    private static DeadLetterOutlet outlet(JobConfig config) {
        return config.deadLetterCluster().isEmpty()
                ? KinesisSinks.deadLetterOutlet(config.kinesisSink().orElseThrow())
                : KafkaSinks.deadLetterOutlet(
                        config.deadLetterCluster().get(), config.deadLetters().topic());
    }

    /** Dead letters go to the topic or to the stream, or to both; and to an index, if asked. */
    private void addDeadLetters(Outputs outputs) {
        config.kinesisSink()
                .ifPresent(
                        kinesis ->
                                outputs.deadLetters(
                                        DEAD_LETTERS_KINESIS_SINK,
                                        KinesisSinks.deadLetters(kinesis)));
        config.deadLetterCluster()
                .ifPresent(
                        cluster ->
                                outputs.deadLetters(
                                        DEAD_LETTERS_KAFKA_SINK,
                                        KafkaSinks.deadLetters(
                                                cluster,
                                                config.deadLetters().topic(),
                                                DEAD_LETTERS_KAFKA_SINK)));
        config.openSearch()
                .flatMap(OpenSearchConfig::deadLettersIndex)
                .ifPresent(
                        index ->
                                outputs.deadLetters(
                                        DEAD_LETTERS_OPENSEARCH_SINK,
                                        OpenSearchSinks.sink(
                                                config.openSearch().get(),
                                                index,
                                                new DeadLetterFormat(),
                                                outlet)));
    }

    private void addAggregates(Outputs outputs) {
        config.kafkaSink().ifPresent(kafka -> addTopics(kafka, outputs));
        config.kinesisSink().ifPresent(kinesis -> addStreams(kinesis, outputs));
        config.openSearch().ifPresent(openSearch -> addIndices(openSearch, outputs));
        if (config.trending().isPresent()) {
            addTrends(outputs);
        }
    }

    private void addStreams(KinesisSinkConfig kinesis, Outputs outputs) {
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

    private <T> Sink<T> topic(
            KafkaSinkConfig kafka, String topic, String uid, AggregateFormat<T> format) {
        return batch
                ? KafkaSinks.batchAggregates(kafka, topic, uid, format)
                : KafkaSinks.aggregates(kafka, topic, uid, format);
    }

    private void addTopics(KafkaSinkConfig kafka, Outputs outputs) {
        outputs.departmentCounts(
                        DEPARTMENT_COUNTS_KAFKA_SINK,
                        topic(
                                kafka,
                                kafka.departmentsTopic(),
                                DEPARTMENT_COUNTS_KAFKA_SINK,
                                new DepartmentCountFormat()))
                .sessionCounts(
                        SESSION_COUNTS_KAFKA_SINK,
                        topic(
                                kafka,
                                kafka.sessionsTopic(),
                                SESSION_COUNTS_KAFKA_SINK,
                                new SessionCountFormat()))
                .checkoutSessions(
                        CHECKOUT_SESSIONS_KAFKA_SINK,
                        topic(
                                kafka,
                                kafka.checkoutsTopic(),
                                CHECKOUT_SESSIONS_KAFKA_SINK,
                                new CheckoutFormat()));
    }

    private void addIndices(OpenSearchConfig openSearch, Outputs outputs) {
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
    }

    private void addTrends(Outputs outputs) {
        TrendFormat format = new TrendFormat();
        config.kafkaSink()
                .ifPresent(
                        kafka ->
                                outputs.trends(
                                        TRENDING_KAFKA_SINK,
                                        topic(
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
}
