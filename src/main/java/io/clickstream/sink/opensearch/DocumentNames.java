package io.clickstream.sink.opensearch;

import io.clickstream.aggregate.AggregateFormat;
import java.io.Serializable;

/**
 * Which document of which index a result is.
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

    /** The index's whole name, with its period. */
    public String index(T value) {
        return index.at(format.windowBegin(value));
    }

    /** The document's id in it, at most 512 bytes long. */
    public String id(T value) {
        return DocumentId.of(format.documentId(value));
    }

    /** The name of the document among those of all indices: a slash is in no index's name. */
    public String path(T value) {
        return index(value) + '/' + id(value);
    }
}
