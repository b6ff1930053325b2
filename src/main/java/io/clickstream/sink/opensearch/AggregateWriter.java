package io.clickstream.sink.opensearch;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.util.IOUtils;

/**
 * The connector's writer, with its own periodic flush and an immediate close.
 *
 * <p>The connector's periodic flush runs in a thread that holds a lock while it retries. The task
 * then waits for this lock and cannot be interrupted, so that cancelling the job during an outage
 * would end with a killed task manager. Here, a timer of the task flushes.
 *
 * <p>The connector's {@code close} sends what is left, with all retries. This is not needed: a job
 * that ends has flushed before, and a job that failed starts from its checkpoint.
 */
final class AggregateWriter<T> implements SinkWriter<T> {

    private final SinkWriter<T> bulks;
    private final ClientFactory clients;
    private final BulkResults results;
    private final ProcessingTimeService timers;
    private final long intervalMs;
    private ScheduledFuture<?> nextFlush;
    private boolean flushing;
    private boolean closed;

    AggregateWriter(
            SinkWriter<T> bulks,
            ClientFactory clients,
            BulkResults results,
            ProcessingTimeService timers,
            Duration interval) {
        this.bulks = bulks;
        this.clients = clients;
        this.results = results;
        this.timers = timers;
        this.intervalMs = interval.toMillis();
        scheduleFlush();
    }

    @Override
    public void write(T value, Context context) throws IOException, InterruptedException {
        bulks.write(value, context);
    }

    @Override
    public void flush(boolean endOfInput) throws IOException, InterruptedException {
        flushing = true;
        try {
            bulks.flush(endOfInput);
        } finally {
            flushing = false;
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        nextFlush.cancel(false);
        clients.sendNothingMore();
        try {
            IOUtils.closeAll(bulks, results);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while closing", e);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("Could not close the OpenSearch writer", e);
        }
    }

    private void scheduleFlush() {
        nextFlush =
                timers.registerTimer(
                        timers.getCurrentProcessingTime() + intervalMs, this::onInterval);
    }

    private void onInterval(long time) throws IOException, InterruptedException {
        if (closed) {
            return;
        }
        // A flush that waits lets timers through.
        if (!flushing) {
            flush(false);
        }
        scheduleFlush();
    }
}
