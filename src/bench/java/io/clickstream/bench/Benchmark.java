package io.clickstream.bench;

import io.clickstream.bench.RunSpec.Backend;
import io.clickstream.bench.RunSpec.Input;
import io.clickstream.tools.command.StatusLine;
import io.clickstream.tools.command.ToolCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the job and others that compute the same, one after another on this machine. */
@Command(
        name = "benchmark.sh",
        description = "Compares the job with other programs that compute the same results.",
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

    @Option(names = "--quick", description = "fewer clicks, and only the workload lab")
    private boolean quick;

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            converter = BenchmarkOptions.ToWorkload.class,
            description = "lab, shop or skew (default: all three)")
    @Nullable
    private Workload workload;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            converter = BenchmarkOptions.ToBackend.class,
            defaultValue = "rocksdb",
            description = "rocksdb or heap (default: rocksdb)")
    private Backend backend;

    @Option(
            names = "--input",
            paramLabel = "NAME",
            converter = BenchmarkOptions.ToInput.class,
            description = "memory or kafka (default: both)")
    @Nullable
    private Input input;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            defaultValue = "1",
            description = "subtasks, partitions and threads (default: 1)")
    private int parallelism;

    @Option(
            names = "--peers",
            paramLabel = "NAME,...",
            split = ",",
            converter = BenchmarkOptions.ToPeer.class,
            description = "only these programs (default: all)")
    @Nullable
    private List<Peer> peers;

    @Option(names = "--json", paramLabel = "FILE", description = "write one JSON object per line")
    @Nullable
    private Path json;

    @Option(names = "--svg", paramLabel = "FILE", description = "draw a bar chart")
    @Nullable
    private Path svg;

    private final PrintStream out = System.out;
    private final StatusLine status = new StatusLine(out, ToolCommand.columns());

    /** Measures, and exits with 0 only if all results were right. */
    public static void main(String[] args) throws IOException {
        ToolCommand.main("benchmark", new Benchmark(), args);
    }

    @Override
    public Integer call() throws Exception {
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
        if (parallelism < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--parallelism must be at least 1, not " + parallelism);
        }
        List<Case> cases =
                Case.of(
                        peers == null ? EnumSet.allOf(Peer.class) : EnumSet.copyOf(peers),
                        backend,
                        input == null ? List.of(Input.values()) : List.of(input));
        if (cases.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "none of these peers runs so: limit reads from memory, consume and"
                            + " kafka-streams from kafka, and kafka-streams has no state on heap");
        }
        // A quick run has from Kafka what can't do without, and what to compare it with.
        if (quick && peers == null && input == null) {
            cases.removeIf(
                    each ->
                            each.input() == Input.KAFKA
                                    && (each.peer() == Peer.TEXTBOOK || each.peer() == Peer.SQL));
        }
        return cases;
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
                "%s, state on %s, parallelism %d%n%n",
                each.name(), backend == Backend.HEAP ? "the heap" : "RocksDB", parallelism);
        BenchmarkTable.lines(measurements).forEach(out::println);
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
}
