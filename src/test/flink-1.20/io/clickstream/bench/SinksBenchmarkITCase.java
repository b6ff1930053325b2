package io.clickstream.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.bench.SinksBenchmark.Outage;
import io.clickstream.bench.SinksBenchmark.Peer;
import io.clickstream.bench.SinksBenchmark.Plan;
import io.clickstream.bench.SinksBenchmark.Result;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Both sinks deliver, and an outage of OpenSearch is seen in the other sink of the job. Flink's own
 * connector has no release for Flink 2.
 */
@Timeout(300)
class SinksBenchmarkITCase {

    private static final long DOCUMENTS = 20_000;
    private static final Duration OUTAGE = Duration.ofSeconds(3);
    private static final Duration ONE_SECOND = Duration.ofSeconds(1);
    private static final Duration CHECKPOINTS = Duration.ofMillis(300);

    @Test
    void measuresBothSinks() throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        SinksBenchmark benchmark =
                new SinksBenchmark(
                        new PrintStream(printed, true, StandardCharsets.UTF_8),
                        new Plan(DOCUMENTS, 1, OUTAGE, CHECKPOINTS));

        Map<Peer, Result> results = benchmark.measure();
        benchmark.print(results);

        assertThat(results).containsOnlyKeys(Peer.values());
        for (Result result : results.values()) {
            assertThat(result.documentsPerSecond()).isPositive();
            assertThat(result.heapBytes()).isPositive();
            assertThat(result.outage().usualMillis()).isPositive();
            assertThat(result.outage().heapBytes()).isPositive();
        }
        Outage ours = results.get(Peer.OURS).outage();
        Outage theirs = results.get(Peer.CONNECTOR).outage();
        assertThat(ours.restarts()).isZero();
        // The connector fails the job, or holds up its checkpoints.
        assertThat(theirs.longestMillis())
                .isGreaterThan(OUTAGE.minus(ONE_SECOND).toMillis())
                .isGreaterThan(ours.longestMillis());
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("| sink | documents/s |", "\n| ours | ", "\n| connector | ")
                .containsPattern("\\n\\| ours is \\| \\d+\\.\\d\\d x \\|")
                .contains("in an outage of 3.0 s");
    }
}
