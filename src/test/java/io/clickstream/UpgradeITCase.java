package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.testing.AllOutputs;
import io.clickstream.testing.Await;
import io.clickstream.testing.LocalJob;
import io.clickstream.testing.SavepointStates;
import io.clickstream.tools.oracle.CartRules;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.Oracle;
import io.clickstream.tools.oracle.OracleClick;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.oracle.TrendOracle;
import io.clickstream.tools.oracle.TrendOracle.NamedClick;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The savepoints of past releases, which each release after them must go on from. A folder of a
 * release holds its clicks before and after the savepoint, the savepoint, and what the release had
 * written to its topics by then.
 *
 * <p>Clicks have fixed times in the past and alone move event time; their place in the file says
 * their partition, so a topic that is filled again has the offsets that the savepoint of 0.1.0
 * knows. Later savepoints also know the id of their topic. For them, the topic of this test is one
 * that somebody deleted and created again, so it holds the clicks after the savepoint only, and the
 * job reads it from its beginning.
 *
 * <p>The savepoint of 0.1.0 is of a job that writes to topics only. Later ones are of jobs with all
 * aggregates and all outputs, and hold documents and interactions that were not delivered. {@code
 * flink-1.20} is of the last build whose default was Flink 1.20.
 *
 * <p>A release adds its own: {@code mvn verify -Dtest=None -Dit.test=UpgradeITCase
 * -Dsurefire.failIfNoSpecifiedTests=false -Dsavepoint.write=VERSION}, before its version goes up.
 */
class UpgradeITCase {

    private static final Path RELEASES = Path.of("src", "test", "resources", "savepoints");
    private static final String WRITE = "savepoint.write";

    private static final int PARTITIONS = 3;
    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration SPAN = Duration.ofSeconds(20);
    private static final Duration SLIDE = Duration.ofSeconds(5);
    private static final int TOP = 3;
    private static final String TRENDS_TOPIC = "Trending";
    private static final Duration SOON = Duration.ofMinutes(1);

    private static final CartRules CART_RULES =
            CartRules.DEFAULT
                    .after(Duration.ofSeconds(5), Duration.ofSeconds(10))
                    .withItemsOfTheLab();

    private static final long START = 1_655_183_298_630L;

    /** Clicks once, after the savepoint, at a time that was over before it. */
    private static final int LATE_USER = 1_000_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private Path folder;

    static List<Path> folders() throws IOException {
        try (Stream<Path> found = Files.list(RELEASES)) {
            return found.sorted().toList();
        }
    }

    /** Those of jobs that write to topics only. */
    static List<Path> topicsOnly() throws IOException {
        return folders().stream().filter(release -> !hasAllOutputs(release)).toList();
    }

    /** Each at the parallelism that the savepoint was written at, and at another. */
    static Stream<Arguments> releases() throws IOException {
        return folders().stream()
                .flatMap(release -> Stream.of(2, 3).map(each -> Arguments.of(release, each)));
    }

    @ParameterizedTest
    @MethodSource("releases")
    void goesOnFromTheSavepointOfARelease(Path release, int parallelism) throws Exception {
        if (hasAllOutputs(release)) {
            try (AllOutputs outputs = new AllOutputs(folder);
                    LocalJob job = withAll(outputs)) {
                goOn(job, release, parallelism);
                assertDelivered(outputs, release);
            }
        } else {
            try (LocalJob job = job()) {
                goOn(job, release, parallelism);
            }
        }
    }

    private static boolean hasAllOutputs(Path release) {
        return Files.exists(file(release, Aggregates.CARTS.defaultTopic()));
    }

