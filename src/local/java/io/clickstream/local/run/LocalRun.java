package io.clickstream.local.run;

import io.clickstream.ClickstreamJob;
import io.clickstream.ClickstreamPipeline;
import io.clickstream.StartChecks;
import io.clickstream.config.JobConfig;
import io.clickstream.local.results.Comparison;
import io.clickstream.local.results.Results;
import io.clickstream.local.results.SideResults;
import io.clickstream.local.results.StreamReader;
import io.clickstream.local.results.TopicReader;
import io.clickstream.local.server.ConfluentRegistry;
import io.clickstream.local.server.GlueRegistry;
import io.clickstream.local.server.KinesisServer;
import io.clickstream.local.server.LocalFlink;
import io.clickstream.local.server.LocalServers;
import io.clickstream.local.server.OpenSearchIndices;
import io.clickstream.local.server.PersonalizeServer;
import io.clickstream.local.server.Port;
import io.clickstream.local.server.RegistryServer;
import io.clickstream.local.server.WriterVersion;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.tools.command.DurationOption;
import io.clickstream.tools.command.FlinkOption;
import io.clickstream.tools.command.Folders;
import io.clickstream.tools.command.StatusLine;
import io.clickstream.tools.command.StopSignal;
import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.flink.MetricsInMemory;
import io.clickstream.tools.oracle.CartRules;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.OracleClick;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.oracle.TrendLedger;
import io.clickstream.tools.produce.Deliveries;
import io.clickstream.tools.produce.KafkaTarget;
import io.clickstream.tools.produce.KinesisTarget;
import io.clickstream.tools.produce.PercentOption;
import io.clickstream.tools.produce.RecordSequence;
import io.clickstream.tools.produce.Target;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.ShopTraffic;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import javax.annotation.Nullable;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The job on one machine: Kafka and OpenSearch, the traffic of a shop, and in the end a comparison
 * of all that the job put out with what it should have. Exits with 0 only if they are equal.
 */
@Command(
        name = "scripts/run-local.sh",
        description =
                """
                Runs the job on this machine: a Kafka broker, an OpenSearch node, the traffic of a
                simulated shop, and the job in a Flink cluster with its web UI. A page shows the
                dashboards, takes your own clicks, and lets you break things. At the end, the run
                compares the topics or streams, the indices, and the archive with the records that
                were sent. It exits with 0 only if they are equal.
                """,
        footer =
                """
                After the last click, it takes about a minute until event time has passed the last
                windows. Ctrl-C ends the run in the same orderly way; a second Ctrl-C aborts it. All
                servers listen on 127.0.0.1 only. The run leaves nothing behind except the log, and
                prints the path of the log.

                Examples:
                  scripts/run-local.sh
                  scripts/run-local.sh --duration 90s
                  scripts/run-local.sh --duration 2m --rate 5000 --format avro
                  scripts/run-local.sh --duration 60s --source kinesis --output kinesis
                  scripts/run-local.sh --duration 60s --registry confluent
                  scripts/run-local.sh --duration 90s --personalize --personalize-faults 503
                  scripts/run-local.sh --duration 90s --archive parquet --personalize
                  scripts/run-local.sh --duration 90s --late 1 --malformed 1 --trending --live --funnel --carts
                  scripts/run-local.sh --config flink-conf/application_properties.json
                """,
        sortOptions = false)
public final class LocalRun implements Callable<Integer> {

    enum Format {
        json,
        avro;

        ClickEncoder encoder() {
            return this == json ? ClickEncoder.json() : ClickEncoder.avro();
        }
    }

    enum Stream {
        kafka,
        kinesis
    }

    enum Registry {
        confluent,
        glue;

        RegistryServer start() {
            return this == confluent ? ConfluentRegistry.start() : GlueRegistry.start();
        }
    }

