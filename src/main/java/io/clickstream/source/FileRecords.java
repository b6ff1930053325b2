package io.clickstream.source;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import javax.annotation.Nullable;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/** The records of one file, one after the other. */
public interface FileRecords extends Closeable {

    /** Opens a file of any of Flink's file systems: Parquet, or lines, {@code .gz} or plain. */
    static FileRecords open(Path path) throws IOException {
        FileSystem files = path.getFileSystem();
        if (path.getName().endsWith(".parquet")) {
            return new ParquetRecords(path, files);
        }
        InputStream file = files.open(path);
        return new LineRecords(
                path.getName().endsWith(".gz")
                        ? new GZIPInputStream(
                                new BufferedInputStream(file, LineRecords.BUFFER_BYTES))
                        : file);
    }

    /**
     * The next record.
     *
     * @return its bytes, which nobody else has; null after the last one
     */
    @Nullable
    byte[] next() throws IOException;

    /** Which line or row of the file the record before was, from 1. */
    long number();

    /** What a file is made of. */
    String unit();
}