    /** At the savepoint, OpenSearch and Personalize had nothing yet. */
    private static void assertDelivered(AllOutputs outputs, Path release) throws Exception {
        List<String> before = lines(release, "clicks-before");
        List<String> after = lines(release, "clicks-after");
        List<JsonNode> clicks = clicks(before, after);
        Expected all = expected(release, clicks);
        for (Aggregate<?> aggregate : all.aggregates()) {
            List<String> documents = all.documents(aggregate).stream().sorted().toList();
            awaitEqual("documents of " + aggregate, documents, () -> outputs.documents(aggregate));
            List<String> records = remaining(release, aggregate.defaultTopic(), all.of(aggregate));
            awaitEqual("stream of " + aggregate, records, () -> outputs.stream(aggregate));
        }
        List<String> trends = TrendOracle.expect(visits(clicks), TOP, SPAN, SLIDE);
        Collections.sort(trends);
        awaitEqual("lists of trends", trends, () -> outputs.documents(Aggregates.TRENDING));
        forOracle(clicks).forEach(outputs.interactions()::sent);
        Await.until(
                "interactions", SOON, () -> outputs.interactions().accounts().content().isEqual());
        Await.until("archive", SOON, () -> outputs.archived().size() >= after.size() + PARTITIONS);
        assertThat(outputs.archived()).hasSize(after.size() + PARTITIONS).containsAll(after);
    }

    private static void awaitEqual(String what, List<String> expected, Callable<List<String>> found)
            throws Exception {
        Await.until(what, SOON, () -> found.call().size() >= expected.size());
        assertThat(found.call()).as(what).isEqualTo(expected);
    }

    /** They count what comes after the savepoint, and change no other result. */
    @ParameterizedTest
    @MethodSource("topicsOnly")
    void goesOnWithAggregatesThatAReleaseDidNotCompute(Path release) throws Exception {
        try (LocalJob job =
                job().set("live", "span", "20 s")
                        .set("funnel", "by", "department")
                        .set("carts", "abandoned-after", "5 s")) {
            goOn(job, release, 3);

            for (String topic : List.of("Live", "Funnel", "Carts")) {
                assertThat(job.topic(topic)).as(topic).isNotEmpty();
            }
        }
    }

    private void goOn(LocalJob job, Path release, int parallelism) throws Exception {
        List<String> before = lines(release, "clicks-before");
        List<String> after = lines(release, "clicks-after");
        if (!hasAllOutputs(release)) {
            send(job, before);
        }
        job.startFrom(savepoint(release), folder, parallelism);
        send(job, after);
        sendEnd(job, after);

        List<JsonNode> clicks = clicks(before, after);
        List<String> trends =
                remaining(
                        release,
                        TRENDS_TOPIC,
                        TrendOracle.expect(visits(clicks), TOP, SPAN, SLIDE));
        Expected all = expected(release, clicks);
        job.awaitTopics(new Expected(remaining(release, all), all.sessionTotal()), SOON);
        Await.until("lists of trends", SOON, () -> job.topic(TRENDS_TOPIC).size() >= trends.size());
        assertThat(job.topic(TRENDS_TOPIC).stream().sorted()).isEqualTo(trends);
        assertThat(job.deadLetters())
                .extracting(letter -> letter.get("reason").asText())
                .containsExactly("late");
        // Clicks before the savepoint are not read again, and their ids are not forgotten.
        assertThat(job.count("clicks")).isEqualTo(after.size() + PARTITIONS);
        assertThat(job.count("duplicates"))
                .isEqualTo(after.size() - (clicks.size() - distinct(before).size()) - 1)
                .isGreaterThan(after.size() - distinct(after).size());
    }

