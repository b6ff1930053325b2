package io.clickstream.local.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.event.DeadLetter;
import io.clickstream.local.page.Disturbance;
import io.clickstream.local.page.PageRun;
import io.clickstream.local.page.PageServer;
import io.clickstream.local.page.RunStatus;
import io.clickstream.local.page.Visits;
import io.clickstream.local.results.OutputReader;
import io.clickstream.local.server.LocalFlink;
import io.clickstream.local.server.OpenSearchNode;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.produce.RecordSequence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.annotation.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The page of a run, and what it needs to know of the run. */
final class RunPage implements PageRun, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RunPage.class);
    private static final long PERIOD_MILLIS = 500;

    private final String name;
    private final JobView job;
    private final Set<String> indices;
    private final RunningComparison comparison;
    @Nullable private final OutputReader outputs;
    @Nullable private Disturbances disturbances;
    private final Clock clock = Clock.systemUTC();
    private final Instant start = clock.instant();
    private final RecentRate rate = new RecentRate();

    /** Reads the outputs, which may wait for a server, beside what the buttons need. */
    private final ScheduledExecutorService reader = daemon("results");

    private final ScheduledExecutorService timer = daemon("disturbances");
    @Nullable private final TrafficLedger ledger;
    @Nullable private ShopVisits visits;
    @Nullable private PageServer server;
    private volatile String phase = "";
    private double perSecond;

    /**
     * Starts the page.
     *
     * @param name what the run is
     * @param indices that the job writes to
     * @param ledger knows what is sent; null if the run does not send
     * @param outputs reads what is named, and is closed with the page; null if nothing can be read
     */
    RunPage(
            String name,
            JobView job,
            Set<String> indices,
            @Nullable TrafficLedger ledger,
            @Nullable OutputReader outputs,
            RunningComparison.Names names) {
        this.name = name;
        this.job = job;
        this.indices = indices;
        this.ledger = ledger;
        this.outputs = outputs;
        this.comparison = new RunningComparison(outputs, names, ledger);
    }

    private static ScheduledExecutorService daemon(String name) {
        return Executors.newScheduledThreadPool(
                2,
                runnable -> {
                    Thread thread = new Thread(runnable, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** What the job has put out so far. */
    RunningComparison comparison() {
        return comparison;
    }

    /**
     * Lets people disturb the run.
     *
     * @param repeats whether the outputs may repeat records after a failure, and are compared
     */
    void addDisturbances(LocalFlink flink, @Nullable OpenSearchNode openSearch, boolean repeats) {
        disturbances =
                new Disturbances(
                        flink,
                        openSearch,
                        repeats,
                        timer,
                        message -> {
                            if (server != null) {
                                server.note(message);
                            }
                        });
    }

    /**
     * Lets people send clicks, and records that the job rejects.
     *
     * @param shop null if the run sends too few clicks to keep those of a visit together
     * @param canReject whether the run can account for rejected records
     */
    void addShop(RecordSequence records, @Nullable ShopVisits shop, boolean canReject) {
        visits = shop;
        if (canReject && disturbances != null) {
            disturbances.addRecords(records, start.toEpochMilli(), clock);
        }
    }

    /**
     * Begins to serve.
     *
     * @param port where; 0 takes any that is free
     */
    URI serve(int port, URI openSearch) throws IOException {
        try {
            server = PageServer.start(port, this, openSearch);
        } catch (BindException e) {
            // It was free when the run began. Flink's web UI takes the first one from 8081 on.
            throw new IllegalStateException(
                    "port %d is in use by now: choose another port with --page-port"
                            .formatted(port),
                    e);
        }
        // A look catches what it throws.
        var unused =
                reader.scheduleWithFixedDelay(this::look, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        return server.address();
    }

    private void look() {
        try {
            sample();
            if (outputs != null) {
                comparison.readOn();
            }
        } catch (RuntimeException e) {
            // The servers may be gone already at the end of a run, and the next look is soon.
            LOG.warn("The outputs can't be read", e);
        }
    }

    private synchronized void sample() {
        perSecond = rate.add(clock.millis(), job.recordsIn());
    }

    /** Says that no more clicks are sent. */
    void closing() {
        phase = "closing";
        if (visits != null) {
            visits.end();
        }
    }

    /** Takes back what a button did, so that the run can end. */
    void endDisturbances() {
        if (disturbances != null) {
            disturbances.end();
        }
    }

    /** Whether OpenSearch does not answer because of a button. */
    boolean isOpenSearchFrozen() {
        return disturbances != null && disturbances.isOpenSearchFrozen();
    }

    /** Shows the verdict of the whole comparison. */
    void finished(boolean isEqual) {
        phase = "finished";
        comparison.end(isEqual);
    }

    /** Shows what became of all records. */
    void accounted(String account, boolean isRight) {
        phase = "finished";
        comparison.accounted(account, isRight);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Instant start() {
        return start;
    }

    @Override
    public boolean isCompared() {
        return ledger != null;
    }

    @Override
    public RunStatus status() {
        long now = clock.millis();
        OptionalLong eventTime = job.eventTime();
        double recent;
        synchronized (this) {
            recent = perSecond;
        }
        boolean reads = outputs != null;
        return new RunStatus(
                phase.isEmpty() ? job.status() : phase,
                Duration.between(start, clock.instant()).toMillis(),
                ledger == null ? job.recordsIn() : ledger.clicks(),
                recent,
                nullable(eventTime),
                eventTime.isPresent() ? Math.max(0, now - eventTime.getAsLong()) : null,
                nullable(job.sum(ClickstreamMetrics.OPEN_SESSIONS)),
                comparison.activeUsers(),
                reads ? comparison.sessions() : job.count(ClickstreamMetrics.SESSIONS),
                reads ? comparison.checkouts() : job.count(ClickstreamMetrics.CHECKOUT_SESSIONS),
                reads ? comparison.deadLetters() : countedLetters(),
                nullable(job.sum(ClickstreamMetrics.OPENSEARCH_PENDING)),
                job.max(ClickstreamMetrics.OPENSEARCH_OLDEST).orElse(0),
                job.restarts(),
                comparison.verdict());
    }

    @Nullable
    private static Long nullable(OptionalLong number) {
        return number.isPresent() ? number.getAsLong() : null;
    }

    private Map<String, Long> countedLetters() {
        Map<String, Long> counts = new TreeMap<>();
        for (DeadLetter.Reason reason : DeadLetter.Reason.values()) {
            long count = job.count(ClickstreamMetrics.DEAD_LETTERS + reason.label());
            if (count > 0) {
                counts.put(reason.label(), count);
            }
        }
        return counts;
    }

    @Override
    public Set<String> indices() {
        return indices;
    }

    @Override
    public List<JsonNode> deadLetters() {
        return comparison.latestLetters();
    }

    @Override
    public Optional<Visits> visits() {
        return Optional.ofNullable(visits);
    }

    @Override
    public List<Disturbance> disturbances() {
        return disturbances == null ? List.of() : disturbances.buttons();
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
        try {
            // After a failure of the run, OpenSearch may still be frozen, and would not end.
            endDisturbances();
        } catch (UncheckedIOException e) {
            LOG.warn("OpenSearch may have ended", e);
        }
        timer.shutdownNow();
        reader.shutdown();
        try {
            // The reader is for its thread only.
            if (!reader.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("The outputs are still being read");
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (outputs != null) {
            outputs.close();
        }
    }
}
