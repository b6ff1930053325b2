package io.clickstream.tools.produce;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.tools.command.DurationOption;
import io.clickstream.tools.command.StatusLine;
import io.clickstream.tools.command.StopSignal;
import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.connect.KafkaSettings;
import io.clickstream.tools.connect.KinesisSettings;
import io.clickstream.tools.oracle.CartRules;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.ShopTraffic;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.annotation.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Sends the clicks of a simulated shop to a topic, a stream or a file, and says how they fared.
 * Exits with 0 only if all were acknowledged.
 */
@Command(
        name = "scripts/produce.sh",
        description =
                """
                Sends the clicks of a simulated shop at a steady rate. At the end, it reports how
                the records were distributed: which partitions or shards received them, how even the
                keys are, and how many Kinesis shards they need. It exits with 0 only if all records
                were acknowledged.
                """,
        footer =
                """
                If records are up to 50 ms late, the run catches up at once. After a longer stall,
                it sends records at twice the rate until it is on schedule again. It skips records
                that are more than 2 s late: the schedule continues from now, and the report says
                how much is missing. Ctrl-C ends a run with its report; a second Ctrl-C aborts it.

                Examples:
                  scripts/produce.sh --to kafka --bootstrap-servers localhost:9092 --topic ExampleTopic \\
                    --rate 500
                  scripts/produce.sh --to kafka --bootstrap-servers b-1.example:9096 --topic clicks \\
                    --format avro --kafka-file scram.properties --duration 10m
                  scripts/produce.sh --to kinesis --stream tickers --region eu-central-1 \\
                    --preset ticker --keys 4 --count 50 --rate 10 --verbose
                  AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x scripts/produce.sh --to kinesis \\
                    --stream clicks --region us-east-1 --endpoint http://127.0.0.1:4567 --duration 1m
                  scripts/produce.sh --to files --output clicks.jsonl.gz --count 1000000 \\
                    --start 2026-11-19T06:00:00Z --disorder 5s --malformed 1 --expected expected
                  scripts/replay.sh --input clicks.jsonl.gz --output results
                  diff <(cat results/Departments_Agg/* | LC_ALL=C sort) expected/departments.jsonl
                """,
        sortOptions = false)
public final class Produce implements Callable<Integer> {

    /** Where records go. */
    enum To {
        kafka,
        kinesis,
        files
    }

    /** How records are encoded. */
    enum Format {
        json,
        avro
    }

    private static final double RATE = 100;
    private static final double RATE_OF_FILES = 1_000;
    private static final double MAX_RATE = 1_000_000;
    private static final Duration MAX_DISORDER = Duration.ofMinutes(10);
    private static final double MAX_LENGTH_MILLIS = 1e14;
    private static final double ALL = 100;
    private static final long TICK_MILLIS = 500;
    private static final long STOPPING_TICK_MILLIS = 100;
    private static final int ABORTED = 130;

    /** Options that are for one target only. */
    private static final Map<String, To> ONLY_FOR =
            Map.of(
                    "--bootstrap-servers", To.kafka,
                    "--topic", To.kafka,
                    "--kafka", To.kafka,
                    "--kafka-file", To.kafka,
                    "--stream", To.kinesis,
                    "--region", To.kinesis,
                    "--endpoint", To.kinesis,
                    "--output", To.files,
                    "--start", To.files);

