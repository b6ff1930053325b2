package io.clickstream.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each aggregate of the list has all its parts. {@code src/README.md} has the recipe for a new one;
 * what it forgets, fails here.
 */
class AggregatesTest {

    private static final Path OPENSEARCH = Path.of("src/main/opensearch");
    private static final List<Path> ORACLES =
            List.of(
                    Path.of("src/tools/java/io/clickstream/tools/oracle"),
                    Path.of("src/local/java/io/clickstream/local/results"));

    static List<Aggregate<?>> aggregates() {
        return Aggregates.ALL;
    }

    @Test
    void namesKeysTopicsAndIndicesAreUnique() {
        assertThat(Aggregates.ALL).extracting(Aggregate::name).doesNotHaveDuplicates();
        assertThat(Aggregates.ALL).extracting(Aggregate::keyStem).doesNotHaveDuplicates();
        assertThat(Aggregates.ALL).extracting(Aggregate::defaultTopic).doesNotHaveDuplicates();
        assertThat(Aggregates.ALL).extracting(Aggregate::defaultIndex).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("aggregates")
    void hasAnIndexTemplateWithDates(Aggregate<?> aggregate) throws IOException {
        JsonNode template =
                json(OPENSEARCH.resolve("index-templates/" + aggregate.defaultIndex() + ".json"));

        assertThat(texts(template.path("index_patterns")))
                .containsExactlyInAnyOrder(
                        aggregate.defaultIndex(), aggregate.defaultIndex() + "-*");
        JsonNode fields = template.path("template").path("mappings").path("properties");
        assertThat(fields.path("windowBeginTime").path("type").asText()).isEqualTo("date");
        assertThat(fields.path("windowEndTime").path("type").asText()).isEqualTo("date");
    }

    @ParameterizedTest
    @MethodSource("aggregates")
    void hasARetentionPattern(Aggregate<?> aggregate) throws IOException {
        JsonNode policy = json(OPENSEARCH.resolve("ism-policy.json")).path("policy");

        assertThat(texts(policy.path("ism_template").findValue("index_patterns")))
                .contains(aggregate.defaultIndex() + "-*");
    }

    @ParameterizedTest
    @MethodSource("aggregates")
    void hasADashboardPanel(Aggregate<?> aggregate) throws IOException {
        List<JsonNode> objects = new ArrayList<>();
        for (String line : Files.readAllLines(OPENSEARCH.resolve("dashboards.ndjson"))) {
            objects.add(new ObjectMapper().readTree(line));
        }
        List<String> patterns =
                objects.stream()
                        .filter(each -> each.path("type").asText().equals("index-pattern"))
                        .filter(
                                each ->
                                        each.at("/attributes/title")
                                                .asText()
                                                .equals(aggregate.defaultIndex() + "*"))
                        .map(each -> each.path("id").asText())
                        .toList();
        assertThat(patterns).as("index pattern").hasSize(1);
        List<String> panels = referring(objects, "visualization", patterns);
        assertThat(panels).as("panels").isNotEmpty();
        assertThat(referring(objects, "dashboard", panels)).as("dashboards").isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("aggregates")
    void hasParametersAndKeysInBothTemplates(Aggregate<?> aggregate) throws IOException {
        String stem = aggregate.keyStem();
        String parameter = stem.substring(0, 1).toUpperCase(Locale.ROOT) + stem.substring(1);
        String application = Files.readString(Path.of("cloudformation/application.yaml"));
        String full = Files.readString(Path.of("cloudformation/full.yaml"));

        assertThat(application)
                .contains(
                        "\n  " + parameter + "Name:\n",
                        " " + stem + "-topic: ",
                        " " + stem + "-stream: ");
        assertThat(full).contains("\n  " + parameter + "Name:\n", "\n  " + parameter + "Stream:\n");
    }

    @ParameterizedTest
    @MethodSource("aggregates")
    void isKnownToTheDeployScript(Aggregate<?> aggregate) throws IOException {
        assertThat(Files.readString(Path.of("scripts/deploy/results.py")))
                .contains(
                        "Result(\"%s\", \"%s\""
                                .formatted(aggregate.keyStem(), aggregate.defaultTopic()));
    }

    @ParameterizedTest
    @MethodSource("aggregates")
    void isDocumented(Aggregate<?> aggregate) throws IOException {
        assertThat(Files.readString(Path.of("README.md")))
                .contains(
                        '`' + aggregate.defaultTopic() + '`', '`' + aggregate.defaultIndex() + '`');
    }

    /** Or a comparison with one, as rankings have. */
    @ParameterizedTest
    @MethodSource("aggregates")
    void hasAnOracle(Aggregate<?> aggregate) throws Exception {
        String name = nameOfConstant(aggregate);
        StringBuilder code = new StringBuilder();
        for (Path folder : ORACLES) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    code.append(Files.readString(file));
                }
            }
        }

        assertThat(code)
                .as("code that names %s in %s", name, ORACLES)
                .containsPattern("\\bAggregates\\." + name + "\\b");
    }

    private static String nameOfConstant(Aggregate<?> aggregate) throws IllegalAccessException {
        for (Field field : Aggregates.class.getFields()) {
            if (field.get(null) == aggregate) {
                return field.getName();
            }
        }
        throw new IllegalArgumentException(aggregate + " is no constant of Aggregates");
    }

    @ParameterizedTest
    @MethodSource("aggregates")
    void hasAGoldenUidAtEachDestination(Aggregate<?> aggregate) throws IOException {
        List<String> uids = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/uids"))) {
            for (Path file : files.toList()) {
                uids.addAll(Files.readAllLines(file));
            }
        }

        assertThat(uids)
                .contains(
                        aggregate.name(),
                        aggregate.name() + "-kafka-sink",
                        aggregate.name() + "-kinesis-sink",
                        aggregate.name() + "-opensearch-sink");
    }

    /** The ids of the objects of a type that refer to one of some ids. */
    private static List<String> referring(List<JsonNode> objects, String type, List<String> ids) {
        return objects.stream()
                .filter(each -> each.path("type").asText().equals(type))
                .filter(
                        each ->
                                each.path("references").findValuesAsText("id").stream()
                                        .anyMatch(ids::contains))
                .map(each -> each.path("id").asText())
                .toList();
    }

    private static JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
