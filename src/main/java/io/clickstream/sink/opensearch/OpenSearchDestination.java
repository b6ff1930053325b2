package io.clickstream.sink.opensearch;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.config.StartCheck;
import io.clickstream.deadletter.DeadLetterFormat;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.EventTypes;
import io.clickstream.sink.Destination;
import io.clickstream.sink.ResultWriter;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/** The indices of a cluster: one per aggregate and, if configured, one for dead letters. */
public final class OpenSearchDestination implements Destination {

    private final OpenSearchConfig config;
    private final List<Aggregate<?>> aggregates;
    private final boolean bounded;

    /**
     * Creates a destination for some aggregates.
     *
     * @param bounded whether the job reads files in Flink's batch mode
     */
    public OpenSearchDestination(
            OpenSearchConfig config, Collection<Aggregate<?>> aggregates, boolean bounded) {
        this.config = config;
        this.aggregates = List.copyOf(aggregates);
        this.bounded = bounded;
    }

    @Override
    public String name() {
        return "opensearch";
    }

    @Override
    public Collection<Aggregate<?>> aggregates() {
        return aggregates;
    }

    /**
     * A writer that writes each value as a document with its id, and replaces an older one.
     *
     * <p>It writes at least once. Ids are deterministic, so the index contains each document once.
     * While OpenSearch is away or refuses everything, documents wait in the state of the job, for
     * however long it takes. A document that OpenSearch permanently refuses is a dead letter.
     */
    @Override
    public <T> ResultWriter<T> writer(Aggregate<T> aggregate, String uid) {
        return writer(config, config.index(aggregate), aggregate.format(), bounded);
    }

    @Override
    public Optional<ResultWriter<DeadLetter>> deadLetters(String uid) {
        return config.deadLettersIndex()
                .map(index -> writer(config, index, new DeadLetterFormat(), bounded));
    }

    /**
     * A writer to any index.
     *
     * @param index the name without the period's suffix
     */
    static <T> ResultWriter<T> writer(
            OpenSearchConfig config, String index, AggregateFormat<T> format, boolean bounded) {
        IndexName name = new IndexName(index, config.indexPeriod());
        DocumentNames<T> names = new DocumentNames<>(name, format);
        return (results, uid) -> {
            OutboxFactory<T> outbox = new OutboxFactory<>(config, name, format);
            // All versions of a document come to one subtask. In batch mode, Flink would sort by
            // the key.
            SingleOutputStreamOperator<DeadLetter> refused =
                    bounded
                            ? results.transform(uid, EventTypes.DEAD_LETTER, outbox)
                            : results.keyBy(names::path, Types.STRING)
                                    .transform(uid, EventTypes.DEAD_LETTER, outbox);
            return Optional.of(refused.uid(uid).name(uid));
        };
    }

    @Override
    public boolean refuses() {
        return true;
    }

    @Override
    public StartCheck startCheck() {
        return () -> OpenSearchStartCheck.problems(config, aggregates);
    }

    /** The names of the documents that the sink of an aggregate writes. */
    public static <T> DocumentNames<T> names(OpenSearchConfig config, Aggregate<T> aggregate) {
        return new DocumentNames<>(
                new IndexName(config.index(aggregate), config.indexPeriod()), aggregate.format());
    }
}
