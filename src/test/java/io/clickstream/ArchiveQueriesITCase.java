package io.clickstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.deploy.ArchiveInSql;
import io.clickstream.local.results.Results;
import io.clickstream.testing.ArchiveFiles;
import io.clickstream.testing.Await;
import io.clickstream.testing.LocalJob;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The tables and the saved queries of the template give what the job wrote. DuckDB reads the
 * archive by the tables' columns and types, and runs the queries' own text.
 */
class ArchiveQueriesITCase {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofMinutes(2);

    @ParameterizedTest
    @ValueSource(strings = {"json", "parquet"})
    void giveWhatTheJobWrote(String format, @TempDir Path folder) throws Exception {
        Path archive = folder.resolve("archive");
        // Over the end of an hour, and far from midnight.
        LocalDate day = LocalDate.now(ZoneOffset.UTC).minusDays(1);
        long start = day.atTime(5, 59, 30).toInstant(ZoneOffset.UTC).toEpochMilli();
        List<GeneratedClick> clicks = new ArrayList<>();
        ShopTraffic traffic = new ShopTraffic(11, 200, 3_000, start);
        traffic.until(start + 60_000, clicks::add);
        traffic.flush(clicks::add);
        ClickEncoder encoder = ClickEncoder.json();
        List<byte[]> records = new ArrayList<>();
        for (GeneratedClick click : clicks) {
            records.add(encoder.encode(click));
        }
        try (LocalJob job = new LocalJob(folder, 1)) {
            job.set("sink.archive", "path", archive.toUri().toString())
                    .set("sink.archive", "roll-interval", "2 s")
                    .set("sink.archive", "inactivity", "1 s")
                    .set("sink.archive", "format", format);
            if (format.equals("json")) {
                job.set("sink.archive", "gzip", "true");
            }
            job.start(folder, 2);
            job.send(0, records);
            job.send(0, "no JSON", "[1]");
            Await.until("all clicks", SOON, () -> job.count("clicks") == records.size());
            // Only then all tasks run, which a drain needs.
            job.awaitCheckpoint();
            job.flink().drain(folder.resolve("savepoint"));
            Await.until(
                    "all lines",
                    SOON,
                    () ->
                            ArchiveFiles.lines(archive).size() == records.size()
                                    && ArchiveFiles.lines(archive.resolve("_malformed")).size()
                                            == 2);

            try (ArchiveInSql sql = ArchiveInSql.open(archive, format, "lab", "1 s", "10 s")) {
                assertThat(sql.column("record"))
                        .containsExactlyInAnyOrderElementsOf(
                                records.stream().map(each -> new String(each, UTF_8)).toList());
                assertThat(sql.query("ClicksPerHour", day.toString(), day.toString()))
                        .isEqualTo(clicksPerHour(records));
                for (String hour : List.of("05", "06")) {
                    List<List<String>> sessions = sessions(job, day + "T" + hour);
                    assertThat(sessions).hasSizeGreaterThan(1);
                    assertThat(sql.query("SessionsOfAnHour", day.toString(), hour))
                            .isEqualTo(sessions);
                }
                assertThat(sql.query("SessionsOfAnHour", day.toString(), "04")).isEmpty();
                String today = LocalDate.now(ZoneOffset.UTC).toString();
                assertThat(sql.query("DeadLettersByReason", day.toString(), today))
                        .extracting(row -> row.get(1) + " " + row.get(2))
                        .containsExactly("malformed 2");
            }
        }
    }

    /** Day, hour, clicks and users. */
    private static List<List<String>> clicksPerHour(List<byte[]> records) throws Exception {
        Map<String, Set<String>> users = new TreeMap<>();
        Map<String, Integer> clicks = new TreeMap<>();
        for (byte[] record : records) {
            JsonNode click = JSON.readTree(record);
            String hour =
                    Instant.ofEpochMilli(click.get("eventtimestamp").asLong())
                            .toString()
                            .substring(0, 13);
            clicks.merge(hour, 1, Integer::sum);
            users.computeIfAbsent(hour, each -> new HashSet<>()).add(click.get("userid").asText());
        }
        List<List<String>> rows = new ArrayList<>();
        clicks.forEach(
                (hour, count) ->
                        rows.add(
                                List.of(
                                        hour.substring(0, 10),
                                        hour.substring(11),
                                        Integer.toString(count),
                                        Integer.toString(users.get(hour).size()))));
        return rows;
    }

    /** What the job counted in the windows of an hour: their begin, sessions, with a checkout. */
    private static List<List<String>> sessions(LocalJob job, String hour) throws Exception {
        Map<Long, List<String>> rows = new TreeMap<>();
        for (String record : job.topic(Results.SESSIONS_TOPIC)) {
            JsonNode window = JSON.readTree(record);
            long begin = window.get("windowBeginTime").asLong();
            if (Instant.ofEpochMilli(begin).toString().startsWith(hour)) {
                rows.put(
                        begin,
                        List.of(
                                Long.toString(begin),
                                window.get("userSessionCount").asText(),
                                window.get("userSessionCountWithOrderCheckout").asText()));
            }
        }
        return List.copyOf(rows.values());
    }
}
