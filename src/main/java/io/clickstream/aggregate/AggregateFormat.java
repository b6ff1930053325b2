package io.clickstream.aggregate;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Serializable;

/**
 * How a result is written: the same key, time and JSON wherever it goes.
 *
 * @param <T> the result
 */
public interface AggregateFormat<T> extends Serializable {

    /** The record's key in a topic. */
    byte[] key(T value);

    /** The record's timestamp: the window's last millisecond, since the epoch. */
    long timestamp(T value);

    /** First millisecond of the window, since the epoch; it picks the index of a day or month. */
    long windowBegin(T value);

    /**
     * Made of key and window, so that a replayed window overwrites itself. It may be of any length.
     */
    String documentId(T value);

    /** Writes one JSON object. */
    void write(T value, JsonGenerator json) throws IOException;
}
