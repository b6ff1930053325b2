package io.clickstream.bench;

import io.clickstream.bench.RunSpec.Input;
import io.clickstream.local.results.Comparison;
import io.clickstream.tools.command.Folders;
import io.clickstream.tools.command.StatusLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.annotation.Nullable;

/**
 * All runs of one workload: round by round, in each round every case once, so that what else the
 * machine does hits all alike. A run counts only if its results are right.
 */
final class WorkloadRuns implements AutoCloseable {

    /** Clicks of the run that finds out which results are wrong. */
    private static final long CLICKS_TO_COMPARE = 500_000;

    private final Workload workload;
    private final Settings settings;
    private final PeerProcess process;
    private final StatusLine status;
    private final Path folder;
    private final ClickBlock block;
    private final Reference reference;
    @Nullable private final KafkaInput kafka;

    /** By the number of clicks and whether with checkout visits. Lines would fill the heap. */
    private final Map<List<Object>, Known> answers = new HashMap<>();

    private final Map<Case, List<RunResult>> results = new LinkedHashMap<>();
    private final Map<String, List<String>> problems = new TreeMap<>();
    private int runs;

    /**
     * How to run.
     *
     * @param plan how many clicks a run has
     * @param parallelism of all peers
     * @param rounds how often each case is run
     * @param checkpointMillis from one checkpoint to the next, or {@link
     *     RunSpec#OUTSIDE_CHECKPOINTS}
     */
    record Settings(ClickPlan plan, int parallelism, int rounds, long checkpointMillis) {}

    /** What is kept of an answer. */
    private record Known(Map<ResultType, Digest> digests, long openSessions) {}

    /**
     * Makes the clicks.
     *
     * @param cases at least one, all with clicks of the same format
     */
    WorkloadRuns(
            Workload workload,
            List<Case> cases,
            Settings settings,
            PeerProcess process,
            StatusLine status)
            throws IOException {
        this.workload = workload;
        this.settings = settings;
        this.process = process;
        this.status = status;
        this.folder = Files.createTempDirectory("clickstream-benchmark-");
        show(workload.name() + ": making clicks");
        block = ClickBlock.write(workload, cases.get(0).format(), settings.parallelism(), folder);
        reference = new Reference(workload, block);
        kafka =
                cases.stream().anyMatch(each -> each.input() == Input.KAFKA)
                        ? KafkaInput.start(folder.resolve("kafka"))
                        : null;
        cases.forEach(each -> results.put(each, new ArrayList<>()));
    }

    /** Runs all rounds. */
    void run() throws IOException, InterruptedException {
        for (int round = 1; round <= settings.rounds(); round++) {
            run(round);
        }
    }

    /** Runs one round, from 1. */
    void run(int round) throws IOException, InterruptedException {
        for (Map.Entry<Case, List<RunResult>> each : results.entrySet()) {
            String label =
                    "%s round %d/%d, %s"
                            .formatted(workload.name(), round, settings.rounds(), each.getKey());
            try {
                RunResult result = run(each.getKey(), label);
                if (result != null) {
                    each.getValue().add(result);
                }
            } catch (IOException e) {
                problem(each.getKey(), List.of(String.valueOf(e.getMessage())));
            }
        }
    }

    /** What was measured; only cases of which at least one run was right. */
    List<Measurement> measurements() {
        List<Measurement> measurements = new ArrayList<>();
        results.forEach(
                (measured, runResults) -> {
                    if (!runResults.isEmpty()) {
                        long clicks = clicks(measured);
                        measurements.add(
                                Measurement.of(
                                        workload.name(),
                                        measured,
                                        settings.parallelism(),
                                        clicks,
                                        measured.peer().hasResults()
                                                ? known(measured, clicks).openSessions()
                                                : 0,
                                        runResults));
                    }
                });
        return measurements;
    }

    /** What was wrong, by the name of the case. */
    Map<String, List<String>> problems() {
        return problems;
    }

