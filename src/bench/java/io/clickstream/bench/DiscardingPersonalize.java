package io.clickstream.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** Answers calls as Amazon Personalize does, and only counts the interactions. */
final class DiscardingPersonalize implements AutoCloseable {

    private static final int BACKLOG = 200;

    /** As many calls as the job's sink makes at once. */
    private static final int THREADS = 32;

    private static final int OK = 200;

    /** Each interaction has this field once. */
    private static final String EVENT = "\"eventType\":";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final AtomicLong events = new AtomicLong();

    private DiscardingPersonalize(HttpServer server) {
        this.server = server;
    }

    static DiscardingPersonalize start() throws IOException {
        HttpServer server =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        DiscardingPersonalize personalize = new DiscardingPersonalize(server);
        server.setExecutor(personalize.threads);
        server.createContext("/", personalize::handle);
        server.start();
        return personalize;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** How many interactions it has confirmed. */
    long events() {
        return events.get();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body =
                    new String(
                            exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
            int count = 0;
            for (int i = body.indexOf(EVENT); i >= 0; i = body.indexOf(EVENT, i + 1)) {
                count++;
            }
            events.addAndGet(count);
            exchange.sendResponseHeaders(OK, -1);
        }
    }
}
