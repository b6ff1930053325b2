package io.clickstream.local;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The topics and indices of the three aggregates: what is in them and what should be. */
public final class Results implements AutoCloseable {

    public static final String DEPARTMENTS_TOPIC = "Departments_Agg";
    public static final String SESSIONS_TOPIC = "ClickEvents_UserId_Agg_Result";
    public static final String CHECKOUTS_TOPIC = "User_Sessions_Aggregates_With_Order_Checkout";
    public static final List<String> TOPICS =
            List.of(DEPARTMENTS_TOPIC, SESSIONS_TOPIC, CHECKOUTS_TOPIC);

    public static final String DEPARTMENTS_INDEX = "departments_count";
    public static final String SESSIONS_INDEX = "user_session_counts";
    public static final String CHECKOUTS_INDEX = "user_session_details";

    private final TopicReader topics;
    private final OpenSearchIndices indices;

    /** Begins to read both. */
    public Results(String bootstrapServers, OpenSearchIndices indices) {
        this.topics = new TopicReader(bootstrapServers, TOPICS);
        this.indices = indices;
    }

    /** Whether there are as many records and documents as there should be, or more. */
    public boolean areComplete(Expected expected) throws IOException, InterruptedException {
        topics.readCommitted();
        return topics.values(DEPARTMENTS_TOPIC).size() >= expected.departments().size()
                && topics.values(SESSIONS_TOPIC).size() >= expected.sessions().size()
                && topics.values(CHECKOUTS_TOPIC).size() >= expected.checkouts().size()
                && indices.count(DEPARTMENTS_INDEX) >= expected.departments().size()
                && indices.count(SESSIONS_INDEX) >= expected.sessions().size()
                && indices.count(CHECKOUTS_INDEX) >= expected.checkouts().size();
    }

    /** Compares topics, record by record, and indices, document by document. */
    public List<Comparison> compare(Expected expected) throws IOException, InterruptedException {
        topics.readCommitted();
        List<Comparison> comparisons = new ArrayList<>();
        comparisons.add(topic(DEPARTMENTS_TOPIC, expected.departments()));
        comparisons.add(topic(SESSIONS_TOPIC, expected.sessions()));
        comparisons.add(topic(CHECKOUTS_TOPIC, expected.checkouts()));
        comparisons.add(index(DEPARTMENTS_INDEX, expected.departments()));
        comparisons.add(index(SESSIONS_INDEX, expected.sessions()));
        comparisons.add(index(CHECKOUTS_INDEX, expected.checkouts()));
        return comparisons;
    }

    private Comparison topic(String name, List<String> expected) {
        return Comparison.ofLines("topic " + name, expected, topics.values(name));
    }

    private Comparison index(String name, List<String> expected)
            throws IOException, InterruptedException {
        return Comparison.ofDocuments("index " + name, expected, indices.documents(name));
    }

    @Override
    public void close() {
        topics.close();
    }
}
