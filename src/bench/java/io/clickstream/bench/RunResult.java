package io.clickstream.bench;

import java.util.List;
import java.util.Map;

/**
 * What a run has shown.
 *
 * @param clicksPerSecond of all clicks behind the warm-up, until all of them were processed
 * @param seconds how long that took
 * @param peakHeapBytes the most heap that was in use right after a garbage collection
 * @param stateBytes the size of a savepoint behind the last click; -1 if there is none
 * @param checkpointMillis the longest checkpoint, end to end; -1 if there is none
 * @param checkpointSyncMillis the longest time for which a checkpoint held up a subtask to take its
 *     snapshot; -1 if there is none
 * @param digests the results
 * @param lines the results one by one, if that was asked for
 */
public record RunResult(
        double clicksPerSecond,
        double seconds,
        long peakHeapBytes,
        long stateBytes,
        long checkpointMillis,
        long checkpointSyncMillis,
        Map<ResultType, Digest> digests,
        Map<ResultType, List<String>> lines) {}
