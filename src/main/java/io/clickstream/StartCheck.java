package io.clickstream;

import io.clickstream.config.ConfigException;
import io.clickstream.config.JobConfig;
import io.clickstream.config.KafkaSinkConfig;
import io.clickstream.config.KafkaSourceConfig;
import io.clickstream.config.KinesisSinkConfig;
import io.clickstream.config.KinesisSourceConfig;
import io.clickstream.format.registry.RegistryStartCheck;
import io.clickstream.sink.archive.ArchiveStartCheck;
import io.clickstream.sink.kafka.KafkaStartCheck;
import io.clickstream.sink.kinesis.KinesisStartCheck;
import io.clickstream.sink.opensearch.OpenSearchStartCheck;
import io.clickstream.sink.personalize.PersonalizeStartCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Asks the servers that a configuration names whether the job can work with them, before it starts.
 * A job that fails at its first checkpoint, or waits for a topic forever, is much harder to read
 * than a sentence now.
 */
public final class StartCheck {

    /**
     * Runs the checks. Creates missing topics where that is configured.
     *
     * @param env the environment that the job is defined in, with its checkpoint interval
     * @throws ConfigException with all that is wrong, if anything is
     */
    public static void run(JobConfig config, StreamExecutionEnvironment env)
            throws InterruptedException {
        // Source and sinks may be at one cluster, and have a problem together.
        Set<String> problems = new LinkedHashSet<>();
        parallelismProblem(config, env.getParallelism()).ifPresent(problems::add);
        if (config.kafkaSource().isPresent()) {
            KafkaSourceConfig source = config.kafkaSource().get();
            try (KafkaStartCheck check =
                    new KafkaStartCheck(
                            source.bootstrapServers(), source.clientProperties(), source.login())) {
                problems.addAll(check.reads(source.topics()).problems());
            }
        }
        if (config.kinesisSource().isPresent()) {
            KinesisSourceConfig source = config.kinesisSource().get();
            try (KinesisStartCheck check = new KinesisStartCheck(source.clientProperties())) {
                problems.addAll(
                        check.exists("source.kinesis / stream", source.stream()).problems());
            }
        }
        if (config.registry().isPresent()) {
            problems.addAll(RegistryStartCheck.problems(config.registry().get()));
        }
        problems.addAll(
                sinkProblems(
                        config,
                        Duration.ofMillis(env.getCheckpointConfig().getCheckpointInterval())));
        config.archive().ifPresent(archive -> problems.addAll(ArchiveStartCheck.problems(archive)));
        if (config.personalize().isPresent()) {
            problems.addAll(PersonalizeStartCheck.problems(config.personalize().get()));
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(List.copyOf(problems));
        }
    }

    /** Flink says so as well, but names no key. */
    static Optional<String> parallelismProblem(JobConfig config, int parallelism) {
        return config.maxParallelism()
                .filter(most -> most < parallelism)
                .map(
                        most ->
                                String.format(
                                        "job / max-parallelism is %d, but the job runs with a"
                                                + " parallelism of %d. Lower the parallelism to"
                                                + " %d or less. State that was written with"
                                                + " max-parallelism %d can't be restored with"
                                                + " another value: raise it only for a job that"
                                                + " starts without state",
                                        most, parallelism, most, most));
    }

    /**
     * Runs the checks of what a replay writes to: topics, streams and indices of aggregates.
     *
     * @throws ConfigException with all that is wrong, if anything is
     */
    public static void runForReplay(JobConfig config) throws InterruptedException {
        Set<String> problems = sinkProblems(config, Duration.ZERO);
        if (!problems.isEmpty()) {
            throw new ConfigException(List.copyOf(problems));
        }
    }

    private static Set<String> sinkProblems(JobConfig config, Duration interval)
            throws InterruptedException {
        Set<String> problems = new LinkedHashSet<>();
        if (config.deadLetterCluster().isPresent()) {
            problems.addAll(topicProblems(config, config.deadLetterCluster().get(), interval));
        }
        if (config.kinesisSink().isPresent()) {
            problems.addAll(
                    streamProblems(config.kinesisSink().get(), config.trending().isPresent()));
        }
        if (config.openSearch().isPresent()) {
            problems.addAll(
                    OpenSearchStartCheck.problems(
                            config.openSearch().get(), config.trending().isPresent()));
        }
        return problems;
    }

    private static List<String> streamProblems(KinesisSinkConfig sink, boolean trending)
            throws InterruptedException {
        try (KinesisStartCheck check = new KinesisStartCheck(sink.clientProperties())) {
            if (trending) {
                check.exists("sink.kinesis / trending-stream", sink.trendingStream());
            }
            return check.exists("sink.kinesis / departments-stream", sink.departmentsStream())
                    .exists("sink.kinesis / sessions-stream", sink.sessionsStream())
                    .exists("sink.kinesis / checkouts-stream", sink.checkoutsStream())
                    .exists("sink.kinesis / dead-letters-stream", sink.deadLettersStream())
                    .problems();
        }
    }

    private static List<String> topicProblems(
            JobConfig config, KafkaSinkConfig cluster, Duration checkpointInterval)
            throws InterruptedException {
        try (KafkaStartCheck check =
                new KafkaStartCheck(
                        cluster.bootstrapServers(), cluster.clientProperties(), cluster.login())) {
            check.writes(
                    List.of(config.deadLetters().topic()),
                    config.deadLetters().createTopic(),
                    "dead-letters / create-topic",
                    OptionalInt.empty(),
                    cluster.replicationFactor());
            if (config.kafkaSink().isPresent()) {
                List<String> topics = new ArrayList<>();
                topics.add(cluster.departmentsTopic());
                topics.add(cluster.sessionsTopic());
                topics.add(cluster.checkoutsTopic());
                if (config.trending().isPresent()) {
                    topics.add(cluster.trendingTopic());
                }
                check.writes(
                        topics,
                        cluster.createTopics(),
                        "sink.kafka / create-topics",
                        cluster.partitions(),
                        cluster.replicationFactor());
            }
            if (cluster.delivery() == KafkaSinkConfig.Delivery.EXACTLY_ONCE) {
                check.transactions(cluster.transactionTimeout(), checkpointInterval);
            }
            return check.problems();
        }
    }

    private StartCheck() {}
}
