package io.clickstream.sink.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.aggregate.IndexField;
import io.clickstream.deadletter.DeadLetterFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The index templates of aggregates are made from the fields of their formats, and the retention
 * policy has their patterns. {@code mvn test -Dtest=IndexTemplatesTest -Dtemplates.update=true}
 * writes both.
 */
class IndexTemplatesTest {

    private static final Path FOLDER = Path.of("src", "main", "opensearch");
    private static final Path POLICY = FOLDER.resolve("ism-policy.json");
    private static final Pattern PATTERNS =
            Pattern.compile("(\"index_patterns\": \\[)[^]]*?(\\s*])");
    private static final String UPDATE = "templates.update";
    private static final String RENEW =
            "written by mvn test -Dtest=IndexTemplatesTest -D" + UPDATE + "=true";

    private static final String TEMPLATE =
            """
            {
              "index_patterns": [
                "%1$s",
                "%1$s-*"
              ],
              "priority": 100,
              "template": {
                "settings": {
                  "index": {
                    "number_of_shards": 1
                  }
                },
                "mappings": {
                  "dynamic": false,
                  "properties": {
            %2$s
                  }
                }
              },
              "_meta": {
                "description": "%3$s"
              }
            }
            """;

    /** The fields by index, of aggregates and of dead letters. */
    private static Map<String, List<IndexField>> fields() {
        Map<String, List<IndexField>> fields = new LinkedHashMap<>();
        Aggregates.ALL.forEach(each -> fields.put(each.defaultIndex(), each.format().fields()));
        fields.put("dead_letters", new DeadLetterFormat().fields());
        return fields;
    }

    static Set<String> indices() {
        return fields().keySet();
    }

    @BeforeAll
    static void update() throws IOException {
        if (Boolean.getBoolean(UPDATE)) {
            for (String index : indices()) {
                Files.writeString(file(index), expected(index));
            }
            Files.writeString(POLICY, expectedPolicy());
        }
    }

    @ParameterizedTest
    @MethodSource("indices")
    void haveTheFieldsOfTheFormat(String index) throws Exception {
        assertThat(file(index)).as(RENEW).exists().content().isEqualTo(expected(index));
    }

    @Test
    void thePolicyIsForTheIndicesOfEachDayOrMonth() throws Exception {
        assertThat(POLICY).as(RENEW).content().isEqualTo(expectedPolicy());
    }

    private static String expected(String index) throws IOException {
        return TEMPLATE.formatted(
                index,
                fields().get(index).stream()
                        .map(IndexTemplatesTest::mapping)
                        .collect(Collectors.joining(",\n")),
                description(index, file(index)));
    }

    /** An existing description stays, since it may say more than the list of aggregates. */
    private static String description(String index, Path file) throws IOException {
        if (Files.exists(file)) {
            return json(file).at("/_meta/description").asText();
        }
        return Aggregates.ALL.stream()
                .filter(aggregate -> aggregate.defaultIndex().equals(index))
                .findFirst()
                .map(Aggregate::contents)
                .orElse("");
    }

    private static String mapping(IndexField field) {
        String type =
                switch (field.type()) {
                    case KEYWORD -> "\"keyword\",\n  \"ignore_above\": 8191";
                    case CODE -> "\"keyword\"";
                    case TEXT -> "\"text\"";
                    case DATE -> "\"date\",\n  \"format\": \"epoch_millis\"";
                    case INTEGER -> "\"integer\"";
                    case LONG -> "\"long\"";
                    case DOUBLE -> "\"double\"";
                };
        return "\"%s\": {\n  \"type\": %s\n}"
                .formatted(field.name(), type)
                .indent(8)
                .stripTrailing();
    }

    /** The policy as it is, but for its patterns. */
    private static String expectedPolicy() throws IOException {
        String policy = Files.readString(POLICY);
        Matcher patterns = PATTERNS.matcher(policy);
        assertThat(patterns.find()).as("index_patterns in %s", POLICY).isTrue();
        return policy.substring(0, patterns.end(1))
                + indices().stream()
                        .map(index -> "\n          \"" + index + "-*\"")
                        .collect(Collectors.joining(","))
                + policy.substring(patterns.start(2));
    }

    @ParameterizedTest
    @MethodSource("indices")
    void coverTheIndexWithAndWithoutAPeriod(String index) throws Exception {
        JsonNode patterns = json(file(index)).get("index_patterns");

        assertThat(patterns).extracting(JsonNode::asText).containsExactly(index, index + "-*");
    }

    /** A field that a later version adds is kept and not searchable, instead of refused. */
    @ParameterizedTest
    @MethodSource("indices")
    void keepFieldsThatTheyDoNotKnow(String index) throws Exception {
        assertThat(json(file(index)).at("/template/mappings/dynamic")).hasToString("false");
    }

    private static Path file(String index) {
        return FOLDER.resolve("index-templates").resolve(index + ".json");
    }

    private static JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }
}
