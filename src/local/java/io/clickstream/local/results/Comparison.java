package io.clickstream.local.results;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What should be somewhere against what is there, each as often as it is.
 *
 * @param place what is compared: {@code topic Departments_Agg}
 * @param expected how many lines should be there
 * @param missing the lines that should be there and are not, sorted
 * @param unexpected the lines that are there and should not be, sorted
 */
public record Comparison(
        String place, int expected, List<String> missing, List<String> unexpected) {

    /** How many lines of each kind a report shows. */
    private static final int SHOWN = 3;

    private static final ObjectMapper SORTED_KEYS =
            JsonMapper.builder()
                    .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                    .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                    .build();

    /** Compares lines exactly. */
    public static Comparison ofLines(
            String place, Collection<String> expected, Collection<String> actual) {
        Map<String, Integer> surplus = new TreeMap<>();
        actual.forEach(line -> surplus.merge(line, 1, Integer::sum));
        expected.forEach(line -> surplus.merge(line, -1, Integer::sum));
        List<String> missing = new ArrayList<>();
        List<String> unexpected = new ArrayList<>();
        surplus.forEach(
                (line, count) -> {
                    missing.addAll(Collections.nCopies(Math.max(0, -count), line));
                    unexpected.addAll(Collections.nCopies(Math.max(0, count), line));
                });
        return new Comparison(place, expected.size(), missing, unexpected);
    }

    /** Compares JSON objects, whatever the order of their fields. */
    public static Comparison ofDocuments(
            String place, Collection<String> expected, Collection<JsonNode> actual)
            throws JsonProcessingException {
        List<String> expectedSorted = new ArrayList<>();
        for (String line : expected) {
            expectedSorted.add(sorted(SORTED_KEYS.readTree(line)));
        }
        List<String> actualSorted = new ArrayList<>();
        for (JsonNode document : actual) {
            actualSorted.add(sorted(document));
        }
        return ofLines(place, expectedSorted, actualSorted);
    }

    private static String sorted(JsonNode document) throws JsonProcessingException {
        return SORTED_KEYS.writeValueAsString(SORTED_KEYS.treeToValue(document, Object.class));
    }

    /** Whether all that should be there is there, and nothing else. */
    public boolean isEqual() {
        return missing.isEmpty() && unexpected.isEmpty();
    }

    /** How many lines differ, and the first of them. */
    public List<String> report() {
        List<String> lines = new ArrayList<>();
        lines.add(
                "%s: %,d of %,d missing, %,d unexpected"
                        .formatted(place, missing.size(), expected, unexpected.size()));
        missing.stream().limit(SHOWN).forEach(line -> lines.add("  missing    " + line));
        unexpected.stream().limit(SHOWN).forEach(line -> lines.add("  unexpected " + line));
        return lines;
    }
}
