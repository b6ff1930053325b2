package io.clickstream.sink.opensearch;

import io.clickstream.aggregate.AggregateFormat;
import java.io.Serializable;

/**
 * The index and the id of a result's document.
 *
 * @param <T> the result
 */
public final class DocumentNames<T> implements Serializable {

    private static final long serialVersionUID = 1L;

    private final IndexName index;
    private final AggregateFormat<T> format;

    DocumentNames(IndexName index, AggregateFormat<T> format) {
        this.index = index;
        this.format = format;
    }

    /** The full name of the index, with its period. */
    public String index(T value) {
        return index.at(format.windowBegin(value));
    }

    /** The id of the document in the index, at most 512 bytes. */
    public String id(T value) {
        return DocumentId.of(format.documentId(value));
    }

    /** A unique name of the document across all indices. Index names contain no slash. */
    public String path(T value) {
        return index(value) + '/' + id(value);
    }
}
