package io.clickstream.local.run;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.local.results.Comparison;
import io.clickstream.local.results.InteractionLedger;
import io.clickstream.local.results.Results;
import io.clickstream.local.results.SideResults;
import io.clickstream.local.results.StreamReader;
import io.clickstream.local.server.FlinkCluster;
import io.clickstream.local.server.KafkaBroker;
import io.clickstream.local.server.KinesisServer;
import io.clickstream.local.server.LocalServers;
import io.clickstream.local.server.PersonalizeServer;
import io.clickstream.local.server.TcpProxy;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.OracleClick;
import io.clickstream.tools.traffic.ClickEncoder;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.annotation.Nullable;

/**
 * Servers that go away while the job works with them, each behind a proxy of its own, and what they
 * must have in the end. Only the job talks to them by their proxies.
 */
final class FaultyServers implements AutoCloseable {

    private static final int MAX_AWAY_SECONDS = 40;

    /**
     * Shards of each stream. The server takes longer for a record the more its shard has: with
     * 20,000, a request takes as long as the job waits for an answer.
     */
    private static final int SHARDS = 16;

    private final Set<Victim> victims;
    private final Map<Victim, TcpProxy> proxies = new EnumMap<>(Victim.class);
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    @Nullable private LocalArchive archive;
    @Nullable private KinesisServer kinesis;
    @Nullable private StreamReader streams;
    @Nullable private PersonalizeServer personalize;
    @Nullable private InteractionLedger interactions;
    @Nullable private Path spillFolder;

    private FaultyServers(Set<Victim> victims) {
        this.victims = victims;
    }

