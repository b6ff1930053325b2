package io.clickstream.local.run;

import io.clickstream.ClickstreamJob;
import io.clickstream.StartChecks;
import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.config.FormatConfig;
import io.clickstream.config.JobConfig;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.config.PropertyGroupsFile;
import io.clickstream.event.DeadLetter;
import io.clickstream.local.results.TopicReader;
import io.clickstream.local.server.LocalFlink;
import io.clickstream.local.server.LocalServers;
import io.clickstream.local.server.OpenSearchIndices;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.tools.command.StatusLine;
import io.clickstream.tools.command.StopSignal;
import io.clickstream.tools.flink.MetricsInMemory;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.traffic.ClickEncoder;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import javax.annotation.Nullable;

/**
 * The job with a user's property groups on this machine. Nobody knows what the records should
 * become, so in place of a comparison, the run accounts for each record: it became a click or a
 * dead letter.
 */
final class ConfiguredRun {

    private static final String CLICKS_TOPIC = "ExampleTopic";
    private static final int CLICKS_PARTITIONS = 4;
    private static final long TICK_MILLIS = 500;

    /** Records that are read meanwhile are counted one counter after another. */
    private static final int ATTEMPTS_TO_ACCOUNT = 40;

    private static final long ATTEMPT_MILLIS = 50;

    /** Where the servers of a run are, for checks before they are started. */
    private static final String PLACEHOLDER_KAFKA = "127.0.0.1:9092";

    private static final String PLACEHOLDER_OPENSEARCH = "http://127.0.0.1:9200";

    /**
     * What the user wants.
     *
     * @param file with the property groups
     * @param duration null for as long as nobody stops the run
     * @param rate clicks per second of the simulated shop, if the file names no source
     */
    record Wish(
            Path file,
            @Nullable Duration duration,
            int rate,
            int parallelism,
            long seed,
            int kafkaPort,
            int openSearchPort,
            int pagePort,
            boolean keep) {}

    private final Wish wish;
    private final LocalSettings settings;
    private final PrintStream out;
    private final StopSignal stop;
    private final StatusLine statusLine;

    /**
     * Reads and checks the settings.
     *
     * @throws io.clickstream.config.ConfigException if they are wrong
     */
    ConfiguredRun(Wish wish, PrintStream out, StopSignal stop, StatusLine statusLine) {
        this.wish = wish;
        this.out = out;
        this.stop = stop;
        this.statusLine = statusLine;
        this.settings = new LocalSettings(PropertyGroupsFile.read(wish.file()));
        Map<String, String> bucket =
                settings.needsBucket() ? Map.of("path", "s3://placeholder/archive") : Map.of();
        JobConfig config =
                JobConfig.parse(
                        settings.completed(
                                PLACEHOLDER_KAFKA, PLACEHOLDER_OPENSEARCH, bucket, CLICKS_TOPIC));
        if (!settings.namesSource()) {
            encoder(config);
        }
    }

    /** The simulated shop's clicks in the format that the user wants. */
    private ClickEncoder encoder(JobConfig config) {
        FormatConfig format = config.format();
        if (settings.readsClicksOfShop() && config.registry().isEmpty()) {
            return format.type() == FormatConfig.Type.AVRO
                    ? ClickEncoder.avro()
                    : ClickEncoder.json();
        }
        throw new IllegalStateException(
                wish.file()
                        + " names no source, and the simulated shop can't send records of its"
                        + " format: add the group `source.kafka` with a topic, and send records to"
                        + " it, for example with scripts/produce.sh --preset");
    }

    /** Runs until the user or the duration ends it; returns the exit code. */
    int run(Path folder, Path log) throws Exception {
        out.println("Starting Kafka, OpenSearch and Flink with the settings of " + wish.file());
        try (LocalServers servers =
                        LocalServers.start(
                                folder,
                                LocalRun.besideLog(log, "-opensearch.log"),
                                wish.kafkaPort(),
                                wish.openSearchPort());
                LocalArchive archive =
                        settings.needsBucket()
                                ? LocalArchive.start(
                                        LocalRun.besideLog(log, "-s3.log"),
                                        LocalArchive.Format.json)
                                : null) {
            JobConfig config =
                    JobConfig.parse(
                            settings.completed(
                                    servers.kafka().bootstrapServers(),
                                    servers.openSearch().uri().toString(),
                                    archive == null ? Map.of() : archive.properties(),
                                    CLICKS_TOPIC));
            return run(servers, config, log);
        }
    }

