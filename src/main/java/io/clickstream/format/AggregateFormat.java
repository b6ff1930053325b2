package io.clickstream.format;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Serializable;

/** How one kind of aggregate leaves the job: the same in topics, indices and files. */
public interface AggregateFormat<T> extends Serializable {

    /** The record's key in a topic, as UTF-8 text. */
    byte[] key(T value);

    /** The record's timestamp, ms since the epoch: the last millisecond of its window. */
    long timestamp(T value);

    /**
     * When the aggregate's window begins, ms since the epoch: decides the index per day or month.
     */
    long windowBegin(T value);

    /**
     * The document's id, made of key and window, so that the same aggregate computed again replaces
     * itself.
     */
    String documentId(T value);

    /** Writes the aggregate as one JSON object. */
    void write(T value, JsonGenerator json) throws IOException;
}
