package io.clickstream.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.bench.FreshnessBenchmark.Result;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The benchmark sees documents and records of windows that have closed. */
@Timeout(300)
class FreshnessBenchmarkITCase {

    @Test
    void measuresDocumentsAndRecords() throws Exception {
        PrintStream nowhere =
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);

        Result result =
                new FreshnessBenchmark(nowhere, Duration.ofSeconds(45)).measure("at-least-once");

        assertThat(result.documents()).isNotEmpty().isSorted().allMatch(millis -> millis > -100);
        assertThat(result.records()).isNotEmpty().isSorted().allMatch(millis -> millis > -100);
    }
}
