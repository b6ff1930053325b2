package io.clickstream.shuffle;

import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.event.FolderAssigner;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import javax.annotation.Nullable;

/**
 * Gathers records of one folder on their way to the archive, so that the network, Flink's file sink
 * and the file system are asked once for hundreds of them and not for each. Those of a folder stay
 * in their order.
 */
public final class ArchiveBatchWriter {

    /** Four of Flink's network buffers, of which a channel has ten. */
    private static final int BATCH_BYTES = 128 * 1024;

    /** Of all batches: late clicks may be of hundreds of folders. */
    private static final int MAX_BYTES = 1024 * 1024;

    /** An empty record takes room, too. */
    private static final int MAX_RECORDS = 10_000;

    private final FolderAssigner<ArchivedRecord> folders;
    private final Consumer<ArchivedBatch> out;
    private final Map<String, ArchivedBatch> open = new LinkedHashMap<>();

    /** That of the record before: nearly always the next one's, by the same string. */
    @Nullable private ArchivedBatch filling;

    private int bytes;
    private int records;

    /**
     * Begins without records.
     *
     * @param out where batches go; a batch is used again when it returns
     */
    public ArchiveBatchWriter(FolderAssigner<ArchivedRecord> folders, Consumer<ArchivedBatch> out) {
        this.folders = folders;
        this.out = out;
    }

    /** Adds a copy of a record, and sends its batch if that is full. */
    public void add(ArchivedRecord record) {
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

    /** Sends all records that were held back. */
    public void send() {
        open.values().forEach(this::send);
        open.clear();
        filling = null;
        bytes = 0;
        records = 0;
    }

    private void send(ArchivedBatch batch) {
        if (batch.size() > 0) {
            out.accept(batch);
            batch.clear();
        }
    }
}
