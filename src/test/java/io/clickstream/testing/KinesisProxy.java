package io.clickstream.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a Kinesis client and a server, and keeps one shard from being read as Kinesis may
 * do it. All else goes through. Clients must speak JSON with it: system property {@code
 * aws.cborEnabled} must be {@code false}.
 */
public final class KinesisProxy implements AutoCloseable {

    /** What a client gets that reads the shard. */
    public enum Fault {
        /** No answer, until the fault is over. */
        HANG,
        /** Error 400: the shard is read too often, by this application or by others. */
        THROTTLE,
        /** No records, and that there are some: Kinesis looks for them, or the shard is busy. */
        NOTHING
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String READ = "Kinesis_20131202.GetRecords";
    private static final String FIND = "Kinesis_20131202.GetShardIterator";
    private static final String JSON_TYPE = "application/x-amz-json-1.1";
    private static final long BEHIND_MILLIS = 7_200_000;

    private final URI server;
    private final HttpServer listener;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, String> shards = new ConcurrentHashMap<>();
    private final AtomicInteger refused = new AtomicInteger();
    private final Object gate = new Object();
    private String faultyShard = "";
    private Fault fault = Fault.HANG;
    private boolean isActive;

    /** Forwards to a server. */
    public KinesisProxy(URI server) throws IOException {
        this.server = server;
        listener = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        listener.setExecutor(executor);
        listener.createContext("/", this::answer);
        listener.start();
    }

    /** The address for clients. */
    public String endpoint() {
        return "http://127.0.0.1:" + listener.getAddress().getPort();
    }

    /**
     * Lets nobody read a shard any more, after the next answer that has records of it. An earlier
     * fault is over.
     */
    public void beginBehindRecords(String shard, Fault how) {
        synchronized (gate) {
            faultyShard = shard;
            fault = how;
            isActive = false;
            refused.set(0);
            gate.notifyAll();
        }
    }

    public void resume() {
        synchronized (gate) {
            faultyShard = "";
            isActive = false;
            gate.notifyAll();
        }
    }

    /** How often the shard could not be read by the latest fault. */
    public int refused() {
        return refused.get();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String operation =
                    String.valueOf(exchange.getRequestHeaders().getFirst("X-Amz-Target"));
            String shard = operation.equals(READ) ? shards.get(text(body, "ShardIterator")) : null;
            if (shard != null && isRefused(exchange, shard, body)) {
                return;
            }
            HttpResponse<byte[]> response = forward(exchange, body);
            if (operation.equals(FIND)) {
                shards.put(text(response.body(), "ShardIterator"), text(body, "ShardId"));
            } else if (shard != null) {
                shards.put(text(response.body(), "NextShardIterator"), shard);
                noteRecords(shard, response.body());
            }
            response.headers()
                    .firstValue("Content-Type")
                    .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
            send(exchange, response.statusCode(), response.body());
        } catch (InterruptedException e) {
            // The end of the proxy.
            Thread.currentThread().interrupt();
        }
    }

    private void noteRecords(String shard, byte[] answer) throws IOException {
        synchronized (gate) {
            if (shard.equals(faultyShard) && !JSON.readTree(answer).path("Records").isEmpty()) {
                isActive = true;
            }
        }
    }

    /** Whether the client has got what the fault gives it. */
    private boolean isRefused(HttpExchange exchange, String shard, byte[] body)
            throws IOException, InterruptedException {
        Fault how;
        synchronized (gate) {
            if (!isActive || !shard.equals(faultyShard)) {
                return false;
            }
            how = fault;
            refused.incrementAndGet();
            while (how == Fault.HANG && isActive && fault == Fault.HANG) {
                gate.wait();
            }
        }
        switch (how) {
            case HANG -> {
                return false;
            }
            case THROTTLE -> {
                String type = "ProvisionedThroughputExceededException";
                exchange.getResponseHeaders().set("x-amzn-ErrorType", type);
                sendJson(exchange, 400, Map.of("__type", type, "message", "Rate exceeded"));
            }
            case NOTHING ->
                    sendJson(
                            exchange,
                            200,
                            Map.of(
                                    "Records",
                                    new Object[0],
                                    "NextShardIterator",
                                    text(body, "ShardIterator"),
                                    "MillisBehindLatest",
                                    BEHIND_MILLIS));
        }
        return true;
    }

    private HttpResponse<byte[]> forward(HttpExchange exchange, byte[] body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve(exchange.getRequestURI()))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders()
                .forEach(
                        (name, values) -> {
                            String lower = name.toLowerCase(Locale.ROOT);
                            if (lower.startsWith("x-amz")
                                    || lower.equals("content-type")
                                    || lower.equals("authorization")) {
                                request.header(name, values.get(0));
                            }
                        });
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static void sendJson(HttpExchange exchange, int status, Map<String, Object> body)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", JSON_TYPE);
        send(exchange, status, JSON.writeValueAsBytes(body));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    private static String text(byte[] json, String field) throws IOException {
        JsonNode value = JSON.readTree(new String(json, StandardCharsets.UTF_8)).path(field);
        return value.asText();
    }

    @Override
    public void close() {
        resume();
        listener.stop(0);
        executor.shutdownNow();
    }
}
