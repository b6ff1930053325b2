package io.clickstream.sink.kafka;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.testing.Await;
import io.clickstream.testing.Clicks;
import io.clickstream.testing.LocalJob;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.Oracle;
import io.clickstream.tools.oracle.OracleClick;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job, some of whose results are larger than their topic accepts. */
class TooLargeResultsITCase {

    private static final int LIMIT = 2_000;
    private static final int USERS = 60;
    private static final int USERS_WITH_LONG_LISTS = 3;

    @Test
    void areDeadLettersAndTheOthersAreWritten(@TempDir Path folder) throws Exception {
        List<OracleClick> clicks = new ArrayList<>();
        List<byte[]> records = new ArrayList<>();
        long start = Clock.systemUTC().millis() - 60_000;
        for (int i = 0; i < USERS * 10; i++) {
            int user = i % USERS;
            // The list of 10 names is longer than the topic accepts, one name is not.
            String department =
                    user < USERS_WITH_LONG_LISTS ? i / USERS + "-" + "x".repeat(300) : "Books";
            Clicks click =
                    click((long) user)
                            .at(start + i)
                            .in(department)
                            .ofType(i / USERS == 9 ? "order_checkout" : "order");
            clicks.add(click.forOracle());
            records.add(click.toJson());
        }
        Expected expected = Oracle.expect(clicks, Duration.ofSeconds(1), Duration.ofSeconds(10));
        List<String> accepted = new ArrayList<>();
        List<String> tooLarge = new ArrayList<>();
        for (String result : expected.of(Aggregates.CHECKOUT_SESSIONS)) {
            (result.length() < LIMIT ? accepted : tooLarge).add(result);
        }
        assertThat(tooLarge).hasSize(USERS_WITH_LONG_LISTS);
        String topic = Aggregates.CHECKOUT_SESSIONS.defaultTopic();
        String departments = Aggregates.DEPARTMENT_COUNTS.defaultTopic();
        List<String> counts = expected.of(Aggregates.DEPARTMENT_COUNTS);

        try (LocalJob job = new LocalJob(folder, 1)) {
            job.broker()
                    .createTopic(topic, 1, Map.of("max.message.bytes", Integer.toString(LIMIT)));
            job.start(folder, 2);
            job.send(0, records);

            Await.until(
                    "all results",
                    Duration.ofSeconds(100),
                    () ->
                            job.topic(topic).size() >= accepted.size()
                                    && job.topic(departments).size() >= counts.size()
                                    && job.deadLetters().size() >= tooLarge.size());
            assertThat(job.topic(topic)).containsExactlyInAnyOrderElementsOf(accepted);
            assertThat(job.deadLetters())
                    .extracting(letter -> letter.get("text").asText())
                    .containsExactlyInAnyOrderElementsOf(tooLarge);
            for (JsonNode letter : job.deadLetters()) {
                assertThat(letter.get("reason").asText()).isEqualTo("result-too-large");
                assertThat(letter.get("source").asText()).isEqualTo("kafka");
                assertThat(letter.get("partition").asText()).isEqualTo(topic);
                assertThat(letter.get("detail").asText())
                        .startsWith("topic " + topic + ", key ")
                        .contains("; the topic accepts at most 2000. Set max.message.bytes of the");
            }
            assertThat(job.topic(departments)).containsExactlyInAnyOrderElementsOf(counts);
            assertThat(job.deadLetterCount(Reason.RESULT_TOO_LARGE)).isEqualTo(tooLarge.size());
            assertThat(job.flink().restarts()).isZero();
        }
    }
}
