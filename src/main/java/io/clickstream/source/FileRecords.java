package io.clickstream.source;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.flink.core.fs.Path;

/** The records of one file, one after the other. */
public interface FileRecords extends Closeable {

    /** What is kept of a record where no setting says how long one may be. */
    int MAX_RECORD_BYTES = 64 << 20;

    /** Opens a file of any of Flink's file systems; its first bytes decide what it is. */
    static FileRecords open(Path path) throws IOException {
        return FileContent.open(path, List.of()).records(MAX_RECORD_BYTES);
    }

    /**
     * The next record.
     *
     * @return its bytes, which nobody else has; null after the last one
     * @throws UnreadableFileException if there is no way to read what follows
     */
    @Nullable
    byte[] next() throws IOException;

    /** Which line, row or record of the file the record before was, from 1. */
    long number();

    /** What a file is made of. */
    String unit();
}
