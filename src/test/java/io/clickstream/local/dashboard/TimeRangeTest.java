package io.clickstream.local.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The buckets of time are those of OpenSearch Dashboards, but not shorter than a window. */
class TimeRangeTest {

    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "PT2M, PT10S",
        "PT12M, PT10S",
        "PT15M, PT30S",
        "PT1H, PT1M",
        "PT24H, PT30M",
        "P7D, PT3H",
        "P90D, PT24H"
    })
    void intervalFitsTheRange(Duration range, Duration interval) {
        assertThat(new TimeRange(NOW.minus(range), NOW).autoInterval()).isEqualTo(interval);
    }

    @Test
    void rangeHasALength() {
        assertThatThrownBy(() -> new TimeRange(NOW, NOW))
                .hasMessageContaining("must not end before it begins");
    }
}
