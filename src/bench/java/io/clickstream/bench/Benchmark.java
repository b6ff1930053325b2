package io.clickstream.bench;

import io.clickstream.bench.RunSpec.Backend;
import io.clickstream.bench.RunSpec.Input;
import io.clickstream.bench.replay.ReplayBenchmark;
import io.clickstream.tools.command.DurationOption;
import io.clickstream.tools.command.FlinkOption;
import io.clickstream.tools.command.StatusLine;
import io.clickstream.tools.command.ToolCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.annotation.Nullable;
import org.apache.flink.runtime.util.EnvironmentInformation;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** Measures the job and others that compute the same, one after another on this machine. */
@Command(
        name = "scripts/benchmark.sh",
        description =
                """
                Measures how many clicks per second the job processes on this machine, compared with
                other programs that compute the same results. Each program runs three times, in
                turns, in its own JVM with 3 GB of heap and exactly-once checkpoints. The median
                counts, and only if the results are correct.

                  limit          from memory: decode, shuffle by user, discard: the upper limit. Of
                                 JSON, it finds the fields and checks nothing
                  consume        from Kafka: decode as limit does, discard
                  ours           the job's pipeline
                  ours-live, ours-funnel, ours-carts, ours-all
                                 the same with live counts, a funnel, carts, and all of them; only with
                                 --quick or --peers
                  sql-live       Flink SQL that counts only active users, clicks, and checkouts
                  tree           the job's pipeline, but clicks are decoded with Jackson's tree, from
                                 JSON only
                  textbook       Flink's session and tumbling windows, written as good documentation would
                  sql            Flink SQL, tuned. JSON is decoded by its own format
                  kafka-streams  Kafka Streams, from Kafka only
                """,
        footer =
                """
                A full run takes more than an hour, and needs 7 GB of memory and 14 GB of disk in
                the folder for temporary files (TMPDIR). It exits with 1 if a program failed or its
                results were wrong.

                Examples:
                  scripts/benchmark.sh --quick
                  scripts/benchmark.sh --quick --format json
                  scripts/benchmark.sh --quick --compare-flink 1.20 --peers limit,consume,ours
                  scripts/benchmark.sh --workload shop --input memory --peers limit,ours
                  scripts/benchmark.sh --json results.jsonl --svg results.svg
                """,
        sortOptions = false)
public final class Benchmark implements Callable<Integer> {

    private static final int ROUNDS = 3;

    static final ClickPlan FULL = new ClickPlan(35, 0.7);
    private static final ClickPlan QUICK = new ClickPlan(3.5, 0.6);

    /** As the local run has it. */
    private static final long CHECKPOINT_MILLIS = 10_000;

    /** A quick run would else be over before its first checkpoint. */
    private static final long QUICK_CHECKPOINT_MILLIS = 5_000;

    private static final int NOT_EQUAL = 1;

    @Spec private CommandSpec spec;

