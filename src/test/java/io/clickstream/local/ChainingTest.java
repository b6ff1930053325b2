package io.clickstream.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.ClickstreamJob;
import io.clickstream.config.JobConfig;
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
        StreamExecutionEnvironment env = new StreamExecutionEnvironment();
        env.setParallelism(2);
        ClickstreamJob.define(
                env,
                JobConfig.parse(
                        Map.of(
                                "source.kafka",
                                Map.of("bootstrap-servers", "127.0.0.1:1", "topic", "clicks"),
                                "sink.kafka",
                                Map.of("delivery", "at-least-once"))));

        List<String> chains =
                StreamSupport.stream(
                                env.getStreamGraph().getJobGraph().getVertices().spliterator(),
                                false)
                        .map(JobVertex::getName)
                        .toList();

        assertThat(chains).hasSize(4);
        assertThat(chains)
                .anyMatch(chain -> chain.startsWith("Source: click-source -> click-intake"))
                .anyMatch(
                        chain ->
                                chain.startsWith("event-time -> click-sessions -> (")
                                        && chain.contains("checkout-sessions -> checkout-sessions-")
                                        && chain.contains("local-counts"))
                .anyMatch(chain -> chain.startsWith("window-counts -> ("))
                .anyMatch(chain -> chain.startsWith("dead-letters -> "));
    }
}
