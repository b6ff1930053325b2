package io.clickstream.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;

/** Creates the parsers of JSON records. */
public final class RecordJson {

    /**
     * The longest field name that is accepted, in bytes, or in characters for UTF-16 and UTF-32.
     * Jackson keeps the last 6,000 names that it has read, or 12,000 in UTF-16 and UTF-32, for the
     * lifetime of the factory. With Jackson's own limit of 50,000, a producer could fill the heap
     * with names.
     */
    static final int MAX_NAME_LENGTH = 1024;

    /** One factory for all records, so that names are kept once. */
    public static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNameLength(MAX_NAME_LENGTH).build())
                    .build();

    private RecordJson() {}
}
