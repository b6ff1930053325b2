package io.clickstream.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.OptionalLong;

/**
 * What all runs of a case have shown.
 *
 * @param workload name of the workload
 * @param measured the case
 * @param parallelism of the job
 * @param clicks of one run
 * @param clicksPerSecond the median of the runs
 * @param peakHeapBytes the most heap in use after a garbage collection, of all runs
 * @param stateBytesPerSession the size of a savepoint by the number of open sessions, the median;
 *     empty if there is no state of sessions or no checkpoint
 * @param checkpointMillis the longest checkpoint of all runs, end to end; empty if there is none
 * @param checkpointSyncMillis the longest time that a snapshot held up a subtask; empty if there is
 *     no checkpoint
 */
record Measurement(
        String workload,
        Case measured,
        int parallelism,
        long clicks,
        double clicksPerSecond,
        long peakHeapBytes,
        OptionalLong stateBytesPerSession,
        OptionalLong checkpointMillis,
        OptionalLong checkpointSyncMillis) {

    /** Dollars for a KPU and an hour: the managed service's price in us-east-1. */
    private static final double DOLLARS_PER_KPU_HOUR = 0.11;

    /** KPUs that the managed service takes for each application's orchestration. */
    private static final int ORCHESTRATION_KPUS = 1;

    private static final double SECONDS_PER_HOUR = 3_600;

    /** Sums up runs of the same number of clicks. */
    static Measurement of(
            String workload,
            Case measured,
            int parallelism,
            long clicks,
            long openSessions,
            List<RunResult> runs) {
        boolean hasState = measured.peer().hasResults() && measured.peer().isOnFlink();
        double stateBytes = median(runs.stream().mapToDouble(RunResult::stateBytes).toArray());
        return new Measurement(
                workload,
                measured,
                parallelism,
                clicks,
                median(runs.stream().mapToDouble(RunResult::clicksPerSecond).toArray()),
                runs.stream().mapToLong(RunResult::peakHeapBytes).max().orElse(0),
                hasState && openSessions > 0
                        ? OptionalLong.of(Math.round(stateBytes / openSessions))
                        : OptionalLong.empty(),
                runs.stream()
                        .mapToLong(RunResult::checkpointMillis)
                        .filter(millis -> millis >= 0)
                        .max(),
                runs.stream()
                        .mapToLong(RunResult::checkpointSyncMillis)
                        .filter(millis -> millis >= 0)
                        .max());
    }

    /**
     * What a billion clicks cost on the managed service, in dollars, if one KPU, which has one
     * processor, does what one subtask does here.
     */
    double dollarsPerBillionClicks() {
        double hours = 1e9 / clicksPerSecond / SECONDS_PER_HOUR;
        return hours * (parallelism + ORCHESTRATION_KPUS) * DOLLARS_PER_KPU_HOUR;
    }

    /** One line of JSON; what there is not is null. */
    String toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("workload", workload);
        json.put("peer", measured.peer().toString());
        json.put("backend", measured.backend().toString());
        json.put("input", measured.input().toString());
        json.put("format", measured.format().toString());
        json.put("flink", measured.flink());
        json.put("parallelism", parallelism);
        json.put("clicks", clicks);
        json.put("clicksPerSecond", Math.round(clicksPerSecond));
        json.put("peakHeapBytes", peakHeapBytes);
        put(json, "stateBytesPerSession", stateBytesPerSession);
        put(json, "checkpointMillis", checkpointMillis);
        return json.toString();
    }

    private static void put(ObjectNode json, String name, OptionalLong value) {
        json.put(name, value.isPresent() ? (Long) value.getAsLong() : null);
    }

    /** The middle one, or the mean of the two in the middle. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        java.util.Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
