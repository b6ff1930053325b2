package io.clickstream.deploy;

import static io.clickstream.deploy.SavedObjects.index;
import static io.clickstream.deploy.SavedObjects.names;
import static io.clickstream.deploy.SavedObjects.texts;
import static io.clickstream.local.dashboard.SavedObject.parsed;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.deploy.SavedObjectMutations.Mutation;
import io.clickstream.local.dashboard.Dashboards;
import io.clickstream.local.dashboard.SavedObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The dashboards are what an export is, and ask for fields that there are. */
class SavedObjectsTest {

    private static final String INDEX_REFERENCE = "kibanaSavedObjectMeta.searchSourceJSON.index";
    private static final int GRID_COLUMNS = 48;

    /** What Dashboards calls the types of OpenSearch. */
    private static final Map<String, String> FIELD_TYPES =
            Map.of(
                    "keyword", "string",
                    "text", "string",
                    "long", "number",
                    "integer", "number",
                    "double", "number",
                    "date", "date");

    /** Places where Dashboards takes any text, and what it does without. */
    private static final Pattern HARMLESS =
            Pattern.compile(
                    "/(id|title|description|query|customLabel|missingBucketLabel|otherBucketLabel"
                            + "|label|name|text|subText|percentageCol|value_template|axis_min"
                            + "|script|default_index_pattern|default_timefield) other text$"
                            + "|/(refreshInterval|timeFrom|timeTo|fieldFormatMap|lag|medianMillis"
                            + "|size|params|esTypes|customLabel|extended_bounds|min|max"
                            + "|has_extended_bounds"
                            + "|used_interval|axis_min|default_index_pattern|default_timefield"
                            + "|isModelInvalid|value_template) removed$"
                            + "|/(min|max|interval) other type$");

    private static final Dashboards DASHBOARDS = read();
    private static final List<SavedObject> OBJECTS = DASHBOARDS.objects();
    private static final Map<String, SavedObject> BY_REFERENCE = DASHBOARDS.byReference();
    private static final JsonNode STRUCTURE = structure();

    static Stream<SavedObject> objects() {
        return OBJECTS.stream();
    }

    static Stream<SavedObject> dashboards() {
        return of("dashboard");
    }

    static Stream<SavedObject> visualizations() {
        return of("visualization");
    }

    static Stream<SavedObject> panels() {
        return Stream.concat(of("visualization"), of("search"));
    }

    static Stream<SavedObject> searches() {
        return of("search");
    }

    static Stream<SavedObject> patterns() {
        return of("index-pattern");
    }

    @Test
    void idsAreUniqueAndTheProjectsOwn() {
        assertThat(OBJECTS).extracting(SavedObject::id).doesNotHaveDuplicates();
        assertThat(OBJECTS).allMatch(object -> object.id().startsWith("clickstream-"));
    }