    private int run(LocalServers servers, JobConfig config, Path log) throws Exception {
        Outputs outputs = Outputs.of(config);
        boolean readsTopics =
                config.kafkaSink().isPresent()
                        && isEmbedded(config.kafkaSink().get().bootstrapServers(), servers);
        createTopics(servers, config, outputs, readsTopics);
        OpenSearchIndices indices = new OpenSearchIndices(servers.openSearch().uri());
        indices.putTemplates();
        TrafficLedger ledger = new TrafficLedger(Duration.ofSeconds(1), Duration.ofSeconds(10));
        boolean makesClicks = !settings.namesSource();
        try (LocalFlink flink =
                        LocalFlink.start(
                                servers.folder().resolve("flink"),
                                log,
                                wish.parallelism(),
                                env ->
                                        StartChecks.run(
                                                config, ClickstreamJob.define(env, config)));
                TrafficProducer traffic =
                        makesClicks
                                ? TrafficProducer.ofShop(
                                        servers.kafka().bootstrapServers(),
                                        CLICKS_TOPIC,
                                        encoder(config),
                                        wish.rate(),
                                        wish.seed(),
                                        ledger,
                                        Duration.ofSeconds(1))
                                : null;
                RunPage page =
                        new RunPage(
                                wish.file().getFileName().toString(),
                                JobView.of(flink),
                                outputs.indices(),
                                null,
                                readsTopics
                                        ? new TopicReader(
                                                servers.kafka().bootstrapServers(),
                                                outputs.names().all())
                                        : null,
                                outputs.names())) {
            page.addDisturbances(
                    flink, writesToOwnNode(config, servers) ? servers.openSearch() : null, false);
            URI address = page.serve(wish.pagePort(), openSearch(config, servers));
            out.println("Dashboards  " + address);
            out.println("Flink UI    " + flink.webUi());
            out.println("Kafka       " + servers.kafka().bootstrapServers());
            out.println("OpenSearch  " + servers.openSearch().uri());
            out.println("Log         " + log);
            out.println(
                    makesClicks
                            ? "The settings name no source, so the simulated shop sends clicks."
                            : "The job reads " + source(config) + ".");
            out.println("Ctrl-C ends the run and accounts for all records.");
            RunProgress progress = new RunProgress(statusLine, flink, indices, List.of());
            if (traffic != null) {
                traffic.start();
            }
            boolean readsFiles = config.filesSource().isPresent();
            watch(flink, progress, traffic, readsFiles);
            page.closing();
            if (traffic != null) {
                traffic.stop();
                awaitRecords(flink, progress, ledger.clicks());
            }
            page.endDisturbances();
            statusLine.end();
            int code = account(flink, readsFiles, page);
            if (wish.keep()) {
                stop.reset();
                out.println("The page stays until Ctrl-C: " + address);
                stop.await();
            }
            return code;
        }
    }

    /** The topics and indices that a job writes to. */
    private record Outputs(
            RunningComparison.Names names, Set<String> indices, List<String> topics) {

        static Outputs of(JobConfig config) {
            Set<String> indices = new LinkedHashSet<>();
            Set<String> topics = new LinkedHashSet<>();
            for (Aggregate<?> each : config.computed()) {
                config.openSearch().ifPresent(to -> indices.add(to.index(each)));
                config.kafkaSink().ifPresent(to -> topics.add(to.topic(each)));
            }
            config.openSearch().flatMap(OpenSearchConfig::deadLettersIndex).ifPresent(indices::add);
            topics.add(config.deadLetters().topic());
            RunningComparison.Names names =
                    config.kafkaSink()
                            .map(
                                    kafka ->
                                            new RunningComparison.Names(
                                                    kafka.topic(Aggregates.DEPARTMENT_COUNTS),
                                                    kafka.topic(Aggregates.SESSION_COUNTS),
                                                    kafka.topic(Aggregates.CHECKOUT_SESSIONS),
                                                    config.deadLetters().topic(),
                                                    config.live().isPresent()
                                                            ? kafka.topic(Aggregates.LIVE)
                                                            : null))
                            .orElse(RunningComparison.Names.ofDefaults(false));
            return new Outputs(names, indices, List.copyOf(topics));
        }
    }

    /** Whether addresses of Kafka are those of the broker that this run has started. */
    private static boolean isEmbedded(String addresses, LocalServers servers) {
        String embedded = servers.kafka().bootstrapServers();
        String port = embedded.substring(embedded.lastIndexOf(':'));
        return addresses.equals(embedded) || addresses.equals("localhost" + port);
    }

    private static void createTopics(
            LocalServers servers, JobConfig config, Outputs outputs, boolean writesTopics) {
        config.kafkaSource()
                .filter(source -> isEmbedded(source.bootstrapServers(), servers))
                .ifPresent(
                        source ->
                                source.topics()
                                        .forEach(
                                                topic ->
                                                        servers.kafka()
                                                                .createTopic(
                                                                        topic, CLICKS_PARTITIONS)));
        if (writesTopics) {
            outputs.topics().forEach(topic -> servers.kafka().createTopic(topic, 1));
        }
    }

