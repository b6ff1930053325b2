package io.clickstream.tools.replay;

import io.clickstream.config.JobConfig;
import io.clickstream.config.PropertyGroupsFile;
import io.clickstream.config.ReplayConfig;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.sort.ClickSortOperator;
import io.clickstream.tools.command.FlinkOption;
import io.clickstream.tools.command.Folders;
import io.clickstream.tools.command.HelpText;
import io.clickstream.tools.command.MemoryOption;
import io.clickstream.tools.command.PlainText;
import io.clickstream.tools.command.StatusLine;
import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.flink.LocalFileSystems;
import io.clickstream.tools.flink.Loopback;
import io.clickstream.tools.flink.MetricsInMemory;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.annotation.Nullable;
import org.apache.flink.api.common.BatchShuffleMode;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The pipeline over files, into files of JSON lines. */
@Command(
        name = "scripts/replay.sh",
        description =
                """
                Runs the pipeline over files of JSON, CSV or the archive's Parquet, and writes the
                aggregates as JSON lines. The output DIR gets the folders Departments_Agg,
                ClickEvents_UserId_Agg_Result, and User_Sessions_Aggregates_With_Order_Checkout, and
                dead-letters with the reasons. With a key of one of the groups trending, live,
                funnel and carts, such as --set live/every=10s, it also gets the folder Trending,
                Live, Funnel or Carts. The results depend neither on the order of the records nor
                on the parallelism.
                """,
        footer =
                """
                At the end, a replay prints the reasons of dead letters with their counts and an
                example of each. It exits with 1 if a file cannot be read to its end, or if no
                record was a click. It names damaged files and reads the others.

                A replay sorts clicks by user and time, in memory as long as they fit, and then in
                the folder for temporary files, with about 15 bytes per click. Clicks whose users
                are texts, and clicks that carry ids or items, need more. Memory stays below 4 GB
                for any input.

                Examples:
                  scripts/replay.sh --input clicks.jsonl.gz --output results
                  scripts/replay.sh --input archive/2026-11-19 --output results --session-gap 30m
                  scripts/replay.sh --input 'archive/*/part-*.jsonl' --output results --parallelism 4
                  scripts/replay.sh --input s3://bucket/clicks --output results \\
                    --from 2026-11-19T05:00:00Z --to 2026-11-19T06:00:00Z
                  scripts/replay.sh --input UserBehavior.csv --output results --session-gap 30m \\
                    --columns user_id,item_id,category_id,behavior,timestamp \\
                    --map user=/user_id --map time=/timestamp --map time-format=epoch-s \\
                    --map department=/category_id --map event-type=/behavior \\
                    --map event-types=pv=product_detail,cart=add_to_cart,buy=order_checkout
                  scripts/replay.sh --input shop.jsonl.gz --output results --session-gap 30m \\
                    --map user=/user_id --map time=/event_time \\
                    --map "time-format=yyyy-MM-dd HH:mm:ss 'UTC'" \\
                    --map department=/category_code --map department-cut=. \\
                    --map event-types=view=product_detail,cart=add_to_cart,purchase=order_checkout
                """,
        sortOptions = false)
public final class Replay implements Callable<Integer> {

    /** The help of both commands that go by this name. */
    public static final HelpText HELP = HelpText.of(Replay.class, SendUndelivered.class);

    private static final long TICK_MILLIS = 500;

    /**
     * Flink's memory beside the heap: buffers to sort sums and cart events, and network buffers for
     * the shuffles.
     */
    private static final MemorySize SORT_MEMORY = MemorySize.ofMebiBytes(512);

    /** Enough for two subtasks, and for the whole pipeline with 16. */
    private static final int LEAST_NETWORK_MEBIBYTES = 256;

    /** Each subtask sends to all others: more of them need more memory than a replay has. */
    private static final int MOST_SUBTASKS = 32;