    @Option(
            names = "--quick",
            description = "fewer clicks, and only the workload lab: takes about 10 minutes")
    private boolean quick;

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            converter = BenchmarkOptions.ToWorkload.class,
            description =
                    "lab (1 s gap, 20,000 open sessions), shop (30 min gap, 1,000,000 open"
                        + " sessions) or skew (1 %% of the users make half of the clicks) (default:"
                        + " all three)")
    @Nullable
    private Workload workload;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            converter = BenchmarkOptions.ToBackend.class,
            defaultValue = "rocksdb",
            description = "rocksdb or heap (default: ${DEFAULT-VALUE})")
    private Backend backend;

    @Option(
            names = "--input",
            paramLabel = "NAME",
            converter = BenchmarkOptions.ToInput.class,
            description = "memory or kafka (default: both)")
    @Nullable
    private Input input;

    @Option(
            names = "--format",
            paramLabel = "NAME",
            converter = BenchmarkOptions.ToFormat.class,
            defaultValue = "avro",
            description = "avro or json: the format of clicks (default: ${DEFAULT-VALUE})")
    private ClickFormat format;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            defaultValue = "1",
            description = "subtasks, partitions and threads (default: ${DEFAULT-VALUE})")
    private int parallelism;

    @Option(
            names = "--peers",
            paramLabel = "NAME,...",
            split = ",",
            converter = BenchmarkOptions.ToPeer.class,
            description = "only these programs (default: all)")
    @Nullable
    private List<Peer> peers;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "write one JSON object per program, workload and input")
    @Nullable
    private Path json;

    @Option(names = "--svg", paramLabel = "FILE", description = "draw a bar chart")
    @Nullable
    private Path svg;

    @Mixin private FlinkOption flink;

    @Option(
            names = "--compare-flink",
            paramLabel = "VERSION",
            converter = FlinkOption.ToVersion.class,
            description =
                    "also run each program on this version of Flink, 2.2 or 1.20, right after the"
                            + " other one")
    @Nullable
    private String otherFlink;

    @ArgGroup(
            validate = false,
            heading = "Other measurements, each without any other option but --flink:")
    private final OtherMeasurements others = new OtherMeasurements();

    private final PrintStream out = System.out;
    private final StatusLine status = new StatusLine(out, ToolCommand.columns());

    /** Measures, and exits with 0 only if all results were right. */
    public static void main(String[] args) throws IOException {
        ToolCommand.main("benchmark", new Benchmark(), args);
    }

    @Override
    public Integer call() throws Exception {
        flink.check(spec);
        Callable<Integer> other = others.chosen();
        if (other != null) {
            ParseResult options = spec.commandLine().getParseResult();
            if (options.matchedOptions().stream()
                            .filter(option -> !option.longestName().equals(FlinkOption.NAME))
                            .count()
                    > 1) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--operator, --open-sessions, --registry, --decode, --replay, --archive,"
                            + " --everything, --sinks and --freshness can't be combined with other"
                            + " options: "
                                + String.join(" ", options.originalArgs()));
            }
            if (others.outage != null && !FlinkOption.own().startsWith("1.")) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--sinks needs --flink 1.20: it measures Flink's own connector for"
                                + " OpenSearch, which has no release for Flink 2");
            }
            if (others.replayedClicks != null && others.replayedClicks < 1) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--replay needs at least 1 click, not " + others.replayedClicks);
            }
            if (others.freshness != null
                    && others.freshness.compareTo(FreshnessBenchmark.SHORTEST) < 0) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--freshness needs 1m or longer: the first windows close after half a"
                                + " minute");
            }
            return other.call();
        }
        return compare();
    }

    private int compare() throws Exception {
        List<Case> cases = cases();
        for (Path file : Stream.of(json, svg).filter(file -> file != null).toList()) {
            // Found out now rather than in the end.
            Files.writeString(file, "");
        }
        out.println(machine());
        PeerProcess process = new PeerProcess(peerLog());
        WorkloadRuns.Settings settings =
                new WorkloadRuns.Settings(
                        quick ? QUICK : FULL,
                        parallelism,
                        ROUNDS,
                        quick ? QUICK_CHECKPOINT_MILLIS : CHECKPOINT_MILLIS);
        List<Measurement> all = new ArrayList<>();
        Map<String, List<String>> problems = new TreeMap<>();
        for (Workload each : workloads()) {
            try (WorkloadRuns runs = new WorkloadRuns(each, cases, settings, process, status)) {
                runs.run();
                status.end();
                List<Measurement> measurements = runs.measurements();
                show(each, measurements);
                all.addAll(measurements);
                problems.putAll(runs.problems());
            }
            write(all);
        }
        problems.forEach(
                (name, lines) -> {
                    out.println(name + ":");
                    lines.forEach(line -> out.println("  " + line));
                });
        return problems.isEmpty() ? 0 : NOT_EQUAL;
    }

    /** What to measure, of each workload. */
    List<Case> cases() {
        if (FlinkOption.own().equals(otherFlink)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--compare-flink must be another version than that of --flink, " + otherFlink);
        }
        if (parallelism < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--parallelism must be at least 1, not " + parallelism);
        }
        List<Case> cases =
                Case.of(
                        peers == null ? usual() : EnumSet.copyOf(peers),
                        backend,
                        input == null ? List.of(Input.values()) : List.of(input),
                        format);
        if (cases.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "none of these peers runs so: limit reads from memory, consume and"
                            + " kafka-streams from kafka, tree reads json, and kafka-streams has no"
                            + " state on heap");
        }
        // A quick run has from Kafka what can't do without, and what to compare it with.
        if (quick && peers == null && input == null) {
            cases.removeIf(
                    each ->
                            each.input() == Input.KAFKA
                                    && (each.peer() == Peer.TEXTBOOK
                                            || each.peer() == Peer.SQL
                                            || each.peer().isOptional()));
        }
        if (otherFlink == null) {
            return cases;
        }
        return cases.stream()
                .flatMap(
                        each ->
                                each.peer().isOnFlink()
                                        ? Stream.of(each, each.on(otherFlink))
                                        : Stream.of(each))
                .toList();
    }

    /** A quick run shows what optional aggregates cost, too. */
    private EnumSet<Peer> usual() {
        EnumSet<Peer> usual = EnumSet.allOf(Peer.class);
        usual.removeIf(peer -> peer.isOptional() && !quick);
        return usual;
    }

    /** What to measure with. */
    List<Workload> workloads() {
        if (workload != null) {
            return List.of(workload);
        }
        return quick ? List.of(Workload.LAB) : Workload.ALL;
    }

    private void show(Workload each, List<Measurement> measurements) {
        out.println();
        out.printf(
                "%s, clicks in %s, state on %s, parallelism %d%n%n",
                each.name(),
                format == ClickFormat.JSON ? "JSON" : "Avro",
                backend == Backend.HEAP ? "the heap" : "RocksDB",
                parallelism);
        BenchmarkTable.lines(measurements).forEach(out::println);
        if (otherFlink != null) {
            out.printf("%nFlink %s, compared with %s:%n", FlinkOption.own(), otherFlink);
            BenchmarkTable.versions(measurements).forEach(line -> out.println("  " + line));
        }
        out.println();
    }

    private void write(List<Measurement> measurements) throws IOException {
        if (json != null) {
            Files.write(json, measurements.stream().map(Measurement::toJson).toList());
        }
        if (svg != null) {
            Files.writeString(svg, BarChart.draw("Clicks per second, " + machine(), measurements));
        }
    }

    /** Beside the log of this process, which is Kafka's. */
    static Path peerLog() {
        String own = ToolCommand.log().toString();
        return Path.of(own.replaceFirst("\\.log$", "") + "-peer.log");
    }

    /** What was measured on. */
    static String machine() throws IOException {
        return String.format(
                Locale.ROOT,
                "%d x %s, Java %s, Flink %s",
                Runtime.getRuntime().availableProcessors(),
                processor(),
                System.getProperty("java.version"),
                EnvironmentInformation.getVersion());
    }

    private static String processor() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        if (Files.isReadable(info)) {
            try (Stream<String> lines = Files.lines(info)) {
                return lines.filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse(System.getProperty("os.arch"));
            }
        }
        return System.getProperty("os.arch");
    }

    /** The options that select another measurement. */
    private static final class OtherMeasurements {

        @Option(
                names = "--operator",
                description =
                        "the session operator alone, in one thread: its cost per click by the"
                                + " number of open sessions, how long a checkpoint blocks it, and"
                                + " ten million open sessions in 3 GB of heap; takes about 3"
                                + " minutes")
        private boolean operator;

        @Option(
                names = "--open-sessions",
                description =
                        "the cost of a click in the whole job outside checkpoints, by the number of"
                                + " open sessions; takes about seven minutes")
        private boolean openSessions;

        @Option(
                names = "--registry",
                description =
                        "the decoder of clicks with a registered schema, compared with the"
                                + " deserializer of Glue's own serde, in one thread; takes about a"
                                + " minute")
        private boolean registry;

        @Option(
                names = "--decode",
                description =
                        "the decoder of JSON clicks of several shapes, compared with Jackson's"
                                + " parser, Jackson's tree, and the format of Flink SQL, in one"
                                + " thread; takes about three minutes")
        private boolean decode;

        @Option(
                names = "--replay",
                arity = "0..1",
                fallbackValue = "5000000",
                paramLabel = "CLICKS",
                description =
                        "scripts/replay.sh, compared with DuckDB over the same files: JSON lines,"
                                + " gzip, and Parquet; and, up to 10,000,000 clicks, over clicks"
                                + " in other orders (default: 5000000); takes about five minutes,"
                                + " and needs 1 KB of disk per click")
        @Nullable
        private Long replayedClicks;

        @Option(
                names = "--archive",
                description =
                        "the whole job from Kafka with and without an archive on the local disk, in"
                                + " one process; takes about seven minutes")
        private boolean archive;

        @Option(
                names = "--everything",
                description =
                        "the whole job from Kafka with topics only, with archive, OpenSearch, and"
                                + " Personalize beside them, and with all of these, in one"
                                + " process; takes about ten minutes")
        private boolean everything;

        @Option(
                names = "--sinks",
                arity = "0..1",
                fallbackValue = "60s",
                paramLabel = "DURATION",
                converter = DurationOption.class,
                description =
                        "the sink for OpenSearch, compared with that of Flink's own connector,"
                                + " which needs --flink 1.20: documents per second, heap, and how"
                                + " long no other sink of the job can commit while OpenSearch is"
                                + " away for a time (default: 60s); takes about five minutes")
        @Nullable
        private Duration outage;

        @Option(
                names = "--freshness",
                arity = "0..1",
                fallbackValue = "10m",
                paramLabel = "DURATION",
                converter = DurationOption.class,
                description =
                        "how long after a window can close its documents are found by a search, and"
                                + " its records can be read, with the job's default settings, but"
                                + " a checkpoint every 10 s; takes twice the duration, which must"
                                + " be 1m or longer (default: 10m)")
        @Nullable
        private Duration freshness;

        @Nullable
        Callable<Integer> chosen() {
            if (operator) {
                return new OperatorBenchmark();
            }
            if (openSessions) {
                return new OpenSessionsBenchmark();
            }
            if (registry) {
                return new RegistryBenchmark();
            }
            if (decode) {
                return new DecodeBenchmark();
            }
            if (replayedClicks != null) {
                return new ReplayBenchmark(System.out, replayedClicks);
            }
            if (archive) {
                return OutputsBenchmark.archives();
            }
            if (everything) {
                return OutputsBenchmark.everything();
            }
            if (freshness != null) {
                return new FreshnessBenchmark(System.out, freshness);
            }
            return outage == null ? null : SinksBenchmark.withOutage(outage);
        }
    }
}
