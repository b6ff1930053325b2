package io.clickstream.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;

/**
 * As much of OpenSearch as the sink talks to: bulks of index requests, {@code GET /}, mappings and
 * index templates. It keeps the documents and misbehaves on demand.
 */
public final class FakeOpenSearch implements AutoCloseable {

    /** A request as it came, with its headers' names as they were first written. */
    public record Received(
            String method, URI uri, Map<String, List<String>> headers, String body, int items) {

        /** The first value of a header. */
        public String header(String name) {
            return headers.get(name).get(0);
        }
    }

    private record Refusal(
            Predicate<String> ids, int status, String type, String reason, long untilNanos) {

        boolean applies(String id) {
            return System.nanoTime() - untilNanos < 0 && ids.test(id);
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DATES =
            """
            {"template":{"mappings":{"properties":{
              "windowEndTime":{"type":"date"},"time":{"type":"date"}}}}}
            """;
    private static final long FOREVER = Duration.ofDays(1).toNanos();

    private final Map<String, Map<String, JsonNode>> documents = new ConcurrentSkipListMap<>();
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final List<Refusal> refusals = new CopyOnWriteArrayList<>();
    private final Map<String, Integer> writes = new ConcurrentHashMap<>();
    private final Map<String, Long> versions = new ConcurrentHashMap<>();
    private volatile Predicate<String> brokenRequests = body -> false;
    private HttpServer server;
    private volatile long troubleUntil = System.nanoTime();
    private volatile int troubleStatus;
    private volatile String troubleBody = "";
    private volatile int connectionsToDrop;
    private volatile boolean isEndless;
    private volatile URI elsewhere;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger requestsToHang = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile String authorization;
    private volatile boolean hasTemplates = true;
    private volatile int homeStatus = 200;
    private volatile String home =
            "{\"version\":{\"distribution\":\"opensearch\",\"number\":\"2.13.0\"}}";

    private FakeOpenSearch() throws IOException {
        listen(0);
    }

    public static FakeOpenSearch start() {
        try {
            return new FakeOpenSearch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void listen(int port) throws IOException {
        server =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    // --- what it did ---

    /** The documents of an index by id. */
    public Map<String, JsonNode> documents(String index) {
        return documents.getOrDefault(index, Map.of());
    }

    public List<String> indices() {
        return List.copyOf(documents.keySet());
    }

    /** How often a document was written. */
    public int writes(String id) {
        return writes.getOrDefault(id, 0);
    }

    public List<Received> received() {
        return List.copyOf(received);
    }

    /** The number of documents in each bulk, refused ones included. */
    public List<Integer> bulks() {
        return received.stream()
                .filter(r -> r.uri().getPath().equals("/_bulk"))
                // The start check deletes what does not exist.
                .filter(r -> !r.body().startsWith("{\"delete\""))
                .map(Received::items)
                .toList();
    }

    // --- what it shall do ---

    /** Answers every request with a status. */
    public void answer(int status, String body, Duration time) {
        troubleStatus = status;
        troubleBody = body;
        troubleUntil = System.nanoTime() + time.toNanos();
    }

    public void answer(int status, String body) {
        answer(status, body, Duration.ofNanos(FOREVER));
    }

    /** Refuses single documents. */
    public void refuse(
            Predicate<String> ids, int status, String type, String reason, Duration time) {
        refusals.add(new Refusal(ids, status, type, reason, System.nanoTime() + time.toNanos()));
    }

    public void refuse(Predicate<String> ids, int status, String type, String reason) {
        refuse(ids, status, type, reason, Duration.ofNanos(FOREVER));
    }

    /** Lets requests hang until {@link #release}. */
    public void hang(int requests) {
        requestsToHang.set(requests);
    }

    public void release() {
        released.countDown();
    }

    /** Answers 400 to requests with certain bodies. */
    public void refuseRequests(Predicate<String> bodies) {
        brokenRequests = bodies;
    }

    /** Sends every request to another address. */
    public void redirect(URI elsewhere) {
        this.elsewhere = elsewhere;
    }

    /** Answers without an end. */
    public void answerEndlessly(boolean isEndless) {
        this.isEndless = isEndless;
    }

    /** Closes the connection instead of answering. */
    public void dropConnections(int requests) {
        connectionsToDrop = requests;
    }

    public void demandBasicAuth(String user, String password) {
        authorization =
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (user + ':' + password).getBytes(StandardCharsets.UTF_8));
    }

    /** What {@code GET /} answers. */
    public void home(String body) {
        home = body;
    }

    /** Answers 403 to {@code GET /}. */
    public void refuseHome(String body) {
        home = body;
        homeStatus = 403;
    }

    /** Nobody has put index templates. */
    public void forgetTemplates() {
        hasTemplates = false;
    }

    /** Refuses connections until {@link #comeBack}. */
    public void goAway() {
        server.stop(0);
    }

    public void comeBack() {
        try {
            listen(server.getAddress().getPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        release();
        server.stop(0);
        threads.shutdownNow();
    }

    // --- the server ---

    private void handle(HttpExchange exchange) throws IOException {
        if (requestsToHang.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        answer(exchange);
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = body(exchange);
            List<JsonNode> lines = lines(exchange, body);
            received.add(
                    new Received(
                            exchange.getRequestMethod(),
                            exchange.getRequestURI(),
                            Map.copyOf(exchange.getRequestHeaders()),
                            new String(body, StandardCharsets.UTF_8),
                            lines.size() / 2));
            if (connectionsToDrop > 0) {
                connectionsToDrop--;
                return;
            }
            if (elsewhere != null) {
                exchange.getResponseHeaders().add("Location", elsewhere.toString());
                respond(exchange, 302, "");
            } else if (isEndless) {
                respondEndlessly(exchange);
            } else if (System.nanoTime() - troubleUntil < 0) {
                respond(exchange, troubleStatus, troubleBody);
            } else if (brokenRequests.test(new String(body, StandardCharsets.UTF_8))) {
                respond(exchange, 400, "Bad request");
            } else if (authorization != null
                    && !authorization.equals(
                            exchange.getRequestHeaders().getFirst("Authorization"))) {
                respond(exchange, 401, "Unauthorized");
            } else if (exchange.getRequestURI().getPath().endsWith("/_bulk")) {
                respond(exchange, 200, bulk(lines).toString());
            } else if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(404, -1);
            } else if (exchange.getRequestURI().getPath().endsWith("/_mapping")) {
                respond(exchange, 404, "{\"status\":404}");
            } else if (exchange.getRequestURI().getPath().contains("/_simulate_index/")) {
                respond(exchange, 200, hasTemplates ? DATES : "{}");
            } else {
                respond(exchange, homeStatus, home);
            }
        }
    }

    private static byte[] body(HttpExchange exchange) throws IOException {
        InputStream in = exchange.getRequestBody();
        boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
        return (zipped ? new GZIPInputStream(in) : in).readAllBytes();
    }

    private static List<JsonNode> lines(HttpExchange exchange, byte[] body) throws IOException {
        if (!exchange.getRequestURI().getPath().endsWith("/_bulk")) {
            return List.of();
        }
        try (MappingIterator<JsonNode> lines = JSON.readerFor(JsonNode.class).readValues(body)) {
            return lines.readAll();
        }
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String type = body.startsWith("{") ? "application/json; charset=UTF-8" : "text/plain";
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static void respondEndlessly(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        byte[] blanks = " ".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
        while (true) {
            // Until the client no longer listens.
            exchange.getResponseBody().write(blanks);
        }
    }

    private ObjectNode bulk(List<JsonNode> lines) {
        ObjectNode answer = JSON.createObjectNode().put("took", 1).put("errors", false);
        ArrayNode items = answer.putArray("items");
        if (!lines.isEmpty() && lines.get(0).has("delete")) {
            // There is no such document.
            lines.forEach(line -> items.addObject().putObject("delete").put("status", 404));
            return answer;
        }
        for (int i = 0; i < lines.size(); i += 2) {
            JsonNode action = lines.get(i).get("index");
            ObjectNode item = items.addObject().putObject("index");
            item.put("_index", action.get("_index").asText());
            item.put("_id", action.get("_id").asText());
            if (!index(item, action, lines.get(i + 1))) {
                answer.put("errors", true);
            }
        }
        return answer;
    }

    private boolean index(ObjectNode item, JsonNode action, JsonNode document) {
        String id = item.get("_id").asText();
        for (Refusal refusal : new ArrayList<>(refusals)) {
            if (refusal.applies(id)) {
                item.put("status", refusal.status());
                item.putObject("error").put("type", refusal.type()).put("reason", refusal.reason());
                return false;
            }
        }
        if (action.has("version")) {
            long version = action.get("version").asLong();
            String path = item.get("_index").asText() + '/' + id;
            if (version < versions.getOrDefault(path, 0L)) {
                item.put("status", 409);
                item.putObject("error")
                        .put("type", "version_conflict_engine_exception")
                        .put("reason", "current version is higher");
                return false;
            }
            versions.put(path, version);
        }
        documents
                .computeIfAbsent(
                        item.get("_index").asText(), index -> new ConcurrentSkipListMap<>())
                .put(id, document);
        int version = writes.merge(id, 1, Integer::sum);
        item.put("_version", version)
                .put("result", version == 1 ? "created" : "updated")
                .put("_seq_no", version)
                .put("_primary_term", 1)
                .put("status", version == 1 ? 201 : 200);
        item.putObject("_shards").put("total", 1).put("successful", 1).put("failed", 0);
        return true;
    }
}
