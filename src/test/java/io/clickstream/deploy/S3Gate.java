package io.clickstream.deploy;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.clickstream.local.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Stands in front of a server for S3 and lets pass only what the role of the template {@code
 * application} may do. Which action a request is follows the service authorization reference of
 * Amazon S3. As S3 does, it answers 403 to everything else, also where the object is not there.
 */
public final class S3Gate implements AutoCloseable {

    /** Headers that the client for HTTP makes itself. */
    private static final Set<String> OWN_HEADERS =
            Set.of(
                    "connection",
                    "content-length",
                    "expect",
                    "host",
                    "upgrade",
                    "transfer-encoding");

    private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");

    private final URI server;
    private final Map<String, String> settings;
    private final List<Map<String, Object>> statements;
    private final HttpServer gate;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Set<String> allowed = new ConcurrentSkipListSet<>();
    private final Set<String> refused = new ConcurrentSkipListSet<>();

    private S3Gate(S3Server s3, List<Map<String, Object>> statements) throws IOException {
        this.server = URI.create(s3.settings().get("s3.endpoint"));
        this.statements = statements;
        gate = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gate.setExecutor(threads);
        gate.createContext("/", this::pass);
        gate.start();
        settings = new HashMap<>(s3.settings());
        settings.put("s3.endpoint", "http://127.0.0.1:" + gate.getAddress().getPort());
    }

    /**
     * Opens a gate.
     *
     * @param parameters of the template, beside those that it needs anyway
     */
    public static S3Gate open(S3Server s3, Map<String, String> parameters) throws IOException {
        Map<String, String> all =
                new HashMap<>(
                        Map.of(
                                "JarBucket", "jars",
                                "JarKey", "a.jar",
                                "Source", "msk",
                                "MskClusterArn",
                                        "arn:aws:kafka:eu-central-1:111122223333:cluster/shop/0a1b",
                                "BootstrapServers", "b-1.shop.example:9098"));
        all.putAll(parameters);
        return new S3Gate(
                s3,
                ApplicationTemplateTest.statementsOf(
                        Template.read(Path.of("cloudformation", "application.yaml"), all)
                                .resources()));
    }

    /** What Flink's file system for S3 must be told. */
    public Map<String, String> settings() {
        return Map.copyOf(settings);
    }

    /** What was asked for and refused, as actions and resources. */
    public Set<String> refused() {
        return new TreeSet<>(refused);
    }

    /** The actions that were asked for and allowed. */
    public Set<String> actions() {
        return allowed.stream()
                .map(each -> each.substring(0, each.indexOf(' ')))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void pass(HttpExchange exchange) throws IOException {
        byte[] body;
        try (InputStream in = exchange.getRequestBody()) {
            body = in.readAllBytes();
        }
        boolean passes = true;
        for (String access : accesses(exchange, body)) {
            boolean may = isAllowed(access);
            (may ? allowed : refused).add(access);
            passes &= may;
        }
        try {
            if (passes) {
                forward(exchange, body);
            } else {
                refuse(exchange);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
        }
    }

    private static void refuse(HttpExchange exchange) throws IOException {
        byte[] answer =
                "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
                        .getBytes(StandardCharsets.UTF_8);
        boolean hasBody = !exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().add("Content-Type", "application/xml");
        exchange.sendResponseHeaders(403, hasBody ? answer.length : -1);
        if (hasBody) {
            exchange.getResponseBody().write(answer);
        }
    }

    private void forward(HttpExchange exchange, byte[] body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create(server.toString() + exchange.getRequestURI().toString()))
                        .method(
                                exchange.getRequestMethod(),
                                HttpRequest.BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders()
                .forEach(
                        (name, values) -> {
                            if (!OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                                values.forEach(value -> request.header(name, value));
                            }
                        });
        HttpResponse<byte[]> answer =
                http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        Headers headers = exchange.getResponseHeaders();
        answer.headers()
                .map()
                .forEach(
                        (name, values) -> {
                            if (!OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                                headers.put(name, new ArrayList<>(values));
                            }
                        });
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        if (isHead) {
            answer.headers()
                    .firstValue("content-length")
                    .ifPresent(length -> headers.set("Content-Length", length));
        }
        boolean hasBody = !isHead && answer.body().length > 0;
        exchange.sendResponseHeaders(answer.statusCode(), hasBody ? answer.body().length : -1);
        if (hasBody) {
            exchange.getResponseBody().write(answer.body());
        }
    }

    /** Actions with their resources: {@code s3:GetObject arn:aws:s3:::bucket/key}. */
    private static List<String> accesses(HttpExchange exchange, byte[] body) {
        String[] parts = exchange.getRequestURI().getPath().substring(1).split("/", 2);
        String bucket = "arn:aws:s3:::" + parts[0];
        String key = parts.length > 1 ? parts[1] : "";
        String query = String.valueOf(exchange.getRequestURI().getRawQuery());
        String method = exchange.getRequestMethod();
        if (key.isEmpty()) {
            return ofBucket(bucket, method, query, body);
        }
        String object = " " + bucket + "/" + key;
        boolean isPart = query.contains("uploadId=");
        if (method.equals("DELETE")) {
            return List.of((isPart ? "s3:AbortMultipartUpload" : "s3:DeleteObject") + object);
        }
        if (method.equals("PUT") || method.equals("POST")) {
            List<String> puts = new ArrayList<>(List.of("s3:PutObject" + object));
            String source = exchange.getRequestHeaders().getFirst("x-amz-copy-source");
            if (source != null) {
                String path = URLDecoder.decode(source, StandardCharsets.UTF_8);
                puts.add(
                        "s3:GetObject arn:aws:s3:::"
                                + (path.startsWith("/") ? path.substring(1) : path));
            }
            return puts;
        }
        return List.of((isPart ? "s3:ListMultipartUploadParts" : "s3:GetObject") + object);
    }

    private static List<String> ofBucket(String bucket, String method, String query, byte[] body) {
        if (method.equals("POST")) {
            List<String> deleted = new ArrayList<>();
            Matcher keys = KEY.matcher(new String(body, StandardCharsets.UTF_8));
            while (keys.find()) {
                deleted.add("s3:DeleteObject " + bucket + "/" + keys.group(1));
            }
            return deleted;
        }
        if (query.contains("uploads")) {
            return List.of("s3:ListBucketMultipartUploads " + bucket);
        }
        return List.of(
                (query.contains("location") ? "s3:GetBucketLocation " : "s3:ListBucket ") + bucket);
    }

    private boolean isAllowed(String access) {
        String[] parts = access.split(" ", 2);
        return statements.stream()
                .anyMatch(
                        statement ->
                                ApplicationTemplateTest.texts(statement.get("Action"))
                                                .contains(parts[0])
                                        && ApplicationTemplateTest.texts(statement.get("Resource"))
                                                .stream()
                                                .anyMatch(each -> matches(each, parts[1])));
    }

    private static boolean matches(String pattern, String resource) {
        return Pattern.matches(Pattern.quote(pattern).replace("*", "\\E.*\\Q"), resource);
    }

    @Override
    public void close() {
        gate.stop(0);
        threads.shutdownNow();
    }
}
