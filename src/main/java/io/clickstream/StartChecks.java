package io.clickstream;

import io.clickstream.config.ConfigException;
import io.clickstream.config.JobConfig;
import io.clickstream.config.StartCheck;
import io.clickstream.flink.BuiltFor;
import io.clickstream.format.registry.RegistryStartCheck;
import io.clickstream.personalize.PersonalizeStartCheck;
import io.clickstream.sink.Destination;
import io.clickstream.sink.archive.ArchiveStartCheck;
import io.clickstream.sink.kafka.KafkaStartCheck;
import io.clickstream.sink.kinesis.KinesisStartCheck;
import io.clickstream.source.ClickFiles;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Checks before the start whether the job can work with the servers that its configuration names.
 */
public final class StartChecks {

    /**
     * Runs the checks of a job. Creates missing topics if that is configured.
     *
     * @param env the environment of the job, with its checkpoint interval
     * @throws ConfigException if a check finds a problem; contains all problems
     */
    public static void run(JobConfig config, StreamExecutionEnvironment env)
            throws InterruptedException {
        List<StartCheck> checks = new ArrayList<>();
        checks.add(
                () ->
                        parallelismProblem(config, env.getParallelism()).stream()
                                .collect(Collectors.toList()));
        config.kafkaSource().map(KafkaStartCheck::ofSource).ifPresent(checks::add);
        config.kinesisSource().map(KinesisStartCheck::ofSource).ifPresent(checks::add);
        config.filesSource().map(ClickFiles::startCheck).ifPresent(checks::add);
        config.registry()
                .ifPresent(registry -> checks.add(() -> RegistryStartCheck.problems(registry)));
        if (config.filesSource().isPresent()) {
            checks.addAll(ofDestinations(JobOutputs.replayDestinations(config)));
            JobOutputs.files(config).map(Destination::startCheck).ifPresent(checks::add);
        } else {
            checks.addAll(ofDestinations(JobOutputs.destinations(config, env)));
        }
        config.archive()
                .ifPresent(archive -> checks.add(() -> ArchiveStartCheck.problems(archive)));
        config.personalize()
                .ifPresent(
                        personalize ->
                                checks.add(() -> PersonalizeStartCheck.problems(personalize)));
        run(checks);
    }

    /**
     * Runs the checks of the destinations of a replay.
     *
     * @throws ConfigException if a check finds a problem; contains all problems
     */
    public static void runForReplay(JobConfig config) throws InterruptedException {
        run(ofDestinations(JobOutputs.replayDestinations(config)));
    }

    private static List<StartCheck> ofDestinations(Collection<Destination> destinations) {
        return destinations.stream().map(Destination::startCheck).collect(Collectors.toList());
    }

    private static void run(List<StartCheck> checks) throws InterruptedException {
        // Source and sinks may be at one cluster, and have a problem together.
        Set<String> problems = new LinkedHashSet<>();
        for (StartCheck check : checks) {
            problems.addAll(check.problems());
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(List.copyOf(problems));
        }
    }

    /**
     * Checks whether the jar is built for the Flink that runs it. The jar for Flink 2 also starts
     * on Flink 1, but its operators are not chained there, and the archive would lose records.
     *
     * @param running the version of the running Flink, such as {@code 1.20.5}
     * @throws ConfigException if it is of another major version
     */
    static void requireFlink(String running) {
        if (running.matches("\\d.*") && !major(running).equals(major(BuiltFor.flink()))) {
            throw new ConfigException(
                    List.of(
                            String.format(
                                    "This jar is for Flink %s, but Flink %s runs it. Use the jar"
                                            + " for your version: 'mvn package' builds the one for"
                                            + " Flink 2.2, and 'mvn -Pflink-1.20 package' the one"
                                            + " for Flink 1.20",
                                    BuiltFor.flink(), running)));
        }
    }

    private static String major(String version) {
        return version.split("\\.", 2)[0];
    }

    /**
     * Checks the parallelism against {@code max-parallelism}. Flink reports this error, too, but
     * does not name the key.
     */
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

    private StartChecks() {}
}
