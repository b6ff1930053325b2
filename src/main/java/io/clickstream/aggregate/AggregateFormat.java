package io.clickstream.aggregate;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/**
 * The format of a result. Key, time, and JSON are the same in all destinations.
 *
 * @param <T> the result
 */
public interface AggregateFormat<T> extends Serializable {

    /** The key of the record in a topic. */
    byte[] key(T value);

    /** The record's timestamp: the last millisecond of the window, in ms since 1970. */
    long timestamp(T value);

    /**
     * The first millisecond of the window, in ms since 1970. It selects the index of a day or
     * month.
     */
    long windowBegin(T value);

    /**
     * A document id made of the key and the window, so that a replayed window overwrites itself. It
     * can have any length.
     */
    String documentId(T value);

    /** Writes one JSON object. */
    void write(T value, JsonGenerator json) throws IOException;

    /** All fields that the JSON objects can have. The index template is made from them. */
    List<IndexField> fields();
}
