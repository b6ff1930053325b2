package io.clickstream.intake;

import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.FolderAssigner;
import java.io.Serializable;
import org.apache.flink.util.OutputTag;

/** Where records go to be archived. */
public final class ArchiveTarget implements Serializable {

    private static final long serialVersionUID = 1L;

    final FolderAssigner<ArchivedRecord> folders;
    final OutputTag<ArchivedBatch> records;
    final OutputTag<DeadLetter> malformed;

    /**
     * Two side outputs.
     *
     * @param folders where each record is filed
     * @param records every record that is a JSON object, or can be written as one, gathered by
     *     folder. Nothing is held back over a barrier.
     * @param malformed all others
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
