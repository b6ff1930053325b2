package io.clickstream.testing;

import io.clickstream.flink.WriterSink;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/** A sink that keeps what it gets, for a job in this JVM that never fails. */
public final class CollectSink<T> implements WriterSink<T> {

    private static final long serialVersionUID = 1L;

    private static final Map<String, List<Object>> COLLECTED = new ConcurrentHashMap<>();

    private final String id = UUID.randomUUID().toString();

    public CollectSink() {
        COLLECTED.put(id, new CopyOnWriteArrayList<>());
    }

    @SuppressWarnings("unchecked") // Only a sink of T has this id.
    public List<T> collected() {
        return (List<T>) List.copyOf(COLLECTED.get(id));
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) {
        List<Object> values = COLLECTED.get(id);
        return new SinkWriter<>() {
            @Override
            public void write(T value, Context unused) {
                values.add(value);
            }

            @Override
            public void flush(boolean endOfInput) {
                // Nothing is held back.
            }

            @Override
            public void close() {
                // Nothing to close.
            }
        };
    }
}
