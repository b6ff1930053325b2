package io.clickstream.config;

import static io.clickstream.testing.PropertyGroups.lab;
import static io.clickstream.testing.PropertyGroups.none;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.testing.PropertyGroups;
import org.junit.jupiter.api.Test;

class ReplayConfigTest {

    @Test
    void needsNothing() {
        ReplayConfig config = ReplayConfig.parse(none().build());

        assertThat(config.format().maxRecordBytes()).isEqualTo(1_048_576);
        assertThat(config.eventTime().maxFutureSkew()).hasSeconds(10);
        assertThat(config.aggregates().sessionGap()).hasSeconds(1);
        assertThat(config.aggregates().window()).hasSeconds(10);
    }

    @Test
    void takesTheFileOfTheJob() {
        PropertyGroups ofTheJob =
                PropertyGroups.smallest()
                        .with("aggregates", "session-gap", "30 min")
                        .with("sink.opensearch", "endpoint", "no address: ignored")
                        .with("sink.kafka", "kafka.linger.ms", "50");

        assertThat(ReplayConfig.parse(ofTheJob.build()).aggregates().sessionGap()).hasMinutes(30);
        assertThat(ReplayConfig.parse(lab().build()).aggregates().sessionGap()).hasSeconds(1);
    }

    @Test
    void checksWhatItNeedsAndTheNamesOfTheRest() {
        PropertyGroups wrong =
                none().with("aggregates", "session-gap", "half an hour")
                        .with("sink.kafka", "departments", "d");

        assertThatThrownBy(() -> ReplayConfig.parse(wrong.build()))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e ->
                                assertThat(e.errors())
                                        .containsExactly(
                                                "`sink.kafka / departments` is not known; did you"
                                                        + " mean `departments-topic`?",
                                                "`aggregates / session-gap` is 'half an hour',"
                                                        + " which is not a duration; it must"
                                                        + " be a duration, such as `500 ms`,"
                                                        + " `20 s`, `30 min`"));
    }
}
