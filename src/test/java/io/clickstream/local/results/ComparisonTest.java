package io.clickstream.local.results;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    @Test
    void orderOfLinesDoesNotMatter() {
        assertThat(Comparison.ofLines("topic", List.of("a", "b", "a"), List.of("b", "a", "a")))
                .matches(Comparison::isEqual);
    }

    @Test
    void missingAndUnexpectedLinesAreCountedAsOftenAsTheyAre() {
        Comparison comparison =
                Comparison.ofLines("topic", List.of("a", "a", "b"), List.of("a", "c", "c"));

        assertThat(comparison.isEqual()).isFalse();
        assertThat(comparison.report())
                .containsExactly(
                        "topic: 2 of 3 missing, 2 unexpected",
                        "  missing    a",
                        "  missing    b",
                        "  unexpected c",
                        "  unexpected c");
    }

    @Test
    void duplicateIsUnexpected() {
        assertThat(Comparison.ofLines("topic", List.of("a"), List.of("a", "a")).unexpected())
                .containsExactly("a");
    }

    @Test
    void reportShowsTheFirstDifferencesOnly() {
        assertThat(Comparison.ofLines("topic", Collections.nCopies(50, "a"), List.of()).report())
                .hasSize(4);
    }

    @Test
    void documentsAreEqualWhateverTheOrderOfFields() throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        List<String> expected = List.of("{\"a\":1,\"b\":[\"y\",\"x\"],\"c\":39.0}");

        assertThat(
                        Comparison.ofDocuments(
                                "index",
                                expected,
                                List.of(
                                        mapper.readTree(
                                                "{\"c\":39.0,\"b\":[\"y\",\"x\"],\"a\":1}"))))
                .matches(Comparison::isEqual);
        assertThat(
                        Comparison.ofDocuments(
                                "index",
                                expected,
                                List.of(
                                        mapper.readTree(
                                                "{\"c\":39.0,\"b\":[\"x\",\"y\"],\"a\":1}"))))
                .matches(comparison -> !comparison.isEqual());
    }
}