    /** Whether the job writes to the OpenSearch node that this run has started. */
    private static boolean writesToOwnNode(JobConfig config, LocalServers servers) {
        URI node = openSearch(config, servers);
        return Set.of("127.0.0.1", "localhost").contains(node.getHost())
                && node.getPort() == servers.openSearch().uri().getPort();
    }

    private static URI openSearch(JobConfig config, LocalServers servers) {
        return config.openSearch()
                .map(openSearch -> openSearch.endpoints().get(0))
                .orElse(servers.openSearch().uri());
    }

    private static String source(JobConfig config) {
        return config.kafkaSource()
                .map(kafka -> "the topics " + kafka.topics() + " at " + kafka.bootstrapServers())
                .or(() -> config.kinesisSource().map(kinesis -> "the stream of `source.kinesis`"))
                .orElse("the files of `source.files`");
    }

    private void watch(
            LocalFlink flink,
            RunProgress progress,
            @Nullable TrafficProducer traffic,
            boolean readsFiles)
            throws Exception {
        long end =
                wish.duration() == null
                        ? Long.MAX_VALUE
                        : progress.startMillis() + wish.duration().toMillis();
        while (!stop.isRequested() && RunProgress.monotonicMillis() < end) {
            if (readsFiles && flink.hasFinished()) {
                return;
            }
            checkRunning(flink, readsFiles);
            Optional<Exception> failure = traffic == null ? Optional.empty() : traffic.failure();
            if (failure.isPresent()) {
                throw new IllegalStateException("the traffic stopped", failure.get());
            }
            progress.showStatus();
            stop.await(TICK_MILLIS);
        }
    }

    private static void checkRunning(LocalFlink flink, boolean readsFiles) {
        Optional<Throwable> cause = flink.failure();
        if (cause.isPresent() && !(readsFiles && flink.hasFinished())) {
            throw new IllegalStateException("the job ended", cause.get());
        }
    }

    /** Waits until the job has read what was sent. */
    private void awaitRecords(LocalFlink flink, RunProgress progress, long sent) throws Exception {
        long deadline = RunProgress.monotonicMillis() + Duration.ofMinutes(1).toMillis();
        while (flink.metrics().count(ClickstreamMetrics.RECORDS_IN) < sent
                && flink.restarts() == 0
                && RunProgress.monotonicMillis() < deadline) {
            checkRunning(flink, false);
            progress.showStatus();
            // Not until the user wants to stop, which may be why this waits.
            TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
        }
    }

    /** What became of the records that were read. */
    private record Account(long records, long clicks, long notClicks, Map<String, Long> letters) {

        static Account of(ToLongFunction<String> counters) {
            long records = counters.applyAsLong(ClickstreamMetrics.RECORDS_IN);
            long clicks = counters.applyAsLong(ClickstreamMetrics.CLICKS);
            Map<String, Long> letters = new TreeMap<>();
            long notClicks = 0;
            for (DeadLetter.Reason reason : DeadLetter.Reason.values()) {
                long count = counters.applyAsLong(ClickstreamMetrics.DEAD_LETTERS + reason.label());
                if (count > 0) {
                    letters.put(reason.label(), count);
                }
                if (reason.compareTo(DeadLetter.Reason.LATE) < 0) {
                    notClicks += count;
                }
            }
            return new Account(records, clicks, notClicks, letters);
        }

        boolean isRight() {
            return records == clicks + notClicks;
        }
    }

    private int account(LocalFlink flink, boolean readsFiles, RunPage page)
            throws InterruptedException {
        MetricsInMemory metrics = flink.metrics();
        // The subtasks of a job that has read all files are gone.
        ToLongFunction<String> counters = readsFiles ? metrics::countWithFinished : metrics::count;
        Account account = Account.of(counters);
        for (int i = 0; i < ATTEMPTS_TO_ACCOUNT && !account.isRight(); i++) {
            TimeUnit.MILLISECONDS.sleep(ATTEMPT_MILLIS);
            account = Account.of(counters);
        }
        if (!account.letters().isEmpty()) {
            out.println("dead letters " + account.letters());
        }
        String text =
                String.format(
                        Locale.ROOT,
                        "records %,d = clicks %,d + dead letters %,d%s%s",
                        account.records(),
                        account.clicks(),
                        account.notClicks(),
                        flink.restarts() == 0 ? "" : " since the job restarted",
                        account.isRight() ? "" : ": different");
        out.println(text);
        page.accounted(text, account.isRight());
        return account.isRight() ? 0 : 1;
    }
}
