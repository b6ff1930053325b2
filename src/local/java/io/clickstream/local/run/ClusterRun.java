package io.clickstream.local.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.local.results.Comparison;
import io.clickstream.local.results.Results;
import io.clickstream.local.results.TopicReader;
import io.clickstream.local.server.FlinkCluster;
import io.clickstream.local.server.LocalServers;
import io.clickstream.local.server.ManagedService;
import io.clickstream.local.server.OpenSearchIndices;
import io.clickstream.local.server.Port;
import io.clickstream.tools.command.DurationOption;
import io.clickstream.tools.command.FlinkOption;
import io.clickstream.tools.command.Folders;
import io.clickstream.tools.command.Project;
import io.clickstream.tools.command.StatusLine;
import io.clickstream.tools.command.StopSignal;
import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.flink.LocalFileSystems;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.traffic.ClickEncoder;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.annotation.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The jar on a Flink cluster of processes, with Kafka and OpenSearch: uploaded over REST, with a
 * task manager that is killed and a stop with a savepoint in the middle, and in the end the same
 * comparison as in the local run. Exits with 0 only if all is equal.
 */
@Command(
        name = "scripts/run-cluster.sh",
        description =
                """
                Runs the jar that is uploaded to the managed service on a Flink cluster on this
                machine: a job manager and task managers, each in its own process with Flink's own
                jars and the settings of flink-conf/config.yaml, a Kafka broker, and an OpenSearch
                node. It uploads the jar over REST and configures the job with the lab's property
                group. In each round it kills a task manager, stops the job with a savepoint, tries
                an update that does not start, and rolls back to the savepoint at another
                parallelism. At the end, it compares the topics and indices with the records that
                were sent. It exits with 0 only if they are equal.

                With --faults, a round takes servers away instead of killing a task manager at once:
                each at a random time, for 1 to 40 s, so that several can be away together. The run
                prints when, and the seed that repeats the same faults.

                With --upgrade-from, the run begins on a cluster of an earlier version of Flink,
                with the jar for it. After a round without an update, it stops the job with a
                savepoint while clicks go on coming, ends the cluster, and starts the other jar from
                the savepoint on a cluster of the later version.
                """,
        footer =
                """
                The run needs 3 GB of memory. Ctrl-C ends it in an orderly way; a second Ctrl-C
                aborts it. All servers listen on 127.0.0.1 only. The run leaves nothing behind
                except the logs, and prints their path.

                Examples:
                  scripts/run-cluster.sh
                  scripts/run-cluster.sh --duration 90s --rounds 10 --task-managers 3
                  scripts/run-cluster.sh --duration 30s --rounds 20 --faults all
                  scripts/run-cluster.sh --upgrade-from 1.20
                """,
        sortOptions = false)
public final class ClusterRun implements Callable<Integer> {

    private static final String CLICKS_TOPIC = "ExampleTopic";
    private static final int CLICKS_PARTITIONS = 4;
    private static final String DEAD_LETTERS_TOPIC = "DeadLetters";
    private static final Duration SESSION_GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration CLOSING_TIMEOUT = Duration.ofMinutes(3);
    private static final Duration RESTART_TIMEOUT = Duration.ofMinutes(2);

    /** A client of Flink's S3 file system waits 200 s for the answer to a request that is lost. */
    private static final Duration RECOVERY_TIMEOUT = Duration.ofMinutes(6);

    private static final RunningComparison.Names PAGE_NAMES =
            RunningComparison.Names.ofDefaults(false);

    private static final long TICK_MILLIS = 500;
    private static final int ABORTED = 130;

    /** What an upgrade can begin with. */
    private static final String FIRST_VERSION = "1.20";

    /** System property: the folder of the build for it, below the project's folder. */
    private static final String FIRST_BUILD = "clickstream.upgrade.from";

