package io.clickstream.local.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.ClickstreamJob;
import io.clickstream.config.JobConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;

/** Which operators hand each other references, and where records go through the network. */
class ChainingTest {

    @Test
    void aClickGoesThroughTheNetworkOnceAndSumsDo() {
        List<String> chains = chains(Map.of());

        assertThat(chains).hasSize(4);
        assertThat(chains)
                .contains("Source: click-source -> click-intake")
                .anyMatch(
                        chain ->
                                chain.startsWith("event-time -> click-sessions -> (")
                                        && chain.contains("checkout-sessions -> checkout-sessions-")
                                        && chain.contains("local-counts"))
                .anyMatch(chain -> chain.startsWith("window-counts -> ("))
                .anyMatch(chain -> chain.startsWith("dead-letters -> "));
    }

    @Test
    void aClickOfACartStaysInItsSubtask() {
        List<String> chains = chains(Map.of("carts", Map.of()));

        assertThat(chains)
                .hasSize(4)
                .anyMatch(
                        chain ->
                                chain.startsWith("event-time -> click-sessions -> (")
                                        && chain.contains("cart-outcomes -> cart-outcomes-"));
    }

    /** Records are gathered in the source's thread, and written in another one. */
    @Test
    void theArchiveGetsBatchesThroughTheNetwork() {
        List<String> chains =
                chains(Map.of("sink.archive", Map.of("path", "file:///archive", "gzip", "true")));

        assertThat(chains)
                .anyMatch(
                        chain ->
                                chain.startsWith(
                                                "Source: click-source -> click-intake"
                                                        + " -> malformed-archive-sink: Writer -> ")
                                        && !chain.contains(" archive-sink"))
                .contains("archive-sink: Writer", "archive-sink: Committer")
                .hasSize(6);
    }

    private static List<String> chains(Map<String, Map<String, String>> more) {
        StreamExecutionEnvironment env = new StreamExecutionEnvironment();
        env.setParallelism(2);
        Map<String, Map<String, String>> groups = new HashMap<>(more);
        groups.put("source.kafka", Map.of("bootstrap-servers", "127.0.0.1:1", "topic", "clicks"));
        groups.put("sink.kafka", Map.of("delivery", "at-least-once"));
        ClickstreamJob.define(env, JobConfig.parse(groups));
        return StreamSupport.stream(
                        env.getStreamGraph().getJobGraph().getVertices().spliterator(), false)
                .map(JobVertex::getName)
                .toList();
    }
}
