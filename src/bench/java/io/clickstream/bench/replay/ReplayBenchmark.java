package io.clickstream.bench.replay;

import io.clickstream.bench.replay.DuckDbMain.Source;
import io.clickstream.bench.replay.MeasuredProcess.Usage;
import io.clickstream.tools.Tools;
import io.clickstream.tools.command.FlinkOption;
import io.clickstream.tools.command.Folders;
import io.clickstream.tools.command.Project;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import javax.annotation.Nullable;

/**
 * Measures a replay against DuckDB over the same files, in turns, each run in a process of its own:
 * sessions, departments, and checkouts. A time counts only if the rows of both are equal. Also
 * measures the replay over the same number of clicks in other orders.
 */
public final class ReplayBenchmark implements Callable<Integer> {

    private static final int ROUNDS = 3;
    private static final int WRONG = 1;
    private static final String HEAP = "2g";

    /** DuckDB has its memory outside the heap. */
    private static final String HEAP_OF_DUCK_DB = "256m";

    private static final String MEMORY_OF_DUCK_DB = "4GB";
    private static final long CLICKS_OF_HEAVY_USER = 1_000_000;
    private static final long CLICKS_OF_FIRST = 1_000;

    /** With more clicks, the files of the orders would need too much disk. */
    private static final long MAX_CLICKS_FOR_ORDERS = 10_000_000;

    private static final double MEGABYTE = 1e6;

    private final PrintStream out;
    private final long clicks;
    private final int rounds;
    private final Function<List<String>, List<String>> replay;
    private final int threads = Runtime.getRuntime().availableProcessors();

    /**
     * Creates a benchmark that runs the replay's script.
     *
     * @param clicks in each file
     */
    public ReplayBenchmark(PrintStream out, long clicks) {
        this(out, clicks, ROUNDS, ReplayBenchmark::script);
    }

    /**
     * Creates a benchmark.
     *
     * @param replay the command of a replay with the given arguments
     */
    ReplayBenchmark(
            PrintStream out, long clicks, int rounds, Function<List<String>, List<String>> replay) {
        this.out = out;
        this.clicks = clicks;
        this.rounds = rounds;
        this.replay = replay;
    }

