package io.clickstream.local.results;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.local.server.KinesisServer;
import io.clickstream.local.server.OpenSearchIndices;
import io.clickstream.tools.oracle.Expected;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The topics or streams, and the indices, of aggregates: what is in them and should be. */
public final class Results implements AutoCloseable {

    public static final String DEPARTMENTS_TOPIC = Aggregates.DEPARTMENT_COUNTS.defaultTopic();
    public static final String SESSIONS_TOPIC = Aggregates.SESSION_COUNTS.defaultTopic();
    public static final String CHECKOUTS_TOPIC = Aggregates.CHECKOUT_SESSIONS.defaultTopic();

    /** The topics of the aggregates that every job computes. */
    public static final List<String> TOPICS = topics(Set.of());

    public static final String DEPARTMENTS_INDEX = Aggregates.DEPARTMENT_COUNTS.defaultIndex();
    public static final String SESSIONS_INDEX = Aggregates.SESSION_COUNTS.defaultIndex();
    public static final String CHECKOUTS_INDEX = Aggregates.CHECKOUT_SESSIONS.defaultIndex();

    private final String kind;
    private final OutputReader outputs;
    private final OpenSearchIndices indices;

    private Results(String kind, OutputReader outputs, OpenSearchIndices indices) {
        this.kind = kind;
        this.outputs = outputs;
        this.indices = indices;
    }

    /** The topics of a job with some property groups of optional aggregates. */
    public static List<String> topics(Set<String> groups) {
        return computed(groups).map(Aggregate::defaultTopic).toList();
    }

    /** The indices of a job with some property groups of optional aggregates. */
    public static List<String> indices(Set<String> groups) {
        return computed(groups).map(Aggregate::defaultIndex).toList();
    }

    private static Stream<Aggregate<?>> computed(Set<String> groups) {
        return Aggregates.ALL.stream()
                .filter(aggregate -> aggregate.group().map(groups::contains).orElse(true));
    }

    /** Begins to read topics and indices of a job without optional aggregates. */
    public static Results ofTopics(String bootstrapServers, OpenSearchIndices indices) {
        return ofTopics(bootstrapServers, indices, Set.of());
    }

    /**
     * Begins to read topics and indices.
     *
     * @param groups the job's property groups of optional aggregates
     */
    public static Results ofTopics(
            String bootstrapServers, OpenSearchIndices indices, Set<String> groups) {
        return new Results("topic ", new TopicReader(bootstrapServers, topics(groups)), indices);
    }

    /**
     * Begins to read streams, which have the names of the topics, and indices.
     *
     * @param groups the job's property groups of optional aggregates
     */
    public static Results ofStreams(
            KinesisServer server, OpenSearchIndices indices, Set<String> groups) {
        return new Results("stream ", new StreamReader(server, topics(groups)), indices);
    }

    /** Whether there are as many records and documents as there should be, or more. */
    public boolean areComplete(Expected expected) throws IOException, InterruptedException {
        outputs.readCommitted();
        for (Aggregate<?> aggregate : expected.aggregates()) {
            int lines = expected.of(aggregate).size();
            int documents = expected.documents(aggregate).size();
            if (outputs.values(aggregate.defaultTopic()).size() < lines
                    || indices.count(aggregate.defaultIndex()) < documents
                    // A document may still have to be replaced by a later one.
                    || (documents < lines && !documents(expected, aggregate).isEqual())) {
                return false;
            }
        }
        return true;
    }

    /** Compares topics or streams, record by record, and indices, document by document. */
    public List<Comparison> compare(Expected expected) throws IOException, InterruptedException {
        outputs.readCommitted();
        List<Comparison> comparisons = new ArrayList<>();
        for (Aggregate<?> aggregate : expected.aggregates()) {
            String topic = aggregate.defaultTopic();
            comparisons.add(
                    Comparison.ofLines(
                            kind + topic, expected.of(aggregate), outputs.values(topic)));
        }
        for (Aggregate<?> aggregate : expected.aggregates()) {
            comparisons.add(documents(expected, aggregate));
        }
        return comparisons;
    }

    private Comparison documents(Expected expected, Aggregate<?> aggregate)
            throws IOException, InterruptedException {
        String index = aggregate.defaultIndex();
        return Comparison.ofDocuments(
                "index " + index, expected.documents(aggregate), indices.documents(index));
    }

    @Override
    public void close() {
        outputs.close();
    }
}
