package io.clickstream.local.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.clickstream.local.dashboard.Dashboards;
import io.clickstream.local.dashboard.TimeRange;
import io.clickstream.tools.command.Project;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Serves a page that shows a run: its status, the dashboards, and buttons that act on it.
 *
 * <p>It listens on the loopback address only. Everything but the page's own files needs the token
 * in the page's address, and requests must name the loopback address as their host, so that no web
 * site that is open in the same browser can read the run or act on it.
 */
public final class PageServer implements AutoCloseable {

    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private static final String ECHARTS =
            "/META-INF/resources/webjars/echarts/5.3.1/dist/echarts.min.js";
    private static final Map<String, String> FILES =
            Map.of(
                    "/", "index.html",
                    "/page.css", "page.css",
                    "/page.js", "page.js",
                    "/panels.js", "panels.js");
    private static final String CONTENT_SECURITY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
                    + " img-src 'self' data:; connect-src 'self'; base-uri 'none';"
                    + " form-action 'none'; frame-ancestors 'none'";

    private static final int TOKEN_BYTES = 16;
    private static final int MAX_REQUEST_BYTES = 64 << 10;
    private static final long STATUS_PERIOD_MILLIS = 1_000;

    /** Data from a little before the run, so that the first windows are whole. */
    private static final Duration BEFORE_START = Duration.ofSeconds(30);

    /** Shorter ranges would show a few wide bars. */
    private static final Duration SHORTEST_RANGE = Duration.ofMinutes(2);

    private static final Map<String, Duration> RANGES =
            Map.of(
                    "5m", Duration.ofMinutes(5),
                    "15m", Duration.ofMinutes(15),
                    "1h", Duration.ofHours(1),
                    "24h", Duration.ofDays(1));

    private static final int HTTP_PORT = 80;
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int FAILED = 500;

    /** A request that can't be fulfilled, and why. */
    private static final class Refusal extends Exception {

        private static final long serialVersionUID = 1L;

        private final int status;

        Refusal(int status, String message) {
            super(message);
            this.status = status;
        }
    }

    private record Event(long time, String message) {}

    private final HttpServer server;
    private final ExecutorService threads;
    private final PageRun run;
    private final PanelSearch search;
    private final Clock clock;
    private final String token;
    private final List<Event> events = new ArrayList<>();
    private volatile boolean closed;

