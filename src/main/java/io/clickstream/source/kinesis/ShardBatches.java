package io.clickstream.source.kinesis;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.util.FlinkRuntimeException;

/** The queue of batches and failures from the feeds to the fetcher's thread. */
final class ShardBatches {

    private static final long WAIT_MILLIS = 1_000;

    private final BlockingQueue<ShardBatch> queue = new LinkedBlockingQueue<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    void add(ShardBatch batch) {
        queue.add(batch);
    }

    /** Ends the reading: the next call of {@link #take} throws. */
    void fail(String shardId, Throwable cause) {
        failure.compareAndSet(
                null, new FlinkRuntimeException("Shard " + shardId + " can't be read", cause));
        wakeUp();
    }

    void wakeUp() {
        queue.add(ShardBatch.NONE);
    }

    /** Waits for a batch; may return {@link ShardBatch#NONE}. */
    ShardBatch take() {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new FlinkRuntimeException(cause.getMessage(), cause.getCause());
        }
        try {
            ShardBatch batch = queue.poll(WAIT_MILLIS, TimeUnit.MILLISECONDS);
            return batch == null ? ShardBatch.NONE : batch;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ShardBatch.NONE;
        }
    }
}
