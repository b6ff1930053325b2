package io.clickstream.deploy;

import static io.clickstream.deploy.Template.list;
import static io.clickstream.deploy.Template.map;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.util.TimeUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The archive's tables and saved queries, beyond what {@code ArchiveQueriesITCase} shows. */
class ArchiveTablesTest {

    private static final Path FILE = Path.of("cloudformation", "application.yaml");

    @TempDir private Path folder;

    /** Two clicks of one user at 05:00:00 and 05:00:01, and a record without a user. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lab | {\"userid\":7,\"eventtimestamp\":%d000,\"event_type\":\"order_checkout\"}",
                "interactions | {\"userId\":\"u\",\"sentAt\":%d,\"eventType\":\"order_checkout\"}",
                "web-access |"
                        + " {\"name\":\"Ann\",\"timestamp\":\"%s\",\"action\":\"order_checkout\"}",
                "ticker | {\"TICKER\":\"AMZN\",\"EVENT_TIME\":\"%s\"}",
                "ga4 | {\"user_pseudo_id\":\"1.2\",\"event_timestamp\":\"%d000999\","
                        + "\"event_name\":\"purchase\"}",
                "segment | {\"userId\":\"\",\"anonymousId\":\"a\",\"timestamp\":\"%s\","
                        + "\"event\":\"Order Completed\"}",
                "snowplow | {\"domain_userid\":\"a\",\"derived_tstamp\":\"%s\","
                        + "\"unstruct_event_com_snowplowanalytics_snowplow_ecommerce"
                        + "_snowplow_ecommerce_action_1\":{\"type\":\"transaction\"}}",
                "rees46 | {\"user_id\":7,\"event_time\":\"%s UTC\",\"event_type\":\"purchase\"}"
            })
    void queriesFindTheFieldsOfEachPreset(String preset, String record) throws Exception {
        long first = Instant.parse("2022-06-14T05:00:00Z").getEpochSecond();
        Path file = folder.resolve("dt=2022-06-14/hour=05/part-0.jsonl");
        Files.createDirectories(file.getParent());
        Files.write(
                file,
                List.of(
                        record.formatted(argument(record, first)),
                        record.formatted(argument(record, first + 1)),
                        "{\"nobody\":true}"));

        try (ArchiveInSql sql = ArchiveInSql.open(folder, "json", preset, "1 s", "10 s")) {
            assertThat(sql.query("ClicksPerHour", "2022-06-14", "2022-06-14"))
                    .containsExactly(List.of("2022-06-14", "05", "2", "1"));
            assertThat(sql.query("SessionsOfAnHour", "2022-06-14", "05"))
                    .containsExactly(
                            List.of(first + "000", "1", preset.equals("ticker") ? "0" : "1"));
        }
    }

    private static Object argument(String record, long second) {
        String iso = Instant.ofEpochSecond(second).toString();
        if (record.contains("%s UTC")) {
            return iso.replace('T', ' ').replace("Z", "");
        }
        return record.contains("%s") ? iso : (Object) second;
    }

    /** As the job reads them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "500 ms",
                "3 milliseconds",
                "1 s",
                "20s",
                "2 seconds",
                "30 min",
                "5m",
                "1 minute",
                "2 h",
                "1 hour",
                "1 d",
                "2 days"
            })
    void queriesTakeDurationsAsTheJobDoes(String duration) throws Exception {
        Files.createDirectories(folder.resolve("dt=2022-06-14/hour=05"));
        Files.writeString(folder.resolve("dt=2022-06-14/hour=05/part-0.jsonl"), "{}\n");
        try (ArchiveInSql sql = ArchiveInSql.open(folder, "json", "lab", duration, duration)) {
            String millis = Long.toString(TimeUtils.parseDuration(duration).toMillis());

            assertThat(sql.settings()).containsExactly(List.of(millis, millis));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "parquet"})
    void partitionsAreTheFoldersOfTheArchive(String format) throws Exception {
        for (Map<String, Object> table : tables(format, "hour").values()) {
            Map<String, Object> settings = map(table.get("Parameters"));
            assertThat(list(table.get("PartitionKeys")))
                    .extracting(key -> map(key).get("Name"))
                    .containsExactly("dt", "hour");
            assertThat(settings)
                    .containsEntry("projection.enabled", "true")
                    .containsEntry("projection.dt.type", "date")
                    .containsEntry("projection.hour.type", "enum")
                    // Then folders are called name=value.
                    .doesNotContainKey("storage.location.template");
            Instant some = Instant.parse("2026-01-02T03:04:05Z");
            assertThat(
                            DateTimeFormatter.ofPattern(
                                            settings.get("projection.dt.format").toString())
                                    .withZone(ZoneOffset.UTC)
                                    .format(some))
                    .isEqualTo("2026-01-02");
            assertThat(settings.get("projection.hour.values").toString().split(","))
                    .hasSize(24)
                    .contains("00", "03", "23")
                    .satisfies(hours -> assertThat(Arrays.asList(hours)).isSorted());
        }
    }

    @Test
    void thereAreTablesOnlyOfWhatAthenaCanRead() throws Exception {
        assertThat(tables("json", "hour")).containsOnlyKeys("JsonTable", "DeadLettersTable");
        assertThat(tables("parquet", "hour")).containsOnlyKeys("ParquetTable", "DeadLettersTable");
        assertThat(tables("json", "day")).isEmpty();
        assertThat(tables("csv", "hour")).isEmpty();
        assertThat(tables("log", "firehose")).isEmpty();
    }

    private static Map<String, Map<String, Object>> tables(String format, String layout)
            throws IOException {
        Map<String, Map<String, Object>> tables = new TreeMap<>();
        Template.read(
                        FILE,
                        Map.of(
                                "JarBucket", "jars",
                                "JarKey", "clickstream/a.jar",
                                "Source", "msk",
                                "ArchiveBucket", "kept",
                                "ArchiveFormat", format,
                                "ArchiveLayout", layout))
                .resources()
                .forEach(
                        (name, resource) -> {
                            if (resource.get("Type").equals("AWS::Glue::Table")) {
                                tables.put(
                                        name,
                                        map(map(resource.get("Properties")).get("TableInput")));
                            }
                        });
        return tables;
    }
}