    @ParameterizedTest
    @MethodSource("objects")
    void fitsTheSchemaOfDashboards(SavedObject object) {
        assertThat(SavedObjectSchema.problems(object)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("objects")
    void refersToObjectsOfTheFile(SavedObject object) {
        assertThat(BY_REFERENCE.keySet()).containsAll(object.references().values());
        assertThat(object.references()).hasSize(object.json().path("references").size());
    }

    @ParameterizedTest
    @MethodSource("panels")
    void namesItsIndexPattern(SavedObject panel) {
        JsonNode source = panel.searchSource();
        assertThat(names(source.get("query"))).containsExactlyInAnyOrder("query", "language");
        assertThat(source.get("filter")).isEmpty();
        if (panel.isTimeSeries()) {
            // This kind names its index itself.
            assertThat(panel.references()).isEmpty();
            assertThat(source.has("indexRefName")).isFalse();
        } else {
            assertThat(panel.references()).containsOnlyKeys(INDEX_REFERENCE);
            assertThat(source.path("indexRefName").asText()).isEqualTo(INDEX_REFERENCE);
        }
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void listsTheFieldsOfItsIndexTemplate(SavedObject pattern) throws IOException {
        Map<String, String> template = SavedObjects.fields(index(pattern));
        Map<String, JsonNode> listed = new TreeMap<>();
        pattern.embedded("fields").forEach(field -> listed.put(field.path("name").asText(), field));
        assertThat(listed.keySet()).contains("_id", "_index", "_score", "_source");
        listed.keySet().removeIf(name -> name.startsWith("_"));

        assertThat(listed.keySet()).isEqualTo(template.keySet());
        listed.forEach(
                (name, field) -> {
                    String type = template.get(name);
                    assertThat(field.path("type").asText()).isEqualTo(FIELD_TYPES.get(type));
                    assertThat(texts(field.path("esTypes"))).containsExactly(type);
                    assertThat(field.path("aggregatable").asBoolean())
                            .isEqualTo(!type.equals("text"));
                });
        assertThat(template)
                .containsEntry(pattern.attributes().path("timeFieldName").asText(), "date");
        if (pattern.attributes().has("fieldFormatMap")) {
            assertThat(template.keySet()).containsAll(names(pattern.embedded("fieldFormatMap")));
        }
    }

    @Test
    void eachIndexTemplateHasAnIndexPattern() throws IOException {
        try (Stream<Path> files = Files.list(SavedObjects.ASSETS.resolve("index-templates"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            patterns().map(pattern -> index(pattern) + ".json").toList());
        }
    }

    @ParameterizedTest
    @MethodSource("visualizations")
    void asksForWhatItsIndexHas(SavedObject visualization) throws IOException {
        JsonNode state = visualization.visState();
        String kind = state.path("type").asText();
        assertThat(state.path("title")).isEqualTo(visualization.attributes().path("title"));
        if (visualization.isTimeSeries()) {
            checkSeries(state.path("params"));
            return;
        }
        Map<String, String> fields =
                SavedObjects.fields(
                        index(BY_REFERENCE.get(visualization.references().get(INDEX_REFERENCE))));
        assertThat(state.path("aggs")).isNotEmpty();
        List<String> ids = new ArrayList<>();
        for (JsonNode aggregation : state.path("aggs")) {
            ids.add(aggregation.path("id").asText());
            checkAggregation(aggregation, kind, fields);
        }
        assertThat(ids).doesNotHaveDuplicates();
        for (JsonNode aggregation : state.path("aggs")) {
            JsonNode orderBy = aggregation.at("/params/orderBy");
            if (!orderBy.isMissingNode() && !orderBy.asText().equals("_key")) {
                assertThat(ids).contains(orderBy.asText());
            }
        }
        state.at("/params/seriesParams")
                .forEach(
                        series -> {
                            assertThat(ids).contains(series.at("/data/id").asText());
                            assertThat(series.path("valueAxis").asText())
                                    .isEqualTo(state.at("/params/valueAxes/0/id").asText());
                        });
    }

    private static void checkAggregation(
            JsonNode aggregation, String kind, Map<String, String> fields) {
        String type = aggregation.path("type").asText();
        assertThat(texts(STRUCTURE.path("schemas").path(kind)))
                .contains(aggregation.path("schema").asText());
        JsonNode stock = STRUCTURE.path("aggregations").path(type);
        assertThat(stock.isObject()).as(type).isTrue();
        JsonNode params = aggregation.path("params");
        for (String name : List.of("field", "sortField")) {
            if (params.has(name)) {
                assertThat(fields).containsKey(params.path(name).asText());
                assertThat(texts(stock.path("fields")))
                        .contains(fields.get(params.path(name).asText()));
            }
        }
    }

    /** A visualization that is made of series, with aggregations of its own form. */
    private static void checkSeries(JsonNode params) throws IOException {
        String index = params.path("index_pattern").asText().replaceFirst("\\*$", "");
        Map<String, String> fields = SavedObjects.fields(index);
        assertThat(fields).containsEntry(params.path("time_field").asText(), "date");
        for (JsonNode series : params.path("series")) {
            List<String> ids = new ArrayList<>();
            for (JsonNode metric : series.path("metrics")) {
                if (metric.path("type").asText().equals("calculation")) {
                    assertThat(metric.path("variables")).isNotEmpty();
                    for (JsonNode variable : metric.path("variables")) {
                        assertThat(metric.path("script").asText())
                                .contains("params." + variable.path("name").asText());
                    }
                    metric.path("variables")
                            .forEach(
                                    variable ->
                                            assertThat(ids)
                                                    .contains(variable.path("field").asText()));
                } else {
                    assertThat(
                                    texts(
                                            STRUCTURE.at(
                                                    "/aggregations/"
                                                            + metric.path("type").asText()
                                                            + "/fields")))
                            .contains(fields.get(metric.path("field").asText()));
                }
                ids.add(metric.path("id").asText());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void panelsMatchTheirReferencesAndDoNotOverlap(SavedObject dashboard) {
        JsonNode panels = dashboard.embedded("panelsJSON");
        List<String> cells = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<String> indices = new ArrayList<>();
        for (JsonNode panel : panels) {
            names.add(panel.path("panelRefName").asText());
            indices.add(panel.path("panelIndex").asText());
            JsonNode grid = panel.path("gridData");
            assertThat(grid.path("i").asText()).isEqualTo(panel.path("panelIndex").asText());
            assertThat(grid.path("x").asInt() + grid.path("w").asInt()).isBetween(1, GRID_COLUMNS);
            for (int x = 0; x < grid.path("w").asInt(); x++) {
                for (int y = 0; y < grid.path("h").asInt(); y++) {
                    cells.add((grid.path("x").asInt() + x) + "," + (grid.path("y").asInt() + y));
                }
            }
        }

        assertThat(panels).isNotEmpty();
        assertThat(cells).doesNotHaveDuplicates();
        assertThat(indices).doesNotHaveDuplicates();
        assertThat(names).containsExactlyElementsOf(dashboard.references().keySet());
        assertThat(dashboard.embedded("optionsJSON").isObject()).isTrue();
        assertThat(dashboard.searchSource().has("query")).isTrue();
    }

    @Test
    void eachPanelIsOnADashboard() {
        TreeSet<String> shown = new TreeSet<>();
        dashboards().forEach(dashboard -> shown.addAll(dashboard.references().values()));

        assertThat(shown)
                .containsExactlyInAnyOrderElementsOf(panels().map(Object::toString).toList());
    }

    @ParameterizedTest
    @MethodSource("searches")
    void listsColumnsThatThereAre(SavedObject panel) throws IOException {
        Map<String, String> fields =
                SavedObjects.fields(
                        index(BY_REFERENCE.get(panel.references().get(INDEX_REFERENCE))));
        assertThat(fields.keySet()).containsAll(texts(panel.attributes().path("columns")));
        assertThat(fields).containsEntry(panel.attributes().at("/sort/0/0").asText(), "date");
    }

    /** All that can be said of one object. */
    private void check(SavedObject object) throws IOException {
        fitsTheSchemaOfDashboards(object);
        refersToObjectsOfTheFile(object);
        switch (object.type()) {
            case "dashboard" -> panelsMatchTheirReferencesAndDoNotOverlap(object);
            case "index-pattern" -> listsTheFieldsOfItsIndexTemplate(object);
            case "search" -> {
                namesItsIndexPattern(object);
                listsColumnsThatThereAre(object);
            }
            case "visualization" -> {
                namesItsIndexPattern(object);
                asksForWhatItsIndexHas(object);
            }
            default -> throw new AssertionError("not a type: " + object.type());
        }
    }

    /**
     * A field that is missing or has another type, or a text that is another one, is noticed in all
     * places but those where Dashboards takes any text, and those that it does not need.
     */
    @Test
    void noticesEachFault() {
        Map<String, Integer> unnoticed = new TreeMap<>();
        int faults = 0;
        for (SavedObject object : OBJECTS) {
            for (Mutation mutation : SavedObjectMutations.of(object)) {
                faults++;
                if (isFine(mutation.mutated())) {
                    unnoticed.merge(
                            object.type() + mutation.place().replaceAll("/[0-9]+", "/*"),
                            1,
                            Integer::sum);
                }
            }
        }

        assertThat(faults).isGreaterThan(5_000);
        assertThat(unnoticed.keySet()).allMatch(place -> HARMLESS.matcher(place).find());
    }

    private boolean isFine(SavedObject object) {
        try {
            check(object);
            return true;
        } catch (AssertionError | RuntimeException | IOException e) {
            return false;
        }
    }

    private static Stream<SavedObject> of(String type) {
        return OBJECTS.stream().filter(object -> object.type().equals(type));
    }

    private static Dashboards read() {
        try {
            return Dashboards.read(SavedObjects.FILE);
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static JsonNode structure() {
        try {
            return parsed(
                    Files.readString(
                            Path.of(
                                    "src",
                                    "test",
                                    "resources",
                                    "opensearch",
                                    "export-structure.json")));
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
