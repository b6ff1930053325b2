package io.clickstream.source;

import java.io.Closeable;
import java.io.IOException;
import javax.annotation.Nullable;

/** The records of one file, one after the other. */
interface FileRecords extends Closeable {

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
