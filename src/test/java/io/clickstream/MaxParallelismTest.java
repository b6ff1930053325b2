package io.clickstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.config.ConfigException;
import io.clickstream.config.JobConfig;
import io.clickstream.testing.PropertyGroups;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The managed service lets nobody set {@code pipeline.max-parallelism}, so the job has a key. */
class MaxParallelismTest {

    @Test
    void theMaximumCanBeSetWhereTheClusterTakesNoSettings() {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
        env.setParallelism(2);

        ClickstreamJob.define(env, config("512"));

        assertThat(env.getStreamGraph().getJobGraph().getVertices())
                .isNotEmpty()
                .filteredOn(vertex -> vertex.getParallelism() > 1)
                .extracting(JobVertex::getMaxParallelism)
                .containsOnly(512);
    }

    @Test
    void aParallelismAboveTheMaximumIsRefusedWithTheKey() {
        assertThat(StartChecks.parallelismProblem(config("4"), 4)).isEmpty();

        assertThat(StartChecks.parallelismProblem(config("4"), 5))
                .hasValueSatisfying(
                        problem ->
                                assertThat(problem)
                                        .startsWith(
                                                "job / max-parallelism is 4, but the job runs with"
                                                        + " a parallelism of 5. Lower"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "32769", "many"})
    void aMaximumThatFlinkDoesNotKnowIsRefused(String value) {
        assertThatThrownBy(() -> config(value))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("job / max-parallelism")
                .hasMessageContaining("a number up to 32768");
    }

    private static JobConfig config(String maxParallelism) {
        return JobConfig.parse(
                PropertyGroups.smallest().with("job", "max-parallelism", maxParallelism).build());
    }
}
