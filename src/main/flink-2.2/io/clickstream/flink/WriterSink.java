package io.clickstream.flink;

import org.apache.flink.api.connector.sink2.Sink;

/**
 * A sink that creates its writers by {@code WriterInitContext}. Flink 2.2 knows no other way.
 *
 * @param <T> the values
 */
public interface WriterSink<T> extends Sink<T> {}
