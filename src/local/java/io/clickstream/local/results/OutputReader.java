package io.clickstream.local.results;

import java.util.List;

/** Reads what the job has put out, from the beginning on. For one thread. */
public interface OutputReader extends AutoCloseable {

    /** Reads on until all that counts by now has been read. */
    void readCommitted();

    /** The values that were read from a topic or stream, in no particular order. */
    List<String> values(String name);

    @Override
    void close();
}