    private static List<String> script(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Project.file("scripts/replay.sh").toString());
        command.add(FlinkOption.NAME);
        command.add(FlinkOption.own());
        command.addAll(arguments);
        return command;
    }

    /**
     * A file to measure.
     *
     * @param source how DuckDB reads it; null if only the replay is measured
     * @param lines the JSON lines of the same clicks
     */
    private record Input(String name, Path file, @Nullable Source source, Path lines) {}

    /** The runs of one program over one file. */
    private static final class Runs {
        private final List<Usage> all = new ArrayList<>();

        private double median(ToDoubleFunction<Usage> of) {
            double[] sorted = all.stream().mapToDouble(of).sorted().toArray();
            return sorted[sorted.length / 2];
        }

        private double seconds() {
            return median(Usage::seconds);
        }
    }

    /** Returns 0 only if all rows were equal. */
    @Override
    public Integer call() throws Exception {
        Path folder = Files.createTempDirectory("clickstream-replay-benchmark-");
        try {
            buildReplay(folder);
            List<Input> inputs = inputs(folder);
            Map<Input, Runs> ours = new LinkedHashMap<>();
            Map<Input, Runs> theirs = new LinkedHashMap<>();
            Map<Path, Results> expected = new HashMap<>();
            for (int round = 0; round < rounds; round++) {
                for (Input input : inputs) {
                    if (!run(input, folder, ours, theirs, expected)) {
                        return WRONG;
                    }
                }
            }
            print(ours, theirs);
            return 0;
        } finally {
            Folders.delete(folder);
        }
    }

    /**
     * The first replay after a change of the sources builds what it needs. No run measures this.
     */
    private void buildReplay(Path folder) throws IOException, InterruptedException {
        Path file = folder.resolve("first.jsonl");
        ClickFile.writeLines(file, CLICKS_OF_FIRST);
        replay(file, emptied(folder.resolve("ours")), folder);
    }

    private List<Input> inputs(Path folder) throws IOException {
        Path lines = folder.resolve("clicks.jsonl");
        ClickFile.writeLines(lines, clicks);
        Path packed = folder.resolve("clicks.jsonl.gz");
        ClickFile.gzip(lines, packed);
        Path parquet = folder.resolve("clicks.parquet");
        ClickFile.parquet(lines, parquet);
        List<Input> inputs = new ArrayList<>();
        inputs.add(new Input("JSON lines", lines, Source.JSON_LINES, lines));
        inputs.add(new Input("JSON lines, gzip", packed, Source.JSON_LINES, lines));
        inputs.add(new Input("Parquet", parquet, Source.RECORDS_IN_PARQUET, lines));
        if (clicks <= MAX_CLICKS_FOR_ORDERS) {
            Path reverse = folder.resolve("reverse.jsonl");
            ClickFile.reverse(lines, reverse);
            inputs.add(new Input("in reverse", reverse, null, lines));
            Path shuffled = folder.resolve("shuffled.jsonl");
            ClickFile.shuffle(lines, shuffled);
            inputs.add(new Input("shuffled", shuffled, null, lines));
            Path hour = folder.resolve("hour.jsonl");
            ClickFile.writeHour(hour, clicks);
            inputs.add(new Input("all users in one hour", hour, null, hour));
            Path heavy = folder.resolve("heavy-user.jsonl");
            long ofOne = Math.min(CLICKS_OF_HEAVY_USER, clicks / 2);
            ClickFile.writeWithHeavyUser(heavy, clicks, ofOne);
            inputs.add(new Input("one user with %,d clicks".formatted(ofOne), heavy, null, heavy));
        }
        out.printf(
                "%,d clicks, %d threads; medians of %d runs in turns%n", clicks, threads, rounds);
        return inputs;
    }

    private boolean run(
            Input input,
            Path folder,
            Map<Input, Runs> ours,
            Map<Input, Runs> theirs,
            Map<Path, Results> expected)
            throws IOException, InterruptedException {
        if (!expected.containsKey(input.lines())) {
            Path output = emptied(folder.resolve("expected"));
            duckDb(input.lines(), Source.JSON_LINES, output, folder);
            expected.put(input.lines(), Results.ofDuckDb(output));
        }
        Results right = expected.get(input.lines());
        Path output = emptied(folder.resolve("ours"));
        Usage usage = replay(input.file(), output, folder);
        if (!isRight("the replay", input, Results.ofReplay(output), right)) {
            return false;
        }
        ours.computeIfAbsent(input, key -> new Runs()).all.add(usage);
        print("replay", input, usage);
        if (input.source() != null) {
            output = emptied(folder.resolve("theirs"));
            usage = duckDb(input.file(), input.source(), output, folder);
            if (!isRight("DuckDB", input, Results.ofDuckDb(output), right)) {
                return false;
            }
            theirs.computeIfAbsent(input, key -> new Runs()).all.add(usage);
            print("DuckDB", input, usage);
        }
        return true;
    }

    private boolean isRight(String program, Input input, Results found, Results right) {
        Optional<String> difference = found.firstDifference(right);
        difference.ifPresent(
                rows ->
                        out.printf(
                                "The results of %s and DuckDB differ for %s: %s%n",
                                program, input.name(), rows));
        if (found.size() == 0) {
            out.printf("%s has no results for %s%n", program, input.name());
        }
        return difference.isEmpty() && found.size() > 0;
    }

    private Usage replay(Path file, Path output, Path folder)
            throws IOException, InterruptedException {
        Path temporary = emptied(folder.resolve("temporary"));
        return MeasuredProcess.run(
                replay.apply(
                        List.of(
                                "--input", file.toString(),
                                "--output", output.toString(),
                                "--temp-dir", temporary.toString(),
                                "--parallelism", Integer.toString(threads))),
                temporary,
                folder.resolve("replay.log"));
    }

    private Usage duckDb(Path file, Source source, Path output, Path folder)
            throws IOException, InterruptedException {
        Path temporary = emptied(folder.resolve("temporary"));
        return MeasuredProcess.run(
                MeasuredProcess.java(
                        HEAP_OF_DUCK_DB,
                        DuckDbMain.class,
                        List.of(
                                source.name(),
                                file.toString(),
                                output.toString(),
                                temporary.toString(),
                                Integer.toString(threads),
                                MEMORY_OF_DUCK_DB)),
                temporary,
                folder.resolve("duckdb.log"));
    }

    private static Path emptied(Path folder) throws IOException {
        Folders.delete(folder);
        return Files.createDirectories(folder);
    }

    /** The command of a replay from this class path, for tests. */
    static List<String> fromClassPath(List<String> arguments) {
        List<String> all = new ArrayList<>(List.of("replay"));
        all.addAll(arguments);
        return MeasuredProcess.java(HEAP, Tools.class, all);
    }

    private void print(String program, Input input, Usage usage) {
        out.printf("%s, %s: %.1f s%n", input.name(), program, usage.seconds());
    }

    private void print(Map<Input, Runs> ours, Map<Input, Runs> theirs) throws IOException {
        out.printf(
                "%n| input | MB | program | seconds | clicks/s | memory in MB | temporary files in"
                        + " MB | replay is |%n|:--|--:|:--|--:|--:|--:|--:|--:|%n");
        for (Map.Entry<Input, Runs> each : theirs.entrySet()) {
            Input input = each.getKey();
            row(input, "**replay**", ours.get(input), "");
            double ratio = each.getValue().seconds() / ours.get(input).seconds();
            row(input, "DuckDB", each.getValue(), "%.2f x".formatted(ratio));
        }
        if (ours.size() == theirs.size()) {
            return;
        }
        out.printf("%n| clicks | seconds | of ordered |%n|:--|--:|--:|%n");
        double ordered = ours.values().iterator().next().seconds();
        ours.forEach(
                (input, runs) -> {
                    if (!theirs.containsKey(input)) {
                        out.printf(
                                "| %s | %.1f | %.2f |%n",
                                input.name(), runs.seconds(), runs.seconds() / ordered);
                    }
                });
    }

    private void row(Input input, String program, Runs runs, String ratio) throws IOException {
        out.printf(
                "| %s | %,.0f | %s | %.1f | %,.0f | %,.0f | %,.0f | %s |%n",
                input.name(),
                Files.size(input.file()) / MEGABYTE,
                program,
                runs.seconds(),
                clicks / runs.seconds(),
                runs.median(Usage::memoryBytes) / MEGABYTE,
                runs.median(Usage::diskBytes) / MEGABYTE,
                ratio);
    }
}
