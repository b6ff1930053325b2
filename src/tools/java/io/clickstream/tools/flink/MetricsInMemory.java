package io.clickstream.tools.flink;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/**
 * The metrics of a job that runs in this JVM, read where they are. Safe for several threads.
 *
 * <p>Counters are those of the job's own groups, below {@value #JOB_GROUP}, added up over all
 * subtasks that run now: they start again from 0 when the job restarts.
 */
public final class MetricsInMemory implements MetricReporter {

    /** The group of the job's own metrics, the only one that reaches CloudWatch. */
    private static final String JOB_GROUP = "kinesisanalytics";

    private static final String INSTANCE = "instance";
    private static final String OPERATOR_NAME = "<operator_name>";

    private static final Map<String, MetricsInMemory> INSTANCES = new ConcurrentHashMap<>();

    /** Flink creates reporters by their factory; this one hands out those that wait for it. */
    public static final class Factory implements MetricReporterFactory {
        @Override
        public MetricReporter createMetricReporter(Properties properties) {
            return INSTANCES.remove(properties.getProperty(INSTANCE));
        }
    }

    private record Named(String name, String operator) {}

    private final Map<Counter, String> counters = new ConcurrentHashMap<>();
    private final Map<String, Long> finished = new ConcurrentHashMap<>();
    private final Map<Gauge<?>, Named> gauges = new ConcurrentHashMap<>();

    /** A reporter of the one cluster that is started with this configuration. */
    public static MetricsInMemory reportFrom(Configuration cluster) {
        String id = UUID.randomUUID().toString();
        MetricsInMemory metrics = new MetricsInMemory();
        INSTANCES.put(id, metrics);
        cluster.setString("metrics.reporters", "local");
        cluster.setString("metrics.reporter.local.factory.class", Factory.class.getName());
        cluster.setString("metrics.reporter.local." + INSTANCE, id);
        return metrics;
    }

    /** A counter of the job, added up over its subtasks; 0 if there is none of that name. */
    public long count(String name) {
        return sum(name::equals);
    }

    /** All counters of the job whose names begin alike, added up. */
    public long countBelow(String prefix) {
        return sum(name -> name.startsWith(prefix));
    }

    private long sum(Predicate<String> names) {
        return counters.entrySet().stream()
                .filter(entry -> names.test(entry.getValue()))
                .mapToLong(entry -> entry.getKey().getCount())
                .sum();
    }

    /**
     * A counter of the job, added up over its subtasks and those that have finished: what a bounded
     * job without failures has counted so far.
     */
    public long countWithFinished(String name) {
        return count(name) + finished.getOrDefault(name, 0L);
    }

    /** The values that the subtasks of an operator have in a gauge, as far as they are longs. */
    public List<Long> gauge(String operator, String name) {
        return gauges(new Named(name, operator)::equals);
    }

    /** The same of all operators that have a gauge of this name. */
    public List<Long> gauge(String name) {
        return gauges(named -> named.name().equals(name));
    }

    private List<Long> gauges(Predicate<Named> wanted) {
        return gauges.entrySet().stream()
                .filter(entry -> wanted.test(entry.getValue()))
                .map(entry -> entry.getKey().getValue())
                .filter(Long.class::isInstance)
                .map(Long.class::cast)
                .toList();
    }

    /**
     * The event time that all subtasks of an operator have reached, ms since the epoch; empty
     * before the first watermark.
     */
    public OptionalLong watermark(String operator) {
        OptionalLong lowest =
                gauge(operator, "currentInputWatermark").stream().mapToLong(time -> time).min();
        return lowest.isPresent() && lowest.getAsLong() == Long.MIN_VALUE
                ? OptionalLong.empty()
                : lowest;
    }

    @Override
    public void open(MetricConfig config) {}

    @Override
    public void close() {}

    @Override
    public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
        if (metric instanceof Counter counter) {
            List<String> scope = List.of(group.getScopeComponents());
            int own = scope.lastIndexOf(JOB_GROUP);
            if (own >= 0) {
                List<String> groups = scope.subList(own + 1, scope.size());
                counters.put(
                        counter, groups.isEmpty() ? name : String.join(".", groups) + "." + name);
            }
        } else if (metric instanceof Gauge<?> gauge) {
            gauges.put(
                    gauge,
                    new Named(name, group.getAllVariables().getOrDefault(OPERATOR_NAME, "")));
        }
    }

    @Override
    public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
        if (metric instanceof Counter counter) {
            String removed = counters.remove(counter);
            if (removed != null) {
                finished.merge(removed, counter.getCount(), Long::sum);
            }
        } else if (metric instanceof Gauge<?> gauge) {
            gauges.remove(gauge);
        }
    }
}
