package io.clickstream.tools.explain;

import java.io.IOException;

/** Something to take a sample of. */
interface Source {

    /**
     * Takes a sample.
     *
     * @param max the maximum number of records
     * @throws IOException if the source cannot be read
     * @throws IllegalStateException if the source does not exist or refuses the login
     */
    Sample read(int max) throws IOException, InterruptedException;

    /** What a user calls it, such as {@code topic clicks}. */
    String name();
}
