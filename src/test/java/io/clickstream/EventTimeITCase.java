package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.testing.Await;
import io.clickstream.testing.Clicks;
import io.clickstream.testing.FakeOpenSearch;
import io.clickstream.testing.LocalJob;
import io.clickstream.tools.oracle.Oracle;
import io.clickstream.tools.oracle.OracleClick;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partitions that are idle, far behind, fewer than subtasks, or all silent. */
class EventTimeITCase {

    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    @Test
    void theLastWindowsCloseWhenClicksStopThoughSubtasksAndPartitionsNeverHadAny(
            @TempDir Path folder) throws Exception {
        long now = Clock.systemUTC().millis();
        Clicks[] clicks = {
            click("ann").at(now - 5_000).in("Books"),
            click("bob").at(now - 4_000).in("Toys"),
            click("ann").at(now - 4_500).checkingOut(),
        };
        try (LocalJob job = new LocalJob(folder, 2)) {
            job.start(folder, 4);
            send(job, 0, clicks);
            job.awaitTopics(expected(clicks), TIMEOUT);
        }
    }

    @Test
    void aPartitionFarBehindMakesNoClickLate(@TempDir Path folder) throws Exception {
        long now = Clock.systemUTC().millis();
        Clicks[] ahead = new Clicks[200];
        Clicks[] behind = new Clicks[200];
        for (int i = 0; i < ahead.length; i++) {
            ahead[i] = click(i % 7L).at(now - 60_000 + i * 250L).in("Books");
            behind[i] = click(i % 5L).at(now - 600_000 + i * 250L).in("Toys");
        }
        try (LocalJob job = new LocalJob(folder, 2)) {
            // Both are there before the job starts, so neither is idle.
            send(job, 0, ahead);
            send(job, 1, behind);
            job.start(folder, 2);
            Clicks[] all = Arrays.copyOf(ahead, 400);
            System.arraycopy(behind, 0, all, 200, 200);
            job.awaitTopics(expected(all), TIMEOUT);
            assertThat(job.topic(LocalJob.DEAD_LETTERS)).isEmpty();
        }
    }

    @Test
    void aClickBehindTheWatermarkIsADeadLetterWithItsBytesUnlessItJoinsAnOpenSession(
            @TempDir Path folder) throws Exception {
        long base = Clock.systemUTC().millis() - 300_000;
        // The watermark will be 6 s behind the last click: at base + 14 s.
        Clicks[] onTime = {
            click("ann").at(base).in("Books"),
            click("bob").at(base + 13_500).in("Toys"),
            click("cid").at(base + 20_000).in("Toys"),
        };
        Clicks joining = click("bob").at(base + 12_800).in("Garden").checkingOut();
        Clicks late = click("ann").at(base + 500).in("Garden");
        Clicks lateThoughItsSessionWouldBeOpen = click("dan").at(base + 13_900).in("Garden");

        try (FakeOpenSearch openSearch = FakeOpenSearch.start();
                LocalJob job = new LocalJob(folder, 1)) {
            job.set("sink.opensearch", "endpoint", openSearch.uri().toString())
                    .set("sink.opensearch", "dead-letters-index", "dead_letters");
            // Event time is to go on by clicks alone, however slow the machine is. One subtask,
            // since one without a partition would have to be idle first.
            job.set("event-time", "idle-timeout", "10 min").start(folder, 1);
            send(job, 0, onTime);
            // The sessions see it a millisecond lower, and it is the newest click's time less 6 s.
            Await.until(
                    "the watermark",
                    TIMEOUT,
                    () ->
                            job.flink()
                                            .metrics()
                                            .watermark(ClickstreamPipeline.CLICK_SESSIONS)
                                            .orElse(Long.MIN_VALUE)
                                    == base + 13_998);
            send(job, 0, joining, late, lateThoughItsSessionWouldBeOpen);

            // Brings event time past all sessions but its own.
            send(job, 0, click("eve").at(base + 60_000));

            job.awaitTopics(expected(onTime[0], onTime[1], onTime[2], joining), TIMEOUT);
            Await.until("two letters", TIMEOUT, () -> job.topic(LocalJob.DEAD_LETTERS).size() >= 2);
            assertThat(job.deadLetters())
                    .extracting(letter -> letter.get("reason").asText())
                    .containsExactly("late", "late");
            assertThat(job.deadLetters())
                    .extracting(letter -> letter.get("text").asText())
                    .containsExactlyInAnyOrder(
                            new String(late.toJson(), StandardCharsets.UTF_8),
                            new String(
                                    lateThoughItsSessionWouldBeOpen.toJson(),
                                    StandardCharsets.UTF_8));
            assertThat(job.deadLetters())
                    .extracting(EventTimeITCase::position)
                    .containsExactlyInAnyOrder("ExampleTopic/0/4", "ExampleTopic/0/5");
            assertThat(job.deadLetterCount(Reason.LATE)).isEqualTo(2);

            Await.until(
                    "documents", TIMEOUT, () -> openSearch.documents("dead_letters").size() > 1);
            Map<String, JsonNode> documents = openSearch.documents("dead_letters");
            assertThat(documents)
                    .containsOnlyKeys("late/ExampleTopic/0/4", "late/ExampleTopic/0/5");
            JsonNode document = documents.get("late/ExampleTopic/0/4");
            assertThat(document.get("eventTime").asLong()).isEqualTo(base + 500);
            assertThat(document.get("lag").asLong())
                    .isEqualTo(document.get("time").asLong() - base - 500);
            assertThat(document.has("text")).isFalse();
        }
    }

    private static String position(JsonNode letter) {
        return letter.get("source").asText()
                + '/'
                + letter.get("partition").asText()
                + '/'
                + letter.get("offset").asText();
    }

    private static void send(LocalJob job, int partition, Clicks... clicks) throws Exception {
        job.send(partition, Arrays.stream(clicks).map(Clicks::toJson).toList());
    }

    private static io.clickstream.tools.oracle.Expected expected(Clicks... clicks) {
        List<OracleClick> all = Arrays.stream(clicks).map(Clicks::forOracle).toList();
        return Oracle.expect(all, GAP, WINDOW);
    }
}
