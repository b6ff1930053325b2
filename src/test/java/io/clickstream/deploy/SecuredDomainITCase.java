package io.clickstream.deploy;

import static io.clickstream.deploy.Template.map;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.config.OpenSearchConfig.IndexPeriod;
import io.clickstream.config.OpenSearchConfig.Templates;
import io.clickstream.sink.opensearch.OpenSearchStartCheck;
import io.clickstream.testing.OpenSearchSettings;
import io.clickstream.testing.SecuredOpenSearch;
import io.clickstream.tools.replay.StaleDocuments;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The role that the template {@code full} gives to the job, on an OpenSearch node with its security
 * plugin: the job may do what it does, and nothing without the role.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecuredDomainITCase {

    private static final String PASSWORD = "Shop-jobs-passw0rd";
    private static final Instant END = Instant.parse("2026-06-14T10:00:30Z");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path folder;

    private static SecuredOpenSearch openSearch;

    @BeforeAll
    static void start() throws Exception {
        openSearch = SecuredOpenSearch.start(folder);
        // The sample configuration lets everybody write somewhere. A domain does not.
        assertThat(
                        openSearch
                                .send(
                                        "DELETE",
                                        "/_plugins/_security/api/rolesmapping/own_index",
                                        "")
                                .statusCode())
                .isEqualTo(200);
        put("/_plugins/_security/api/roles/clickstream", roleOfTemplate());
        put("/_plugins/_security/api/rolesmapping/clickstream", "{\"backend_roles\":[\"job\"]}");
        put(
                "/_plugins/_security/api/internalusers/job",
                "{\"password\":\"%s\",\"backend_roles\":[\"job\"]}".formatted(PASSWORD));
        put(
                "/_plugins/_security/api/internalusers/nobody",
                "{\"password\":\"%s\"}".formatted(PASSWORD));
    }

    @AfterAll
    static void stop() {
        openSearch.close();
    }

    @Test
    @Order(1)
    void withoutTheRoleTheStartCheckSaysWhatIsMissing() throws Exception {
        assertThat(OpenSearchStartCheck.problems(config("nobody").build(), Aggregates.ALL))
                .isNotEmpty()
                .allSatisfy(
                        problem ->
                                assertThat(problem)
                                        .contains("does not let the job write to")
                                        .contains("no permissions for [indices:data/write/bulk")
                                        .contains("User [name=nobody"));
    }

    @Test
    @Order(2)
    void withTheRoleMissingTemplatesAreSeen() throws Exception {
        assertThat(OpenSearchStartCheck.problems(config("job").build(), Aggregates.ALL))
                .hasSize(Aggregates.ALL.size() + 1)
                .allSatisfy(problem -> assertThat(problem).contains("has no index template"));
    }

    @Test
    @Order(3)
    void withTheRoleTheJobPutsTemplates() throws Exception {
        OpenSearchConfig config = config("job").templates(Templates.PUT).build();

        assertThat(OpenSearchStartCheck.problems(config, Aggregates.ALL)).isEmpty();
        assertThat(OpenSearchStartCheck.problems(config("job").build(), Aggregates.ALL)).isEmpty();
    }

    @Test
    @Order(4)
    void withTheRoleTheJobMakesIndicesByDayAndWrites() throws Exception {
        IndexedSamples.write(config("job").build(), END);

        String day =
                DateTimeFormatter.ofPattern("uuuu.MM.dd")
                        .format(LocalDate.ofInstant(END, ZoneOffset.UTC));
        assertThat(documents("departments_count-" + day)).isEqualTo(6);
        assertThat(documents("user_session_counts-" + day)).isEqualTo(2);
        assertThat(documents("user_session_details-" + day)).isEqualTo(4);
        assertThat(documents("trending-" + day)).isEqualTo(4);
        assertThat(documents("dead_letters-*")).isEqualTo(4);
    }

    @Test
    @Order(5)
    void withTheRoleAReplayRemovesStaleDocuments() throws Exception {
        try (StaleDocuments documents = new StaleDocuments(config("job").build())) {
            List<StaleDocuments.Found> stale =
                    documents.find(
                            "departments_count",
                            END.minusSeconds(60).toEpochMilli(),
                            END.plusSeconds(60).toEpochMilli(),
                            Set.of());
            assertThat(stale).hasSize(6);
            assertThat(documents.remove(stale)).isEqualTo(6);
        }
        assertThat(documents("departments_count-*")).isZero();
    }

    @Test
    @Order(6)
    void theRoleIsOfTheJobsIndicesOnly() throws Exception {
        put("/others", "{}");
        OpenSearchConfig config =
                config("job")
                        .indexPeriod(IndexPeriod.NONE)
                        .index(Aggregates.DEPARTMENT_COUNTS, "others")
                        .build();

        assertThat(OpenSearchStartCheck.problems(config, Aggregates.ALL))
                .singleElement()
                .asString()
                .contains("does not let the job write to others: ")
                .contains("no permissions for");
    }

    private static OpenSearchSettings config(String user) {
        return OpenSearchSettings.of(openSearch.uri())
                .basicAuth(user, PASSWORD)
                .indexPeriod(IndexPeriod.DAY)
                .templates(Templates.CHECK)
                .deadLettersIndex("dead_letters");
    }

    private static int documents(String index) throws Exception {
        openSearch.send("POST", '/' + index + "/_refresh", "");
        JsonNode answer = JSON.readTree(openSearch.send("GET", '/' + index + "/_count", "").body());
        return answer.get("count").asInt();
    }

    private static void put(String path, String body) throws Exception {
        HttpResponse<String> answer = openSearch.send("PUT", path, body);
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
    }

    /** What the stack's function sends: the literal in its code, which is JSON but for comments. */
    private static String roleOfTemplate() throws Exception {
        String code =
                map(map(FullTemplateTest.resources(FullTemplateTest.with("Source", "kinesis"))
                                        .get("AccessFunction")
                                        .get("Properties"))
                                .get("Code"))
                        .get("ZipFile")
                        .toString();
        Matcher literal = Pattern.compile("(?ms)^WRITER = (\\{.*?^})").matcher(code);
        assertThat(literal.find()).isTrue();
        return JsonMapper.builder()
                .enable(JsonReadFeature.ALLOW_YAML_COMMENTS, JsonReadFeature.ALLOW_TRAILING_COMMA)
                .build()
                .readTree(literal.group(1))
                .toString();
    }
}
