package io.clickstream.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;

/**
 * Answers bulk requests as OpenSearch does, and only counts the documents, so that what is measured
 * is the sink that sends them. It expects ids and index names without characters that JSON escapes.
 */
final class DiscardingOpenSearch implements AutoCloseable {

    /** Otherwise an answer waits for the acknowledgment of its headers. */
    private static final String NO_DELAY = "sun.net.httpserver.nodelay";

    private static final int BACKLOG = 50;
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final HttpServer server;
    private final AtomicLong documents = new AtomicLong();
    private volatile long unavailableUntil = System.nanoTime();

    private DiscardingOpenSearch(HttpServer server) {
        this.server = server;
    }

    static DiscardingOpenSearch start() throws IOException {
        System.setProperty(NO_DELAY, "true");
        HttpServer server =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        DiscardingOpenSearch openSearch = new DiscardingOpenSearch(server);
        server.createContext("/", openSearch::handle);
        server.start();
        return openSearch;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** How many documents it has confirmed. */
    long documents() {
        return documents.get();
    }

    /** Answers every request with 503 for a time that begins now. */
    void goAway(Duration time) {
        unavailableUntil = System.nanoTime() + time.toNanos();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(body(exchange), StandardCharsets.UTF_8);
            if (System.nanoTime() - unavailableUntil < 0) {
                exchange.sendResponseHeaders(UNAVAILABLE, -1);
                return;
            }
            if (!exchange.getRequestURI().getPath().endsWith("/_bulk")) {
                // What the job asks before its start.
                respond(exchange, "{\"version\":{\"number\":\"2.19.0\"}}");
                return;
            }
            String query = exchange.getRequestURI().getQuery();
            // As with OpenSearch, a client can leave out what it does not read.
            boolean isFiltered = query != null && query.contains("filter_path=");
            respond(exchange, answer(body, isFiltered));
        }
    }

    private static byte[] body(HttpExchange exchange) throws IOException {
        InputStream in = exchange.getRequestBody();
        boolean isZipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
        return (isZipped ? new GZIPInputStream(in) : in).readAllBytes();
    }

    private static void respond(HttpExchange exchange, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json; charset=UTF-8");
        exchange.sendResponseHeaders(OK, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** Every other line names a document, and the line after it is the document. */
    private String answer(String body, boolean isFiltered) {
        if (body.startsWith("{\"delete\"")) {
            // The job's question before its start, whether it may write.
            return "{\"items\":[]}";
        }
        StringBuilder items = new StringBuilder();
        int count = 0;
        for (int line = 0; line < body.length(); count++) {
            int end = body.indexOf('\n', line);
            items.append(count == 0 ? "" : ",");
            if (isFiltered) {
                items.append("{\"index\":{\"status\":201}}");
            } else {
                items.append("{\"index\":{\"_index\":\"")
                        .append(value(body, "_index", line, end))
                        .append("\",\"_id\":\"")
                        .append(value(body, "_id", line, end))
                        .append(
                                "\",\"_version\":1,\"result\":\"created\",\"_shards\":{\"total\":2,")
                        .append("\"successful\":1,\"failed\":0},\"_seq_no\":1,")
                        .append("\"_primary_term\":1,\"status\":201}}");
            }
            line = body.indexOf('\n', end + 1) + 1;
        }
        documents.addAndGet(count);
        String head = isFiltered ? "{" : "{\"took\":1,\"errors\":false,";
        return head + "\"items\":[" + items + "]}";
    }

    private static String value(String body, String field, int from, int to) {
        String name = "\"" + field + "\":\"";
        int begin = body.indexOf(name, from);
        if (begin < 0 || begin > to) {
            throw new IllegalArgumentException(
                    "no " + field + " in: " + body.substring(from, Math.max(from, to)));
        }
        begin += name.length();
        return body.substring(begin, body.indexOf('"', begin));
    }
}
