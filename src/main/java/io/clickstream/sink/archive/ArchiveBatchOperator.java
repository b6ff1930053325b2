package io.clickstream.sink.archive;

import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.metrics.ClickstreamMetrics;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.annotation.Nullable;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Gathers records of one folder, so that Flink's file sink and the file system are asked once for
 * hundreds of them and not for each, and so that another thread writes them at little cost to the
 * source's. Nothing is held back over a checkpoint: what was gathered goes on in front of its
 * barrier.
 */
final class ArchiveBatchOperator extends AbstractStreamOperator<ArchivedBatch>
        implements OneInputStreamOperator<ArchivedRecord, ArchivedBatch> {

    private static final long serialVersionUID = 1L;

    /**
     * Four of Flink's network buffers, of which a channel has ten: the writer's thread is woken
     * once for all four.
     */
    private static final int BATCH_BYTES = 128 * 1024;

    /** Of all batches: late clicks may be of hundreds of folders. */
    private static final int MAX_BYTES = 1024 * 1024;

    /** An empty record takes room, too. */
    private static final int MAX_RECORDS = 10_000;

    private static final long MAX_DELAY_MILLIS = 1_000;

    private final TimeFolders<ArchivedRecord> folders;

    private transient Map<String, ArchivedBatch> open;

    /** That of the record before: nearly always the next one's, by the same string. */
    @Nullable private transient ArchivedBatch filling;

    private transient int bytes;
    private transient int records;
    private transient Counter archivedRecords;
    private transient Counter archivedBytes;

    ArchiveBatchOperator(TimeFolders<ArchivedRecord> folders) {
        this.folders = folders;
        // Flink's default is to begin a chain, which would mean a hop through the network.
        setChainingStrategy(ChainingStrategy.ALWAYS);
    }

    @Override
    public void open() throws Exception {
        super.open();
        open = new LinkedHashMap<>();
        archivedRecords =
                ClickstreamMetrics.counter(getMetricGroup(), ClickstreamMetrics.ARCHIVE_RECORDS);
        archivedBytes =
                ClickstreamMetrics.counter(getMetricGroup(), ClickstreamMetrics.ARCHIVE_BYTES);
        sendLater();
    }

    @Override
    public void processElement(StreamRecord<ArchivedRecord> element) {
        ArchivedRecord record = element.getValue();
        String folder = folders.of(record);
        ArchivedBatch batch = filling;
        if (batch == null || !batch.folder().equals(folder)) {
            batch = open.computeIfAbsent(folder, ArchivedBatch::new);
            filling = batch;
        }
        int before = batch.bytes();
        batch.add(record);
        bytes += batch.bytes() - before;
        records++;
        if (batch.bytes() >= BATCH_BYTES) {
            bytes -= batch.bytes();
            records -= batch.size();
            send(batch);
        } else if (bytes >= MAX_BYTES || records >= MAX_RECORDS) {
            send();
        }
    }

    private void send() {
        open.values().forEach(this::send);
        open.clear();
        filling = null;
        bytes = 0;
        records = 0;
    }

    /** The network has a copy when this returns, so that a busy folder's batch is used again. */
    private void send(ArchivedBatch batch) {
        if (batch.size() > 0) {
            archivedRecords.inc(batch.size());
            archivedBytes.inc(batch.jsonBytes());
            output.collect(new StreamRecord<>(batch));
            batch.clear();
        }
    }

    /** A file's silence is counted from its last write. */
    private void sendLater() {
        long due = getProcessingTimeService().getCurrentProcessingTime() + MAX_DELAY_MILLIS;
        var unused =
                getProcessingTimeService()
                        .registerTimer(
                                due,
                                now -> {
                                    send();
                                    sendLater();
                                });
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        send();
    }

    @Override
    public void finish() throws Exception {
        send();
        super.finish();
    }
}
