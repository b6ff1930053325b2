package io.clickstream.source.kinesis;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Bounds the bytes of all answers that the polled shards of a subtask wait for or hold. Without it,
 * a job that is far behind on a stream with many shards would hold 10 MB per shard. All on the
 * thread of the loop; whoever asks first is served first.
 */
final class PollBudget {

    /** The most that GetRecords returns, by Amazon's API reference. */
    static final long LARGEST_ANSWER = 10L * 1024 * 1024;

    /** Ten polls at a time; answers that are there count as large as they are. */
    static final long BYTES_PER_SUBTASK = 10 * LARGEST_ANSWER;

    private final long limit;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private long used;

    /** A budget of so many bytes. While nothing is used, it lets in one answer of any size. */
    PollBudget(long limit) {
        this.limit = limit;
    }

    /** Reserves {@link #LARGEST_ANSWER}, then polls: now, or when there is room. */
    void reserve(Runnable poll) {
        waiting.add(poll);
        serve();
    }

    /** Gives back bytes: those of a used answer, or those that an answer turned out not to need. */
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
