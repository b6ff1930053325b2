package io.clickstream;

import io.clickstream.config.ConfigException;
import io.clickstream.config.JobConfig;
import io.clickstream.config.StartCheck;
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

/** Asks the servers that a configuration names whether the job can work with them. */
public final class StartChecks {

    /**
     * Runs the checks of a job. Creates missing topics where that is configured.
     *
     * @param env the environment that the job is defined in, with its checkpoint interval
     * @throws ConfigException with all that is wrong, if anything is
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
     * Runs the checks of what a replay writes to.
     *
     * @throws ConfigException with all that is wrong, if anything is
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

    private StartChecks() {}
}