    @Nullable
    private RunResult run(Case measured, String label) throws IOException, InterruptedException {
        long clicks = clicks(measured);
        if (measured.peer().hasResults()) {
            show(label + ": asking the oracle");
            known(measured, clicks);
        }
        RunSpec spec = spec(measured, clicks, false, label);
        RunResult result;
        try {
            result =
                    process.run(
                            spec,
                            count -> show("%s: %,d of %,d clicks".formatted(label, count, clicks)));
        } finally {
            Folders.delete(Path.of(spec.folder()));
        }
        if (measured.peer().hasResults()
                && !result.digests().equals(known(measured, clicks).digests())) {
            problem(measured, differences(measured, result, clicks, label));
            return null;
        }
        status.print(
                String.format(
                        Locale.ROOT,
                        "%s: %,d clicks/s in %.1f s",
                        label,
                        Math.round(result.clicksPerSecond()),
                        result.seconds()));
        return result;
    }

    /** Runs it once more with fewer clicks, and compares line by line. */
    private List<String> differences(Case measured, RunResult wrong, long clicks, String label)
            throws IOException, InterruptedException {
        List<String> report = new ArrayList<>();
        Map<ResultType, Digest> right = known(measured, clicks).digests();
        for (ResultType aggregate : ResultType.values()) {
            if (!right.get(aggregate).equals(wrong.digests().get(aggregate))) {
                report.add(
                        "%s: %s instead of %s"
                                .formatted(
                                        aggregate,
                                        wrong.digests().get(aggregate),
                                        right.get(aggregate)));
            }
        }
        long fewer = Math.min(clicks, Math.min(block.clicks(), CLICKS_TO_COMPARE));
        RunSpec spec = spec(measured, fewer, true, label + ": comparing");
        RunResult result = process.run(spec, count -> {});
        Folders.delete(Path.of(spec.folder()));
        for (ResultType aggregate : ResultType.values()) {
            Comparison comparison =
                    Comparison.ofLines(
                            aggregate.toString(),
                            expected(measured, fewer).lines().get(aggregate),
                            result.lines().get(aggregate));
            if (!comparison.isEqual()) {
                report.addAll(comparison.report());
            }
        }
        return report;
    }

    private RunSpec spec(Case measured, long clicks, boolean keepLines, String label)
            throws IOException, InterruptedException {
        String id =
                "%s-%s-%s-%d".formatted(workload.name(), measured.peer(), measured.input(), ++runs);
        String topic = null;
        if (measured.input() == Input.KAFKA) {
            show(label + ": reading from the topic");
            topic = kafka.topic(workload.name(), block, clicks);
        }
        return new RunSpec(
                id,
                measured.peer(),
                measured.flink(),
                workload.name(),
                workload.gap().toMillis(),
                block,
                measured.backend(),
                measured.input(),
                settings.parallelism(),
                clicks,
                settings.plan().warmUpOf(clicks),
                settings.checkpointMillis(),
                folder.resolve(id).toString(),
                topic == null ? null : kafka.bootstrapServers(),
                topic,
                keepLines);
    }

    private long clicks(Case measured) {
        return settings.plan().clicks(measured, block, settings.parallelism());
    }

    private Known known(Case measured, long clicks) {
        List<Object> key = List.of(clicks, measured.peer().isWithoutCheckoutVisits());
        Known known = answers.get(key);
        if (known == null) {
            Reference.Answer answer = expected(measured, clicks);
            known = new Known(answer.digests(), answer.openSessions());
            answers.put(key, known);
        }
        return known;
    }

    private Reference.Answer expected(Case measured, long clicks) {
        Reference.Answer answer = reference.expect(clicks);
        return measured.peer().isWithoutCheckoutVisits() ? answer.withoutCheckoutVisits() : answer;
    }

    private void problem(Case measured, List<String> lines) {
        problems.computeIfAbsent(workload.name() + ", " + measured, name -> new ArrayList<>())
                .addAll(lines);
        status.print(workload.name() + ", " + measured + ": does not count, " + lines.get(0));
    }

    private void show(String line) {
        status.show(line, TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    }

    @Override
    public void close() throws IOException {
        try {
            if (kafka != null) {
                kafka.close();
            }
        } finally {
            Folders.delete(folder);
        }
    }
}
