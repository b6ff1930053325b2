package io.clickstream.tools.explain;

import io.clickstream.event.RawRecord;
import java.util.List;

/**
 * Records as their source has them.
 *
 * @param records in the order of the source
 * @param description what they are and where they come from, as lines for people
 * @param columns the names that were made up for the columns of CSV without names; otherwise empty
 */
record Sample(List<RawRecord> records, List<String> description, List<String> columns) {

    /**
     * The number of bytes after which a sample ends. A sample is in memory, once as bytes and once
     * as values.
     */
    static final long MAX_BYTES = 64L << 20;

    /** A sample without made-up columns. */
    Sample(List<RawRecord> records, List<String> description) {
        this(records, description, List.of());
    }
}
