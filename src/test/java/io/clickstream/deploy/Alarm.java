package io.clickstream.deploy;

import static io.clickstream.deploy.Template.list;
import static io.clickstream.deploy.Template.map;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

/**
 * An alarm of a template, evaluated over reports as the pages "Using Amazon CloudWatch alarms" and
 * "Configuring how CloudWatch alarms treat missing data" say. It stands for a service that we can't
 * run: it proves what these pages say, not what CloudWatch does.
 */
final class Alarm {

    /** CloudWatch looks at some periods more than it evaluates, where data are missing. */
    private static final int MORE_PERIODS = 2;

    private final Map<String, Object> properties;

    Alarm(Map<String, Object> properties) {
        this.properties = properties;
    }

    /** What the job and other parties have reported, by metric and second. */
    static final class Reports {

        private final Map<String, NavigableMap<Long, List<Double>>> values = new HashMap<>();

        void add(String metric, long second, double value) {
            values.computeIfAbsent(metric, name -> new TreeMap<>())
                    .computeIfAbsent(second, each -> new ArrayList<>())
                    .add(value);
        }

        Set<String> metrics() {
            return values.keySet();
        }

        private OptionalDouble statistic(String metric, String name, long from, long to) {
            DoubleSummaryStatistics all = new DoubleSummaryStatistics();
            values.getOrDefault(metric, new TreeMap<>())
                    .subMap(from, to)
                    .values()
                    .forEach(each -> each.forEach(all::accept));
            if (all.getCount() == 0) {
                return OptionalDouble.empty();
            }
            return OptionalDouble.of(
                    switch (name) {
                        case "Maximum" -> all.getMax();
                        case "Minimum" -> all.getMin();
                        case "Average" -> all.getAverage();
                        case "Sum" -> all.getSum();
                        case "SampleCount" -> all.getCount();
                        default -> throw new IllegalArgumentException("no statistic: " + name);
                    });
        }
    }

    /** Whether it is in the state ALARM at a time, when all periods before it are complete. */
    boolean isOn(Reports reports, long second) {
        int periods = number("EvaluationPeriods");
        int needed =
                properties.containsKey("DatapointsToAlarm") ? number("DatapointsToAlarm") : periods;
        List<Boolean> breaching = new ArrayList<>();
        List<OptionalDouble> values = values(reports, second, periods + MORE_PERIODS);
        for (OptionalDouble value : values) {
            value.ifPresent(each -> breaching.add(isBreaching(each)));
        }
        while (breaching.size() > periods) {
            breaching.remove(0);
        }
        boolean fillsWithBreaching =
                switch (properties.getOrDefault("TreatMissingData", "missing").toString()) {
                    case "breaching" -> true;
                    case "notBreaching" -> false;
                    default -> throw new IllegalArgumentException("not known: " + properties);
                };
        while (breaching.size() < periods) {
            breaching.add(fillsWithBreaching);
        }
        return breaching.stream().filter(each -> each).count() >= needed;
    }

    /** The newest values, the last of the latest period that is complete. */
    private List<OptionalDouble> values(Reports reports, long second, int count) {
        if (properties.containsKey("MetricName")) {
            return series(
                    reports,
                    properties.get("MetricName").toString(),
                    properties.get("Statistic").toString(),
                    number("Period"),
                    second,
                    count);
        }
        Map<String, List<OptionalDouble>> series = new HashMap<>();
        String expression = null;
        for (Object each : list(properties.get("Metrics"))) {
            Map<String, Object> metric = map(each);
            if (metric.containsKey("Expression")) {
                if (expression != null) {
                    throw new IllegalArgumentException("two expressions: " + properties);
                }
                expression = metric.get("Expression").toString();
                continue;
            }
            Map<String, Object> stat = map(metric.get("MetricStat"));
            series.put(
                    metric.get("Id").toString(),
                    // One more, for the difference of the first one.
                    series(
                            reports,
                            map(stat.get("Metric")).get("MetricName").toString(),
                            stat.get("Stat").toString(),
                            Integer.parseInt(stat.get("Period").toString()),
                            second,
                            count + 1));
        }
        return MetricMath.evaluate(expression, series).subList(1, count + 1);
    }

    private static List<OptionalDouble> series(
            Reports reports, String metric, String stat, int period, long second, int count) {
        List<OptionalDouble> series = new ArrayList<>();
        long end = second / period * period;
        for (int i = count; i > 0; i--) {
            series.add(
                    reports.statistic(
                            metric, stat, end - (long) i * period, end - (i - 1L) * period));
        }
        return series;
    }

    private boolean isBreaching(double value) {
        double threshold = Double.parseDouble(properties.get("Threshold").toString());
        return switch (properties.get("ComparisonOperator").toString()) {
            case "GreaterThanThreshold" -> value > threshold;
            case "GreaterThanOrEqualToThreshold" -> value >= threshold;
            case "LessThanThreshold" -> value < threshold;
            default -> throw new IllegalArgumentException("not known: " + properties);
        };
    }

    private int number(String property) {
        return Integer.parseInt(properties.get(property).toString());
    }
}
