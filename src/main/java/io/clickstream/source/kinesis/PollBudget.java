package io.clickstream.source.kinesis;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Limits the bytes of all answers that the polled shards of a subtask wait for or hold. Without
 * this limit, a job that is far behind on a stream with many shards would hold 10 MB per shard.
 * Used only in the loop's thread; requests are served in order.
 */
final class PollBudget {

    /** The maximum size of an answer of GetRecords, according to Amazon's API reference. */
    static final long LARGEST_ANSWER = 10L * 1024 * 1024;

    /** Ten polls at a time. Answers that have arrived count with their actual size. */
    static final long BYTES_PER_SUBTASK = 10 * LARGEST_ANSWER;

    private final long limit;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private long used;

    /** Creates a budget, in bytes. While nothing is used, it accepts one answer of any size. */
    PollBudget(long limit) {
        this.limit = limit;
    }

    /** Reserves {@link #LARGEST_ANSWER}, then polls: now, or when there is space. */
    void reserve(Runnable poll) {
        waiting.add(poll);
        serve();
    }

    /** Releases bytes: those of a used answer, or those that an answer did not need. */
    void release(long bytes) {
        used -= bytes;
        serve();
    }

    private void serve() {
        while (!waiting.isEmpty() && (used == 0 || used + LARGEST_ANSWER <= limit)) {
            used += LARGEST_ANSWER;
            waiting.remove().run();
        }
    }
}
