package io.clickstream.local.run;

import io.clickstream.local.page.Disturbance;
import io.clickstream.local.server.LocalFlink;
import io.clickstream.local.server.OpenSearchNode;
import io.clickstream.tools.produce.RecordSequence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.annotation.Nullable;

/** What a person can do to a local run. A run whose end has begun is left alone. */
final class Disturbances {

    private static final Duration FREEZE = Duration.ofSeconds(20);

    private static final String OVER = "The run is ending";

    private static final String REPEATS =
            "After a failure, streams may contain results twice, and the comparison is exact";

    @FunctionalInterface
    private interface Action {
        String perform() throws Exception;
    }

    @FunctionalInterface
    private interface Obstacle {
        Optional<String> now();
    }

    private record Button(String id, String label, Obstacle now, Action action)
            implements Disturbance {

        @Override
        public Optional<String> obstacle() {
            return now.now();
        }

        @Override
        public String perform() throws Exception {
            return action.perform();
        }
    }

    private final LocalFlink flink;
    @Nullable private final OpenSearchNode openSearch;
    private final ScheduledExecutorService timer;
    private final Consumer<String> notes;
    private final AtomicBoolean isRestarting = new AtomicBoolean();
    private final AtomicBoolean isFrozen = new AtomicBoolean();
    private final List<Disturbance> buttons = new ArrayList<>();
    private volatile boolean isOver;

    /**
     * Disturbances of the servers.
     *
     * @param repeats whether the outputs may repeat records after a failure, which the comparison
     *     would take for a difference
     * @param openSearch the node that the job writes to; null if it is not one of this run
     * @param timer thaws OpenSearch
     * @param notes takes what happens later, in sentences
     */
    Disturbances(
            LocalFlink flink,
            @Nullable OpenSearchNode openSearch,
            boolean repeats,
            ScheduledExecutorService timer,
            Consumer<String> notes) {
        this.flink = flink;
        this.openSearch = openSearch;
        this.timer = timer;
        this.notes = notes;
        buttons.add(
                new Button(
                        "kill-task-manager",
                        "Kill the task manager",
                        () ->
                                repeats
                                        ? Optional.of(REPEATS)
                                        : ending(isRestarting.get(), "The job is restarting"),
                        this::killTaskManager));
        if (openSearch != null) {
            buttons.add(
                    new Button(
                            "freeze-opensearch",
                            "Freeze OpenSearch for 20 s",
                            () -> ending(isFrozen.get(), "OpenSearch is frozen"),
                            this::freeze));
        }
    }

    /**
     * Adds records that become dead letters.
     *
     * @param start when the records began, ms since 1970
     */
    void addRecords(RecordSequence records, long start, Clock clock) {
        long lateFrom = start + RecordSequence.LATE_FROM.toMillis();
        for (RecordSequence.Rejected kind : RecordSequence.Rejected.values()) {
            String name = kind.name().toLowerCase(Locale.ROOT);
            boolean isLate = kind == RecordSequence.Rejected.LATE;
            buttons.add(
                    new Button(
                            "send-" + name,
                            "Send a " + name + " click",
                            () ->
                                    ending(
                                            isLate && clock.millis() < lateFrom,
                                            "No click is late in the first 30 s of a run"),
                            () -> {
                                records.insert(clock.millis(), kind);
                                return "A " + name + " click is sent: it becomes a dead letter";
                            }));
        }
    }

    private Optional<String> ending(boolean isObstacle, String reason) {
        return isOver ? Optional.of(OVER) : isObstacle ? Optional.of(reason) : Optional.empty();
    }

    List<Disturbance> buttons() {
        return buttons;
    }

    /** Whether OpenSearch does not answer because of a button. */
    boolean isOpenSearchFrozen() {
        return isFrozen.get();
    }

    private String killTaskManager() throws Exception {
        if (!isRestarting.compareAndSet(false, true)) {
            return "The job is restarting";
        }
        try {
            long before = flink.restarts();
            flink.loseTaskManager();
            later(Duration.ZERO, () -> awaitRestart(before));
        } catch (Exception e) {
            isRestarting.set(false);
            throw e;
        }
        return "The task manager is killed, with all that it had in memory";
    }

    private void later(Duration delay, Runnable action) {
        var unused =
                timer.schedule(
                        () -> {
                            try {
                                action.run();
                            } catch (RuntimeException e) {
                                notes.accept("That failed: " + e.getMessage());
                            }
                        },
                        delay.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private void awaitRestart(long before) {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        try {
            while (System.nanoTime() < deadline
                    && !(flink.restarts() > before && flink.isRunning())) {
                TimeUnit.MILLISECONDS.sleep(200);
            }
            notes.accept(
                    flink.restarts() > before && flink.isRunning()
                            ? "The job runs again, from its latest checkpoint"
                            : "The job has not restarted within a minute");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            isRestarting.set(false);
        }
    }

    /** Not while {@link #end} takes it back: nobody would thaw OpenSearch any more. */
    private synchronized String freeze() throws IOException {
        if (isOver) {
            return OVER;
        }
        if (isFrozen.get()) {
            return "OpenSearch is frozen";
        }
        openSearch.goAway();
        isFrozen.set(true);
        later(FREEZE, this::thaw);
        return "OpenSearch is frozen: documents wait in the job, topics go on";
    }

    private synchronized void thaw() {
        if (isFrozen.get()) {
            try {
                openSearch.comeBack();
            } catch (IOException e) {
                throw new UncheckedIOException("OpenSearch can't be thawed", e);
            }
            isFrozen.set(false);
            notes.accept("OpenSearch answers again");
        }
    }

    /** Takes back what still lasts, and allows nothing more. */
    void end() {
        isOver = true;
        thaw();
    }
}
