package io.clickstream.local.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.local.server.KinesisServer;
import io.clickstream.local.server.OpenSearchIndices;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The topics or streams, and the indices, of dead letters and trends: what is in them and should
 * be. Of a dead letter only the reason is looked at.
 */
public final class SideResults implements AutoCloseable {

    public static final String DEAD_LETTERS_TOPIC = "DeadLetters";
    public static final String DEAD_LETTERS_INDEX = "dead_letters";
    static final String TRENDING_TOPIC = Aggregates.TRENDING.defaultTopic();
    static final String TRENDING_INDEX = Aggregates.TRENDING.defaultIndex();
    public static final List<String> TOPICS = List.of(DEAD_LETTERS_TOPIC, TRENDING_TOPIC);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String kind;
    private final OutputReader outputs;
    private final OpenSearchIndices indices;

    private SideResults(String kind, OutputReader outputs, OpenSearchIndices indices) {
        this.kind = kind;
        this.outputs = outputs;
        this.indices = indices;
    }

    /** Begins to read topics and indices. */
    public static SideResults ofTopics(String bootstrapServers, OpenSearchIndices indices) {
        return new SideResults("topic ", new TopicReader(bootstrapServers, TOPICS), indices);
    }

    /** Begins to read streams, which have the names of the topics, and indices. */
    public static SideResults ofStreams(KinesisServer server, OpenSearchIndices indices) {
        return new SideResults("stream ", new StreamReader(server, TOPICS), indices);
    }

    /**
     * Whether there are as many records and documents as there should be, or more.
     *
     * @param letters how many dead letters there should be, by reason
     * @param trends lines of the lists that there should be
     */
    public boolean areComplete(Map<String, Long> letters, List<String> trends)
            throws IOException, InterruptedException {
        outputs.readCommitted();
        long count = letters.values().stream().mapToLong(Long::longValue).sum();
        return outputs.values(DEAD_LETTERS_TOPIC).size() >= count
                && outputs.values(TRENDING_TOPIC).size() >= trends.size()
                && indices.count(DEAD_LETTERS_INDEX) >= count
                && indices.count(TRENDING_INDEX) >= trends.size();
    }

    /**
     * Compares topics or streams, record by record, and indices, document by document.
     *
     * @param letters how many dead letters there should be, by reason
     * @param trends lines of the lists that there should be
     */
    public List<Comparison> compare(Map<String, Long> letters, List<String> trends)
            throws IOException, InterruptedException {
        outputs.readCommitted();
        List<String> reasons = new ArrayList<>();
        letters.forEach(
                (reason, count) -> reasons.addAll(Collections.nCopies(count.intValue(), reason)));
        List<String> inTopic = new ArrayList<>();
        for (String letter : outputs.values(DEAD_LETTERS_TOPIC)) {
            inTopic.add(JSON.readTree(letter).path("reason").asText());
        }
        List<String> inIndex = new ArrayList<>();
        for (JsonNode letter : indices.documents(DEAD_LETTERS_INDEX)) {
            inIndex.add(letter.path("reason").asText());
        }
        return List.of(
                Comparison.ofLines(kind + DEAD_LETTERS_TOPIC, reasons, inTopic),
                Comparison.ofLines("index " + DEAD_LETTERS_INDEX, reasons, inIndex),
                Comparison.ofLines(kind + TRENDING_TOPIC, trends, outputs.values(TRENDING_TOPIC)),
                Comparison.ofDocuments(
                        "index " + TRENDING_INDEX, trends, indices.documents(TRENDING_INDEX)));
    }

    @Override
    public void close() {
        outputs.close();
    }
}
