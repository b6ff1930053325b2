package io.clickstream.tools.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.local.results.Comparison;
import io.clickstream.local.results.Results;
import io.clickstream.local.server.OpenSearchIndices;
import io.clickstream.local.server.OpenSearchNode;
import io.clickstream.testing.ArchiveFiles;
import io.clickstream.testing.Await;
import io.clickstream.testing.LocalJob;
import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Late clicks put right: the archive of a running job, replayed into the job's own outputs. */
class ReplayToSinksITCase {

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);

    @TempDir private Path folder;

    @Test
    void lateClicksArePutRightInTheIndices() throws Exception {
        Path archive = folder.resolve("archive");
        TrafficLedger onTime = new TrafficLedger(GAP, WINDOW);
        TrafficLedger all = new TrafficLedger(GAP, WINDOW);
        long start = Clock.systemUTC().millis() - 70_000;
        try (OpenSearchNode node = OpenSearchNode.start(folder.resolve("opensearch"));
                LocalJob job = new LocalJob(folder, 1)) {
            OpenSearchIndices indices = new OpenSearchIndices(node.uri());
            indices.putTemplates();
            Path config =
                    job.set("sink.opensearch", "endpoint", node.uri().toString())
                            .set("sink.kafka", "bootstrap-servers", job.broker().bootstrapServers())
                            .set("sink.archive", "path", archive.toUri().toString())
                            .set("sink.archive", "roll-interval", "2 s")
                            .set("sink.archive", "inactivity", "1 s")
                            .writeConfig(folder.resolve("job.json"));
            job.start(folder, 2);

            List<GeneratedClick> clicks = new ArrayList<>();
            new ShopTraffic(5, 300, 1_500, start).until(start + 55_000, clicks::add);
            List<GeneratedClick> late = withhold(clicks, start + 30_000);
            send(job, clicks, onTime);
            clicks.forEach(click -> all.sent(click.forOracle()));
            job.awaitTopics(onTime.expected(), SOON);
            Await.until(
                    "live documents",
                    SOON,
                    () -> differences(indices, onTime.expected()).isEmpty());
            send(job, late, all);
            Await.until("late clicks", SOON, () -> job.deadLetterCount(Reason.LATE) == late.size());
            int sent = clicks.size() + late.size();
            Await.until("archive", SOON, () -> ArchiveFiles.lines(archive).size() == sent);
            assertThat(differences(indices, all.expected())).isNotEmpty();
            Set<String> stale = ids(node.uri());
            String from = Instant.ofEpochMilli(start - 3_600_000).toString();
            String to = Instant.ofEpochMilli(start + 65_000).toString();
            putOutside(node.uri(), start - 3_600_000);

            assertThat(replay(few(archive), "few", config, from, to))
                    .as("a replay of a few clicks, which must remove nothing")
                    .isEqualTo(1);
            assertThat(ids(node.uri())).containsAll(stale);

            assertThat(replay(archive, "first", config, from, to)).isZero();
            assertThat(differences(indices, all.expected(), 1)).isEmpty();
            assertThat(stale).as("stale documents").anyMatch(gone(ids(node.uri())));

            assertThat(replay(archive, "second", config, from, to)).isZero();
            assertThat(differences(indices, all.expected(), 1)).isEmpty();

            assertThat(job.topic(Results.SESSIONS_TOPIC))
                    .containsAll(all.expected().sessions())
                    .hasSizeGreaterThan(2 * all.expected().sessions().size());
            assertThat(job.flink().restarts()).isZero();
            assertThat(job.deadLetters()).hasSize(late.size());
        }
    }

    /** Takes out every seventh click of a while, which splits sessions. */
    private static List<GeneratedClick> withhold(List<GeneratedClick> clicks, long before) {
        List<GeneratedClick> late = new ArrayList<>();
        for (int i = clicks.size() - 1; i >= 0; i--) {
            if (i % 7 == 0 && clicks.get(i).eventTimestamp() < before) {
                late.add(clicks.remove(i));
            }
        }
        return late;
    }

    private static void send(LocalJob job, List<GeneratedClick> clicks, TrafficLedger ledger)
            throws Exception {
        ClickEncoder encoder = ClickEncoder.json();
        List<byte[]> records = new ArrayList<>();
        for (GeneratedClick click : clicks) {
            records.add(encoder.encode(click));
            ledger.sent(click.forOracle());
        }
        job.send(0, records);
    }

    /** A copy of the archive's first lines. */
    private Path few(Path archive) throws Exception {
        List<String> lines = ArchiveFiles.lines(archive).subList(0, 5);
        return Files.write(folder.resolve("few.jsonl"), lines, UTF_8);
    }

    private int replay(Path input, String output, Path config, String from, String to) {
        return ToolCommand.commandLine("replay", new Replay())
                .execute(
                        "--input",
                        input.toString(),
                        "--output",
                        folder.resolve(output).toString(),
                        "--config",
                        config.toString(),
                        "--from",
                        from,
                        "--to",
                        to,
                        "--to-sinks");
    }

    /** A document that ends with the millisecond before the range. */
    private static void putOutside(URI node, long from) throws Exception {
        String document = "{\"windowBeginTime\":%d,\"windowEndTime\":%d}";
        HttpRequest put =
                HttpRequest.newBuilder(
                                node.resolve(
                                        "/"
                                                + Results.SESSIONS_INDEX
                                                + "/_doc/outside?refresh=true"))
                        .header("Content-Type", "application/json")
                        .PUT(
                                HttpRequest.BodyPublishers.ofString(
                                        document.formatted(from - 10_000, from)))
                        .build();
        assertThat(HttpClient.newHttpClient().send(put, BodyHandlers.discarding()).statusCode())
                .isEqualTo(201);
    }

    private static java.util.function.Predicate<String> gone(Set<String> now) {
        return id -> !now.contains(id);
    }

    private static Set<String> ids(URI node) throws Exception {
        HttpRequest search =
                HttpRequest.newBuilder(node.resolve("/_all/_search?size=10000&_source=false&q=*:*"))
                        .build();
        String answer = HttpClient.newHttpClient().send(search, BodyHandlers.ofString()).body();
        Set<String> ids = new HashSet<>();
        new com.fasterxml.jackson.databind.ObjectMapper()
                .readTree(answer)
                .path("hits")
                .path("hits")
                .forEach(
                        hit ->
                                ids.add(
                                        hit.path("_index").asText()
                                                + "/"
                                                + hit.path("_id").asText()));
        return ids;
    }

    private static List<String> differences(OpenSearchIndices indices, Expected expected)
            throws Exception {
        return differences(indices, expected, 0);
    }

    /**
     * @param outside how many documents of the sessions' index are not of the range
     */
    private static List<String> differences(
            OpenSearchIndices indices, Expected expected, int outside) throws Exception {
        List<String> differences = new ArrayList<>();
        var sessions = new ArrayList<>(indices.documents(Results.SESSIONS_INDEX));
        int before = sessions.size();
        sessions.removeIf(document -> !document.has("userSessionCount"));
        assertThat(before - sessions.size()).isEqualTo(outside);
        for (Comparison each :
                List.of(
                        Comparison.ofDocuments("sessions", expected.sessions(), sessions),
                        Comparison.ofDocuments(
                                "departments",
                                expected.departments(),
                                indices.documents(Results.DEPARTMENTS_INDEX)),
                        Comparison.ofDocuments(
                                "checkouts",
                                expected.checkouts(),
                                indices.documents(Results.CHECKOUTS_INDEX)))) {
            if (!each.isEqual()) {
                differences.addAll(each.report());
            }
        }
        return differences;
    }
}
