package io.clickstream.sink.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;

/**
 * How the lines of a file are written. Every writer has an object of its own.
 *
 * @param <T> what lines are made of
 */
interface LineFormat<T> extends Serializable {

    /** What the name of a file ends with, such as {@code .csv}. */
    String suffix();

    /** What stands at the beginning of every file; usually nothing. */
    default byte[] header() {
        return new byte[0];
    }

    /**
     * Writes what a value has to say, with the end of each line, in as few pieces as it can: a
     * local file's stream has no buffer.
     */
    void write(T value, OutputStream out) throws IOException;
}
