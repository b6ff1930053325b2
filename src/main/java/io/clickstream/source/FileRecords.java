package io.clickstream.source;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.flink.core.fs.Path;

/** Iterates over the records of one file. */
public interface FileRecords extends Closeable {

    /** The number of bytes that are kept of a record if no setting limits its length. */
    int MAX_RECORD_BYTES = 64 << 20;

    /** Opens a file of any of Flink's file systems. Its first bytes decide its format. */
    static FileRecords open(Path path) throws IOException {
        return open(path, List.of());
    }

    /**
     * Opens a file as {@link #open(Path)} does.
     *
     * @param columns the columns of a CSV file that does not have them in its first line; otherwise
     *     empty
     */
    static FileRecords open(Path path, List<String> columns) throws IOException {
        return FileContent.open(path, columns).records(MAX_RECORD_BYTES);
    }

    /**
     * The next record.
     *
     * @return a new array; null after the last record
     * @throws UnreadableFileException if the rest cannot be read
     */
    @Nullable
    byte[] next() throws IOException;

    /** The number of the previous line, row, or record in the file, starting at 1. */
    long number();

    /** What the file consists of, in the plural: lines, rows, or records. */
    String unit();
}
