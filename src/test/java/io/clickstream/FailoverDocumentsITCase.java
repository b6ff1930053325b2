package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.local.results.Results;
import io.clickstream.testing.Await;
import io.clickstream.testing.Clicks;
import io.clickstream.testing.FakeOpenSearch;
import io.clickstream.testing.LocalJob;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.Oracle;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the README says of late data after a restart: topics hold the results of the second reading
 * alone. OpenSearch has each of them too, and keeps documents of the first reading that the second
 * one did not write again.
 */
class FailoverDocumentsITCase {

    private static final Duration SOON = Duration.ofMinutes(1);
    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Map<String, String> TOPICS =
            Map.of(
                    Results.DEPARTMENTS_INDEX, Results.DEPARTMENTS_TOPIC,
                    Results.SESSIONS_INDEX, Results.SESSIONS_TOPIC,
                    Results.CHECKOUTS_INDEX, Results.CHECKOUTS_TOPIC);

    /**
     * In the first reading, two sessions of ann are closed when a click comes that would have
     * joined them. In the second one, the partition with this click holds event time from the
     * beginning, so that the click is on time.
     */
    @Test
    void eachRecordIsADocumentAndOtherDocumentsAreOfTheFirstReading(@TempDir Path folder)
            throws Exception {
        long window = (Clock.systemUTC().millis() - 90_000) / 10_000 * 10_000;
        Clicks early = click("ann").at(window + 9_000).in("Books").checkingOut();
        Clicks between = click("ann").at(window + 9_900).in("Games");
        Clicks later = click("ann").at(window + 10_800).in("Toys").checkingOut();
        Clicks other = click("bob").at(window + 9_100).in("Books").checkingOut();
        // Closes what is before it. Its own window closes some time later, and is left out.
        Clicks end = click("eve").at(window + 60_000).in("Books");
        Map<String, JsonNode> first = byId(expected(early, later, other));
        Map<String, JsonNode> second = byId(expected(early, later, other, between));

        try (FakeOpenSearch openSearch = FakeOpenSearch.start();
                LocalJob job = new LocalJob(folder, 2)) {
            job.set("sink.opensearch", "endpoint", openSearch.uri().toString())
                    .checkpointsOnDemand()
                    .start(folder, 1);
            Await.until("a checkpoint", SOON, () -> isCheckpointMade(job));

            job.send(0, List.of(early.toJson(), later.toJson(), other.toJson(), end.toJson()));
            Await.until(
                    "documents of the first reading",
                    SOON,
                    () -> documents(openSearch, window + 60_000).equals(first));
            job.send(1, List.of(between.toJson()));
            Await.until("a late click", SOON, () -> job.deadLetterCount(Reason.LATE) == 1);
            assertThat(job.topic(Results.CHECKOUTS_TOPIC)).isEmpty();
            job.flink().loseTaskManager();
            Await.until("a restart", SOON, () -> job.flink().restarts() > 0);
            Await.until(
                    "records of the second reading",
                    SOON,
                    () -> isCheckpointMade(job) && records(job, window + 60_000).equals(second));

            // A click that was late is on time: the case that this is about has come about.
            assertThat(job.topic(LocalJob.DEAD_LETTERS)).isEmpty();
            Map<String, JsonNode> kept = new TreeMap<>(first);
            kept.keySet().removeAll(second.keySet());
            assertThat(kept.keySet())
                    .as("the later session, and what was in its or the earlier one's windows alone")
                    .contains(Results.CHECKOUTS_INDEX + " " + (window + 10_800) + " \"ann\"");
            Map<String, JsonNode> documents = new TreeMap<>(kept);
            documents.putAll(second);
            Await.until(
                    "documents of the second reading",
                    SOON,
                    () -> documents(openSearch, window + 60_000).equals(documents));
        }
    }

    /** Whether a checkpoint could be made, for which all tasks must run. */
    private static boolean isCheckpointMade(LocalJob job) throws Exception {
        try {
            job.flink().checkpoint();
            return true;
        } catch (ExecutionException notAllTasksRun) {
            return false;
        }
    }

    private static Expected expected(Clicks... clicks) {
        return Oracle.expect(List.of(clicks).stream().map(Clicks::forOracle).toList(), GAP, WINDOW);
    }

    private static Map<String, JsonNode> byId(Expected expected) throws Exception {
        Map<String, JsonNode> byId = new TreeMap<>();
        addById(Results.DEPARTMENTS_INDEX, expected.departments(), byId);
        addById(Results.SESSIONS_INDEX, expected.sessions(), byId);
        addById(Results.CHECKOUTS_INDEX, expected.checkouts(), byId);
        return byId;
    }

    private static void addById(String index, List<String> lines, Map<String, JsonNode> byId)
            throws Exception {
        for (String line : lines) {
            JsonNode json = JSON.readTree(line);
            assertThat(byId.put(id(index, json), json)).as("a record that is there twice").isNull();
        }
    }

    /** The records of all topics, of windows and sessions that begin before a time. */
    private static Map<String, JsonNode> records(LocalJob job, long before) throws Exception {
        Map<String, JsonNode> records = new TreeMap<>();
        for (Map.Entry<String, String> each : TOPICS.entrySet()) {
            addById(each.getKey(), job.topic(each.getValue()), records);
        }
        records.values().removeIf(record -> begin(record) >= before);
        return records;
    }

    /** The documents of all indices, of windows and sessions that begin before a time. */
    private static Map<String, JsonNode> documents(FakeOpenSearch openSearch, long before) {
        Map<String, JsonNode> documents = new TreeMap<>();
        for (String index : TOPICS.keySet()) {
            openSearch
                    .documents(index)
                    .values()
                    .forEach(document -> documents.put(id(index, document), document));
        }
        documents.values().removeIf(document -> begin(document) >= before);
        return documents;
    }

    private static long begin(JsonNode result) {
        return result.get("windowBeginTime").asLong();
    }

    /** What a result is about: a session or a window, of a user, a department, or all. */
    private static String id(String index, JsonNode result) {
        return index
                + " "
                + result.get("windowBeginTime")
                + " "
                + result.path("userId")
                + result.path("departmentName");
    }
}
