package io.clickstream.local.run;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The property groups of a user's file, with what they leave open: the source, the topics,
 * OpenSearch, and the bucket of the archive. What they name stays as it is.
 */
final class LocalSettings {

    private static final String LAB = "FlinkApplicationProperties";
    private static final String LAB_SERVERS = "BootstrapServers";
    private static final String SOURCE = "source.kafka";
    private static final String SINK_KAFKA = "sink.kafka";
    private static final String SINK_KINESIS = "sink.kinesis";
    private static final String SINK_OPENSEARCH = "sink.opensearch";
    private static final String SINK_FILES = "sink.files";
    private static final String SERVERS = "bootstrap-servers";
    private static final String ENDPOINT = "endpoint";

    /** Keys of the format under which the lab's clicks can still be read. */
    private static final Set<String> CLICKS_OF_SHOP = Set.of("type", "item", "value");

    private final Map<String, Map<String, String>> named;

    /**
     * The settings of a user.
     *
     * @param named the groups of the file
     */
    LocalSettings(Map<String, Map<String, String>> named) {
        this.named = named;
    }

    /** Whether the user names the source, so that no clicks must be made. */
    boolean namesSource() {
        return named.keySet().stream().anyMatch(group -> group.startsWith("source."))
                || lab().containsKey(LAB_SERVERS)
                || lab().containsKey("Topic");
    }

    /** Whether the format is one in which the simulated shop can send its clicks. */
    boolean readsClicksOfShop() {
        return CLICKS_OF_SHOP.containsAll(named.getOrDefault("format", Map.of()).keySet());
    }

    /** Whether the archive has no place to write to. */
    boolean needsBucket() {
        return named.containsKey("sink.archive") && !named.get("sink.archive").containsKey("path");
    }

    private Map<String, String> lab() {
        return named.getOrDefault(LAB, Map.of());
    }

    /**
     * All groups that the job gets.
     *
     * @param kafka host and port of the Kafka broker that stands in
     * @param openSearch address of the OpenSearch node that stands in
     * @param archive the settings of a bucket that stands in; empty if none does
     * @param clicksTopic where the simulated shop sends clicks
     */
    Map<String, Map<String, String>> completed(
            String kafka, String openSearch, Map<String, String> archive, String clicksTopic) {
        Map<String, Map<String, String>> groups = new LinkedHashMap<>();
        named.forEach((group, properties) -> groups.put(group, new HashMap<>(properties)));
        if (!namesSource()) {
            groups.put(
                    SOURCE,
                    Map.of(
                            SERVERS,
                            kafka,
                            "topic",
                            clicksTopic,
                            "group-id",
                            "clickstream-local",
                            "start",
                            "earliest"));
            groups.putIfAbsent("format", Map.of("type", "json"));
        } else if (named.containsKey(SOURCE)) {
            if (!lab().containsKey(LAB_SERVERS)) {
                groups.get(SOURCE).putIfAbsent(SERVERS, kafka);
            }
        } else if (lab().containsKey("Topic")) {
            groups.get(LAB).putIfAbsent(LAB_SERVERS, kafka);
        }
        if (groups.containsKey(SINK_FILES)) {
            // A job that reads files and writes files needs no server.
            return groups;
        }
        boolean isFromKafka = groups.containsKey(SOURCE) || lab().containsKey(LAB_SERVERS);
        boolean labNamesTopics = lab().keySet().stream().anyMatch(key -> key.endsWith("_Topic"));
        if (groups.containsKey(SINK_KAFKA)) {
            if (!isFromKafka) {
                // Otherwise, topics without servers are in the cluster of the source.
                groups.get(SINK_KAFKA).putIfAbsent(SERVERS, kafka);
            }
        } else if (!groups.containsKey(SINK_KINESIS) && !labNamesTopics) {
            groups.put(SINK_KAFKA, new HashMap<>(Map.of(SERVERS, kafka)));
        }
        boolean labNamesOpenSearch =
                lab().containsKey("OpenSearchEndpoint")
                        || lab().containsKey("ElasticsearchEndpoint");
        if (groups.containsKey(SINK_OPENSEARCH)) {
            if (!labNamesOpenSearch) {
                groups.get(SINK_OPENSEARCH).putIfAbsent(ENDPOINT, openSearch);
            }
        } else if (!labNamesOpenSearch) {
            groups.put(
                    SINK_OPENSEARCH,
                    Map.of(ENDPOINT, openSearch, "dead-letters-index", "dead_letters"));
        }
        if (!archive.isEmpty()) {
            Map<String, String> merged = new HashMap<>(archive);
            merged.putAll(groups.get("sink.archive"));
            groups.put("sink.archive", merged);
        }
        return groups;
    }
}
