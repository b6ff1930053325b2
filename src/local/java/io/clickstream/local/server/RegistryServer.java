package io.clickstream.local.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.clickstream.local.server.RegistryEncoders.VersionedEncoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.annotation.Nullable;

/**
 * A schema registry in this JVM, on a port of the loopback address. It keeps its schemas while it
 * is away, and comes back at the same address.
 */
public abstract class RegistryServer implements AutoCloseable {

    /** What is answered: a status, and JSON. */
    protected record Answer(int status, JsonNode body) {}

    static final ObjectMapper JSON = new ObjectMapper();

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final ExecutorService threads =
            Executors.newCachedThreadPool(
                    task -> {
                        Thread thread = new Thread(task, "registry");
                        thread.setDaemon(true);
                        return thread;
                    });
    private final int port;
    @Nullable private HttpServer server;
    @Nullable private volatile Answer trouble;
    private volatile boolean silent;
    private volatile boolean halting;

    RegistryServer() {
        server = listen(0);
        port = server.getAddress().getPort();
    }

    private HttpServer listen(int port) {
        try {
            HttpServer listening =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
            listening.setExecutor(threads);
            listening.createContext("/", this::handle);
            listening.start();
            return listening;
        } catch (IOException e) {
            throw new UncheckedIOException("port " + port + " can't be listened to", e);
        }
    }

    /** Where it answers, without TLS. */
    public final URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Method and path, or the action, of each request so far. */
    public final List<String> requests() {
        return List.copyOf(requests);
    }

    /** Ends listening: who connects is refused. */
    public final void goAway() {
        if (server != null) {
            server.stop(0);
            server = null;
        }
    }

    /** Listens again. */
    public final void comeBack() {
        if (server == null) {
            server = listen(port);
        }
    }

    /** Answers every request with this, until {@link #behave}. */
    public final void answerAll(int status, String json) {
        try {
            trouble = new Answer(status, JSON.readTree(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes requests and answers none, until {@link #behave}. */
    public final void beSilent() {
        silent = true;
    }

    /** Begins answers and ends none, until {@link #behave}. */
    public final void haltInAnswers() {
        halting = true;
    }

    /** Answers as a registry should. */
    public final void behave() {
        halting = false;
        trouble = null;
        silent = false;
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add(action(exchange));
        if (silent) {
            // The connection stays open, until the one or the other side ends it.
            return;
        }
        Answer answer = trouble != null ? trouble : answer(exchange, body);
        byte[] json = JSON.writeValueAsBytes(answer.body());
        exchange.getResponseHeaders().set("Content-Type", contentType());
        if (halting) {
            exchange.sendResponseHeaders(answer.status(), json.length);
            exchange.getResponseBody().write(json, 0, 1);
            exchange.getResponseBody().flush();
            return;
        }
        exchange.sendResponseHeaders(answer.status(), json.length);
        try (exchange) {
            exchange.getResponseBody().write(json);
        }
    }

    /** The property group {@code registry} of a job that reads by it. */
    public abstract Map<String, String> properties();

    /**
     * An encoder that registers the schemas it writes with.
     *
     * @param topic what the schemas are registered for
     */
    public abstract VersionedEncoder encoder(String topic);

    abstract String contentType();

    /** What a request wants, for {@link #requests}. */
    abstract String action(HttpExchange exchange);

    /** Does what a request wants. */
    abstract Answer answer(HttpExchange exchange, String body) throws IOException;

    @Override
    public final void close() {
        goAway();
        threads.shutdownNow();
    }
}
