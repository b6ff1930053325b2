package io.clickstream.testing;

import io.clickstream.metrics.ClickstreamMetrics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobID;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionGraphTestUtils;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;

/** The job's own counters and gauges of an operator in a harness, by name. */
public final class OperatorCounters {

    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final Map<String, Gauge<?>> gauges = new ConcurrentHashMap<>();

    /** What a harness needs for its operator to count here. */
    public MockEnvironment environment() {
        TestingMetricRegistry registry =
                TestingMetricRegistry.builder()
                        .setRegisterConsumer(
                                (metric, name, group) -> {
                                    if (!List.of(group.getScopeComponents())
                                            .contains(ClickstreamMetrics.GROUP)) {
                                        return;
                                    }
                                    if (metric instanceof Counter counter) {
                                        counters.put(name, counter);
                                    } else if (metric instanceof Gauge<?> gauge) {
                                        gauges.put(name, gauge);
                                    }
                                })
                        .build();
        return new MockEnvironmentBuilder()
                .setMetricGroup(
                        TaskManagerMetricGroup.createTaskManagerMetricGroup(
                                        registry, "localhost", ResourceID.generate())
                                .addJob(new JobID(), "clickstream")
                                .addTask(
                                        ExecutionGraphTestUtils.createExecutionAttemptId(), "task"))
                .build();
    }

    /** All counters and what they have counted. */
    public Map<String, Long> counted() {
        return counters.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().getCount()));
    }

    /** What a gauge says now; empty as long as it is not registered. */
    public Optional<Long> gauge(String name) {
        return Optional.ofNullable(gauges.get(name))
                .map(gauge -> ((Number) gauge.getValue()).longValue());
    }
}
