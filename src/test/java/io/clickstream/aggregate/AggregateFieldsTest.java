package io.clickstream.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.deadletter.DeadLetterFormat;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.RawRecord;
import io.clickstream.testing.SampleResults;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fields that a format declares for the index template are those that it writes. */
class AggregateFieldsTest {

    private static final long BEGIN = 1_655_183_300_000L;
    private static final long END = BEGIN + 10_000;

    static List<Aggregate<?>> aggregates() {
        return Aggregates.ALL;
    }

    @ParameterizedTest
    @MethodSource("aggregates")
    void areThoseThatTheFormatWrites(Aggregate<?> aggregate) throws IOException {
        assertSamples(aggregate);
    }

    @Test
    void ofDeadLettersAreThoseThatTheFormatWrites() throws IOException {
        DeadLetter letter =
                new DeadLetter(
                        DeadLetter.Reason.LATE,
                        "the click is late",
                        new RawRecord("ExampleTopic", 0, 7, new byte[9]),
                        END);

        assertFields(new DeadLetterFormat(), List.of(letter, letter.withEventTime(BEGIN)));
    }

    private static <T> void assertSamples(Aggregate<T> aggregate) throws IOException {
        assertFields(aggregate.format(), SampleResults.of(aggregate, BEGIN, END).values());
    }

    private static <T> void assertFields(AggregateFormat<T> format, List<T> values)
            throws IOException {
        Map<String, IndexField.Type> declared = new HashMap<>();
        for (IndexField field : format.fields()) {
            assertThat(declared.put(field.name(), field.type())).as(field.name()).isNull();
        }
        Set<String> written = new TreeSet<>();
        AggregateJson<T> json = new AggregateJson<>(format);
        for (T value : values) {
            for (Map.Entry<String, JsonNode> field :
                    new ObjectMapper().readTree(json.toBytes(value)).properties()) {
                written.add(field.getKey());
                assertThat(declared).containsKey(field.getKey());
                assertFits(field.getKey(), declared.get(field.getKey()), field.getValue());
            }
        }

        assertThat(written).isEqualTo(declared.keySet());
    }

    private static void assertFits(String name, IndexField.Type type, JsonNode value) {
        switch (type) {
            case KEYWORD ->
                    assertThat(value.isTextual() || value.isArray() || name.equals("userId"))
                            .as("%s is a text or a list: %s", name, value)
                            .isTrue();
            case CODE, TEXT -> assertThat(value.isTextual()).as(name).isTrue();
            case DATE -> assertThat(value.asLong()).as(name).isBetween(BEGIN, END);
            case INTEGER, LONG ->
                    assertThat(value.isIntegralNumber())
                            .as("%s is a whole number: %s", name, value)
                            .isTrue();
            case DOUBLE ->
                    assertThat(value.isFloatingPointNumber())
                            .as("%s has a fraction: %s", name, value)
                            .isTrue();
        }
    }
}
