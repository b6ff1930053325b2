package io.clickstream.deploy;

import static io.clickstream.deploy.Template.list;
import static io.clickstream.deploy.Template.map;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An alarm of a template, evaluated over reports as the pages "Using Amazon CloudWatch alarms" and
 * "Configuring how CloudWatch alarms treat missing data" say. It stands for a service that we can't
 * run: it proves what these pages say, not what CloudWatch does.
 */
final class Alarm {

    /** What an alarm is in. */
    enum State {
        OK,
        ALARM,
        INSUFFICIENT_DATA
    }

    /** The metrics that an alarm on an expression may have. */
    private static final int MOST_METRICS = 10;

    private static final Pattern PART_OF_RULE =
            Pattern.compile("(OK|ALARM|INSUFFICIENT_DATA)\\(\"([^\"]+)\"\\)");

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

    /** The alarms that a composite alarm looks at; of another alarm there are none. */
    Set<String> parts() {
        Set<String> parts = new TreeSet<>();
        PART_OF_RULE
                .matcher(properties.getOrDefault("AlarmRule", "").toString())
                .results()
                .forEach(part -> parts.add(part.group(2)));
        return parts;
    }

    /** What a composite alarm is in when its parts are in these states. */
    State state(Map<String, State> parts) {
        boolean isOn = true;
        for (String part : properties.get("AlarmRule").toString().split(" AND ", -1)) {
            Matcher matcher = PART_OF_RULE.matcher(part);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("not understood: " + part);
            }
            isOn &= parts.get(matcher.group(2)) == State.valueOf(matcher.group(1));
        }
        return isOn ? State.ALARM : State.OK;
    }

    /**
     * What it is in at a time, when all periods before it are complete.
     *
     * @param before what it was in
     */
    State state(Reports reports, long second, State before) {
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
        String missing = properties.getOrDefault("TreatMissingData", "missing").toString();
        if (breaching.isEmpty() && missing.equals("missing")) {
            return State.INSUFFICIENT_DATA;
        }
        if (breaching.isEmpty() && missing.equals("ignore")) {
            return before;
        }
        while (breaching.size() < periods) {
            breaching.add(missing.equals("breaching"));
        }
        return breaching.stream().filter(each -> each).count() >= needed ? State.ALARM : State.OK;
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
        Map<String, String> expressions = new HashMap<>();
        Set<Object> lengths = new HashSet<>();
        String returned = null;
        for (Object each : list(properties.get("Metrics"))) {
            Map<String, Object> metric = map(each);
            if (metric.containsKey("Expression")) {
                expressions.put(metric.get("Id").toString(), metric.get("Expression").toString());
                if (metric.get("ReturnData").equals(true)) {
                    returned = metric.get("Expression").toString();
                }
                continue;
            }
            if (metric.get("ReturnData").equals(true)) {
                // A metric by itself, which its id stands for.
                returned = metric.get("Id").toString();
            }
            Map<String, Object> stat = map(metric.get("MetricStat"));
            lengths.add(stat.get("Period"));
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
        if (lengths.size() != 1 || series.size() > MOST_METRICS) {
            throw new IllegalArgumentException(
                    "CloudWatch refuses %d metrics of periods %s: %s"
                            .formatted(series.size(), lengths, properties));
        }
        return MetricMath.evaluate(returned, expressions, series).subList(1, count + 1);
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
