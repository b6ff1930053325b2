package io.clickstream.local.results;

import java.util.List;

/** Reads what the job has put out, from the beginning on. For one thread. */
public interface OutputReader extends AutoCloseable {

    /** Reads on until all that counts by now has been read. */
    void readCommitted();

    /** The values that were read from a topic or stream, in no particular order. */
    List<String> values(String name);

    /**
     * Hands over the values that were read from a topic or stream since the last call, and forgets
     * them. Not for a reader that {@link #values} is asked of.
     */
    List<String> take(String name);

    @Override
    void close();
}
