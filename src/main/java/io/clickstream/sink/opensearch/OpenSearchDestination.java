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

/** The indices of a cluster: one per aggregate and, if configured, one for dead letters. */
public final class OpenSearchDestination implements Destination {

    private final OpenSearchConfig config;
    private final List<Aggregate<?>> aggregates;
    private final DeadLetterOutlet outlet;

    /**
     * Creates a destination for some aggregates.
     *
     * @param outlet receives the documents that OpenSearch permanently refuses
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
     * A sink that writes each value as a document with its id, and replaces an older one.
     *
     * <p>It writes at least once. Ids are deterministic, so the index contains each document once.
     * While OpenSearch is down or overloaded, bulk requests are retried for {@link
     * OpenSearchConfig#retriesLast}, and the job waits. After that the job restarts from its last
     * checkpoint. A document that OpenSearch permanently refuses goes to the dead letters. An error
     * of the whole index (a missing permission, or a missing index that may not be created) fails
     * the job with a message, because all documents would be refused and none may be lost.
     *
     * <p>The same id must not be written twice with different content in one bulk, because a retry
     * may swap the two.
     *
     * @param index the name without the period's suffix
     */
    static <T> Sink<T> sink(
            OpenSearchConfig config,
            String index,
            AggregateFormat<T> format,
            DeadLetterOutlet outlet) {
        return new AggregateSink<>(
                config, new IndexName(index, config.indexPeriod()), format, outlet);
    }

    /** The names of the documents that the sink of an aggregate writes. */
    public static <T> DocumentNames<T> names(OpenSearchConfig config, Aggregate<T> aggregate) {
        return new DocumentNames<>(
                new IndexName(config.index(aggregate), config.indexPeriod()), aggregate.format());
    }
}
