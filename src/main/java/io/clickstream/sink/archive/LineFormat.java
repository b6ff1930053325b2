package io.clickstream.sink.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;

/**
 * The format of a file's lines. Each writer has its own object.
 *
 * @param <T> the value of a line
 */
interface LineFormat<T> extends Serializable {

    /** The suffix of a file's name, such as {@code .csv}. */
    String suffix();

    /** The beginning of every file; usually empty. */
    default byte[] header() {
        return new byte[0];
    }

    /**
     * Writes a value, including line ends, with as few calls as possible, because a local file's
     * stream has no buffer.
     */
    void write(T value, OutputStream out) throws IOException;
}
