package io.clickstream.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.ClickstreamJob;
import io.clickstream.config.JobConfig;
import io.clickstream.local.results.Results;
import io.clickstream.local.results.TopicReader;
import io.clickstream.local.run.TrafficProducer;
import io.clickstream.local.server.LocalFlink;
import io.clickstream.local.server.LocalServers;
import io.clickstream.local.server.OpenSearchIndices;
import io.clickstream.tools.flink.MetricsInMemory;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.traffic.ClickEncoder;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Measures how fresh results are: the time from the moment when a window can close, because event
 * time has passed its end, to the moment when a search finds its documents, and a consumer of
 * committed records its records. The job has its default settings, Kafka, and an OpenSearch node.
 */
final class FreshnessBenchmark implements Callable<Integer> {

    /** The first windows close after half a minute. */
    static final Duration SHORTEST = Duration.ofMinutes(1);

    /** How the topics are written. */
    private static final List<String> DELIVERIES = List.of("exactly-once", "at-least-once");

    private static final List<String> TOPICS =
            List.of(Results.DEPARTMENTS_TOPIC, Results.SESSIONS_TOPIC);
    private static final String INDICES = Results.DEPARTMENTS_INDEX + "," + Results.SESSIONS_INDEX;

    private static final String CLICKS = "ExampleTopic";
    private static final int PARTITIONS = 4;
    private static final int PARALLELISM = 2;
    private static final int RATE = 2_000;
    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(20);

    /** The operator that closes windows. */
    private static final String CLOSES_WINDOWS = "window-counts";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;
    private final Duration duration;
    private final Clock clock = Clock.systemUTC();
    private final HttpClient http = HttpClient.newHttpClient();

    FreshnessBenchmark(PrintStream out, Duration duration) {
        this.out = out;
        this.duration = duration;
    }

    /** What a search and a consumer saw, in ms after a window could close, sorted. */
    record Result(List<Long> documents, List<Long> records) {}

    @Override
    public Integer call() throws Exception {
        out.printf(
                Locale.ROOT,
                "%,d clicks/s for %d s, parallelism %d, default settings, but a checkpoint"
                        + " every 10 s%n",
                RATE,
                duration.toSeconds(),
                PARALLELISM);
        out.println("| topics | documents p50 | p99 | records p50 | p99 |");
        out.println("|---|--:|--:|--:|--:|");
        for (String delivery : DELIVERIES) {
            Result result = measure(delivery);
            out.printf(
                    Locale.ROOT,
                    "| %s | %,d ms | %,d ms | %,d ms | %,d ms |%n",
                    delivery,
                    percentile(result.documents, 50),
                    percentile(result.documents, 99),
                    percentile(result.records, 50),
                    percentile(result.records, 99));
        }
        return 0;
    }

    private static long percentile(List<Long> sorted, int percent) {
        return sorted.get((int) Math.min(sorted.size() - 1L, sorted.size() * (long) percent / 100));
    }

    Result measure(String delivery) throws Exception {
        Path folder = Files.createTempDirectory("clickstream-freshness-");
        try (LocalServers servers = LocalServers.start(folder, folder.resolve("opensearch.log"))) {
            String bootstrapServers = servers.kafka().bootstrapServers();
            servers.kafka().createTopic(CLICKS, PARTITIONS);
            Results.TOPICS.forEach(topic -> servers.kafka().createTopic(topic, 1));
            URI node = servers.openSearch().uri();
            new OpenSearchIndices(node).putTemplates();
            Map<String, Map<String, String>> groups = groups(bootstrapServers, node, delivery);
            TrafficLedger ledger = new TrafficLedger(GAP, WINDOW);
            try (LocalFlink flink =
                            LocalFlink.start(
                                    folder.resolve("flink"),
                                    folder.resolve("flink.log"),
                                    PARALLELISM,
                                    env -> define(env, groups));
                    TrafficProducer traffic =
                            TrafficProducer.ofShop(
                                    bootstrapServers,
                                    CLICKS,
                                    ClickEncoder.avro(),
                                    RATE,
                                    1,
                                    ledger,
                                    GAP);
                    TopicReader topics = new TopicReader(bootstrapServers, TOPICS)) {
                traffic.start();
                Result result = observe(flink, node, topics);
                traffic.stop();
                return result;
            }
        }
    }

    private static void define(
            StreamExecutionEnvironment env, Map<String, Map<String, String>> groups) {
        ClickstreamJob.define(env, JobConfig.parse(groups));
    }

    private static Map<String, Map<String, String>> groups(
            String bootstrapServers, URI node, String delivery) {
        return Map.of(
                "source.kafka",
                Map.of("bootstrap-servers", bootstrapServers, "topic", CLICKS, "start", "earliest"),
                "format",
                Map.of("type", "avro"),
                "sink.kafka",
                Map.of("bootstrap-servers", bootstrapServers, "delivery", delivery),
                "sink.opensearch",
                Map.of("endpoint", node.toString()));
    }

    /** Looks at event time, the indices, and the topics in turns. */
    private Result observe(LocalFlink flink, URI node, TopicReader topics)
            throws IOException, InterruptedException {
        NavigableMap<Long, Long> closable = new TreeMap<>();
        Map<Long, Long> found = new HashMap<>();
        Map<String, Integer> read = new HashMap<>();
        List<Long> documents = new ArrayList<>();
        List<Long> records = new ArrayList<>();
        long end = System.nanoTime() + duration.toNanos();
        while (System.nanoTime() - end < 0) {
            noteClosableWindows(flink.metrics(), closable);
            topics.readCommitted();
            for (String topic : TOPICS) {
                List<String> values = topics.values(topic);
                for (int i = read.getOrDefault(topic, 0); i < values.size(); i++) {
                    long window = JSON.readTree(values.get(i)).get("windowEndTime").asLong();
                    addSince(closable, window, 1, records);
                }
                read.put(topic, values.size());
            }
            documentsByWindow(node)
                    .forEach(
                            (window, count) -> {
                                Long before = found.put(window, count);
                                addSince(
                                        closable,
                                        window,
                                        count - (before == null ? 0 : before),
                                        documents);
                            });
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
        Collections.sort(documents);
        Collections.sort(records);
        return new Result(documents, records);
    }

    private void noteClosableWindows(MetricsInMemory metrics, NavigableMap<Long, Long> closable) {
        metrics.watermark(CLOSES_WINDOWS)
                .ifPresent(
                        watermark -> {
                            long last = Math.floorDiv(watermark + 1, WINDOW.toMillis());
                            closable.putIfAbsent(last * WINDOW.toMillis(), clock.millis());
                        });
    }

    /** Windows of before the first look are left out: nobody knows when they could close. */
    private void addSince(
            NavigableMap<Long, Long> closable, long window, long count, List<Long> samples) {
        Long since = closable.get(window);
        if (since != null && window > closable.firstKey()) {
            samples.addAll(Collections.nCopies((int) count, clock.millis() - since));
        }
    }

    private Map<Long, Long> documentsByWindow(URI node) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(
                                node.resolve("/" + INDICES + "/_search?ignore_unavailable=true"))
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"size\":0,\"aggs\":{\"windows\":{\"terms\":{\"field\":"
                                                + "\"windowEndTime\",\"size\":10,\"order\":"
                                                + "{\"_key\":\"desc\"}}}}}"))
                        .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        Map<Long, Long> counts = new HashMap<>();
        for (JsonNode bucket : JSON.readTree(response.body()).at("/aggregations/windows/buckets")) {
            counts.put(bucket.get("key").asLong(), bucket.get("doc_count").asLong());
        }
        return counts;
    }
}
