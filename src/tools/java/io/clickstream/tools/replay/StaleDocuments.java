package io.clickstream.tools.replay;

import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.config.OpenSearchConfig.IndexPeriod;
import io.clickstream.sink.opensearch.ClientFactory;
import io.clickstream.sink.opensearch.DocumentNames;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.http.util.EntityUtils;
import org.opensearch.client.Request;
import org.opensearch.client.Response;
import org.opensearch.client.RestClient;

/**
 * Finds and removes the documents of a time range that a replay of this range did not write:
 * sessions that a late click has joined to others, and their windows.
 */
public final class StaleDocuments implements Closeable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final int PAGE = 5_000;
    private static final int DELETES_PER_BULK = 1_000;
    private static final String SCROLL_TIMEOUT = "2m";

    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private final OpenSearchConfig config;
    private final RestClient client;

    /** Connects with the job's settings. */
    public StaleDocuments(OpenSearchConfig config) {
        this.config = config;
        client = ClientFactory.plainClient(config);
    }

    /**
     * Finds documents that were not written again.
     *
     * @param index the name without the period's suffix
     * @param from the lowest last millisecond of a window, in ms since 1970, inclusive
     * @param to the highest last millisecond of a window, in ms since 1970, exclusive
     * @param written the documents of the range that were written, by {@link DocumentNames#path}
     */
    public List<Found> find(String index, long from, long to, Set<String> written)
            throws IOException {
        String names = config.indexPeriod() == IndexPeriod.NONE ? index : index + "-*";
        Pattern ours = Pattern.compile(Pattern.quote(index) + suffixes(config.indexPeriod()));
        send("POST", '/' + names + "/_refresh?ignore_unavailable=true", null);
        List<Found> stale = new ArrayList<>();
        JsonNode page =
                send(
                        "POST",
                        '/' + names + "/_search?ignore_unavailable=true&scroll=" + SCROLL_TIMEOUT,
                        query(from, to));
        while (!page.path("hits").path("hits").isEmpty()) {
            for (JsonNode hit : page.path("hits").path("hits")) {
                Found found = new Found(hit);
                if (ours.matcher(found.index).matches() && !written.contains(found.path())) {
                    stale.add(found);
                }
            }
            ObjectNode next = JSON.createObjectNode().put("scroll", SCROLL_TIMEOUT);
            next.set("scroll_id", page.path("_scroll_id"));
            page = send("POST", "/_search/scroll", next.toString());
        }
        ObjectNode ended = JSON.createObjectNode();
        ended.putArray("scroll_id").add(page.path("_scroll_id"));
        send("DELETE", "/_search/scroll", ended.toString());
        return stale;
    }

    /** A query of the range. The last millisecond of a window is its end minus one. */
    private static String query(long from, long to) {
        ObjectNode query = JSON.createObjectNode();
        query.put("size", PAGE).put("_source", false).put("seq_no_primary_term", true);
        query.putArray("sort").add("_doc");
        query.putObject("query")
                .putObject("range")
                .putObject("windowEndTime")
                .put("gt", from)
                .put("lte", to);
        return query.toString();
    }

    private static String suffixes(IndexPeriod period) {
        return switch (period) {
            case NONE -> "";
            case DAY -> "-\\d{4,}\\.\\d\\d\\.\\d\\d";
            case MONTH -> "-\\d{4,}\\.\\d\\d";
        };
    }

    /**
     * Removes documents, except those that were written after they were found.
     *
     * @return the number of removed documents
     */
    public long remove(List<Found> stale) throws IOException {
        long removed = 0;
        for (int from = 0; from < stale.size(); from += DELETES_PER_BULK) {
            int to = Math.min(stale.size(), from + DELETES_PER_BULK);
            StringBuilder bulk = new StringBuilder();
            stale.subList(from, to).forEach(found -> bulk.append(found.delete()).append('\n'));
            for (JsonNode item : send("POST", "/_bulk", bulk.toString()).path("items")) {
                JsonNode result = item.path("delete");
                int status = result.path("status").asInt();
                if (status == OK) {
                    removed++;
                } else if (status != NOT_FOUND && status != CONFLICT) {
                    throw new IOException(
                            "OpenSearch did not remove "
                                    + result.path("_index").asText()
                                    + '/'
                                    + result.path("_id").asText()
                                    + ": "
                                    + result
                                    + "; run the replay again, which is safe");
                }
            }
        }
        if (removed > 0) {
            // One by one: a role for these indices only may not refresh all.
            for (String index : stale.stream().map(each -> each.index).collect(toSet())) {
                send("POST", '/' + index + "/_refresh", null);
            }
        }
        return removed;
    }

    private JsonNode send(String method, String path, String body) throws IOException {
        Request request = new Request(method, path);
        if (body != null) {
            request.setJsonEntity(body);
        }
        Response response = client.performRequest(request);
        return JSON.readTree(EntityUtils.toByteArray(response.getEntity()));
    }

    @Override
    public void close() throws IOException {
        client.close();
    }

    /** A document as it was when it was found. */
    public static final class Found {

        private final String index;
        private final String id;
        private final long sequenceNumber;
        private final long primaryTerm;

        private Found(JsonNode hit) {
            index = hit.path("_index").asText();
            id = hit.path("_id").asText();
            sequenceNumber = hit.path("_seq_no").asLong();
            primaryTerm = hit.path("_primary_term").asLong();
        }

        /** The document's {@link DocumentNames#path}. */
        String path() {
            return index + '/' + id;
        }

        private String delete() {
            ObjectNode delete = JSON.createObjectNode();
            delete.putObject("delete")
                    .put("_index", index)
                    .put("_id", id)
                    .put("if_seq_no", sequenceNumber)
                    .put("if_primary_term", primaryTerm);
            return delete.toString();
        }

        @Override
        public String toString() {
            return path();
        }
    }
}
