package io.clickstream.personalize;

import static io.clickstream.testing.Clicks.time;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.EventTypes;
import io.clickstream.event.Interaction;
import java.time.Duration;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With a gap of a minute. */
class InteractionSessionOperatorTest {

    private static final int MAX_PARALLELISM = 8;

    private KeyedOneInputStreamOperatorTestHarness<String, Interaction, Interaction> sessions;

    @BeforeEach
    void start() throws Exception {
        sessions = harness(1, 0);
        sessions.open();
    }

    @AfterEach
    void stop() throws Exception {
        sessions.close();
    }

    @Test
    void areNamedAfterTheUserAndTheFirstOfThem() throws Exception {
        assertThat(sessionOf("ann", "12:00:00")).isEqualTo("ann-" + time("12:00:00"));
        assertThat(sessionOf("ann", "12:01:00")).isEqualTo("ann-" + time("12:00:00"));
        assertThat(sessionOf("bob", "12:01:00")).isEqualTo("bob-" + time("12:01:00"));
        assertThat(sessionOf("ann", "12:02:00.001")).isEqualTo("ann-" + time("12:02:00.001"));
    }

    @Test
    void keepTheNameThatTheRecordHasAndNoStateForIt() throws Exception {
        Interaction sent =
                Interaction.of("1", time("12:00:00"), "View", "book")
                        .user("ann")
                        .session("17")
                        .build();
        sessions.processElement(sent, sent.time());

        assertThat(sessions.extractOutputValues()).containsExactly(sent);
        assertThat(sessions.numKeyedStateEntries()).isZero();
        assertThat(sessions.numEventTimeTimers()).isZero();
    }

    @Test
    void changeNothingElse() throws Exception {
        Interaction all =
                Interaction.of("1", time("12:00:00"), "View", "book")
                        .user("ann")
                        .eventValue(2f)
                        .properties("{}")
                        .impression(new String[] {"a"})
                        .recommendationId("r")
                        .attributionSource("s")
                        .build();
        sessions.processElement(all, all.time());

        assertThat(sessions.extractOutputValues())
                .containsExactly(
                        Interaction.of("1", time("12:00:00"), "View", "book")
                                .user("ann")
                                .session("ann-" + time("12:00:00"))
                                .eventValue(2f)
                                .properties("{}")
                                .impression(new String[] {"a"})
                                .recommendationId("r")
                                .attributionSource("s")
                                .build());
    }

    @Test
    void keepTheirNameWhenAnEarlierOneComesLater() throws Exception {
        sessionOf("ann", "12:00:30");

        assertThat(sessionOf("ann", "12:00:00")).isEqualTo("ann-" + time("12:00:30"));
        assertThat(sessionOf("ann", "11:59:00")).isEqualTo("ann-" + time("12:00:30"));
        assertThat(sessionOf("ann", "11:57:00")).isEqualTo("ann-" + time("11:57:00"));
        assertThat(sessionOf("ann", "12:01:00")).isEqualTo("ann-" + time("12:00:30"));
    }

    @Test
    void areForgottenWhenEventTimeHasPassedThem() throws Exception {
        sessionOf("ann", "12:00:00");
        sessionOf("ann", "12:00:50");
        assertThat(sessions.numEventTimeTimers()).isEqualTo(1);
        sessions.processWatermark(time("12:01:50"));
        assertThat(sessionOf("ann", "12:01:50")).isEqualTo("ann-" + time("12:00:00"));
        sessions.processWatermark(time("12:02:50"));
        assertThat(sessions.numKeyedStateEntries()).isEqualTo(3);

        sessions.processWatermark(time("12:02:50.001"));

        assertThat(sessions.numKeyedStateEntries()).isZero();
        assertThat(sessions.numEventTimeTimers()).isZero();
    }

    @Test
    void ofLateOnesLeaveNoState() throws Exception {
        sessions.processWatermark(time("13:00:00"));

        assertThat(sessionOf("ann", "12:00:00")).isEqualTo("ann-" + time("12:00:00"));
        assertThat(sessions.numKeyedStateEntries()).isZero();
        assertThat(sessions.numEventTimeTimers()).isZero();
    }

    @Test
    void goOnAfterARestartAtAnotherParallelism() throws Exception {
        for (int user = 0; user < 20; user++) {
            sessionOf("user" + user, "12:00:00");
        }
        OperatorSubtaskState state = sessions.snapshot(1, 1);
        sessions.close();
        for (int index = 0; index < 2; index++) {
            sessions = harness(2, index);
            sessions.initializeState(
                    AbstractStreamOperatorTestHarness.repartitionOperatorState(
                            state, MAX_PARALLELISM, 1, 2, index));
            sessions.open();
            for (int user = 0; user < 20; user++) {
                String name = "user" + user;
                int keyGroup =
                        KeyGroupRangeAssignment.assignToKeyGroup("user " + name, MAX_PARALLELISM);
                if (keyGroup / (MAX_PARALLELISM / 2) == index) {
                    assertThat(sessionOf(name, "12:00:30"))
                            .isEqualTo(name + "-" + time("12:00:00"));
                }
            }
            if (index == 0) {
                sessions.close();
            }
        }
    }

    @Test
    void ofLongNamesFitIntoWhatPersonalizeTakes() throws Exception {
        String name = "n".repeat(256);

        assertThat(sessionOf(name, "12:00:00"))
                .hasSizeLessThan(256)
                .endsWith("-" + time("12:00:00"))
                .doesNotContain("nn");
    }

    private String sessionOf(String user, String timeOfDay) throws Exception {
        Interaction interaction =
                Interaction.of("id", time(timeOfDay), "View", "book").user(user).build();
        sessions.getOutput().clear();
        sessions.processElement(interaction, interaction.time());
        return sessions.extractOutputValues().get(0).session();
    }

    private static KeyedOneInputStreamOperatorTestHarness<String, Interaction, Interaction> harness(
            int parallelism, int index) throws Exception {
        KeyedOneInputStreamOperatorTestHarness<String, Interaction, Interaction> harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new InteractionSessionOperator(Duration.ofMinutes(1)),
                        Interaction::key,
                        Types.STRING,
                        MAX_PARALLELISM,
                        parallelism,
                        index);
        harness.setup(EventTypes.INTERACTION.createSerializer(new SerializerConfigImpl()));
        return harness;
    }
}
