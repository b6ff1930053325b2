package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.testing.Await;
import io.clickstream.testing.Clicks;
import io.clickstream.testing.LocalJob;
import io.clickstream.tools.oracle.Oracle;
import io.clickstream.tools.oracle.OracleClick;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records that no producer should send, between 30,000 good ones. */
class BadInputITCase {

    private static final int GOOD = 30_000;
    private static final int TIMES_EACH = 10;
    private static final long FAR_FUTURE = 4_070_908_800_000L; // 2099-01-01
    private static final int LIMIT = 4096;

    /** Each kind of bad record with the reason it must get. */
    private static final Map<String, Reason> BAD =
            Map.ofEntries(
                    Map.entry("", Reason.MALFORMED),
                    Map.entry("not json", Reason.MALFORMED),
                    Map.entry("{\"userid\": 7, \"eventtimestamp\": ", Reason.MALFORMED),
                    Map.entry("[1, 2, 3]", Reason.MALFORMED),
                    Map.entry("\"text\"", Reason.MALFORMED),
                    Map.entry("null", Reason.MALFORMED),
                    Map.entry("{\"userid\": 7, \"eventtimestamp\": 1} trailing", Reason.MALFORMED),
                    Map.entry("{'userid': 7, 'eventtimestamp': 1}", Reason.MALFORMED),
                    Map.entry("{\"userid\": {}, \"eventtimestamp\": 1}", Reason.MALFORMED),
                    Map.entry("{\"userid\": true, \"eventtimestamp\": 1}", Reason.MALFORMED),
                    Map.entry("{\"userid\": 7, \"eventtimestamp\": \"now\"}", Reason.MALFORMED),
                    Map.entry("{\"userid\": 7, \"eventtimestamp\": 1.5}", Reason.MALFORMED),
                    Map.entry(
                            "{\"userid\": 7, \"eventtimestamp\": 99999999999999999999}",
                            Reason.FUTURE),
                    Map.entry(
                            "{\"userid\": 7, \"eventtimestamp\": 1, \"event_type\": {}}",
                            Reason.MALFORMED),
                    Map.entry("{\"eventtimestamp\": 1655183298630}", Reason.MISSING_USER),
                    Map.entry(
                            "{\"userid\": \"\", \"eventtimestamp\": 1655183298630}",
                            Reason.MISSING_USER),
                    Map.entry("{\"userid\": 7}", Reason.MISSING_TIME),
                    Map.entry("{\"userid\": 7, \"eventtimestamp\": -1}", Reason.BEFORE_1970),
                    Map.entry(
                            "{\"userid\": 7, \"eventtimestamp\": 1655183298}",
                            Reason.IMPLAUSIBLE_TIME),
                    Map.entry(
                            "{\"userid\": 7, \"eventtimestamp\": " + FAR_FUTURE + "}",
                            Reason.FUTURE),
                    Map.entry(
                            "{\"userid\": 7, \"x\": \"" + "x".repeat(LIMIT) + "\"}",
                            Reason.TOO_LARGE));

    @Test
    void eachBadRecordIsADeadLetterAndNothingElseChanges(@TempDir Path folder) throws Exception {
        List<OracleClick> clicks = new ArrayList<>();
        List<byte[]> records = new ArrayList<>();
        Random random = new Random(42);
        long time = Clock.systemUTC().millis() - 120_000;
        for (int i = 0; i < GOOD; i++) {
            time += random.nextInt(5);
            Clicks good =
                    click((long) random.nextInt(500))
                            .at(time)
                            .in(random.nextInt(4) == 0 ? "N/A" : "Books")
                            .ofType(random.nextInt(9) == 0 ? "order_checkout" : "order");
            clicks.add(good.forOracle());
            // Some producers pack what they send.
            records.add(i % 10 == 0 ? gzip(good.toJson()) : good.toJson());
        }
        for (String bad : BAD.keySet()) {
            for (int i = 0; i < TIMES_EACH; i++) {
                records.add(random.nextInt(records.size()), bad.getBytes(StandardCharsets.UTF_8));
            }
        }

        try (LocalJob job = new LocalJob(folder, 1)) {
            job.set("format", "max-record-size", LIMIT + " b")
                    .set("format", "compression", "gzip")
                    .start(folder, 2);
            job.send(0, records);
            job.awaitTopics(
                    Oracle.expect(clicks, Duration.ofSeconds(1), Duration.ofSeconds(10)),
                    Duration.ofSeconds(100));

            int bad = BAD.size() * TIMES_EACH;
            Await.until(
                    "dead letters",
                    Duration.ofSeconds(10),
                    () -> job.topic(LocalJob.DEAD_LETTERS).size() >= bad);
            Map<String, Integer> letters = new TreeMap<>();
            for (JsonNode letter : job.deadLetters()) {
                letters.merge(
                        letter.get("reason").asText() + ' ' + letter.get("text").asText(),
                        1,
                        Integer::sum);
                assertThat(letter.get("source").asText()).isEqualTo(LocalJob.CLICKS);
                assertThat(letter.get("partition").asText()).isEqualTo("0");
                assertThat(letter.get("text").asText())
                        .isEqualTo(
                                new String(
                                        records.get(letter.get("offset").asInt()),
                                        StandardCharsets.UTF_8));
            }
            Map<String, Integer> expected = new TreeMap<>();
            BAD.forEach((text, reason) -> expected.put(reason.label() + ' ' + text, TIMES_EACH));
            assertThat(letters).isEqualTo(expected);

            assertThat(bad).isEqualTo(210);
            assertThat(job.flink().restarts()).isZero();
            assertThat(job.count(ClickstreamMetrics.RECORDS_IN)).isEqualTo(GOOD + bad);
            assertThat(job.count(ClickstreamMetrics.CLICKS)).isEqualTo(GOOD);
            assertThat(job.deadLetterCount(Reason.MALFORMED)).isEqualTo(130);
            assertThat(job.deadLetterCount(Reason.MISSING_USER)).isEqualTo(20);
            assertThat(job.deadLetterCount(Reason.MISSING_TIME)).isEqualTo(10);
            assertThat(job.deadLetterCount(Reason.BEFORE_1970)).isEqualTo(10);
            assertThat(job.deadLetterCount(Reason.IMPLAUSIBLE_TIME)).isEqualTo(10);
            assertThat(job.deadLetterCount(Reason.FUTURE)).isEqualTo(20);
            assertThat(job.deadLetterCount(Reason.TOO_LARGE)).isEqualTo(10);
            assertThat(job.deadLetterCount(Reason.LATE)).isZero();
        }
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }
}
