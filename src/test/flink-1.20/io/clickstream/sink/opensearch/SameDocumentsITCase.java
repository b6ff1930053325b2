package io.clickstream.sink.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.bench.ConnectorSink;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.config.OpenSearchConfig.IndexPeriod;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.EventTypes;
import io.clickstream.event.WindowCount;
import io.clickstream.testing.CollectSink;
import io.clickstream.testing.FakeOpenSearch;
import io.clickstream.testing.OpenSearchSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The outbox leaves the same documents as the sink of Flink's own connector, which has no release
 * for Flink 2.
 */
@Timeout(120)
class SameDocumentsITCase {

    private static final int RESULTS = 5_000;
    private static final int DEPARTMENTS = 300;
    private static final int WINDOWS = 6;
    private static final long WINDOW_MS = Duration.ofMinutes(10).toMillis();

    /** Three windows before midnight, and three after. */
    private static final long FIRST_WINDOW = Instant.parse("2022-06-14T23:30:00Z").toEpochMilli();

    private static final int BULK_ACTIONS = 100;
    private static final Duration BULK_INTERVAL = Duration.ofMillis(50);
    private static final ObjectMapper JSON = new ObjectMapper();

    @RegisterExtension
    static final MiniClusterExtension FLINK =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    private final FakeOpenSearch byUs = FakeOpenSearch.start();
    private final FakeOpenSearch byTheConnector = FakeOpenSearch.start();

    @AfterEach
    void close() {
        byUs.close();
        byTheConnector.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void writesWhatTheConnectorWrites(long seed) throws Exception {
        List<WindowCount> results = results(new Random(seed));
        CollectSink<DeadLetter> deadLetters = new CollectSink<>();

        run(
                results,
                counts ->
                        new OpenSearchDestination(
                                        config(), List.of(Aggregates.DEPARTMENT_COUNTS), false)
                                .writer(Aggregates.DEPARTMENT_COUNTS, "outbox")
                                .write(counts, "outbox")
                                .orElseThrow()
                                .sinkTo(deadLetters));
        run(
                results,
                counts ->
                        ConnectorSink.write(
                                counts, byTheConnector.uri(), BULK_ACTIONS, BULK_INTERVAL));

        assertThat(deadLetters.collected()).isEmpty();
        assertThat(documents(byUs)).isEqualTo(newest(results)).hasSizeLessThan(RESULTS);
        assertThat(documents(byTheConnector)).isEqualTo(documents(byUs));
        assertThat(byUs.indices())
                .containsExactly("departments_count-2022.06.14", "departments_count-2022.06.15");
    }

    /** Counts of departments, most of them in several revisions. */
    private static List<WindowCount> results(Random random) {
        List<String> departments = new ArrayList<>();
        for (int i = 0; i < DEPARTMENTS; i++) {
            departments.add(i + name(random));
        }
        List<WindowCount> results = new ArrayList<>();
        for (int i = 0; i < RESULTS; i++) {
            long begin = FIRST_WINDOW + random.nextInt(WINDOWS) * WINDOW_MS;
            results.add(
                    new WindowCount(
                            departments.get(random.nextInt(DEPARTMENTS)),
                            begin,
                            begin + WINDOW_MS,
                            random.nextLong(),
                            0));
        }
        return results;
    }

    /** Up to 20 characters, with those that JSON escapes and those of several bytes. */
    private static String name(Random random) {
        return random.ints(random.nextInt(20), 1, 0x1_F700)
                .map(c -> Character.isSurrogate((char) c) || !Character.isDefined(c) ? '"' : c)
                .map(c -> random.nextBoolean() ? c % 0x80 : c)
                .map(c -> c == 0 ? '\\' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** By index and id, the last one of each. */
    private static Map<String, JsonNode> newest(List<WindowCount> results) {
        Map<String, JsonNode> newest = new TreeMap<>();
        for (WindowCount count : results) {
            String day = Instant.ofEpochMilli(count.windowBegin()).toString().substring(0, 10);
            newest.put(
                    "departments_count-%s/%d-%s"
                            .formatted(
                                    day.replace('-', '.'), count.windowBegin(), count.department()),
                    JSON.createObjectNode()
                            .put("departmentName", count.department())
                            .put("departmentCount", count.sessions())
                            .put("windowBeginTime", count.windowBegin())
                            .put("windowEndTime", count.windowEnd()));
        }
        return newest;
    }

    private static Map<String, JsonNode> documents(FakeOpenSearch openSearch) {
        Map<String, JsonNode> all = new TreeMap<>();
        for (String index : openSearch.indices()) {
            openSearch.documents(index).forEach((id, json) -> all.put(index + '/' + id, json));
        }
        return all;
    }

    private interface Writing {
        void write(DataStream<WindowCount> counts);
    }

    private static void run(List<WindowCount> results, Writing sink) throws Exception {
        Configuration flink = new Configuration();
        flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(50));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
        env.setParallelism(2);
        // In their order.
        sink.write(env.fromData(results, EventTypes.WINDOW_COUNT).setParallelism(1));
        env.executeAsync("same-documents").getJobExecutionResult().get(90, TimeUnit.SECONDS);
    }

    private OpenSearchConfig config() {
        return OpenSearchSettings.of(byUs.uri())
                .indexPeriod(IndexPeriod.DAY)
                .bulkMaxActions(BULK_ACTIONS)
                .bulkInterval(BULK_INTERVAL)
                .build();
    }
}
