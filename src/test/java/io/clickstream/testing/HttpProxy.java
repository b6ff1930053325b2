package io.clickstream.testing;

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
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Stands between HTTP clients and a server, and can refuse or delay what they ask. */
public final class HttpProxy implements AutoCloseable {

    /** Headers that belong to a connection, and not to what is asked. */
    private static final Set<String> OF_A_CONNECTION =
            Set.of("connection", "content-length", "host", "upgrade", "transfer-encoding");

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private HttpServer listener;
    private volatile URI server;
    private volatile int refusedWith;
    private volatile String refusal = "";
    private volatile Duration delay = Duration.ZERO;

    /** Forwards to a server. */
    public HttpProxy(URI server) throws IOException {
        this.server = server;
        listen(0);
    }

    private void listen(int port) throws IOException {
        listener =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        listener.setExecutor(executor);
        listener.createContext("/", this::answer);
        listener.start();
    }

    /** The address for clients. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + listener.getAddress().getPort());
    }

    /** Answers everything with a status. */
    public void refuse(int status, String body) {
        refusal = body;
        refusedWith = status;
    }

    /** Lets the server answer, and passes its answers on later. */
    public void delay(Duration time) {
        delay = time;
    }

    /** Refuses connections. */
    public void goAway() {
        listener.stop(0);
    }

    /** Forwards again, to the server at this address. */
    public void comeBack(URI to) throws IOException {
        server = to;
        listen(listener.getAddress().getPort());
    }

    /** Forwards everything again without delay. */
    public void resume() {
        refusedWith = 0;
        delay = Duration.ZERO;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (refusedWith != 0) {
                respond(exchange, refusedWith, refusal.getBytes(StandardCharsets.UTF_8));
                return;
            }
            URI asked = exchange.getRequestURI();
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(server.resolve(asked))
                            .method(
                                    exchange.getRequestMethod(),
                                    HttpRequest.BodyPublishers.ofByteArray(body));
            exchange.getRequestHeaders()
                    .forEach((name, values) -> values.forEach(value -> add(request, name, value)));
            HttpResponse<byte[]> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            Thread.sleep(delay.toMillis());
            for (String header : List.of("Content-Type", "Content-Encoding")) {
                response.headers()
                        .firstValue(header)
                        .ifPresent(value -> exchange.getResponseHeaders().set(header, value));
            }
            respond(exchange, response.statusCode(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void add(HttpRequest.Builder request, String name, String value) {
        if (!OF_A_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
            request.header(name, value);
        }
    }

    private static void respond(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean isEmpty = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, isEmpty ? -1 : body.length);
        if (!isEmpty) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        listener.stop(0);
        executor.shutdownNow();
    }
}