    /** Flink unpacks libraries there, of which the largest has about 20 MB. */
    private static final long TEMPORARY_BYTES = 32L << 20;

    /** In the output as long as it is not complete. */
    static final String UNFINISHED = "_UNFINISHED";

    @Spec private CommandSpec spec;

    @Option(
            names = "--input",
            arity = "1..*",
            required = true,
            paramLabel = "FILE|DIR|GLOB",
            description =
                    """
                    files, folders, or URIs such as s3://bucket/folder. Folders are searched
                    recursively, without names that begin with an underscore or a dot. The first
                    bytes of a file determine its format: one JSON record per line, an array of
                    records, concatenated objects (Firehose), CSV with a header, or Parquet of the
                    archive; in UTF-8 or UTF-16, with or without gzip. The output lists the formats
                    that were found
                    """)
    private List<String> inputs;

    @Option(
            names = "--columns",
            split = ",",
            paramLabel = "NAME,...",
            description =
                    "the columns of CSV files that have no header. Each column is a field of the"
                            + " record: --map user=/user_id uses the column user_id")
    private List<String> columns = new ArrayList<>();

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "a new or empty folder for the results")
    private Path output;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description =
                    "only results whose last millisecond is at or after this time, such as"
                            + " 2022-06-14T05:00:00Z")
    @Nullable
    private String from;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            description = "only results whose last millisecond is before this time")
    @Nullable
    private String to;

    @Option(
            names = "--file-system",
            paramLabel = "KEY=VALUE",
            description =
                    "a setting of Flink's file systems, such as s3.endpoint=https://...; can be"
                            + " repeated. Credentials come from the environment")
    private Map<String, String> fileSystem = new LinkedHashMap<>();

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description =
                    "names of the fields: lab, interactions, web-access, ticker, ga4, segment,"
                            + " snowplow or rees46 (default: as configured, or lab)")
    @Nullable
    private String preset;

    @Option(
            names = "--map",
            paramLabel = "KEY=VALUE",
            description = "a key of the group format, which overrides the preset; can be repeated")
    private Map<String, String> mapping = new LinkedHashMap<>();

    @Option(
            names = "--set",
            paramLabel = "GROUP/KEY=VALUE",
            description =
                    "any other key of the configuration, such as duplicates/id=/event_id; can be"
                            + " repeated")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--session-gap",
            paramLabel = "TIME",
            description = "session gap, such as 1s or 30m (default: as configured, or 1s)")
    @Nullable
    private String sessionGap;

    @Option(
            names = "--window",
            paramLabel = "TIME",
            description = "window, such as 10s (default: as configured, or 10s)")
    @Nullable
    private String window;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            description = "parallelism, at most 32 (default: the number of processors)")
    @Nullable
    private Integer parallelism;

    @Option(
            names = "--temp-dir",
            paramLabel = "DIR",
            description =
                    "an existing folder for temporary files (default: TMPDIR, or /tmp). They are"
                            + " deleted at the end")
    @Nullable
    private Path tempDir;

    @Option(
            names = "--sort-memory",
            paramLabel = "SIZE",
            converter = MemoryOption.class,
            description =
                    "memory for clicks, such as 256m; others are in temporary files (default: a"
                            + " quarter of the heap)")
    @Nullable
    private MemorySize sortMemory;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "the job's property groups. Sources are ignored, and so are sinks without"
                            + " --to-sinks")
    @Nullable
    private Path config;

    @Option(
            names = "--to-sinks",
            description =
                    "also write the results of the range to the job's topics, streams and indices,"
                            + " and delete documents of the range that no longer exist. Needs"
                            + " --config, --from and --to. Dead letters stay in DIR")
    private boolean toSinks;

    @Option(
            names = "--force",
            description =
                    "with --to-sinks: delete documents even if an index would lose more documents"
                            + " than were written")
    private boolean force;

    @Mixin private FlinkOption flink;

    private final PrintStream out;
    private final StatusLine statusLine;

    /** Writes what it has to say to standard output. */
    public Replay() {
        this(System.out);
    }

    /** Writes what it has to say to a stream. */
    Replay(PrintStream out) {
        this.out = PlainText.stream(out);
        this.statusLine = new StatusLine(out, ToolCommand.columns());
    }

    /**
     * Replays files or, with {@code --undelivered}, sends what an outage has left undelivered; and
     * exits.
     */
    public static void main(String[] args) throws IOException {
        boolean undelivered = Arrays.asList(args).contains(SendUndelivered.OPTION);
        ToolCommand.main("replay", undelivered ? new SendUndelivered() : new Replay(), HELP, args);
    }

    @Override
    public Integer call() throws Exception {
        flink.check(spec);
        if (parallelism != null && parallelism < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--parallelism must be at least 1, not " + parallelism);
        }
        if (parallelism != null && parallelism > MOST_SUBTASKS) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--parallelism must be at most %d, not %d; a Flink cluster can have more"
                            .formatted(MOST_SUBTASKS, parallelism));
        }
        long halfOfHeap = Runtime.getRuntime().maxMemory() / 2;
        if (sortMemory != null && sortMemory.getBytes() > halfOfHeap) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--sort-memory must be at most half of the heap, %dm, not %s"
                            .formatted(halfOfHeap >> 20, sortMemory));
        }
        TimeRange range = range();
        Map<String, Map<String, String>> job =
                config == null ? Map.of() : PropertyGroupsFile.read(config);
        ReplayConfig replayConfig = ReplayConfig.parse(propertyGroups(job));
        if (toSinks) {
            checkToSinks();
        }
        if (!fileSystem.isEmpty() || inputs.stream().anyMatch(ReplayFiles::isAddress)) {
            // Takes half a second, which local files need not wait for.
            LocalFileSystems.initialize(fileSystem);
        }
        checkColumns();
        ReplayFiles files = inputFiles();
        int subtasks =
                parallelism == null
                        ? Math.min(Runtime.getRuntime().availableProcessors(), MOST_SUBTASKS)
                        : parallelism;
        Path temporary = temporaryFolder();
        Thread onSignal = new Thread(() -> deleteAfterSignal(temporary), "delete-temporary-files");
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            prepareOutput(ReplayJob.folders(replayConfig));
            files.describe(columns).forEach(out::println);
            ReplaySinks sinks = null;
            if (toSinks) {
                sinks = new ReplaySinks(JobConfig.parse(job), range, temporary, force);
                sinks.check();
            }
            ReplayReport report = run(files, range, replayConfig, subtasks, temporary, sinks);
            report.lines().forEach(out::println);
            ToolCommand.whereTheLogIs().ifPresent(out::println);
            if (!report.isComplete()) {
                // What sinks have is left as it is: results of whole files may be missing.
                return 1;
            }
            Files.delete(output.resolve(UNFINISHED));
            return sinks == null || sinks.removeStale(out) ? 0 : 1;
        } finally {
            Folders.delete(temporary);
            removeHook(onSignal);
        }
    }

    /** Runs while the process ends after Ctrl-C, beside threads that still write. */
    private static void deleteAfterSignal(Path temporary) {
        try {
            Folders.delete(temporary);
        } catch (IOException e) {
            System.err.println("Temporary files are left in " + temporary + ": " + e);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process ends, and runs the hook itself.
        }
    }

    private Path temporaryFolder() throws IOException {
        String prefix = "clickstream-replay-";
        Path parent = tempDir == null ? Path.of(System.getProperty("java.io.tmpdir")) : tempDir;
        try {
            Path folder = Files.createTempDirectory(parent, prefix);
            long free = Files.getFileStore(folder).getUsableSpace();
            if (free < TEMPORARY_BYTES) {
                Folders.delete(folder);
                throw new ParameterException(
                        spec.commandLine(),
                        "--temp-dir "
                                + parent
                                + " has "
                                + (free >> 20)
                                + " MB of free space, and a replay needs at least "
                                + (TEMPORARY_BYTES >> 20)
                                + " MB; specify another folder");
            }
            return folder;
        } catch (IOException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--temp-dir "
                            + parent
                            + ": no folder can be created in it ("
                            + e
                            + "); specify an existing folder that you can write to",
                    e);
        }
    }

    /** What is written into sinks must be what the job would write there, and be complete. */
    private void checkToSinks() {
        if (config == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--to-sinks needs --config FILE with the job's property groups, which name the"
                            + " sinks");
        }
        if (from == null || to == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--to-sinks needs --from and --to, the range of documents to replace");
        }
        if (time("--to", to, 0) > System.currentTimeMillis()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--to "
                            + to
                            + " is in the future; with --to-sinks it must be in the past,"
                            + " since the job still counts newer clicks");
        }
        if (sessionGap != null || window != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--session-gap and --window can't be used with --to-sinks, which uses those of"
                            + " --config");
        }
    }

    private TimeRange range() {
        TimeRange range =
                new TimeRange(
                        time("--from", from, TimeRange.ALL.from()),
                        time("--to", to, TimeRange.ALL.to()));
        if (range.from() >= range.to()) {
            throw new ParameterException(
                    spec.commandLine(), "--from " + from + " is not before --to " + to);
        }
        return range;
    }

    private long time(String option, @Nullable String text, long otherwise) {
        try {
            return text == null ? otherwise : TimeRange.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage(), e);
        }
    }

    private ReplayReport run(
            ReplayFiles files,
            TimeRange range,
            ReplayConfig replayConfig,
            int subtasks,
            Path temporary,
            @Nullable ReplaySinks sinks)
            throws Exception {
        Configuration cluster = cluster(subtasks, temporary);
        MetricsInMemory metrics = MetricsInMemory.reportFrom(cluster);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(subtasks, cluster);
        ReplayJob.define(
                env,
                files.paths(),
                columns,
                output,
                range,
                replayConfig,
                sortMemory == null ? ClickSortOperator.BY_HEAP_SIZE : sortMemory.getBytes(),
                sinks);

        long started = System.nanoTime();
        CompletableFuture<JobExecutionResult> result =
                env.executeAsync("clickstream-replay").getJobExecutionResult();
        ReplayProgress progress = new ReplayProgress(files.bytes(), started);
        while (!isDone(result)) {
            long now = System.nanoTime();
            statusLine.show(
                    progress.line(
                            metrics.countWithFinished(ClickstreamMetrics.BYTES_IN),
                            metrics.countWithFinished(ClickstreamMetrics.RECORDS_IN),
                            metrics.countWithFinished(ClickstreamMetrics.SESSIONS),
                            now),
                    TimeUnit.NANOSECONDS.toMillis(now));
        }
        statusLine.end();
        return ReplayReport.read(output, range, metrics, System.nanoTime() - started);
    }

    /** Waits a while for the end of the job; throws what it failed with. */
    private static boolean isDone(CompletableFuture<JobExecutionResult> result) throws Exception {
        try {
            result.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the replay failed", e.getCause());
        }
    }

    private Map<String, Map<String, String>> propertyGroups(Map<String, Map<String, String>> job) {
        Map<String, Map<String, String>> groups = new HashMap<>(job);
        Map<String, String> aggregates = new HashMap<>(groups.getOrDefault("aggregates", Map.of()));
        if (sessionGap != null) {
            aggregates.put("session-gap", sessionGap);
        }
        if (window != null) {
            aggregates.put("window", window);
        }
        groups.put("aggregates", aggregates);
        groups.put("format", format(groups.getOrDefault("format", Map.of())));
        settings.forEach((key, value) -> set(groups, key, value));
        return groups;
    }

    private void set(Map<String, Map<String, String>> groups, String key, String value) {
        int slash = key.indexOf('/');
        if (slash < 1 || slash == key.length() - 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--set %s=%s: the key must be GROUP/KEY, such as duplicates/id"
                            .formatted(key, value));
        }
        String group = key.substring(0, slash);
        Map<String, String> changed = new HashMap<>(groups.getOrDefault(group, Map.of()));
        changed.put(key.substring(slash + 1), value);
        groups.put(group, changed);
    }

    /** What is read are JSON lines, whatever the job reads. */
    private Map<String, String> format(Map<String, String> ofTheJob) {
        Map<String, String> format = new HashMap<>(ofTheJob);
        if (preset != null || !mapping.isEmpty()) {
            format.put("type", "json");
            format.remove("writer-schema");
        }
        if (preset != null) {
            format.put("preset", preset);
        }
        format.putAll(mapping);
        return format;
    }

    private void checkColumns() {
        Set<String> names = new HashSet<>();
        for (String column : columns) {
            if (column.isBlank()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--columns has an empty name: give each column of the file a name");
            }
            if (!names.add(column)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--columns has the name " + column + " twice: give each column its own");
            }
        }
    }

    private ReplayFiles inputFiles() throws IOException {
        for (String input : inputs) {
            if (input.startsWith("--")) {
                throw new ParameterException(
                        spec.commandLine(),
                        "Unknown option: '" + input + "' (a file of this name: ./" + input + ")");
            }
        }
        try {
            return ReplayFiles.find(inputs);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--input: " + e.getMessage(), e);
        }
    }

    private void prepareOutput(List<String> folders) throws IOException {
        if (Files.exists(output)) {
            if (!Files.isDirectory(output)) {
                throw new ParameterException(
                        spec.commandLine(), "--output " + output + " is not a folder");
            }
            try (Stream<Path> found = Files.list(output)) {
                if (found.findAny().isPresent()) {
                    throw new ParameterException(spec.commandLine(), notEmpty());
                }
            }
        }
        try {
            for (String folder : folders) {
                Files.createDirectories(output.resolve(folder));
            }
            Files.writeString(
                    output.resolve(UNFINISHED), "The replay into this folder did not complete.\n");
        } catch (IOException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--output "
                            + output
                            + " can't be created ("
                            + e
                            + "); specify a folder that you can write to",
                    e);
        }
    }

    private String notEmpty() {
        return Files.exists(output.resolve(UNFINISHED))
                ? "--output %s has results of a replay that did not complete; remove it with rm -r"
                                .formatted(output)
                        + " %s, or specify a new folder".formatted(output)
                : "--output " + output + " is not empty; specify a new folder";
    }

    private static Configuration cluster(int subtasks, Path temporary) {
        Configuration cluster = Loopback.configuration();
        // All operators run at the same time, so that no result has to wait on disk.
        cluster.set(ExecutionOptions.BATCH_SHUFFLE_MODE, BatchShuffleMode.ALL_EXCHANGES_PIPELINED);
        cluster.set(JobManagerOptions.SCHEDULER, JobManagerOptions.SchedulerType.Default);
        cluster.set(CoreOptions.TMP_DIRS, temporary.toString());
        cluster.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, SORT_MEMORY);
        // The number of buffers grows with the square of the parallelism.
        MemorySize network =
                MemorySize.ofMebiBytes(Math.max(LEAST_NETWORK_MEBIBYTES, subtasks * subtasks));
        cluster.set(TaskManagerOptions.NETWORK_MEMORY_MIN, network);
        cluster.set(TaskManagerOptions.NETWORK_MEMORY_MAX, network);
        cluster.set(TaskManagerOptions.NUM_TASK_SLOTS, subtasks);
        cluster.set(RestOptions.BIND_PORT, "0");
        cluster.set(WebOptions.TMP_DIR, temporary.toString());
        cluster.set(WebOptions.UPLOAD_DIR, temporary.toString());
        return cluster;
    }
}
