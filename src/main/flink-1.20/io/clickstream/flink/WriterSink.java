package io.clickstream.flink;

import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;

/**
 * A sink that creates its writers by {@code WriterInitContext}, as Flink 1.20 asks it to. Flink
 * 1.20 also declares the method of earlier versions, but does not call it.
 *
 * @param <T> the values
 */
public interface WriterSink<T> extends Sink<T> {

    @Override
    @Deprecated
    default SinkWriter<T> createWriter(InitContext context) {
        throw new UnsupportedOperationException("Flink 1.20 creates writers by WriterInitContext");
    }
}
