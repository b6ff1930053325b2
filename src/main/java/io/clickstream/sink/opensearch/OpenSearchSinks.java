package io.clickstream.sink.opensearch;

import io.clickstream.config.OpenSearchConfig;
import io.clickstream.format.AggregateFormat;
import io.clickstream.sink.DeadLetterOutlet;
import org.apache.flink.api.connector.sink2.Sink;

/** Builds the sinks that index aggregates. */
public final class OpenSearchSinks {

    private OpenSearchSinks() {}

    /**
     * A sink that writes each value as a document under its id, replacing an older one.
     *
     * <p>At least once, and since ids are deterministic the index holds each document once. While
     * OpenSearch is away or overloaded, bulks are retried for {@link OpenSearchConfig#retriesLast}
     * and the job waits; after that it fails over to its last checkpoint. A document that
     * OpenSearch will never take goes to the dead letters. What the whole index refuses (no
     * permission, no such index and none may be created) fails the job with a message, since all
     * documents would be refused alike and none may be lost.
     *
     * <p>One id must not be written twice within one bulk with different content: a retry may swap
     * the two.
     *
     * @param index the name before the period's suffix
     */
    public static <T> Sink<T> sink(
            OpenSearchConfig config,
            String index,
            AggregateFormat<T> format,
            DeadLetterOutlet outlet) {
        return new AggregateSink<>(
                config, new IndexName(index, config.indexPeriod()), format, outlet);
    }

    /**
     * Which documents a sink writes.
     *
     * @param index the name before the period's suffix
     */
    public static <T> DocumentNames<T> names(
            OpenSearchConfig config, String index, AggregateFormat<T> format) {
        return new DocumentNames<>(new IndexName(index, config.indexPeriod()), format);
    }
}
