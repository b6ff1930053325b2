package io.clickstream.local.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.local.dashboard.Dashboards;
import io.clickstream.local.dashboard.TimeRange;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dashboards with panels that this project's own do not have. */
class PanelSearchTest {

    private static final String DASHBOARD =
            """
            {"type":"dashboard","id":"d","attributes":{"title":"D","panelsJSON":"%s"},\
            "references":[%s]}\
            """;
    private static final String PLACE =
            "{\\\"panelIndex\\\":\\\"%1$s\\\",\\\"panelRefName\\\":\\\"%1$s\\\",\\\"gridData\\\":{\\\"x\\\":0}}";
    private static final String REFERENCE = "{\"name\":\"%s\",\"type\":\"%s\",\"id\":\"%s\"}";

    @TempDir private Path folder;

    @Test
    void panelsWithoutIndexAreNamed() throws Exception {
        Path file =
                Files.write(
                        folder.resolve("dashboards.ndjson"),
                        List.of(
                                dashboard(),
                                """
                                {"type":"visualization","id":"text","attributes":{"title":"Text",\
                                "visState":"{\\"type\\":\\"markdown\\",\\"aggs\\":[]}"}}\
                                """,
                                """
                                {"type":"map","id":"map","attributes":{"title":"Map"}}\
                                """,
                                """
                                {"type":"visualization","id":"table","attributes":{"title":"Table",\
                                "visState":"{\\"type\\":\\"table\\",\\"aggs\\":[]}"}}\
                                """));
        PanelSearch search =
                new PanelSearch(Dashboards.read(file), URI.create("http://127.0.0.1:1"));

        JsonNode list = search.list(Set.of("live"));
        JsonNode panels =
                search.show("d", new TimeRange(Instant.EPOCH, Instant.EPOCH.plusSeconds(600)))
                        .path("panels");

        assertThat(list.at("/dashboards/0/title").asText()).isEqualTo("D");
        assertThat(list.at("/dashboards/0/written").asBoolean()).isFalse();
        assertThat(panels.findValuesAsText("id")).containsExactly("text", "map", "table", "gone");
        assertThat(panels.findValuesAsText("kind")).containsExactly("markdown", "map", "table", "");
        assertThat(panels.findValuesAsText("error"))
                .containsExactly(
                        "The saved objects have no index pattern of this panel",
                        "The saved objects have no index pattern of this panel",
                        "The saved objects have no index pattern of this panel",
                        "The saved objects have the place of this panel only");
    }

    private static String dashboard() {
        String places =
                "["
                        + String.join(
                                ",",
                                List.of("text", "map", "table", "gone").stream()
                                        .map(PLACE::formatted)
                                        .toList())
                        + "]";
        String references =
                String.join(
                        ",",
                        REFERENCE.formatted("text", "visualization", "text"),
                        REFERENCE.formatted("map", "map", "map"),
                        REFERENCE.formatted("table", "visualization", "table"),
                        REFERENCE.formatted("gone", "visualization", "gone"));
        return DASHBOARD.formatted(places, references);
    }
}
