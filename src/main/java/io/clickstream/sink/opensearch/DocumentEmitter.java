package io.clickstream.sink.opensearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.clickstream.aggregate.AggregateFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.connector.opensearch.sink.OpensearchEmitter;
import org.apache.flink.connector.opensearch.sink.RequestIndexer;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.common.xcontent.XContentType;

/** Converts a value to a request that writes or replaces its document. */
final class DocumentEmitter<T> implements OpensearchEmitter<T> {

    private static final long serialVersionUID = 1L;

    private final DocumentNames<T> names;
    private final AggregateFormat<T> format;
    private transient JsonFactory json;
    private transient ByteArrayOutputStream document;
    private transient RequestIndexer indexer;

    DocumentEmitter(IndexName index, AggregateFormat<T> format) {
        this.names = new DocumentNames<>(index, format);
        this.format = format;
    }

    @Override
    public void open() {
        json = new JsonFactory();
        document = new ByteArrayOutputStream(512);
    }

    @Override
    public void emit(T value, SinkWriter.Context context, RequestIndexer requestIndexer) {
        indexer = requestIndexer;
        requestIndexer.add(
                new IndexRequest(names.index(value))
                        .id(names.id(value))
                        .source(bytes(value), XContentType.JSON));
    }

    /** Puts requests into a later bulk. They must have been emitted here. */
    void emitAgain(List<IndexRequest> requests) {
        indexer.add(requests.toArray(new IndexRequest[0]));
    }

    private byte[] bytes(T value) {
        document.reset();
        try (JsonGenerator generator = json.createGenerator(document)) {
            format.write(value, generator);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not write " + value + " as JSON", e);
        }
        return document.toByteArray();
    }
}
