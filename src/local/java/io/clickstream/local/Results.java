package io.clickstream.local;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The topics or streams, and the indices, of the three aggregates: what is in them and should be.
 */
public final class Results implements AutoCloseable {

    public static final String DEPARTMENTS_TOPIC = "Departments_Agg";
    public static final String SESSIONS_TOPIC = "ClickEvents_UserId_Agg_Result";
    public static final String CHECKOUTS_TOPIC = "User_Sessions_Aggregates_With_Order_Checkout";
    public static final List<String> TOPICS =
            List.of(DEPARTMENTS_TOPIC, SESSIONS_TOPIC, CHECKOUTS_TOPIC);

    public static final String DEPARTMENTS_INDEX = "departments_count";
    public static final String SESSIONS_INDEX = "user_session_counts";
    public static final String CHECKOUTS_INDEX = "user_session_details";

    private final String kind;
    private final OutputReader outputs;
    private final OpenSearchIndices indices;

    private Results(String kind, OutputReader outputs, OpenSearchIndices indices) {
        this.kind = kind;
        this.outputs = outputs;
        this.indices = indices;
    }

    /** Begins to read topics and indices. */
    public static Results ofTopics(String bootstrapServers, OpenSearchIndices indices) {
        return new Results("topic ", new TopicReader(bootstrapServers, TOPICS), indices);
    }

    /** Begins to read streams, which have the names of the topics, and indices. */
    public static Results ofStreams(KinesisServer server, OpenSearchIndices indices) {
        return new Results("stream ", new StreamReader(server, TOPICS), indices);
    }

    /** Whether there are as many records and documents as there should be, or more. */
    public boolean areComplete(Expected expected) throws IOException, InterruptedException {
        outputs.readCommitted();
        return outputs.values(DEPARTMENTS_TOPIC).size() >= expected.departments().size()
                && outputs.values(SESSIONS_TOPIC).size() >= expected.sessions().size()
                && outputs.values(CHECKOUTS_TOPIC).size() >= expected.checkouts().size()
                && indices.count(DEPARTMENTS_INDEX) >= expected.departments().size()
                && indices.count(SESSIONS_INDEX) >= expected.sessions().size()
                && indices.count(CHECKOUTS_INDEX) >= expected.checkouts().size();
    }

    /** Compares topics or streams, record by record, and indices, document by document. */
    public List<Comparison> compare(Expected expected) throws IOException, InterruptedException {
        outputs.readCommitted();
        List<Comparison> comparisons = new ArrayList<>();
        comparisons.add(output(DEPARTMENTS_TOPIC, expected.departments()));
        comparisons.add(output(SESSIONS_TOPIC, expected.sessions()));
        comparisons.add(output(CHECKOUTS_TOPIC, expected.checkouts()));
        comparisons.add(index(DEPARTMENTS_INDEX, expected.departments()));
        comparisons.add(index(SESSIONS_INDEX, expected.sessions()));
        comparisons.add(index(CHECKOUTS_INDEX, expected.checkouts()));
        return comparisons;
    }

    private Comparison output(String name, List<String> expected) {
        return Comparison.ofLines(kind + name, expected, outputs.values(name));
    }

    private Comparison index(String name, List<String> expected)
            throws IOException, InterruptedException {
        return Comparison.ofDocuments("index " + name, expected, indices.documents(name));
    }

    @Override
    public void close() {
        outputs.close();
    }
}
