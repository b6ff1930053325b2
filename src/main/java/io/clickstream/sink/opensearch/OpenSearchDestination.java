package io.clickstream.sink.opensearch;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.config.StartCheck;
import io.clickstream.deadletter.DeadLetterFormat;
import io.clickstream.event.DeadLetter;
import io.clickstream.sink.DeadLetterOutlet;
import io.clickstream.sink.Destination;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.connector.sink2.Sink;

/** The indices of a cluster: one for each aggregate and, if configured, one for dead letters. */
public final class OpenSearchDestination implements Destination {

    private final OpenSearchConfig config;
    private final List<Aggregate<?>> aggregates;
    private final DeadLetterOutlet outlet;

    /**
     * Indices of some aggregates.
     *
     * @param outlet takes the documents that OpenSearch refuses for good
     */
    public OpenSearchDestination(
            OpenSearchConfig config, Collection<Aggregate<?>> aggregates, DeadLetterOutlet outlet) {
        this.config = config;
        this.aggregates = List.copyOf(aggregates);
        this.outlet = outlet;
    }

    @Override
    public String name() {
        return "opensearch";
    }

    @Override
    public Collection<Aggregate<?>> aggregates() {
        return aggregates;
    }

    @Override
    public <T> Sink<T> sink(Aggregate<T> aggregate, String uid) {
        return sink(config, config.index(aggregate), aggregate.format(), outlet);
    }

    @Override
    public Optional<Sink<DeadLetter>> deadLetters(String uid) {
        return config.deadLettersIndex()
                .map(index -> sink(config, index, new DeadLetterFormat(), outlet));
    }

    @Override
    public StartCheck startCheck() {
        return () -> OpenSearchStartCheck.problems(config, aggregates);
    }

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
    static <T> Sink<T> sink(
            OpenSearchConfig config,
            String index,
            AggregateFormat<T> format,
            DeadLetterOutlet outlet) {
        return new AggregateSink<>(
                config, new IndexName(index, config.indexPeriod()), format, outlet);
    }

    /** Which documents the sink of an aggregate writes. */
    public static <T> DocumentNames<T> names(OpenSearchConfig config, Aggregate<T> aggregate) {
        return new DocumentNames<>(
                new IndexName(config.index(aggregate), config.indexPeriod()), aggregate.format());
    }
}
