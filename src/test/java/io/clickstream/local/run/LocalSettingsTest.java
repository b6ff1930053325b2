package io.clickstream.local.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.JobConfig;
import io.clickstream.config.PropertyGroupsFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a user's settings leave open is added, and nothing that they name is changed. */
class LocalSettingsTest {

    private static final String KAFKA = "127.0.0.1:1";
    private static final String OPENSEARCH = "http://127.0.0.1:2";

    private static final Map<String, String> LAB =
            Map.of(
                    "BootstrapServers", "msk:9098",
                    "Topic", "ExampleTopic",
                    "GroupId", "flinkapp",
                    "DepartmentsAgg_Topic", "Departments_Agg",
                    "clickEventsUserIdAggResult_Topic", "ClickEvents_UserId_Agg_Result",
                    "userSessionsAggregatesWithOrderCheckout_Topic", "Checkouts",
                    "OpenSearchEndpoint", "https://domain.example");

    private static Map<String, Map<String, String>> completed(
            Map<String, Map<String, String>> named) {
        return new LocalSettings(named).completed(KAFKA, OPENSEARCH, Map.of(), "clicks");
    }

    @Test
    void allIsAddedToNothing() {
        Map<String, Map<String, String>> groups = completed(Map.of());

        assertThat(groups.keySet())
                .isEqualTo(Set.of("source.kafka", "format", "sink.kafka", "sink.opensearch"));
        assertThat(groups.get("source.kafka"))
                .containsEntry("bootstrap-servers", KAFKA)
                .containsEntry("topic", "clicks");
        assertThat(groups.get("sink.kafka")).containsEntry("bootstrap-servers", KAFKA);
        assertThat(groups.get("sink.opensearch")).containsEntry("endpoint", OPENSEARCH);
        assertThat(JobConfig.parse(groups).computed()).hasSize(3);
    }

    @Test
    void projectsOwnFileStaysAsItIs() {
        Map<String, Map<String, String>> file =
                PropertyGroupsFile.read(Path.of("flink-conf", "application_properties.json"));

        assertThat(new LocalSettings(file).namesSource()).isTrue();
        assertThat(completed(file)).isEqualTo(file);
    }

    @Test
    void groupOfTheLabStaysAsItIs() {
        Map<String, Map<String, String>> lab = Map.of("FlinkApplicationProperties", LAB);

        assertThat(new LocalSettings(lab).namesSource()).isTrue();
        assertThat(completed(lab)).isEqualTo(lab);
        assertThat(JobConfig.parse(completed(lab)).kafkaSource()).isPresent();
    }

    @Test
    void resultsOfClicksFromElsewhereGoToTheRunsOwnServers() {
        Map<String, Map<String, String>> groups =
                completed(
                        Map.of(
                                "source.kafka",
                                Map.of("bootstrap-servers", "msk:9098", "topic", "clicks"),
                                "live",
                                Map.of()));

        assertThat(groups.get("source.kafka")).containsEntry("bootstrap-servers", "msk:9098");
        assertThat(groups.get("sink.kafka")).isEqualTo(Map.of("bootstrap-servers", KAFKA));
        assertThat(groups).containsKeys("live", "sink.opensearch");
    }

    @Test
    void topicsWithoutServersAreInTheClusterOfTheSource() {
        Map<String, Map<String, String>> groups =
                completed(
                        Map.of(
                                "source.kafka",
                                Map.of("bootstrap-servers", "msk:9098", "topic", "clicks"),
                                "sink.kafka",
                                Map.of("departments-topic", "mine")));

        assertThat(groups.get("sink.kafka")).isEqualTo(Map.of("departments-topic", "mine"));
    }

    @Test
    void archiveWithoutPathNeedsABucket() {
        Map<String, Map<String, String>> named =
                Map.of("sink.archive", Map.of("format", "parquet"));
        LocalSettings settings = new LocalSettings(named);

        assertThat(settings.needsBucket()).isTrue();
        assertThat(
                        settings.completed(
                                        KAFKA,
                                        OPENSEARCH,
                                        Map.of("path", "s3://b/a", "format", "json"),
                                        "clicks")
                                .get("sink.archive"))
                .isEqualTo(Map.of("path", "s3://b/a", "format", "parquet"));
        assertThat(
                        new LocalSettings(Map.of("sink.archive", Map.of("path", "s3://m")))
                                .needsBucket())
                .isFalse();
    }

    @Test
    void shopCanSendOnlyItsOwnClicks() {
        assertThat(new LocalSettings(Map.of()).readsClicksOfShop()).isTrue();
        assertThat(new LocalSettings(Map.of("format", Map.of("type", "avro"))).readsClicksOfShop())
                .isTrue();
        assertThat(new LocalSettings(Map.of("format", Map.of("user", "/u"))).readsClicksOfShop())
                .isFalse();
    }
}
