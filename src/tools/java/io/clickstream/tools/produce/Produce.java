package io.clickstream.tools.produce;

import io.clickstream.tools.command.DurationOption;
import io.clickstream.tools.command.StatusLine;
import io.clickstream.tools.command.StopSignal;
import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.ShopTraffic;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.annotation.Nullable;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.core.exception.SdkClientException;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
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
        name = "produce.sh",
        description = "Sends clicks to Kafka, Kinesis or files, and reports their distribution.",
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
            paramLabel = "TARGET",
            description = "kafka, kinesis or files")
    private To to;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "number of records (default: until --duration or Ctrl-C)")
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
            description = "records per second (default: 100; for files 1000 in event time)")
    @Nullable
    private Double rate;

    @Option(
            names = "--users",
            paramLabel = "N",
            description = "simulated users (default: 10000, or more if the rate needs more)")
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
            description = "lab, interactions, web-access or ticker (default: ${DEFAULT-VALUE})",
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
            names = "--disorder",
            paramLabel = "TIME",
            description = "send one click in twenty up to this long after its time",
            defaultValue = "0s",
            converter = DurationOption.class)
    private Duration disorder;

    @Option(
            names = "--late",
            paramLabel = "%",
            description = "clicks that are too late for the job",
            defaultValue = "0",
            converter = PercentOption.class)
    private double late;

    @Option(
            names = "--malformed",
            paramLabel = "%",
            description = "invalid records",
            defaultValue = "0",
            converter = PercentOption.class)
    private double malformed;

    @Option(
            names = "--bots",
            paramLabel = "%",
            description = "clicks by crawlers, with bot in their user_agent",
            defaultValue = "0",
            converter = PercentOption.class)
    private double bots;

    @Option(
            names = "--duplicates",
            paramLabel = "%",
            description = "good clicks to send twice",
            defaultValue = "0",
            converter = PercentOption.class)
    private double duplicates;

    @Option(
            names = "--expected",
            paramLabel = "DIR",
            description = "a new or empty folder for the results of a correct job")
    @Nullable
    private Path expectedFolder;

    @Option(
            names = "--session-gap",
            paramLabel = "TIME",
            description = "session gap of the job, for --expected (default: ${DEFAULT-VALUE})",
            defaultValue = "1s",
            converter = DurationOption.class)
    private Duration sessionGap;

    @Option(
            names = "--window",
            paramLabel = "TIME",
            description = "window of the job, for --expected (default: ${DEFAULT-VALUE})",
            defaultValue = "10s",
            converter = DurationOption.class)
    private Duration window;

    @Option(names = "--verbose", description = "print a line for each acknowledged record")
    private boolean verbose;

    @Option(names = "--bootstrap-servers", paramLabel = "HOST:PORT,...", description = "brokers")
    @Nullable
    private String bootstrapServers;

    @Option(names = "--topic", paramLabel = "NAME", description = "an existing topic")
    @Nullable
    private String topic;

    @Option(
            names = "--kafka",
            paramLabel = "KEY=VALUE",
            description = "a setting of the Kafka client, for example for a login; can be repeated")
    private Map<String, String> kafkaSettings = new LinkedHashMap<>();

    @Option(
            names = "--kafka-file",
            paramLabel = "FILE",
            description = "a properties file with such settings, hidden from other users")
    @Nullable
    private Path kafkaFile;

    @Option(names = "--stream", paramLabel = "NAME", description = "an existing stream")
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

    @Option(
            names = "--output",
            paramLabel = "FILE|DIR",
            description = "a new file, compressed if it ends with .gz; or a new or empty folder")
    @Nullable
    private String output;

    @Option(
            names = "--start",
            paramLabel = "TIME",
            description = "event time of the first record",
            converter = TimeOption.class)
    @Nullable
    private Instant start;

    private final PrintStream out;
    private final StatusLine statusLine;
    private final StopSignal stop = new StopSignal();

    /** Prints its reports to a stream. */
    public Produce(PrintStream out) {
        this.out = out;
        this.statusLine = new StatusLine(out, ToolCommand.columns());
    }

    /** Runs until all is sent or Ctrl-C, and exits. */
    public static void main(String[] args) throws IOException {
        Produce produce = new Produce(System.out);
        produce.stop.install(produce::abort);
        ToolCommand.main("produce", produce, args);
    }

    @Override
    public Integer call() throws Exception {
        boolean paced = to != To.files || (rate != null && start == null);
        checkTarget();
        RecordSequence.Plan checked = plan(paced);
        TrafficLedger ledger = new TrafficLedger(sessionGap, window);
        Deliveries deliveries = new Deliveries(verbose, this::print);
        RecordSequence records;
        try (Target target = target(deliveries)) {
            Clock clock = Clock.systemUTC();
            // Connecting took a while.
            RecordSequence.Plan plan = paced ? checked.startingAt(clock.millis()) : checked;
            records = new RecordSequence(plan, shape(), ledger, sessionGap);
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
        if (expectedFolder != null) {
            writeExpected(expectedFolder, records, complete);
        }
        return complete ? 0 : 1;
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
                check(bootstrapServers != null, "--to kafka needs --bootstrap-servers HOST:PORT");
                check(topic != null, "--to kafka needs --topic NAME");
            }
            case kinesis -> {
                check(stream != null, "--to kinesis needs --stream NAME");
                check(
                        endpoint == null
                                || (endpoint.getHost() != null
                                        && List.of("http", "https").contains(endpoint.getScheme())),
                        "--endpoint must be a URL such as http://127.0.0.1:4567, not " + endpoint);
            }
            case files -> {
                check(output != null, "--to files needs --output FILE or --output DIR");
                check(
                        count != null || duration != null || (rate != null && start == null),
                        "--to files needs --count N or --duration TIME: a file is written as fast"
                                + " as possible");
                boolean free =
                        FileTarget.isFolder(output)
                                ? ExpectedFiles.isFree(Path.of(output))
                                : !Files.exists(Path.of(output));
                check(free, "--output " + output + " already exists; specify a new file or folder");
            }
        }
        if (expectedFolder != null) {
            check(
                    ExpectedFiles.isFree(expectedFolder),
                    "--expected " + expectedFolder + " is not empty; specify a new folder");
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
        long first = start != null ? start.toEpochMilli() : paced ? now : now - lengthMillis;
        check(
                start == null || first + lengthMillis <= now,
                "--start is too late: the last click would be in the future, at "
                        + Instant.ofEpochMilli(first + lengthMillis));
        RecordSequence.Plan plan =
                new RecordSequence.Plan(
                        new Mix(late, duplicates, malformed, bots, disorder),
                        perSecond,
                        users == null ? ShopTraffic.usualUsers(perSecond) : users,
                        seed,
                        first,
                        records,
                        keys,
                        duplicates > 0 && preset != Preset.LAB,
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
            check(bots == 0, "--bots needs --format json: Avro clicks have no user agent");
        }
        check(
                late + malformed + bots <= ALL,
                "--late, --malformed and --bots are more than 100 % together");
        check(
                disorder.compareTo(MAX_DISORDER) <= 0,
                "--disorder must be at most 10m, not " + disorder.toSeconds() + "s");
        check(!sessionGap.isZero(), "--session-gap must be above 0");
        check(!window.isZero(), "--window must be above 0");
        check(
                late == 0 || seconds > RecordSequence.LATE_FROM.toSeconds(),
                String.format(
                        Locale.ROOT,
                        "--late needs a run of more than 30 s, not %.1f s: no click is late before",
                        seconds));
        check(
                late == 0 || sessionGap.compareTo(RecordSequence.LATE_BY) < 0,
                "--late needs a --session-gap below 1h: a late click would join a session");
    }

    private RecordShape shape() {
        return format == Format.avro ? RecordShape.of(ClickEncoder.avro()) : JsonShape.of(preset);
    }

    private Target target(Deliveries deliveries) throws IOException {
        return switch (to) {
            case kafka -> new KafkaTarget(bootstrapServers, topic, kafkaSettings(), deliveries);
            case kinesis -> new KinesisTarget(kinesisSettings(), stream, deliveries);
            case files -> new FileTarget(output, deliveries);
        };
    }

    private Map<String, String> kafkaSettings() throws IOException {
        Map<String, String> settings = new HashMap<>();
        if (kafkaFile != null) {
            check(Files.isRegularFile(kafkaFile), "--kafka-file: there is no file " + kafkaFile);
            Properties properties = new Properties();
            try (InputStream in = Files.newInputStream(kafkaFile)) {
                properties.load(in);
            }
            properties
                    .stringPropertyNames()
                    .forEach(name -> settings.put(name, properties.getProperty(name)));
        }
        settings.putAll(kafkaSettings);
        return settings;
    }

    private Properties kinesisSettings() {
        Properties settings = new Properties();
        String where = region == null ? regionOfEnvironment() : region;
        check(where != null, "--to kinesis needs --region NAME, or AWS_REGION in the environment");
        settings.setProperty("aws.region", where);
        if (endpoint != null) {
            settings.setProperty("aws.endpoint", endpoint.toString());
            if (endpoint.getScheme().equals("http")) {
                // HTTP/2 without TLS is more than such servers know.
                settings.setProperty("aws.http.protocol.version", "HTTP1_1");
            }
        }
        return settings;
    }

    @Nullable
    private static String regionOfEnvironment() {
        try {
            return new DefaultAwsRegionProviderChain().getRegion().id();
        } catch (SdkClientException e) {
            return null;
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
        Expected expected = records.ledger().expected();
        Map<String, Long> letters = records.deadLetters();
        ExpectedFiles.write(folder, expected, letters);
        out.printf(
                Locale.ROOT,
                "expected, in %s: departments %,d, sessions %,d, checkouts %,d, dead letters %,d%n",
                folder,
                expected.departments().size(),
                expected.sessions().size(),
                expected.checkouts().size(),
                letters.values().stream().mapToLong(Long::longValue).sum());
    }

    private static long monotonicMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
