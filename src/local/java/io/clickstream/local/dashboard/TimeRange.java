package io.clickstream.local.dashboard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The range of time that a dashboard shows.
 *
 * @param from the first moment
 * @param to the last moment, which is after the first one
 */
public record TimeRange(Instant from, Instant to) {

    /** How many buckets an automatic interval aims at: the default of Dashboards. */
    private static final int TARGET_BUCKETS = 50;

    /** The windows of the job: shorter buckets would leave gaps between bars. */
    private static final Duration SHORTEST = Duration.ofSeconds(10);

    private record Rule(Duration below, Duration interval) {}

    /** The intervals that Dashboards takes for an ideal one that is below a limit. */
    private static final List<Rule> RULES =
            List.of(
                    new Rule(Duration.ofSeconds(15), SHORTEST),
                    new Rule(Duration.ofSeconds(45), Duration.ofSeconds(30)),
                    new Rule(Duration.ofMinutes(3), Duration.ofMinutes(1)),
                    new Rule(Duration.ofMinutes(9), Duration.ofMinutes(5)),
                    new Rule(Duration.ofMinutes(20), Duration.ofMinutes(10)),
                    new Rule(Duration.ofMinutes(45), Duration.ofMinutes(30)),
                    new Rule(Duration.ofHours(2), Duration.ofHours(1)),
                    new Rule(Duration.ofHours(6), Duration.ofHours(3)),
                    new Rule(Duration.ofDays(1), Duration.ofHours(12)));

    public TimeRange {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException(
                    "a range of time must not end before it begins: %s to %s".formatted(from, to));
        }
    }

    /**
     * The length of a bucket of a histogram whose interval is {@code auto}: the one of Dashboards,
     * but at least 10 s.
     */
    public Duration autoInterval() {
        Duration ideal = Duration.between(from, to).dividedBy(TARGET_BUCKETS);
        return RULES.stream()
                .filter(rule -> ideal.compareTo(rule.below()) < 0)
                .map(Rule::interval)
                .findFirst()
                .orElse(Duration.ofDays(1));
    }
}
