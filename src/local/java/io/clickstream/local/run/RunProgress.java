package io.clickstream.local.run;

import io.clickstream.ClickstreamPipeline;
import io.clickstream.event.DeadLetter;
import io.clickstream.local.results.Results;
import io.clickstream.local.server.LocalFlink;
import io.clickstream.local.server.OpenSearchIndices;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.tools.command.Status;
import io.clickstream.tools.command.StatusLine;
import io.clickstream.tools.flink.MetricsInMemory;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What a local run shows while it runs. */
final class RunProgress {

    /** The counter of dead letters that are late clicks. */
    static final String LATE = ClickstreamMetrics.DEAD_LETTERS + DeadLetter.Reason.LATE.label();

    private static final int TOP_DEPARTMENTS = 4;

    /** Usually, a document waits for a second at most. */
    private static final long WAITING_LONG_MILLIS = 3_000;

    private final StatusLine statusLine;
    private final LocalFlink flink;
    private final OpenSearchIndices indices;
    private final List<Feature> features;
    private final long started = monotonicMillis();

    private final RecentRate rate = new RecentRate();

    /** Begins to count the time of the run. */
    RunProgress(
            StatusLine statusLine,
            LocalFlink flink,
            OpenSearchIndices indices,
            List<Feature> features) {
        this.statusLine = statusLine;
        this.flink = flink;
        this.indices = indices;
        this.features = features;
    }

    /** When the run began, by {@link #monotonicMillis}. */
    long startMillis() {
        return started;
    }

    /** Shows the counts of the job so far, and what the features add. */
    void showStatus() throws IOException {
        MetricsInMemory metrics = flink.metrics();
        long now = monotonicMillis();
        StringBuilder more = new StringBuilder(waitingDocuments(metrics));
        for (Feature feature : features) {
            more.append(feature.status(metrics));
        }
        long clicks = metrics.count(ClickstreamMetrics.RECORDS_IN);
        statusLine.show(
                new Status(
                        Duration.ofMillis(now - started),
                        clicks,
                        rate.add(now, clicks),
                        metrics.count(ClickstreamMetrics.SESSIONS),
                        metrics.count(ClickstreamMetrics.CHECKOUT_SESSIONS),
                        metrics.count(LATE),
                        metrics.countBelow(ClickstreamMetrics.DEAD_LETTERS),
                        flink.watermarkLag(
                                ClickstreamPipeline.CLICK_SESSIONS, Clock.systemUTC().millis())),
                more.toString(),
                now);
    }

    /** What OpenSearch has not accepted for longer than usual. */
    private static String waitingDocuments(MetricsInMemory metrics) {
        long millis =
                metrics.gauge(ClickstreamMetrics.OPENSEARCH_OLDEST).stream()
                        .mapToLong(each -> each)
                        .max()
                        .orElse(0);
        long documents =
                metrics.gauge(ClickstreamMetrics.OPENSEARCH_PENDING).stream()
                        .mapToLong(each -> each)
                        .sum();
        return millis < WAITING_LONG_MILLIS
                ? ""
                : String.format(
                        Locale.ROOT,
                        "  waiting for OpenSearch: %,d documents, %,d s",
                        documents,
                        millis / 1_000);
    }

    /** Prints what OpenSearch has now: the top departments and the conversion rate. */
    void showTop() throws IOException, InterruptedException {
        long sessions = indices.sum(Results.SESSIONS_INDEX, "userSessionCount");
        long checkouts = indices.sum(Results.SESSIONS_INDEX, "userSessionCountWithOrderCheckout");
        if (sessions == 0) {
            return;
        }
        String top =
                indices
                        .top(
                                Results.DEPARTMENTS_INDEX,
                                "departmentName",
                                "departmentCount",
                                TOP_DEPARTMENTS)
                        .entrySet()
                        .stream()
                        .map(
                                entry ->
                                        String.format(
                                                Locale.ROOT,
                                                "%s %,d",
                                                entry.getKey(),
                                                entry.getValue()))
                        .collect(Collectors.joining(", "));
        statusLine.print(
                String.format(
                        Locale.ROOT,
                        "      top departments: %s; conversion %.1f %% of %,d sessions",
                        top,
                        100.0 * checkouts / sessions,
                        sessions));
    }

    /** A clock in ms that nobody sets. */
    static long monotonicMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