    private static Expected expected(Path release, List<JsonNode> clicks) {
        if (!hasAllOutputs(release)) {
            return Oracle.expect(forOracle(clicks), GAP, WINDOW);
        }
        Set<String> groups = new HashSet<>(Aggregates.groups());
        groups.removeAll(Aggregates.TRENDING.group().stream().toList());
        TrafficLedger ledger = new TrafficLedger(GAP, WINDOW, CART_RULES);
        forOracle(clicks).forEach(ledger::sent);
        return ledger.expected(groups);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void nothingInASavepointStopsALaterFlink(Path release) throws Exception {
        SavepointStates states = SavepointStates.read(savepoint(release), uids());

        assertThat(states.notAllowed()).isEmpty();
        assertThat(states.names())
                .contains(
                        "click-source / SourceReaderState",
                        "event-time / watermark",
                        "click-duplicates / seen-ids",
                        "sliding-trends / panes",
                        "trending / candidates",
                        "local-counts / counts",
                        "department-counts-kafka-sink / writer_raw_states",
                        "click-sessions / session-log",
                        "click-sessions / department-names");
    }

    @Test
    void writesTheSavepointOfThisRelease() throws Exception {
        Assumptions.assumeTrue(System.getProperty(WRITE) != null, "-D" + WRITE + " is not set");
        Path release = Files.createDirectories(RELEASES.resolve(System.getProperty(WRITE)));
        ShopTraffic traffic = new ShopTraffic(17, 10, 40, START);
        List<GeneratedClick> clicks = new ArrayList<>();
        traffic.until(START + 25_000, clicks::add);
        int first = clicks.size();
        traffic.until(START + 45_000, clicks::add);
        traffic.flush(clicks::add);
        List<String> before = withDuplicates(clicks, 0, first);
        List<String> after = new ArrayList<>();
        after.add(
                line(
                        new GeneratedClick(
                                "10.0.0.1",
                                START,
                                "mobile",
                                "order",
                                "laptops",
                                LATE_USER,
                                -1,
                                0)));
        after.addAll(withDuplicates(clicks, first, clicks.size()));

        try (AllOutputs outputs = new AllOutputs(folder);
                LocalJob job = withAll(outputs)) {
            job.start(folder, 2);
            outputs.goAway();
            send(job, before);
            Await.until("all clicks", SOON, () -> job.count("clicks") == before.size());
            // Event time stands still now. Some checkpoints later all that is written is committed,
            // and the savepoint knows of no open transaction, which only this broker would have.
            long checkpoints = job.flink().completedCheckpoints();
            Await.until(
                    "checkpoints",
                    SOON,
                    () -> job.flink().completedCheckpoints() > checkpoints + 4);
            String written = job.flink().stopWithSavepoint(folder.resolve("savepoint"));
            Path kept = Files.createDirectories(release.resolve("savepoint"));
            try (Stream<Path> files = Files.list(Path.of(URI.create(written)))) {
                for (Path file : files.toList()) {
                    Files.copy(file, kept.resolve(file.getFileName()));
                }
            }
            for (Aggregate<?> aggregate : Aggregates.ALL) {
                String topic = aggregate.defaultTopic();
                List<String> results = new ArrayList<>(job.topic(topic));
                assertThat(results).as(topic).isNotEmpty();
                Collections.sort(results);
                Files.write(file(release, topic), results);
            }
            assertThat(job.deadLetters()).isEmpty();
        }
        Files.write(file(release, "clicks-before"), before);
        Files.write(file(release, "clicks-after"), after);
    }

    private LocalJob job() {
        // The clock has no part in it: event time goes on by clicks alone.
        return new LocalJob(folder, PARTITIONS)
                .set("event-time", "idle-timeout", "10 min")
                .set("duplicates", "id", "/globalseq")
                .set("duplicates", "span", "1 min")
                .set("trending", "top", Integer.toString(TOP))
                .set("trending", "span", "20 s")
                .set("trending", "slide", "5 s");
    }

    private LocalJob withAll(AllOutputs outputs) {
        return outputs.configure(job())
                .set("format", "item", "/product_type")
                .set("format", "value", "/globalseq")
                .set("carts", "abandoned-after", "5 s")
                .set("carts", "recovered-within", "10 s")
                .groups(Aggregates.groups());
    }

    /** One click in ten comes again, ten clicks later. */
    private static List<String> withDuplicates(List<GeneratedClick> clicks, int begin, int end) {
        List<String> lines = new ArrayList<>();
        for (int i = begin; i < end; i++) {
            lines.add(line(clicks.get(i)));
            if (i >= 10 && i % 10 == 0) {
                lines.add(line(clicks.get(i - 10)));
            }
        }
        return lines;
    }

    private static String line(GeneratedClick click) {
        return new String(ClickEncoder.json().encode(click), StandardCharsets.UTF_8);
    }

    private static void send(LocalJob job, List<String> lines) throws Exception {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            List<byte[]> records = new ArrayList<>();
            for (int i = partition; i < lines.size(); i += PARTITIONS) {
                records.add(lines.get(i).getBytes(StandardCharsets.UTF_8));
            }
            job.send(partition, records);
        }
    }

