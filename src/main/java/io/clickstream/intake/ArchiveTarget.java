package io.clickstream.intake;

import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.FolderAssigner;
import java.io.Serializable;
import org.apache.flink.util.OutputTag;

/** The side outputs for records to be archived. */
public final class ArchiveTarget implements Serializable {

    private static final long serialVersionUID = 1L;

    final FolderAssigner<ArchivedRecord> folders;
    final OutputTag<ArchivedBatch> records;
    final OutputTag<DeadLetter> malformed;

    /**
     * Creates a target with two side outputs.
     *
     * @param folders assigns each record to a folder
     * @param records receives every record that is a JSON object or can be written as one, batched
     *     by folder. Nothing is held back across a barrier.
     * @param malformed receives all other records
     */
    public ArchiveTarget(
            FolderAssigner<ArchivedRecord> folders,
            OutputTag<ArchivedBatch> records,
            OutputTag<DeadLetter> malformed) {
        this.folders = folders;
        this.records = records;
        this.malformed = malformed;
    }
}