    @Spec private CommandSpec spec;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            description =
                    "how long to send clicks in each round, such as 60s or 2m (default:"
                            + " ${DEFAULT-VALUE})",
            defaultValue = "60s",
            converter = DurationOption.class)
    private Duration duration;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "number of rounds (default: ${DEFAULT-VALUE})",
            defaultValue = "1")
    private int rounds;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "clicks per second (default: ${DEFAULT-VALUE})",
            defaultValue = "1000")
    private int rate;

    @Option(
            names = "--task-managers",
            paramLabel = "N",
            description = "number of task managers, with one slot each (default: ${DEFAULT-VALUE})",
            defaultValue = "2")
    private int taskManagers;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "seed for the simulated visits (default: ${DEFAULT-VALUE})",
            defaultValue = "1")
    private long seed;

    @Option(
            names = "--faults",
            paramLabel = "SERVERS",
            description =
                    "take these away in each round, with commas between them: task-manager, broker,"
                            + " opensearch, s3, kinesis, personalize, or all; s3, kinesis and"
                            + " personalize also turn on the archive, the streams, and the"
                            + " interactions; kinesis needs Node.js 18 or later with npm",
            converter = Victim.Victims.class)
    private Set<Victim> victims = Set.of();

    @Option(
            names = "--faults-seed",
            paramLabel = "N",
            description = "seed for the faults (default: another one in each run)")
    private long faultsSeed = System.nanoTime();

    @Option(
            names = "--page-port",
            paramLabel = "PORT",
            description =
                    "port of the page with the dashboards; 0 takes any that is free (default: 8080,"
                            + " or another one if it is in use)")
    @Nullable
    private Integer pagePort;

    @Mixin private FlinkOption flink;

    @Option(
            names = "--upgrade-from",
            paramLabel = "VERSION",
            description =
                    "1.20: begin with this version of Flink, and go on with the version of --flink")
    @Nullable
    private String upgradeFrom;

    private final PrintStream out = System.out;
    private final StopSignal stop = new StopSignal();
    private final StatusLine statusLine = new StatusLine(out, ToolCommand.columns());
    private FlinkCluster cluster;
    private long started;

    /** Runs all rounds, and exits. */
    public static void main(String[] args) throws IOException {
        ToolCommand.main("run-cluster", new ClusterRun(), args);
    }

    @Override
    public Integer call() throws Exception {
        flink.check(spec);
        check(rate >= 1, "--rate must be at least 1, not " + rate);
        check(rounds >= 1, "--rounds must be at least 1, not " + rounds);
        check(taskManagers >= 2, "--task-managers must be at least 2, not " + taskManagers);
        check(
                upgradeFrom == null || upgradeFrom.equals(FIRST_VERSION),
                "--upgrade-from must be " + FIRST_VERSION + ", not " + upgradeFrom);
        check(
                upgradeFrom == null || !upgradeFrom.equals(FlinkOption.own()),
                "--upgrade-from must be another version than that of --flink, "
                        + FlinkOption.own());
        int portOfPage = pagePort();
        Build own = Build.own();
        Build first = upgradeFrom == null ? own : Build.named(FIRST_BUILD);
        Path log = ToolCommand.log();
        Path logs = Files.createDirectories(Path.of(log.toString().replaceFirst("\\.log$", "")));
        Path folder = Files.createTempDirectory("clickstream-");
        stop.install(() -> abort(folder));
        out.println("Starting Kafka, OpenSearch, a job manager and task managers");
        try (FaultyServers faulty = FaultyServers.start(victims, folder, logs);
                LocalServers servers =
                        faulty.startKafkaAndOpenSearch(folder, logs.resolve("opensearch.log"))) {
            start(first, folder, faulty, upgradeFrom == null ? logs : logs.resolve("before"));
            return run(servers, faulty, first, own, logs, portOfPage);
        } finally {
            if (cluster != null) {
                cluster.close();
            }
        }
    }

    /** The jar of the job, and the Flink that runs it. */
    private record Build(Path jar, FlinkCluster.Launch launch, Path plugins) {

        static Build own() throws IOException {
            return new Build(
                    FlinkCluster.jobJar(), FlinkCluster.Launch.own(), LocalFileSystems.plugins());
        }

        /** Of the folder that a system property names. */
        static Build named(String property) throws IOException {
            Path build = Project.file(System.getProperty(property));
            return new Build(
                    FlinkCluster.jobJar(build),
                    FlinkCluster.Launch.ofBuild(build),
                    LocalFileSystems.pluginsOfBuild(build));
        }
    }

    private void start(Build build, Path folder, FaultyServers faulty, Path logs)
            throws IOException, InterruptedException {
        cluster =
                FlinkCluster.start(
                        folder.resolve("cluster"),
                        logs,
                        taskManagers,
                        settings(faulty),
                        faulty.environment(build.plugins()),
                        build.launch());
    }

    private static Map<String, String> settings(FaultyServers faulty) {
        Map<String, String> settings = new HashMap<>(faulty.flinkSettings());
        settings.putAll(ManagedService.settings());
        settings.put("execution.checkpointing.interval", "2 s");
        settings.put("restart-strategy.fixed-delay.delay", "1 s");
        settings.put("heartbeat.timeout", "10 s");
        settings.put("heartbeat.interval", "2 s");
        return settings;
    }

    private void check(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private int pagePort() {
        try {
            return Port.choose(pagePort, LocalRun.PAGE_PORT, "--page-port");
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void abort(Path folder) {
        statusLine.end();
        out.println("aborted");
        // A signal to this process alone does not reach its servers, which still write to the
        // folder.
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            out.println("left over: " + folder);
        }
        Runtime.getRuntime().halt(ABORTED);
    }

    private int run(
            LocalServers servers,
            FaultyServers faulty,
            Build first,
            Build own,
            Path logs,
            int portOfPage)
            throws Exception {
        String bootstrapServers = servers.kafka().bootstrapServers();
        servers.kafka().createTopic(CLICKS_TOPIC, CLICKS_PARTITIONS);
        servers.kafka().createTopic(DEAD_LETTERS_TOPIC, 1);
        Results.TOPICS.forEach(topic -> servers.kafka().createTopic(topic, 1));
        OpenSearchIndices indices = new OpenSearchIndices(servers.openSearch().uri());
        indices.putTemplates();
        writeProperties(servers, faulty);
        out.println("Flink UI    " + cluster.webUi());
        out.println("Kafka       " + bootstrapServers);
        out.println("OpenSearch  " + servers.openSearch().uri());
        out.println("Logs        " + logs);

        String uploaded = upload(first.jar());
        Random faults = new Random(faultsSeed);
        if (!victims.isEmpty()) {
            out.println("Faults      --faults-seed " + faultsSeed);
        }
        TrafficLedger ledger = new TrafficLedger(SESSION_GAP, WINDOW, faulty::sent);
        ClusterJob running = new ClusterJob(cluster, ledger);
        try (TrafficProducer traffic =
                        TrafficProducer.ofShop(
                                bootstrapServers,
                                CLICKS_TOPIC,
                                faulty.encoder(ClickEncoder.avro()),
                                rate,
                                seed,
                                ledger,
                                SESSION_GAP);
                Results results = Results.ofTopics(bootstrapServers, indices);
                RunPage page =
                        new RunPage(
                                "cluster run",
                                running,
                                Set.copyOf(Results.indices(Set.of())),
                                ledger,
                                new TopicReader(bootstrapServers, PAGE_NAMES.all()),
                                PAGE_NAMES)) {
            URI address = page.serve(portOfPage, servers.openSearch().uri());
            out.println("Dashboards  " + address);
            int parallelism = taskManagers;
            String job = cluster.run(uploaded, List.of(), parallelism, null);
            running.is(job);
            started = System.nanoTime();
            traffic.start();
            if (upgradeFrom != null) {
                disturb(faulty, traffic, job, faults, "round of Flink " + upgradeFrom);
                Path savepoint = stop(servers, job);
                cluster.close();
                start(own, servers.folder(), faulty, logs);
                running.movesTo(cluster);
                statusLine.print("Flink UI    " + cluster.webUi());
                uploaded = upload(own.jar());
                job = goOn(uploaded, parallelism, savepoint);
                running.is(job);
                statusLine.print(
                        "the job goes on with Flink %s from the savepoint of Flink %s"
                                .formatted(FlinkOption.own(), upgradeFrom));
            }
            for (int round = 1; round <= rounds && !stop.isRequested(); round++) {
                disturb(faulty, traffic, job, faults, "round " + round);
                parallelism = parallelism == 1 ? taskManagers : parallelism - 1;
                job = upgrade(servers, uploaded, job, parallelism);
                running.is(job);
                watch(traffic, job, duration.dividedBy(3));
            }
            page.closing();
            traffic.stop();
            statusLine.print(
                    "%,d clicks sent; waiting for the last windows to close"
                            .formatted(ledger.clicks()));
            Expected expected = ledger.expected();
            awaitResults(job, () -> results.areComplete(expected) && faulty.areComplete(expected));
            statusLine.end();
            boolean equal = faulty.report(expected, out);
            List<Comparison> comparisons = new ArrayList<>(results.compare(expected));
            comparisons.add(deadLetters(bootstrapServers));
            int code = report(ledger.clicks(), expected, comparisons, equal);
            page.finished(code == 0);
            cluster.cancel(job);
            return code;
        }
    }

    private String upload(Path jar) throws IOException, InterruptedException {
        String uploaded = cluster.upload(jar);
        statusLine.print(
                "%s is uploaded, %,d MB".formatted(jar.getFileName(), Files.size(jar) / 1_000_000));
        return uploaded;
    }

    private void disturb(
            FaultyServers faulty, TrafficProducer traffic, String job, Random faults, String round)
            throws Exception {
        if (victims.isEmpty()) {
            watch(traffic, job, duration.dividedBy(3));
            killOne(job);
            watch(traffic, job, duration.dividedBy(3));
        } else {
            takeAway(faulty, traffic, job, faults, round);
        }
    }

    /** All clicks are good. */
    private static Comparison deadLetters(String bootstrapServers) {
        try (TopicReader reader = new TopicReader(bootstrapServers, List.of(DEAD_LETTERS_TOPIC))) {
            reader.readCommitted();
            return Comparison.ofLines(
                    "topic " + DEAD_LETTERS_TOPIC, List.of(), reader.values(DEAD_LETTERS_TOPIC));
        }
    }

    /** A round of faults; returns when all servers are back and the job runs. */
    private void takeAway(
            FaultyServers faulty, TrafficProducer traffic, String job, Random faults, String round)
            throws Exception {
        statusLine.print(round);
        // A task manager that is killed before the job runs would not be missed.
        await("the job's start", () -> cluster.allTasksRun(job));
        List<Future<?>> ends = faulty.takeAway(cluster, faults, duration, statusLine::print);
        watch(traffic, job, duration);
        while (!stop.isRequested() && !FaultyServers.areBack(ends)) {
            watch(traffic, job, Duration.ofMillis(TICK_MILLIS));
        }
        int checkpoints = cluster.checkpoints(job);
        await(
                "a checkpoint after the faults",
                RECOVERY_TIMEOUT,
                () -> {
                    show(job);
                    return cluster.checkpoints(job) > checkpoints && cluster.allTasksRun(job);
                });
    }

    private void killOne(String job) throws Exception {
        int before = cluster.restarts(job);
        statusLine.print("a task manager is killed");
        cluster.killTaskManager();
        cluster.startTaskManager();
        await(
                "the job's restart",
                () -> {
                    show(job);
                    return cluster.restarts(job) > before && cluster.allTasksRun(job);
                });
        statusLine.print("the job runs again");
    }

    private Path stop(LocalServers servers, String job) throws Exception {
        await("a checkpoint", () -> cluster.checkpoints(job) > 0);
        return cluster.stopWithSavepoint(job, servers.folder().resolve("savepoints"));
    }

    private String upgrade(LocalServers servers, String uploaded, String job, int parallelism)
            throws Exception {
        Path savepoint = stop(servers, job);
        failToUpdate(servers, uploaded, parallelism, savepoint);
        statusLine.print(
                "the job is stopped with a savepoint; after an update that does not start it goes"
                        + " back to it, at parallelism "
                        + parallelism);
        return goOn(uploaded, parallelism, savepoint);
    }

    private String goOn(String uploaded, int parallelism, Path savepoint) throws Exception {
        String next = cluster.run(uploaded, List.of(), parallelism, savepoint);
        await(
                "the job's start",
                () -> {
                    show(next);
                    return cluster.allTasksRun(next);
                });
        return next;
    }

    /** A version with a wrong property does not start, and leaves the savepoint as it is. */
    private void failToUpdate(
            LocalServers servers, String uploaded, int parallelism, Path savepoint)
            throws Exception {
        Path wrong =
                Files.writeString(
                        servers.folder().resolve("wrong.json"),
                        "[{\"PropertyGroupId\":\"FlinkApplicationProperties\","
                                + "\"PropertyMap\":{\"Topik\":\"clicks\"}}]");
        try {
            cluster.run(uploaded, List.of("--config", wrong.toString()), parallelism, savepoint);
        } catch (IOException e) {
            if (!e.getMessage().contains("Topik` is not known")) {
                throw e;
            }
            return;
        }
        throw new IllegalStateException("the job started in spite of a wrong property");
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Condition condition) throws Exception {
        await(what, RESTART_TIMEOUT, condition);
    }

    private static void await(String what, Duration timeout, Condition condition) throws Exception {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        what + " does not come within " + timeout.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
        }
    }

    /** Shows how it goes on, for a while. */
    private void watch(TrafficProducer traffic, String job, Duration time) throws Exception {
        long end = elapsedMillis() + time.toMillis();
        while (!stop.isRequested() && elapsedMillis() < end) {
            if (traffic.failure().isPresent()) {
                throw new IllegalStateException(
                        "the traffic stopped", traffic.failure().orElseThrow());
            }
            show(job);
            stop.await(TICK_MILLIS);
        }
    }

    private void show(String job) throws Exception {
        statusLine.show(
                "%d:%02d  %s  checkpoints %,d  restarts %,d"
                        .formatted(
                                elapsedMillis() / 60_000,
                                elapsedMillis() / 1_000 % 60,
                                cluster.state(job),
                                cluster.checkpoints(job),
                                cluster.restarts(job)),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    }

    private long elapsedMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    }

    private void awaitResults(String job, Condition complete) throws Exception {
        long deadline = System.nanoTime() + CLOSING_TIMEOUT.toNanos();
        while (System.nanoTime() < deadline && !complete.holds()) {
            show(job);
            TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
        }
    }

    private int report(
            long clicks, Expected expected, List<Comparison> comparisons, boolean isRestEqual) {
        boolean equal = isRestEqual && comparisons.stream().allMatch(Comparison::isEqual);
        comparisons.stream()
                .filter(comparison -> !comparison.isEqual())
                .forEach(comparison -> comparison.report().forEach(out::println));
        out.printf(
                "clicks %d, sessions %d, %s%n",
                clicks, expected.sessionTotal(), equal ? "equal" : "different");
        return equal ? 0 : 1;
    }

    /** The lab's own property group, where the job looks for its file. */
    private static void writeProperties(LocalServers servers, FaultyServers faulty)
            throws IOException {
        Path file = servers.folder().resolve("cluster/flink-conf/application_properties.json");
        Files.createDirectories(file.getParent());
        List<Map<String, Object>> groups = new ArrayList<>();
        Map<String, Map<String, String>> all = new LinkedHashMap<>();
        all.put(
                "FlinkApplicationProperties",
                Map.of(
                        "BootstrapServers",
                        faulty.bootstrapServers(servers),
                        "Topic",
                        CLICKS_TOPIC,
                        "GroupId",
                        "flinkapp",
                        "DepartmentsAgg_Topic",
                        Results.DEPARTMENTS_TOPIC,
                        "clickEventsUserIdAggResult_Topic",
                        Results.SESSIONS_TOPIC,
                        "userSessionsAggregatesWithOrderCheckout_Topic",
                        Results.CHECKOUTS_TOPIC,
                        "OpenSearchEndpoint",
                        faulty.openSearch(servers)));
        faulty.configure(all);
        all.forEach(
                (id, properties) ->
                        groups.add(Map.of("PropertyGroupId", id, "PropertyMap", properties)));
        new ObjectMapper().writeValue(file.toFile(), groups);
    }
}