    /**
     * Clicks that close everything before them, live windows too, and whose own sessions stay open.
     */
    private static void sendEnd(LocalJob job, List<String> lines) throws Exception {
        long last = 0;
        for (JsonNode click : clicks(lines, List.of())) {
            last = Math.max(last, click.get("eventtimestamp").asLong());
        }
        for (int i = 0; i < PARTITIONS; i++) {
            job.send(i, List.of(click("end " + i).at(last + 360_000).ofType("").toJson()));
        }
    }

    /** Each click that counts, once. */
    private static List<JsonNode> clicks(List<String> before, List<String> after)
            throws IOException {
        Set<String> distinct = distinct(before);
        distinct.addAll(after);
        List<JsonNode> clicks = new ArrayList<>();
        for (String line : distinct) {
            JsonNode click = JSON.readTree(line);
            if (click.get("userid").asLong() != LATE_USER) {
                clicks.add(click);
            }
        }
        return clicks;
    }

    private static Set<String> distinct(List<String> lines) {
        return new HashSet<>(lines);
    }

    private static List<OracleClick> forOracle(List<JsonNode> clicks) {
        return clicks.stream()
                .map(
                        click ->
                                new OracleClick(
                                        click.get("userid").asLong(),
                                        click.get("eventtimestamp").asLong(),
                                        click.get("event_type").asText(),
                                        click.get("product_type").asText(),
                                        name -> value(click.get(name))))
                .toList();
    }

    private static Object value(JsonNode field) {
        return field.isNumber() ? (Object) field.asLong() : field.asText();
    }

    private static List<NamedClick> visits(List<JsonNode> clicks) {
        return clicks.stream()
                .map(
                        click ->
                                new NamedClick(
                                        click.get("product_type").asText(),
                                        click.get("eventtimestamp").asLong()))
                .filter(visit -> !visit.name().isEmpty() && !visit.name().equals("N/A"))
                .toList();
    }

    /** What the release had not written yet, by aggregate. */
    private static Map<Aggregate<?>, List<String>> remaining(Path release, Expected all)
            throws IOException {
        Map<Aggregate<?>, List<String>> remaining = new HashMap<>();
        for (Aggregate<?> aggregate : all.aggregates()) {
            remaining.put(
                    aggregate, remaining(release, aggregate.defaultTopic(), all.of(aggregate)));
        }
        return remaining;
    }

    /** What the release had not written yet, sorted. */
    private static List<String> remaining(Path release, String topic, List<String> all)
            throws IOException {
        List<String> remaining = new ArrayList<>(all);
        for (String written : lines(release, topic)) {
            assertThat(remaining.remove(written)).as(topic + ": " + written).isTrue();
        }
        assertThat(remaining).as(topic).isNotEmpty();
        Collections.sort(remaining);
        return remaining;
    }

    private static String savepoint(Path release) {
        return release.resolve("savepoint").toAbsolutePath().toUri().toString();
    }

    private static List<String> uids() throws IOException {
        Set<String> uids = new TreeSet<>();
        try (Stream<Path> files = Files.list(Path.of("src", "test", "resources", "uids"))) {
            for (Path file : files.toList()) {
                uids.addAll(Files.readAllLines(file));
            }
        }
        return List.copyOf(uids);
    }

    private static List<String> lines(Path release, String name) throws IOException {
        return Files.readAllLines(file(release, name));
    }

    private static Path file(Path release, String name) {
        return release.resolve(name + ".jsonl");
    }
}
