package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.local.dashboard.SavedObject;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The policy that index state management gets. */
class RetentionPolicyTest {

    private JsonNode policy;

    @BeforeEach
    void read() throws Exception {
        policy =
                SavedObject.parsed(Files.readString(SavedObjects.ASSETS.resolve("ism-policy.json")))
                        .path("policy");
    }

    @Test
    void isForIndicesOfADayOrMonthAndNoOthers() throws Exception {
        List<String> wanted = new ArrayList<>();
        for (String index : SavedObjects.patterns(SavedObjects.read()).keySet()) {
            wanted.add(index + "-*");
        }

        assertThat(SavedObjects.texts(policy.at("/ism_template/0/index_patterns")))
                .containsExactlyInAnyOrderElementsOf(wanted);
    }

    @Test
    void eachStateLeadsToOneThatThereIsAndInTheEndToDeletion() {
        Set<String> states = new HashSet<>();
        policy.path("states").forEach(state -> states.add(state.path("name").asText()));
        assertThat(states).contains(policy.path("default_state").asText());
        for (JsonNode state : policy.path("states")) {
            if (state.path("transitions").isEmpty()) {
                assertThat(state.at("/actions/0").has("delete")).isTrue();
                continue;
            }
            // The first condition that holds decides: one that is shorter than the others would
            // otherwise hide behind them.
            JsonNode first = state.at("/transitions/0");
            assertThat(first.path("state_name").asText()).isEqualTo("expired");
            assertThat(first.at("/conditions/min_index_age").asText()).isEqualTo("90d");
            state.path("transitions")
                    .forEach(next -> assertThat(states).contains(next.path("state_name").asText()));
        }
    }

    @Test
    void rollsNothingOverAndLocksNothing() {
        // A replay writes a document again, in the index that it is in.
        for (String action : List.of("rollover", "read_only", "close", "shrink")) {
            assertThat(policy.findValues(action)).as(action).isEmpty();
        }
    }
}
