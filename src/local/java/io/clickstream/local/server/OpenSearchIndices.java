package io.clickstream.local.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.clickstream.tools.command.Project;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.annotation.Nullable;

/** What the local run asks of OpenSearch, over plain HTTP. An index that isn't there is empty. */
public final class OpenSearchIndices {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int PAGE = 5_000;
    private static final long RETRY_MILLIS = 100;
    private static final int NOT_FOUND = 404;

    /** The answer for an index whose shards have not started yet, right after its creation. */
    private static final int UNAVAILABLE = 503;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper mapper = new ObjectMapper();
    private final URI endpoint;

    public OpenSearchIndices(URI endpoint) {
        this.endpoint = endpoint;
    }

    /** Puts all index templates of the project. Files have the names of their templates. */
    public void putTemplates() throws IOException, InterruptedException {
        List<Path> files;
        try (Stream<Path> listed =
                Files.list(Project.file("src/main/opensearch/index-templates"))) {
            files = listed.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        }
        for (Path file : files) {
            String name = file.getFileName().toString().replaceFirst("\\.json$", "");
            put("_index_template/" + name, Files.readString(file));
        }
    }

    /**
     * Creates or changes something, such as an index or its settings.
     *
     * @param path without the first slash
     */
    public void put(String path, String json) throws IOException, InterruptedException {
        send("PUT", "/" + path, json);
    }

    /** How many documents an index holds, the ones just written included. */
    public long count(String index) throws IOException, InterruptedException {
        send("POST", "/" + index + "/_refresh", "");
        return send("GET", "/" + index + "/_count", "").path("count").asLong();
    }

    /** The sources of all documents of an index, the ones just written included. */
    public List<JsonNode> documents(String index) throws IOException, InterruptedException {
        List<JsonNode> documents = new ArrayList<>();
        send("POST", "/" + index + "/_refresh", "");
        JsonNode page =
                send(
                        "POST",
                        "/" + index + "/_search?scroll=1m",
                        "{\"size\":%d,\"sort\":[\"_doc\"]}".formatted(PAGE));
        while (!page.path("hits").path("hits").isEmpty()) {
            page.path("hits").path("hits").forEach(hit -> documents.add(hit.path("_source")));
            page =
                    send(
                            "POST",
                            "/_search/scroll",
                            mapper.createObjectNode()
                                    .put("scroll", "1m")
                                    .put("scroll_id", page.path("_scroll_id").asText())
                                    .toString());
        }
        return documents;
    }

    /**
     * The newest document with certain values in certain fields.
     *
     * @return null if there is none
     */
    @Nullable
    public JsonNode find(String index, Map<String, ?> fields)
            throws IOException, InterruptedException {
        ObjectNode search = mapper.createObjectNode().put("size", 1);
        var filters = search.putObject("query").putObject("bool").putArray("filter");
        fields.forEach(
                (name, value) ->
                        filters.addObject().putObject("term").set(name, mapper.valueToTree(value)));
        JsonNode hit =
                send("POST", "/" + index + "/_search", search.toString())
                        .at("/hits/hits/0/_source");
        return hit.isMissingNode() ? null : hit;
    }

    /** The sum of a number over all documents, for the values of a key that have the most. */
    public Map<String, Long> top(String index, String key, String number, int size)
            throws IOException, InterruptedException {
        JsonNode answer =
                send(
                        "POST",
                        "/" + index + "/_search",
                        """
                        {"size":0,"aggs":{"top":{"terms":{"field":"%s","size":%d,"order":{"sum":"desc"}},\
                        "aggs":{"sum":{"sum":{"field":"%s"}}}}}}\
                        """
                                .formatted(key, size, number));
        Map<String, Long> top = new LinkedHashMap<>();
        answer.path("aggregations")
                .path("top")
                .path("buckets")
                .forEach(
                        bucket ->
                                top.put(
                                        bucket.path("key").asText(),
                                        bucket.path("sum").path("value").asLong()));
        return top;
    }

    /** The sum of a number over all documents. */
    public long sum(String index, String number) throws IOException, InterruptedException {
        return send(
                        "POST",
                        "/" + index + "/_search",
                        "{\"size\":0,\"aggs\":{\"sum\":{\"sum\":{\"field\":\"%s\"}}}}"
                                .formatted(number))
                .path("aggregations")
                .path("sum")
                .path("value")
                .asLong();
    }

    private JsonNode send(String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(endpoint.resolve(path))
                        .timeout(TIMEOUT)
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        HttpResponse<String> response = send(request);
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (response.statusCode() == UNAVAILABLE && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            response = send(request);
        }
        if (response.statusCode() == NOT_FOUND) {
            return mapper.createObjectNode();
        }
        if (response.statusCode() / 100 != 2) {
            throw new IOException(
                    "%s %s was answered with %d: %s"
                            .formatted(method, path, response.statusCode(), response.body()));
        }
        return mapper.readTree(response.body());
    }

    private HttpResponse<String> send(HttpRequest request)
            throws IOException, InterruptedException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IOException("OpenSearch at " + endpoint + " does not answer", e);
        }
    }
}