    /**
     * Starts the servers that only a run with faults has.
     *
     * @param folder for interactions that are spilled
     * @param logs the folder that the servers log to
     */
    static FaultyServers start(Set<Victim> victims, Path folder, Path logs) throws IOException {
        FaultyServers servers = new FaultyServers(victims);
        try {
            servers.start(folder, logs);
            return servers;
        } catch (IOException | RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    private void start(Path folder, Path logs) throws IOException {
        for (Victim victim : victims) {
            if (victim != Victim.TASK_MANAGER) {
                proxies.put(victim, new TcpProxy());
            }
        }
        if (victims.contains(Victim.S3)) {
            archive = LocalArchive.start(logs.resolve("s3.log"), LocalArchive.Format.json);
            forward(Victim.S3, archive.uri());
        }
        if (victims.contains(Victim.KINESIS)) {
            kinesis = KinesisServer.start(logs.resolve("kinesis.log"));
            List<String> names = new ArrayList<>(Results.TOPICS);
            names.add(SideResults.DEAD_LETTERS_TOPIC);
            names.forEach(name -> kinesis.createStream(name, SHARDS));
            forward(Victim.KINESIS, kinesis.uri());
        }
        if (victims.contains(Victim.PERSONALIZE)) {
            personalize = PersonalizeServer.start();
            spillFolder = folder.resolve("personalize");
            interactions = new InteractionLedger(personalize, spillFolder);
            forward(Victim.PERSONALIZE, personalize.uri());
        }
    }

    private void forward(Victim victim, URI server) throws IOException {
        proxies.get(victim).forward("127.0.0.1:" + server.getPort());
    }

    /** Kafka and OpenSearch, behind proxies if they are to go away. */
    LocalServers startKafkaAndOpenSearch(Path folder, Path openSearchLog) throws IOException {
        TcpProxy broker = proxies.get(Victim.BROKER);
        LocalServers servers =
                broker == null
                        ? LocalServers.start(folder, openSearchLog)
                        : LocalServers.start(folder, openSearchLog, broker.address());
        if (broker != null) {
            broker.forward(servers.kafka().bootstrapServers(KafkaBroker.PROXIED));
        }
        if (victims.contains(Victim.OPENSEARCH)) {
            forward(Victim.OPENSEARCH, servers.openSearch().uri());
        }
        return servers;
    }

    /** Where the job finds the broker. */
    String bootstrapServers(LocalServers servers) {
        TcpProxy broker = proxies.get(Victim.BROKER);
        return broker == null ? servers.kafka().bootstrapServers() : broker.address();
    }

    /** Where the job finds OpenSearch. */
    String openSearch(LocalServers servers) {
        return victims.contains(Victim.OPENSEARCH)
                ? endpoint(Victim.OPENSEARCH)
                : servers.openSearch().uri().toString();
    }

    private String endpoint(Victim victim) {
        return "http://" + proxies.get(victim).address();
    }

    /** What the cluster must be told. */
    Map<String, String> flinkSettings() {
        if (archive == null) {
            return Map.of();
        }
        Map<String, String> settings = new HashMap<>(archive.settings());
        settings.put("s3.endpoint", endpoint(Victim.S3));
        return settings;
    }

    /**
     * Variables in the environment of the cluster's processes.
     *
     * @param plugins the folder of its plugins
     */
    Map<String, String> environment(Path plugins) {
        return Map.of(
                "FLINK_PLUGINS_DIR",
                plugins.toString(),
                "AWS_ACCESS_KEY_ID",
                "local",
                "AWS_SECRET_ACCESS_KEY",
                "local");
    }

    /** Adds the property groups that the job needs. */
    void configure(Map<String, Map<String, String>> groups) {
        if (archive != null) {
            groups.put("sink.archive", archive.properties());
        }
        if (kinesis != null) {
            Map<String, String> sink = new HashMap<>(kinesis.properties());
            sink.put("endpoint", endpoint(Victim.KINESIS));
            groups.put("sink.kinesis", sink);
        }
        if (personalize != null) {
            Map<String, String> sink = new HashMap<>(personalize.properties());
            sink.put("endpoint", endpoint(Victim.PERSONALIZE));
            sink.put("item", "/product_type");
            sink.put("spill-path", spillFolder.toUri().toString());
            sink.put("spill-after", "10 s");
            groups.put("sink.personalize", sink);
        }
    }

    ClickEncoder encoder(ClickEncoder encoder) {
        return archive == null ? encoder : archive.lines(encoder, ClickEncoder.json());
    }

    /** Hears of each click that is sent. */
    void sent(OracleClick click) {
        if (interactions != null) {
            interactions.sent(click);
        }
    }

    /**
     * Takes each victim away once, at a random time and for 1 to 40 s.
     *
     * @param time in which they begin to be away
     * @param log gets a line for each
     * @return the ends; each is done when a victim is back
     */
    List<Future<?>> takeAway(
            FlinkCluster cluster, Random random, Duration time, Consumer<String> log) {
        List<Future<?>> ends = new ArrayList<>();
        for (Victim victim : victims) {
            long begin = (long) (random.nextDouble() * time.toMillis());
            int seconds = 1 + random.nextInt(MAX_AWAY_SECONDS);
            boolean hangs = victim != Victim.TASK_MANAGER && random.nextBoolean();
            log.accept(
                    "fault: %s %s after %.1f s, for %d s"
                            .formatted(
                                    victim, hangs ? "hangs" : "is gone", begin / 1000.0, seconds));
            ends.add(
                    clock.schedule(
                            () -> begin(victim, hangs, cluster), begin, TimeUnit.MILLISECONDS));
            ends.add(
                    clock.schedule(
                            () -> end(victim, cluster),
                            begin + 1_000L * seconds,
                            TimeUnit.MILLISECONDS));
        }
        return ends;
    }

    private Void begin(Victim victim, boolean hangs, FlinkCluster cluster) throws Exception {
        if (victim == Victim.TASK_MANAGER) {
            cluster.killTaskManager();
        } else if (hangs) {
            proxies.get(victim).hang();
        } else {
            proxies.get(victim).cut();
        }
        return null;
    }

    private Void end(Victim victim, FlinkCluster cluster) throws Exception {
        if (victim == Victim.TASK_MANAGER) {
            cluster.startTaskManager();
        } else {
            proxies.get(victim).resume();
        }
        return null;
    }

    /** Whether all victims are back; throws if one could not be taken away. */
    static boolean areBack(List<Future<?>> ends) throws InterruptedException {
        for (Future<?> end : ends) {
            if (!end.isDone()) {
                return false;
            }
            try {
                end.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("a fault could not be made", e.getCause());
            }
        }
        return true;
    }

    /** Whether everything that must arrive has arrived, or more. */
    boolean areComplete(Expected expected) throws IOException {
        return isArchiveComplete() && areInteractionsComplete() && areStreamsComplete(expected);
    }

    private boolean isArchiveComplete() throws IOException {
        if (archive == null) {
            return true;
        }
        archive.readOn();
        return archive.isComplete();
    }

    private boolean areInteractionsComplete() throws IOException {
        return interactions == null || interactions.accounts().total() >= interactions.expected();
    }

    private boolean areStreamsComplete(Expected expected) {
        if (kinesis == null) {
            return true;
        }
        if (streams == null) {
            // Not before: the place where a reader goes on is valid for five minutes.
            streams = new StreamReader(kinesis, Results.TOPICS);
        }
        streams.readCommitted();
        return expected.aggregates().stream()
                .allMatch(
                        aggregate ->
                                distinct(aggregate.defaultTopic()).size()
                                        >= expected.of(aggregate).size());
    }

    /** A stream gets each record at least once. */
    private Set<String> distinct(String stream) {
        return new LinkedHashSet<>(streams.values(stream));
    }

    /**
     * Prints what arrived.
     *
     * @return whether that is right
     */
    boolean report(Expected expected, PrintStream out) throws IOException {
        boolean equal = true;
        if (archive != null) {
            archive.report().forEach(out::println);
            equal = archive.isEqual();
        }
        if (interactions != null) {
            InteractionLedger.Accounts accounts = interactions.accounts();
            out.printf(
                    "interactions %d = delivered %d + spilled %d%n",
                    interactions.expected(), accounts.delivered(), accounts.spilled());
            equal &= isEqual(accounts.content(), out) && personalize.dropped().isEmpty();
        }
        if (kinesis != null) {
            areStreamsComplete(expected);
            for (Aggregate<?> aggregate : expected.aggregates()) {
                String stream = aggregate.defaultTopic();
                equal &=
                        isEqual(
                                Comparison.ofLines(
                                        "stream " + stream,
                                        expected.of(aggregate),
                                        distinct(stream)),
                                out);
            }
        }
        return equal;
    }

    private static boolean isEqual(Comparison comparison, PrintStream out) {
        if (!comparison.isEqual()) {
            comparison.report().forEach(out::println);
        }
        return comparison.isEqual();
    }

    @Override
    public void close() throws IOException {
        clock.shutdownNow();
        for (TcpProxy proxy : proxies.values()) {
            proxy.close();
        }
        if (archive != null) {
            archive.close();
        }
        if (kinesis != null) {
            kinesis.close();
        }
        if (personalize != null) {
            personalize.close();
        }
    }
}
