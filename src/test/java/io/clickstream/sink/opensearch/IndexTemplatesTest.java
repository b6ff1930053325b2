package io.clickstream.sink.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The templates have the fields that the aggregates have. */
class IndexTemplatesTest {

    @Test
    void mapDepartments() throws Exception {
        assertThat(fields("departments_count"))
                .isEqualTo(
                        Map.of(
                                "departmentName", "keyword",
                                "departmentCount", "long",
                                "windowBeginTime", "date epoch_millis",
                                "windowEndTime", "date epoch_millis"));
    }

    @Test
    void mapSessions() throws Exception {
        assertThat(fields("user_session_counts"))
                .isEqualTo(
                        Map.of(
                                "userSessionCount", "long",
                                "userSessionCountWithOrderCheckout", "long",
                                "percentSessionswithBuy", "double",
                                "windowBeginTime", "date epoch_millis",
                                "windowEndTime", "date epoch_millis"));
    }

    @Test
    void mapCheckouts() throws Exception {
        assertThat(fields("user_session_details"))
                .isEqualTo(
                        Map.of(
                                "userId", "keyword",
                                "eventCount", "long",
                                "orderCheckoutEventCount", "long",
                                "deptList", "keyword",
                                "deptListTruncated", "long",
                                "eventKey", "long",
                                "windowBeginTime", "date epoch_millis",
                                "windowEndTime", "date epoch_millis"));
    }

    @Test
    void mapTrends() throws Exception {
        assertThat(fields("trending"))
                .isEqualTo(
                        Map.of(
                                "rank", "integer",
                                "name", "keyword",
                                "count", "long",
                                "windowBeginTime", "date epoch_millis",
                                "windowEndTime", "date epoch_millis"));
    }

    @Test
    void mapDeadLetters() throws Exception {
        assertThat(fields("dead_letters"))
                .isEqualTo(
                        Map.of(
                                "reason", "keyword",
                                "detail", "text",
                                "source", "keyword",
                                "partition", "keyword",
                                "offset", "keyword",
                                "time", "date epoch_millis",
                                "size", "long",
                                "eventTime", "date epoch_millis",
                                "lag", "long"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "departments_count",
                "user_session_counts",
                "user_session_details",
                "trending",
                "dead_letters"
            })
    void coverTheIndexWithAndWithoutAPeriod(String index) throws Exception {
        JsonNode patterns = template(index).get("index_patterns");

        assertThat(patterns).extracting(JsonNode::asText).containsExactly(index, index + "-*");
    }

    private static Map<String, String> fields(String index) throws Exception {
        JsonNode mappings = template(index).at("/template/mappings");
        // A field that a later version adds is kept and not searchable, instead of refused.
        assertThat(mappings.get("dynamic")).hasToString("false");
        JsonNode properties = mappings.get("properties");
        Stream.Builder<String> names = Stream.builder();
        properties.fieldNames().forEachRemaining(names);
        return names.build()
                .collect(Collectors.toMap(name -> name, name -> type(properties.get(name))));
    }

    private static String type(JsonNode field) {
        return (field.path("type").asText() + ' ' + field.path("format").asText()).trim();
    }

    private static JsonNode template(String index) throws Exception {
        String path = "/opensearch/index-templates/" + index + ".json";
        try (InputStream template = IndexTemplatesTest.class.getResourceAsStream(path)) {
            return new ObjectMapper().readTree(template);
        }
    }
}