    private PageServer(
            HttpServer server, PageRun run, PanelSearch search, Clock clock, String token) {
        this.server = server;
        this.run = run;
        this.search = search;
        this.clock = clock;
        this.token = token;
        this.threads =
                Executors.newCachedThreadPool(
                        runnable -> {
                            Thread thread = new Thread(runnable, "page");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /**
     * Starts to serve.
     *
     * @param port where to listen; 0 takes any that is free
     * @param openSearch the node that the job writes to
     * @throws IOException if the port is taken, or the dashboards can't be read
     */
    public static PageServer start(int port, PageRun run, URI openSearch) throws IOException {
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        PanelSearch search = new PanelSearch(Dashboards.read(), openSearch);
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        PageServer page =
                new PageServer(
                        server, run, search, Clock.systemUTC(), HexFormat.of().formatHex(random));
        server.createContext("/", page::handle);
        server.setExecutor(page.threads);
        server.start();
        return page;
    }

    /** The address of the page, with the token. */
    public URI address() {
        return URI.create("http://127.0.0.1:%d/?token=%s".formatted(port(), token));
    }

    private int port() {
        return server.getAddress().getPort();
    }

    /** Notes something that happened, for the list on the page. */
    public void note(String message) {
        synchronized (events) {
            events.add(new Event(clock.millis(), message));
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            exchange.getResponseHeaders().set("Content-Security-Policy", CONTENT_SECURITY);
            try {
                checkHost(exchange);
                answer(exchange);
            } catch (Refusal e) {
                refuse(exchange, e.status, e.getMessage());
            } catch (IllegalArgumentException e) {
                refuse(exchange, BAD_REQUEST, e.getMessage());
            } catch (RuntimeException e) {
                refuse(exchange, FAILED, e.toString());
            }
        }
    }

    private void checkHost(HttpExchange exchange) throws Refusal {
        String host = exchange.getRequestHeaders().getFirst("Host");
        // A browser leaves out the port of HTTP.
        String port = port() == HTTP_PORT ? "" : ":" + port();
        if (host == null || !Set.of("127.0.0.1" + port, "localhost" + port).contains(host)) {
            throw new Refusal(
                    FORBIDDEN, "this page is at 127.0.0.1:" + port() + " only, not at " + host);
        }
    }

    private void answer(HttpExchange exchange) throws IOException, Refusal {
        String path = exchange.getRequestURI().getPath();
        boolean isGet = exchange.getRequestMethod().equals("GET");
        if (isGet && FILES.containsKey(path)) {
            send(exchange, type(FILES.get(path)), file(FILES.get(path)));
        } else if (isGet && path.equals("/echarts.js")) {
            send(exchange, type("echarts.js"), charts());
        } else if (path.startsWith("/api/")) {
            checkToken(exchange);
            call(exchange, path.substring("/api/".length()), isGet);
        } else {
            throw new Refusal(NOT_FOUND, "there is nothing at " + path);
        }
    }

    private void checkToken(HttpExchange exchange) throws Refusal {
        String sent = query(exchange).getOrDefault("token", "");
        boolean isRight =
                MessageDigest.isEqual(
                        token.getBytes(StandardCharsets.UTF_8),
                        sent.getBytes(StandardCharsets.UTF_8));
        if (!isRight) {
            throw new Refusal(
                    FORBIDDEN,
                    "the token is missing or wrong: open the address that the run printed");
        }
    }

    private void call(HttpExchange exchange, String name, boolean isGet)
            throws IOException, Refusal {
        Map<String, String> query = query(exchange);
        String call = (isGet ? "GET " : exchange.getRequestMethod() + " ") + name;
        switch (call) {
            case "GET status" -> sendStatusForEver(exchange);
            case "GET run" -> send(exchange, describeRun());
            case "GET dashboard" ->
                    send(
                            exchange,
                            search.show(
                                    query.getOrDefault("id", ""),
                                    range(query.getOrDefault("range", "start"))));
            case "GET letters" -> send(exchange, JSON.valueToTree(run.deadLetters()));
            case "GET visit" ->
                    send(
                            exchange,
                            JSON.valueToTree(visits().latest(query.getOrDefault("user", ""))));
            case "POST visit" -> send(exchange, visit(body(exchange)));
            case "POST disturb" -> send(exchange, disturb(query.getOrDefault("id", "")));
            default -> throw new Refusal(NOT_FOUND, "there is no call " + call);
        }
    }

    private JsonNode describeRun() {
        ObjectNode answer = JSON.createObjectNode();
        answer.put("name", run.name());
        answer.put("start", run.start().toEpochMilli());
        answer.put("compared", run.isCompared());
        answer.setAll((ObjectNode) search.list(run.indices()));
        var disturbances = answer.putArray("disturbances");
        for (Disturbance each : run.disturbances()) {
            disturbances.addObject().put("id", each.id()).put("label", each.label());
        }
        run.visits()
                .ifPresent(
                        visits -> {
                            ObjectNode shop = answer.putObject("shop");
                            shop.put("gapMillis", visits.gapMillis());
                            shop.set("eventTypes", JSON.valueToTree(visits.eventTypes()));
                            shop.set("departments", JSON.valueToTree(visits.departments()));
                        });
        return answer;
    }

    private TimeRange range(String name) throws Refusal {
        Instant now = clock.instant();
        if (name.equals("start")) {
            Instant from = run.start().minus(BEFORE_START);
            Instant latest = now.minus(SHORTEST_RANGE);
            return new TimeRange(from.isBefore(latest) ? from : latest, now);
        }
        Duration length = RANGES.get(name);
        if (length == null) {
            throw new Refusal(
                    BAD_REQUEST,
                    "range is %s, and can only be start or one of %s"
                            .formatted(name, RANGES.keySet().stream().sorted().toList()));
        }
        return new TimeRange(now.minus(length), now);
    }

    private Visits visits() throws Refusal {
        return run.visits()
                .orElseThrow(() -> new Refusal(CONFLICT, "this run does not make its own clicks"));
    }

    private JsonNode visit(JsonNode request) throws Refusal {
        List<Visits.Step> steps = new ArrayList<>();
        request.path("steps")
                .forEach(
                        step ->
                                steps.add(
                                        new Visits.Step(
                                                step.path("eventType").asText(),
                                                step.path("department").asText())));
        try {
            String user = visits().visit(request.path("name").asText(), steps);
            note("%d clicks of %s are on their way".formatted(steps.size(), user));
            return JSON.createObjectNode().put("user", user);
        } catch (IllegalStateException e) {
            throw new Refusal(CONFLICT, e.getMessage());
        }
    }

    private JsonNode disturb(String id) throws Refusal {
        Disturbance wanted =
                run.disturbances().stream()
                        .filter(each -> each.id().equals(id))
                        .findFirst()
                        .orElseThrow(() -> new Refusal(NOT_FOUND, "there is no button " + id));
        if (wanted.obstacle().isPresent()) {
            throw new Refusal(CONFLICT, wanted.obstacle().orElseThrow());
        }
        try {
            String message = wanted.perform();
            note(message);
            return JSON.createObjectNode().put("message", message);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(FAILED, "the run ends");
        } catch (Exception e) {
            throw new Refusal(FAILED, "%s failed: %s".formatted(wanted.label(), e.getMessage()));
        }
    }

    /** Server-sent events, one a second, until the browser goes away. */
    private void sendStatusForEver(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(OK, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            while (!closed) {
                out.write(("data: " + status() + "\n\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
                TimeUnit.MILLISECONDS.sleep(STATUS_PERIOD_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String status() throws JsonProcessingException {
        ObjectNode answer = JSON.valueToTree(run.status());
        ObjectNode obstacles = answer.putObject("obstacles");
        for (Disturbance each : run.disturbances()) {
            each.obstacle().ifPresent(reason -> obstacles.put(each.id(), reason));
        }
        synchronized (events) {
            answer.set("events", JSON.valueToTree(events));
        }
        return JSON.writeValueAsString(answer);
    }

    private static JsonNode body(HttpExchange exchange) throws IOException, Refusal {
        byte[] bytes = exchange.getRequestBody().readNBytes(MAX_REQUEST_BYTES + 1);
        if (bytes.length > MAX_REQUEST_BYTES) {
            throw new Refusal(
                    BAD_REQUEST,
                    "a request may have at most %,d bytes".formatted(MAX_REQUEST_BYTES));
        }
        try {
            return JSON.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw new Refusal(BAD_REQUEST, "the request is not JSON");
        }
    }

    private static Map<String, String> query(HttpExchange exchange) {
        Map<String, String> query = new HashMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        for (String part : raw == null ? new String[0] : raw.split("&")) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                query.put(
                        URLDecoder.decode(part.substring(0, equals), StandardCharsets.UTF_8),
                        URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return query;
    }

    private static String type(String file) {
        if (file.endsWith(".html")) {
            return "text/html; charset=utf-8";
        }
        return (file.endsWith(".css") ? "text/css" : "text/javascript") + "; charset=utf-8";
    }

    private static byte[] file(String name) throws IOException {
        return Files.readAllBytes(Project.file("src/local/page").resolve(name));
    }

    private static byte[] charts() throws IOException {
        try (InputStream in = PageServer.class.getResourceAsStream(ECHARTS)) {
            if (in == null) {
                throw new UncheckedIOException(
                        new IOException("the class path lacks ECharts: " + ECHARTS));
            }
            return in.readAllBytes();
        }
    }

    private static void send(HttpExchange exchange, JsonNode answer) throws IOException {
        send(exchange, "application/json", JSON.writeValueAsBytes(answer));
    }

    private static void send(HttpExchange exchange, String type, byte[] bytes) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(OK, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static void refuse(HttpExchange exchange, int status, String message)
            throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(JSON.createObjectNode().put("error", message));
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        // The JDK warns on the terminal of an answer to HEAD that has a length.
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, isHead ? -1 : bytes.length);
        if (isHead) {
            return;
        }
        exchange.getResponseBody().write(bytes);
    }

    /** Ends all connections. */
    @Override
    public void close() {
        closed = true;
        server.stop(0);
        threads.shutdownNow();
    }
}