    @Spec private CommandSpec spec;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "kafka|kinesis|files",
            description = "where to send records")
    private To to;

    @Option(
            names = "--count",
            paramLabel = "N",
            description =
                    "total number of records of all kinds (default: until --duration or Ctrl-C)")
    @Nullable
    private Long count;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            description = "how long to send records, such as 90s, 2m or 1h",
            converter = DurationOption.class)
    @Nullable
    private Duration duration;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "records per second (default: 100); see below for files")
    @Nullable
    private Double rate;

    @Option(
            names = "--users",
            paramLabel = "N",
            description =
                    "number of simulated users (default: 10000, or more if the rate needs more)")
    @Nullable
    private Integer users;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "json, or avro with the preset lab (default: ${DEFAULT-VALUE})",
            defaultValue = "json")
    private Format format;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description =
                    "shape of the records: lab, interactions, web-access, ticker, ga4, segment,"
                            + " snowplow or rees46 (default: ${DEFAULT-VALUE})",
            defaultValue = "lab",
            converter = PresetOption.class)
    private Preset preset;

    @Option(
            names = "--keys",
            paramLabel = "user|N",
            description =
                    "the partition key: the user, or 1 to N in turn (default: ${DEFAULT-VALUE})",
            defaultValue = "user",
            converter = KeysOption.class)
    private OptionalInt keys;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "seed for the simulated visits (default: ${DEFAULT-VALUE})",
            defaultValue = "1")
    private long seed;

    @Option(
            names = "--verbose",
            description =
                    "print a line for each acknowledged record: its number, key, partition and"
                            + " offset, or shard and sequence number")
    private boolean verbose;

    @ArgGroup(validate = false, heading = "Kafka (the topic must exist):")
    private final KafkaOptions kafka = new KafkaOptions();

    @ArgGroup(
            validate = false,
            heading = "Kinesis (the stream must exist; credentials are found as in all AWS tools):")
    private final KinesisOptions kinesis = new KinesisOptions();

    @ArgGroup(
            validate = false,
            heading =
                    """
                    Files, with one JSON record per line. They are written as fast as possible, and
                    --rate is the rate in event time (default: 1000). With --rate and without
                    --start, records are written in real time instead. The same options, including
                    --start, produce the same bytes.
                    """)
    private final FileOptions files = new FileOptions();

    @ArgGroup(validate = false, heading = "Faulty or unusual records, as percentages (default: 0):")
    private final MixOptions mix = new MixOptions();

    @ArgGroup(
            validate = false,
            heading =
                    """
                    What a correct job produces, with a filter for duplicates if --duplicates is
                    set, and for bots if --bots is set:
                    """)
    private final ExpectedOptions expected = new ExpectedOptions();

    private final PrintStream out;
    private final StatusLine statusLine;
    private final StopSignal stop = new StopSignal();

    /** Prints its reports to standard output. */
    public Produce() {
        this(System.out);
    }

    /** Prints its reports to a stream. */
    Produce(PrintStream out) {
        this.out = out;
        this.statusLine = new StatusLine(out, ToolCommand.columns());
    }

    /** Runs until all is sent or Ctrl-C, and exits. */
    public static void main(String[] args) throws IOException {
        Produce produce = new Produce();
        produce.stop.install(produce::abort);
        ToolCommand.main("produce", produce, args);
    }

    @Override
    public Integer call() throws Exception {
        boolean paced = to != To.files || (rate != null && files.start == null);
        checkTarget();
        RecordSequence.Plan checked = plan(paced);
        TrafficLedger ledger = new TrafficLedger(expected.sessionGap, expected.window, cartRules());
        Deliveries deliveries = new Deliveries(verbose, this::print);
        RecordSequence records;
        try (Target target = target(deliveries)) {
            Clock clock = Clock.systemUTC();
            // Connecting took a while.
            RecordSequence.Plan plan = paced ? checked.startingAt(clock.millis()) : checked;
            records = new RecordSequence(plan, shape(), ledger, expected.sessionGap);
            Production production =
                    new Production(
                            records,
                            target,
                            paced,
                            duration == null ? Duration.ofNanos(Long.MAX_VALUE) : duration,
                            clock);
            watch(production, plan, deliveries);
            report(production, records, target, deliveries);
        }
        boolean complete = deliveries.acknowledged() == records.sent();
        if (expected.folder != null) {
            writeExpected(expected.folder, records, complete);
        }
        return complete ? 0 : 1;
    }

    private CartRules cartRules() {
        return switch (preset) {
            case LAB, INTERACTIONS, WEB_ACCESS, TICKER -> CartRules.DEFAULT;
            case GA4, SEGMENT, SNOWPLOW, REES46 -> PublicEvents.cartRules();
        };
    }

    private void check(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private void checkTarget() throws IOException {
        for (Map.Entry<String, To> only : ONLY_FOR.entrySet()) {
            check(
                    only.getValue() == to
                            || !spec.commandLine().getParseResult().hasMatchedOption(only.getKey()),
                    "%s is only for --to %s; leave it out"
                            .formatted(only.getKey(), only.getValue()));
        }
        switch (to) {
            case kafka -> {
                check(
                        kafka.bootstrapServers != null,
                        "--to kafka needs --bootstrap-servers HOST:PORT");
                check(kafka.topic != null, "--to kafka needs --topic NAME");
            }
            case kinesis -> {
                check(kinesis.stream != null, "--to kinesis needs --stream NAME");
                try {
                    KinesisSettings.checkEndpoint(kinesis.endpoint);
                } catch (IllegalArgumentException e) {
                    throw new ParameterException(spec.commandLine(), e.getMessage(), e);
                }
            }
            case files -> {
                check(files.output != null, "--to files needs --output FILE or --output DIR");
                check(
                        count != null || duration != null || (rate != null && files.start == null),
                        "--to files needs --count N or --duration TIME: a file is written as fast"
                                + " as possible");
                boolean free =
                        FileTarget.isFolder(files.output)
                                ? ExpectedFiles.isFree(Path.of(files.output))
                                : !Files.exists(Path.of(files.output));
                check(
                        free,
                        "--output "
                                + files.output
                                + " already exists; specify a new file or folder");
            }
        }
        if (expected.folder != null) {
            check(
                    ExpectedFiles.isFree(expected.folder),
                    "--expected " + expected.folder + " is not empty; specify a new folder");
        }
    }

    private RecordSequence.Plan plan(boolean paced) {
        check(count == null || count >= 1, "--count must be at least 1, not " + count);
        double perSecond = rate != null ? rate : to == To.files ? RATE_OF_FILES : RATE;
        check(
                perSecond > 0 && perSecond <= MAX_RATE,
                "--rate must be above 0 and at most 1000000, not " + rate);
        long records = count == null ? Long.MAX_VALUE : count;
        if (duration != null) {
            long inTime = (long) Math.ceil(duration.toMillis() * perSecond / 1_000);
            check(inTime >= 1, "--duration must be above 0");
            records = Math.min(records, inTime);
        }
        checkMix(records / perSecond);
        long lengthMillis =
                (long) Math.min(MAX_LENGTH_MILLIS, Math.ceil(records * 1e3 / perSecond));
        long now = Clock.systemUTC().millis();
        long first =
                files.start != null ? files.start.toEpochMilli() : paced ? now : now - lengthMillis;
        check(
                files.start == null || first + lengthMillis <= now,
                "--start is too late: the last click would be in the future, at "
                        + Instant.ofEpochMilli(first + lengthMillis));
        RecordSequence.Plan plan =
                new RecordSequence.Plan(
                        new Mix(mix.late, mix.duplicates, mix.malformed, mix.bots, mix.disorder),
                        perSecond,
                        users == null ? ShopTraffic.usualUsers(perSecond) : users,
                        seed,
                        first,
                        records,
                        keys,
                        mix.duplicates > 0 && preset != Preset.LAB,
                        to == To.files);
        check(
                plan.users() >= plan.minUsers(),
                "--users must be at least %d for --rate %s, not %d"
                        .formatted(plan.minUsers(), shown(perSecond), plan.users()));
        return plan;
    }

    private static String shown(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private void checkMix(double seconds) {
        if (format == Format.avro) {
            check(to != To.files, "--format avro is not for files, which hold JSON lines");
            check(
                    preset == Preset.LAB,
                    "--format avro is only for --preset lab; %s is JSON".formatted(preset));
            check(mix.bots == 0, "--bots needs --format json: Avro clicks have no user agent");
        }
        check(
                mix.late + mix.malformed + mix.bots <= ALL,
                "--late, --malformed and --bots are more than 100 % together");
        check(
                mix.disorder.compareTo(MAX_DISORDER) <= 0,
                "--disorder must be at most 10m, not " + mix.disorder.toSeconds() + "s");
        check(!expected.sessionGap.isZero(), "--session-gap must be above 0");
        check(!expected.window.isZero(), "--window must be above 0");
        check(
                mix.late == 0 || seconds > RecordSequence.LATE_FROM.toSeconds(),
                String.format(
                        Locale.ROOT,
                        "--late needs a run of more than 30 s, not %.1f s: no click is late before",
                        seconds));
        check(
                mix.late == 0 || expected.sessionGap.compareTo(RecordSequence.LATE_BY) < 0,
                "--late needs a --session-gap below 1h: a late click would join a session");
    }

    private RecordShape shape() {
        return format == Format.avro ? RecordShape.of(ClickEncoder.avro()) : JsonShape.of(preset);
    }

    private Target target(Deliveries deliveries) throws IOException {
        return switch (to) {
            case kafka ->
                    new KafkaTarget(
                            kafka.bootstrapServers, kafka.topic, kafkaSettings(), deliveries);
            case kinesis -> new KinesisTarget(kinesisSettings(), kinesis.stream, deliveries);
            case files -> new FileTarget(files.output, deliveries);
        };
    }

    private Map<String, String> kafkaSettings() throws IOException {
        try {
            return KafkaSettings.read(kafka.file, kafka.settings);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private Properties kinesisSettings() {
        try {
            return KinesisSettings.of(kinesis.region, kinesis.endpoint);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void print(String line) {
        synchronized (statusLine) {
            statusLine.print(line);
        }
    }

    private void abort() {
        out.println();
        out.println("aborted");
        Runtime.getRuntime().halt(ABORTED);
    }

    /** Shows how the run goes on, until all is sent or the user stops it. */
    private void watch(Production production, RecordSequence.Plan plan, Deliveries deliveries)
            throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                production.run();
                                done.complete(null);
                            } catch (InterruptedException | RuntimeException e) {
                                done.completeExceptionally(e);
                            }
                            // Wakes the one who watches.
                            stop.request();
                        },
                        "production");
        // Whatever becomes of this thread, the process can end.
        thread.setDaemon(true);
        ProduceProgress progress = new ProduceProgress(plan.records(), monotonicMillis());
        thread.start();
        boolean stopping = false;
        while (!done.isDone()) {
            if (stopping) {
                TimeUnit.MILLISECONDS.sleep(STOPPING_TICK_MILLIS);
            } else if (stop.await(TICK_MILLIS)) {
                production.stop();
                stopping = true;
            }
            if (!done.isDone()) {
                showStatus(progress, production, deliveries);
            }
        }
        try {
            done.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            synchronized (statusLine) {
                statusLine.end();
            }
        }
    }

    private void showStatus(
            ProduceProgress progress, Production production, Deliveries deliveries) {
        long now = monotonicMillis();
        String line =
                progress.line(
                        production.sent(), deliveries.acknowledged(), deliveries.failed(), now);
        synchronized (statusLine) {
            statusLine.show(line, now);
        }
    }

    private void report(
            Production production, RecordSequence records, Target target, Deliveries deliveries) {
        StringBuilder kinds = new StringBuilder();
        for (RecordSequence.Kind kind : RecordSequence.Kind.values()) {
            if (records.count(kind) > 0) {
                kinds.append(kinds.isEmpty() ? "" : ", ")
                        .append(String.format(Locale.ROOT, "%,d ", records.count(kind)))
                        .append(kind.label());
            }
        }
        out.printf(
                Locale.ROOT,
                "%,d records to %s: %s%n",
                records.sent(),
                target.name(),
                kinds.isEmpty() ? "none" : kinds);
        if (production.secondsLeftOut() > 0) {
            out.printf(
                    Locale.ROOT,
                    "%.1f s were skipped, since records could not be sent in time%n",
                    production.secondsLeftOut());
        }
        if (to != To.files) {
            deliveries
                    .report(target.kindOfPlace(), target.places(), production.seconds())
                    .lines()
                    .forEach(out::println);
        }
        out.printf(
                Locale.ROOT,
                "acknowledged %,d, failed %,d%n",
                deliveries.acknowledged(),
                deliveries.failed());
    }

    private void writeExpected(Path folder, RecordSequence records, boolean complete)
            throws IOException {
        if (!complete) {
            out.println("the expected results are not written, since records failed");
            return;
        }
        Expected expected = records.ledger().expected(Aggregates.groups());
        Map<String, Long> letters = records.deadLetters();
        ExpectedFiles.write(folder, expected, letters);
        out.printf(
                Locale.ROOT,
                "expected, in %s: %s, dead letters %,d%n",
                folder,
                expected.aggregates().stream()
                        .map(aggregate -> count(aggregate, expected))
                        .collect(Collectors.joining(", ")),
                letters.values().stream().mapToLong(Long::longValue).sum());
    }

    private static String count(Aggregate<?> aggregate, Expected expected) {
        return String.format(
                Locale.ROOT, "%s %,d", aggregate.keyStem(), expected.of(aggregate).size());
    }

    private static long monotonicMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /** Options for Kafka. */
    private static final class KafkaOptions {

        @Option(
                names = "--bootstrap-servers",
                paramLabel = "HOST:PORT,...",
                description = "the brokers")
        @Nullable
        private String bootstrapServers;

        @Option(names = "--topic", paramLabel = "NAME", description = "the topic")
        @Nullable
        private String topic;

        @Option(
                names = "--kafka",
                paramLabel = "KEY=VALUE",
                description =
                        "a setting of the Kafka client, for example for a login; can be repeated")
        private Map<String, String> settings = new LinkedHashMap<>();

        @Option(
                names = "--kafka-file",
                paramLabel = "FILE",
                description =
                        "a properties file with such settings, so that other users cannot see them")
        @Nullable
        private Path file;
    }

    /** Options for Kinesis. */
    private static final class KinesisOptions {

        @Option(names = "--stream", paramLabel = "NAME", description = "the stream")
        @Nullable
        private String stream;

        @Option(
                names = "--region",
                paramLabel = "NAME",
                description = "the Region (default: from the environment or profile)")
        @Nullable
        private String region;

        @Option(
                names = "--endpoint",
                paramLabel = "URL",
                description = "an endpoint other than the Region's; http is for local servers")
        @Nullable
        private URI endpoint;
    }

    /** Options for files. */
    private static final class FileOptions {

        @Option(
                names = "--output",
                paramLabel = "FILE|DIR",
                description =
                        "a new file, compressed if its name ends with .gz; or, with a slash at the"
                            + " end, a new or empty folder, which gets files of a million lines")
        @Nullable
        private String output;

        @Option(
                names = "--start",
                paramLabel = "TIME",
                description =
                        "event time of the first record, such as 2026-11-20T06:00:00Z or ms since"
                                + " 1970 (default: such that the last record is now)",
                converter = TimeOption.class)
        @Nullable
        private Instant start;
    }

    /** Which records are mixed in. */
    private static final class MixOptions {

        @Option(
                names = "--disorder",
                paramLabel = "TIME",
                description =
                        "send one click in twenty up to this long after its time, behind later"
                                + " clicks; must be below the job's out-of-orderness (default:"
                                + " ${DEFAULT-VALUE})",
                defaultValue = "0s",
                converter = DurationOption.class)
        private Duration disorder;

        @Option(
                names = "--duplicates",
                paramLabel = "%",
                description =
                        "good clicks that are sent twice within 5 s, with the same bytes and id."
                            + " The id is globalseq in the preset lab, and an additional eventId in"
                            + " the others",
                defaultValue = "0",
                converter = PercentOption.class)
        private double duplicates;

        @Option(
                names = "--malformed",
                paramLabel = "%",
                description =
                        "invalid records, in turn: truncated, without user or time, with a user or"
                                + " time of a wrong type, before 1970, or in the year 3000",
                defaultValue = "0",
                converter = PercentOption.class)
        private double malformed;

        @Option(
                names = "--bots",
                paramLabel = "%",
                description =
                        "clicks by crawlers, 20 per second and crawler. All records get a"
                                + " user_agent: browsers for people, and names that contain bot for"
                                + " crawlers, such as Googlebot",
                defaultValue = "0",
                converter = PercentOption.class)
        private double bots;

        @Option(
                names = "--late",
                paramLabel = "%",
                description =
                        "clicks one hour old, from 30 s after the start. The job must run from the"
                            + " beginning and keep up, with out-of-orderness and session gap below"
                            + " one hour and an idle timeout of at most 15 s. A replay of files"
                            + " accepts these clicks",
                defaultValue = "0",
                converter = PercentOption.class)
        private double late;
    }

    /** What to write for a comparison. */
    private static final class ExpectedOptions {

        @Option(
                names = "--expected",
                paramLabel = "DIR",
                description =
                        "a new or empty folder for departments.jsonl, sessions.jsonl,"
                            + " checkouts.jsonl (sorted lines) and dead-letters.json (the number"
                            + " per reason)")
        @Nullable
        private Path folder;

        @Option(
                names = "--session-gap",
                paramLabel = "TIME",
                description = "session gap of the job (default: ${DEFAULT-VALUE})",
                defaultValue = "1s",
                converter = DurationOption.class)
        private Duration sessionGap;

        @Option(
                names = "--window",
                paramLabel = "TIME",
                description = "window of the job (default: ${DEFAULT-VALUE})",
                defaultValue = "10s",
                converter = DurationOption.class)
        private Duration window;
    }
}