    private static final String CLICKS_TOPIC = "ExampleTopic";
    private static final int CLICKS_PARTITIONS = 4;
    private static final Duration SESSION_GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);

    /** Shorter than the default, so that the run need not wait 5 minutes for the last counts. */
    private static final Duration LIVE_SPAN = Duration.ofSeconds(30);

    /**
     * Shorter than the default, so that the first results are there sooner. No click of the shop is
     * sent later than {@link ShopTraffic#MAX_DELAY} after its time.
     */
    private static final Duration OUT_OF_ORDERNESS = ShopTraffic.MAX_DELAY.multipliedBy(2);

    /** Much shorter than the defaults, so that some carts are recovered, and others are not. */
    private static final CartRules CART_RULES =
            CartRules.DEFAULT.after(Duration.ofSeconds(20), Duration.ofMinutes(1));

    /** With fewer clicks per second, those of a visit would be a session gap apart. */
    private static final int MIN_RATE_OF_VISITS = 5;

    /** Behind the users of the shop and its bots. */
    private static final int FIRST_VISITOR = 1_000_000;

    private static final int KAFKA_PORT = 9092;
    private static final int OPENSEARCH_PORT = 9200;
    static final int PAGE_PORT = 8080;

    /** What makes no sense with the settings of a file. */
    private static final List<String> OPTIONS_OF_THE_SHOP =
            List.of(
                    "--format",
                    "--registry",
                    "--source",
                    "--output",
                    "--late",
                    "--malformed",
                    "--trending",
                    "--live",
                    "--funnel",
                    "--carts",
                    "--personalize",
                    "--personalize-faults",
                    "--archive",
                    "--users");

    private static final long TICK_MILLIS = 500;
    private static final long TOP_PERIOD_MILLIS = 15_000;
    private static final Duration CLOSING_TIMEOUT = Duration.ofMinutes(2);
    private static final int ABORTED = 130;
    private static final double MAX_FAULTY = 50;

    @Spec private CommandSpec spec;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            description = "how long to send clicks, such as 90s, 2m or 1h (default: until Ctrl-C)",
            converter = DurationOption.class)
    @Nullable
    private Duration duration;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "clicks per second (default: ${DEFAULT-VALUE})",
            defaultValue = "2000")
    private int rate;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            description = "parallelism of the job (default: ${DEFAULT-VALUE})",
            defaultValue = "2")
    private int parallelism;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "json or avro (default: json; avro with --registry)")
    @Nullable
    private Format format;

    @Option(
            names = "--registry",
            paramLabel = "REGISTRY",
            description =
                    "confluent or glue: also start a schema registry, and send the clicks as Avro"
                            + " in two registered schema versions, half of the clicks in each")
    @Nullable
    private Registry registry;

    @Option(
            names = "--source",
            paramLabel = "SOURCE",
            description =
                    "kafka or kinesis: where the job reads clicks; kinesis needs Node.js 18 or"
                            + " later with npm (default: ${DEFAULT-VALUE})",
            defaultValue = "kafka")
    private Stream source;

    @Option(
            names = "--output",
            paramLabel = "OUTPUT",
            description =
                    "kafka or kinesis: where the job writes aggregates and dead letters (default:"
                            + " ${DEFAULT-VALUE})",
            defaultValue = "kafka")
    private Stream output;

    @Option(
            names = "--late",
            paramLabel = "PERCENT",
            description =
                    "percentage of records that are one hour old, from 30 s after the start; they"
                            + " become dead letters (default: ${DEFAULT-VALUE})",
            defaultValue = "0",
            converter = PercentOption.class)
    private double late;

    @Option(
            names = "--malformed",
            paramLabel = "PERCENT",
            description =
                    "percentage of records that the job cannot use; they become dead letters"
                            + " (default: ${DEFAULT-VALUE})",
            defaultValue = "0",
            converter = PercentOption.class)
    private double malformed;

    @Option(
            names = "--trending",
            description = "also rank the most clicked departments of the last 30 s, every 10 s")
    private boolean trending;

    @Option(
            names = "--live",
            description =
                    "also count the active users of the last 30 s, open sessions, and open carts,"
                            + " every 10 s")
    private boolean live;

    @Option(
            names = "--funnel",
            description =
                    "also count how many sessions view a product, put it into the cart, order it,"
                            + " and pay for it")
    private boolean funnel;

    @Option(
            names = "--carts",
            description =
                    "also report carts that were not changed for 20 s, and those of them that were"
                            + " checked out within the next minute")
    private boolean carts;

    @Option(
            names = "--personalize",
            description =
                    "also start a stand-in for Amazon Personalize, which receives clicks on"
                            + " products")
    private boolean personalize;

    @Option(
            names = "--personalize-faults",
            paramLabel = "FAULT",
            description =
                    "with --personalize: 429 throttles every second call; 503 fails, and slow"
                            + " delays, all calls in the first 45 s, so that interactions are"
                            + " spilled",
            converter = FaultOption.class)
    @Nullable
    private PersonalizeServer.Fault personalizeFaults;

    @Option(
            names = "--archive",
            arity = "0..1",
            fallbackValue = "json",
            paramLabel = "FORMAT",
            description =
                    "also start an S3-compatible server, and keep every record there as json (lines"
                            + " of JSON) or parquet (default: json)")
    @Nullable
    private LocalArchive.Format archiveFormat;

    @Option(
            names = "--users",
            paramLabel = "N",
            description =
                    "number of simulated users (default: 10000, or more if the rate needs more)")
    @Nullable
    private Integer users;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "seed for the simulated visits (default: ${DEFAULT-VALUE})",
            defaultValue = "1")
    private long seed;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "run the job with the property groups of this file; servers that it does not"
                            + " name are started here, and the simulated shop sends clicks only if"
                            + " it names no source; at the end, the run accounts for all records")
    @Nullable
    private Path config;

    @Option(
            names = "--kafka-port",
            paramLabel = "PORT",
            description =
                    "port of Kafka; 0 takes any that is free (default: 9092, or another one if it"
                            + " is in use)")
    @Nullable
    private Integer kafkaPort;

    @Option(
            names = "--opensearch-port",
            paramLabel = "PORT",
            description =
                    "port of OpenSearch; 0 takes any that is free (default: 9200, or another one if"
                            + " it is in use)")
    @Nullable
    private Integer openSearchPort;

    @Option(
            names = "--page-port",
            paramLabel = "PORT",
            description =
                    "port of the page with the dashboards; 0 takes any that is free (default: 8080,"
                            + " or another one if it is in use)")
    @Nullable
    private Integer pagePort;

    @Option(
            names = "--keep",
            description = "after the comparison, keep the page and all servers until Ctrl-C")
    private boolean keep;

    @Mixin private FlinkOption flink;

    private final PrintStream out = System.out;
    private final StopSignal stop = new StopSignal();
    private final StatusLine statusLine = new StatusLine(out, ToolCommand.columns());
    private final List<Feature> features = new ArrayList<>();
    @Nullable private TrendLedger trends;
    private RecordSequence records;

    /** Runs until the duration is over or Ctrl-C, and exits. */
    public static void main(String[] args) throws IOException {
        ToolCommand.main("run-local", new LocalRun(), args);
    }

    @Override
    public Integer call() throws Exception {
        flink.check(spec);
        check(rate >= 1, "--rate must be at least 1, not " + rate);
        if (config != null) {
            return runConfigured(config);
        }
        check(parallelism >= 1, "--parallelism must be at least 1, not " + parallelism);
        if (format == null) {
            format = registry == null ? Format.json : Format.avro;
        }
        check(
                registry == null || format == Format.avro,
                "--registry is only for Avro: leave --format json out");
        check(
                personalize || personalizeFaults == null,
                "--personalize-faults is of no use without --personalize");
        check(
                late + malformed <= MAX_FAULTY,
                "--late and --malformed must leave half of the records good, not %s %%"
                        .formatted(100 - late - malformed));
        check(
                late + malformed == 0 || (archiveFormat == null && !personalize),
                "--late and --malformed are of clicks that the comparison of --archive and"
                        + " --personalize does not know: leave one of them out");
        int minUsers = ShopTraffic.minUsers(rate);
        int userCount = users == null ? ShopTraffic.usualUsers(rate) : users;
        check(
                userCount >= minUsers,
                "--users must be at least %d for --rate %d, not %d"
                        .formatted(minUsers, rate, userCount));

        int portOfKafka = port(kafkaPort, KAFKA_PORT, "--kafka-port");
        int portOfOpenSearch = port(openSearchPort, OPENSEARCH_PORT, "--opensearch-port");
        int portOfPage = port(pagePort, PAGE_PORT, "--page-port");
        Path log = ToolCommand.log();
        Path folder = Files.createTempDirectory("clickstream-");
        stop.install(() -> abort(folder));
        if (registry == Registry.glue || personalize) {
            GlueRegistry.logIn();
        }
        boolean streams = source == Stream.kinesis || output == Stream.kinesis;
        out.println(
                "Starting Kafka, OpenSearch"
                        + (streams ? ", Kinesis" : "")
                        + (archiveFormat == null ? "" : ", S3")
                        + " and Flink");
        try (LocalServers servers =
                        LocalServers.start(
                                folder,
                                besideLog(log, "-opensearch.log"),
                                portOfKafka,
                                portOfOpenSearch);
                KinesisServer kinesis =
                        streams ? KinesisServer.start(besideLog(log, "-kinesis.log")) : null;
                RegistryServer schemas = registry == null ? null : registry.start()) {
            startFeatures(servers, schemas, log);
            return run(servers, kinesis, schemas, log, userCount, portOfPage);
        } finally {
            features.forEach(Feature::close);
        }
    }

    private int runConfigured(Path file) throws Exception {
        check(parallelism >= 1, "--parallelism must be at least 1, not " + parallelism);
        for (String option : OPTIONS_OF_THE_SHOP) {
            check(
                    !spec.commandLine().getParseResult().hasMatchedOption(option),
                    option + " is for runs without --config: the file says what the job does");
        }
        Path log = ToolCommand.log();
        ConfiguredRun run =
                new ConfiguredRun(
                        new ConfiguredRun.Wish(
                                file,
                                duration,
                                rate,
                                parallelism,
                                seed,
                                port(kafkaPort, KAFKA_PORT, "--kafka-port"),
                                port(openSearchPort, OPENSEARCH_PORT, "--opensearch-port"),
                                port(pagePort, PAGE_PORT, "--page-port"),
                                keep),
                        out,
                        stop,
                        statusLine);
        Path folder = Files.createTempDirectory("clickstream-");
        stop.install(() -> abort(folder));
        return run.run(folder, log);
    }

    private void startFeatures(LocalServers servers, @Nullable RegistryServer schemas, Path log)
            throws IOException {
        if (schemas != null) {
            features.add(new RegistryFeature(schemas));
        }
        if (personalize) {
            features.add(
                    PersonalizeFeature.start(
                            servers.folder().resolve("personalize"), personalizeFaults));
        }
        if (archiveFormat != null) {
            features.add(ArchiveFeature.start(besideLog(log, "-s3.log"), archiveFormat));
        }
    }

    private int port(@Nullable Integer wanted, int usual, String option) {
        // No server runs yet, so all of these ports may be free.
        Map<String, Integer> others = new LinkedHashMap<>();
        others.put("--kafka-port", kafkaPort);
        others.put("--opensearch-port", openSearchPort);
        others.put("--page-port", pagePort);
        others.remove(option);
        others.values().removeIf(other -> other == null || other == Port.ANY);
        others.forEach(
                (name, port) ->
                        check(
                                !port.equals(wanted),
                                "%s and %s are both %d: choose different ports"
                                        .formatted(option, name, port)));
        try {
            return wanted == null && others.containsValue(usual)
                    ? Port.ANY
                    : Port.choose(wanted, usual, option);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    static Path besideLog(Path log, String ending) {
        return Path.of(log.toString().replaceFirst("(\\.log)?$", ending));
    }

    private void check(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), message);
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
            @Nullable KinesisServer kinesis,
            @Nullable RegistryServer schemas,
            Path log,
            int userCount,
            int portOfPage)
            throws Exception {
        String bootstrapServers = servers.kafka().bootstrapServers();
        if (source == Stream.kafka) {
            servers.kafka().createTopic(CLICKS_TOPIC, CLICKS_PARTITIONS);
        } else {
            kinesis.createStream(CLICKS_TOPIC, CLICKS_PARTITIONS);
        }
        trends = trending ? new TrendLedger() : null;
        Set<String> optional = optionalAggregates().keySet();
        Set<String> outputs = new LinkedHashSet<>(Results.topics(optional));
        outputs.addAll(SideResults.TOPICS);
        for (String name : outputs) {
            if (output == Stream.kafka) {
                servers.kafka().createTopic(name, 1);
            } else {
                kinesis.createStream(name, 1);
            }
        }
        OpenSearchIndices indices = new OpenSearchIndices(servers.openSearch().uri());
        indices.putTemplates();

        TrafficLedger ledger =
                new TrafficLedger(SESSION_GAP, WINDOW, LIVE_SPAN, cartRules(), this::sent);
        try (LocalFlink flink =
                        LocalFlink.start(
                                servers.folder().resolve("flink"),
                                log,
                                parallelism,
                                env ->
                                        define(
                                                env,
                                                properties(bootstrapServers, kinesis, servers)));
                TrafficProducer traffic =
                        producer(bootstrapServers, kinesis, encoder(schemas), userCount, ledger);
                Results results =
                        output == Stream.kafka
                                ? Results.ofTopics(bootstrapServers, indices, optional)
                                : Results.ofStreams(kinesis, indices, optional);
                SideResults side =
                        output == Stream.kafka
                                ? SideResults.ofTopics(bootstrapServers, indices)
                                : SideResults.ofStreams(kinesis, indices);
                RunPage page = page(servers, kinesis, flink, ledger, indices, userCount)) {
            URI pageAddress = page.serve(portOfPage, servers.openSearch().uri());
            out.println("Dashboards  " + pageAddress);
            out.println("Flink UI    " + flink.webUi());
            out.println("Kafka       " + bootstrapServers);
            if (kinesis != null) {
                out.println("Kinesis     " + kinesis.uri());
            }
            out.println("OpenSearch  " + servers.openSearch().uri());
            features.forEach(feature -> feature.addresses().forEach(out::println));
            out.println("Log         " + log);
            out.println("Ctrl-C ends the run and compares what came out with what went in.");

            RunProgress progress = new RunProgress(statusLine, flink, indices, features);
            traffic.start();
            watch(servers, flink, traffic, progress, page);
            page.closing();
            traffic.stop();
            statusLine.print(
                    "%,d clicks sent; waiting for the last windows to close"
                            .formatted(ledger.clicks()));
            page.endDisturbances();
            Expected expected = ledger.expected(optional);
            List<String> lists = trends == null ? List.of() : trends.expected();
            Map<String, Long> letters = records.deadLetters();
            awaitResults(
                    servers,
                    flink,
                    progress,
                    () -> results.areComplete(expected) && side.areComplete(letters, lists));
            statusLine.end();
            List<Comparison> comparisons = new ArrayList<>(results.compare(expected));
            comparisons.addAll(side.compare(letters, lists));
            if (!letters.isEmpty()) {
                out.println("dead letters " + letters);
            }
            if (!keep) {
                out.println(
                        "To keep the page after a run, add --keep. To run your own settings, see"
                                + " --config.");
            }
            int code = report(ledger.clicks(), expected, comparisons, flink);
            page.finished(code == 0);
            if (keep) {
                stop.reset();
                out.println("The page stays until Ctrl-C: " + pageAddress);
                stop.await();
            }
            return code;
        }
    }

    private RunPage page(
            LocalServers servers,
            @Nullable KinesisServer kinesis,
            LocalFlink flink,
            TrafficLedger ledger,
            OpenSearchIndices indices,
            int userCount) {
        Set<String> written = new LinkedHashSet<>(Results.indices(optionalAggregates().keySet()));
        written.add(SideResults.DEAD_LETTERS_INDEX);
        RunningComparison.Names names = RunningComparison.Names.ofDefaults(live);
        RunPage page =
                new RunPage(
                        "local run",
                        JobView.of(flink),
                        written,
                        ledger,
                        output == Stream.kafka
                                ? new TopicReader(servers.kafka().bootstrapServers(), names.all())
                                : new StreamReader(kinesis, names.all()),
                        names);
        page.addDisturbances(flink, servers.openSearch(), output == Stream.kinesis);
        page.addShop(
                records,
                rate < MIN_RATE_OF_VISITS
                        ? null
                        : new ShopVisits(
                                records,
                                format == Format.json,
                                userCount + FIRST_VISITOR,
                                SESSION_GAP,
                                Clock.systemUTC(),
                                () -> flink.metrics().watermark(ClickstreamPipeline.CLICK_SESSIONS),
                                page.comparison(),
                                indices),
                archiveFormat == null && !personalize);
        return page;
    }

    /** Hears of each good click. */
    private void sent(OracleClick click) {
        features.forEach(feature -> feature.sent(click));
        if (trends != null) {
            trends.sent(click);
        }
    }

    private ClickEncoder encoder(@Nullable RegistryServer schemas) {
        ClickEncoder encoder =
                schemas == null ? format.encoder() : schemas.encoder(CLICKS_TOPIC).mixed();
        ClickEncoder json = schemas == null ? ClickEncoder.json() : WriterVersion::json;
        for (Feature feature : features) {
            encoder = feature.encoder(encoder, json);
        }
        return encoder;
    }

    private TrafficProducer producer(
            String bootstrapServers,
            @Nullable KinesisServer kinesis,
            ClickEncoder encoder,
            int userCount,
            TrafficLedger ledger) {
        Clock clock = Clock.systemUTC();
        Deliveries deliveries = new Deliveries();
        Target target;
        if (source == Stream.kafka) {
            target = new KafkaTarget(bootstrapServers, CLICKS_TOPIC, Map.of(), deliveries);
        } else {
            target = new KinesisTarget(kinesis.clientProperties(), CLICKS_TOPIC, deliveries);
        }
        records =
                RecordSequence.ofShop(
                        encoder,
                        late,
                        malformed,
                        rate,
                        userCount,
                        seed,
                        clock.millis(),
                        ShopTraffic.MAX_DELAY,
                        ledger,
                        SESSION_GAP);
        return new TrafficProducer(records, target, deliveries, clock);
    }

    /** The property groups that the managed service would give to the job. */
    private Map<String, Map<String, String>> properties(
            String bootstrapServers, @Nullable KinesisServer kinesis, LocalServers servers) {
        Map<String, Map<String, String>> groups = new HashMap<>();
        if (source == Stream.kafka) {
            groups.put(
                    "source.kafka",
                    Map.of(
                            "bootstrap-servers",
                            bootstrapServers,
                            "topic",
                            CLICKS_TOPIC,
                            "group-id",
                            "clickstream-local",
                            "start",
                            "earliest"));
        } else {
            Map<String, String> clicks = new HashMap<>(kinesis.properties());
            clicks.put("stream", CLICKS_TOPIC);
            clicks.put("start", "trim-horizon");
            groups.put("source.kinesis", clicks);
        }
        groups.put("format", format());
        if (output == Stream.kafka) {
            groups.put("sink.kafka", Map.of("bootstrap-servers", bootstrapServers));
        } else {
            groups.put("sink.kinesis", kinesis.properties());
        }
        groups.put(
                "sink.opensearch",
                Map.of(
                        "endpoint",
                        servers.openSearch().uri().toString(),
                        "dead-letters-index",
                        SideResults.DEAD_LETTERS_INDEX));
        groups.put("event-time", Map.of("out-of-orderness", OUT_OF_ORDERNESS.toSeconds() + " s"));
        groups.putAll(optionalAggregates());
        features.forEach(feature -> feature.configure(groups));
        groups.put("dead-letters", Map.of("topic", SideResults.DEAD_LETTERS_TOPIC));
        return groups;
    }

    /** The format of clicks, with items for carts if the format allows them. */
    private Map<String, String> format() {
        return carts && format == Format.json
                ? Map.of("type", "json", "item", "/product_type", "value", "/globalseq")
                : Map.of("type", format.name());
    }

    private CartRules cartRules() {
        return format == Format.json ? CART_RULES.withItemsOfTheLab() : CART_RULES;
    }

    /** The property groups of the optional aggregates that the options turn on. */
    private Map<String, Map<String, String>> optionalAggregates() {
        Map<String, Map<String, String>> groups = new HashMap<>();
        if (trends != null) {
            groups.put("trending", trends.properties());
        }
        if (live) {
            groups.put("live", Map.of("span", LIVE_SPAN.toSeconds() + " s"));
        }
        if (funnel) {
            groups.put("funnel", Map.of());
        }
        if (carts) {
            groups.put(
                    "carts",
                    Map.of(
                            "abandoned-after",
                            CART_RULES.abandonedAfter().toSeconds() + " s",
                            "recovered-within",
                            CART_RULES.recoveredWithin().toSeconds() + " s"));
        }
        return groups;
    }

    /** The production job, which checks at the start that it can work with the servers. */
    private static void define(
            StreamExecutionEnvironment env, Map<String, Map<String, String>> properties)
            throws InterruptedException {
        JobConfig config = JobConfig.parse(properties);
        StartChecks.run(config, ClickstreamJob.define(env, config));
    }

    /** Shows how the run goes on, until its time is over or the user stops it. */
    private void watch(
            LocalServers servers,
            LocalFlink flink,
            TrafficProducer traffic,
            RunProgress progress,
            RunPage page)
            throws Exception {
        long started = progress.startMillis();
        long end = duration == null ? Long.MAX_VALUE : started + duration.toMillis();
        long nextTop = started + TOP_PERIOD_MILLIS;
        while (!stop.isRequested()) {
            long now = RunProgress.monotonicMillis();
            if (now >= end) {
                return;
            }
            checkRunning(servers, flink);
            if (traffic.failure().isPresent()) {
                throw new IllegalStateException(
                        "the traffic stopped", traffic.failure().orElseThrow());
            }
            if (now >= nextTop && !page.isOpenSearchFrozen()) {
                progress.showTop();
                nextTop = now + TOP_PERIOD_MILLIS;
            }
            progress.showStatus();
            if (stop.await(Math.min(TICK_MILLIS, end - now))) {
                return;
            }
        }
    }

    private void checkRunning(LocalServers servers, LocalFlink flink) {
        features.forEach(Feature::checkRunning);
        if (!servers.openSearch().isAlive()) {
            throw new IllegalStateException(
                    "OpenSearch ended by itself, see " + servers.openSearch().log());
        }
        flink.failure()
                .ifPresent(
                        cause -> {
                            throw new IllegalStateException("the job failed", cause);
                        });
    }

    private void awaitResults(
            LocalServers servers,
            LocalFlink flink,
            RunProgress progress,
            Callable<Boolean> areResultsComplete)
            throws Exception {
        long deadline = RunProgress.monotonicMillis() + CLOSING_TIMEOUT.toMillis();
        while (RunProgress.monotonicMillis() < deadline
                && !(areResultsComplete.call() && areFeaturesComplete(flink))) {
            checkRunning(servers, flink);
            progress.showStatus();
            TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
        }
    }

    private boolean areFeaturesComplete(LocalFlink flink) throws IOException {
        for (Feature feature : features) {
            if (!feature.isComplete(flink)) {
                return false;
            }
        }
        return true;
    }

    private int report(
            long clicks, Expected expected, List<Comparison> comparisons, LocalFlink flink)
            throws IOException {
        MetricsInMemory metrics = flink.metrics();
        boolean equal = comparisons.stream().allMatch(Comparison::isEqual);
        for (Feature feature : features) {
            equal &= feature.report(flink, out);
        }
        for (Comparison comparison : comparisons) {
            if (!comparison.isEqual()) {
                comparison.report().forEach(out::println);
            }
        }
        if (!equal && metrics.countBelow(ClickstreamMetrics.DEAD_LETTERS) > 0) {
            out.printf(
                    Locale.ROOT,
                    "dead letters: %,d, of which late: %,d%n",
                    metrics.countBelow(ClickstreamMetrics.DEAD_LETTERS),
                    metrics.count(RunProgress.LATE));
        }
        if (flink.restarts() > 0) {
            out.println("restarts of the job: " + flink.restarts());
        }
        out.printf(
                Locale.ROOT,
                "clicks %d, sessions %d, %s%n",
                clicks,
                expected.sessionTotal(),
                equal ? "equal" : "different");
        return equal ? 0 : 1;
    }
}
