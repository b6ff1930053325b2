package io.clickstream.deploy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * Stands in front of a server of a service and lets pass only what the role of the template {@code
 * application} may do. It answers 403 to everything else.
 */
public final class HttpGate implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String ACCOUNT = ":eu-central-1:111122223333:";

    /** Operations whose resource is a consumer of the stream. */
    private static final Set<String> OF_CONSUMERS =
            Set.of("DescribeStreamConsumer", "SubscribeToShard");

    /** Headers that the client for HTTP makes itself. */
    private static final Set<String> OWN_HEADERS =
            Set.of(
                    "connection",
                    "content-length",
                    "expect",
                    "host",
                    "upgrade",
                    "transfer-encoding");

    /** What a request asks for: actions with their resources, {@code s3:GetObject arn:...}. */
    interface Accesses {
        List<String> of(HttpExchange exchange, byte[] body) throws IOException;
    }

    private final URI server;
    private final List<Map<String, Object>> statements;
    private final Accesses accesses;
    private final HttpServer gate;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Set<String> allowed = new ConcurrentSkipListSet<>();
    private final Set<String> refused = new ConcurrentSkipListSet<>();

    HttpGate(URI server, List<Map<String, Object>> statements, Accesses accesses)
            throws IOException {
        this.server = server;
        this.statements = statements;
        this.accesses = accesses;
        gate = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gate.setExecutor(threads);
        gate.createContext("/", this::pass);
        gate.start();
    }

    /**
     * A gate in front of Kinesis.
     *
     * @param parameters of the template
     * @param streams all that there are, that of clicks first
     */
    public static HttpGate ofKinesis(
            URI server, Map<String, String> parameters, List<String> streams) throws IOException {
        return new HttpGate(
                server,
                statements(parameters),
                (exchange, body) -> {
                    String text = new String(body, StandardCharsets.ISO_8859_1);
                    // An iterator of a shard, which is all that GetRecords says, names no stream.
                    String stream =
                            streams.stream()
                                    .filter(text::contains)
                                    .reduce((one, other) -> longer(one, other))
                                    .orElse(streams.get(0));
                    String operation = operation(exchange);
                    String arn = "arn:aws:kinesis" + ACCOUNT + "stream/" + stream;
                    if (OF_CONSUMERS.contains(operation)) {
                        arn += "/consumer/" + consumer(parameters) + ":1";
                    }
                    return List.of("kinesis:" + operation + " " + arn);
                });
    }

    private static String consumer(Map<String, String> parameters) throws IOException {
        return propertyGroups(parameters).get("source.kinesis").get("consumer");
    }

    private static String longer(String one, String other) {
        return one.length() >= other.length() ? one : other;
    }

    /** A gate in front of a domain, whose ARN is that of the parameters. */
    public static HttpGate ofOpenSearch(URI server, Map<String, String> parameters)
            throws IOException {
        return new HttpGate(
                server,
                statements(parameters),
                (exchange, body) ->
                        List.of(
                                "es:ESHttp"
                                        + capitalized(exchange.getRequestMethod())
                                        + " "
                                        + parameters.get("OpenSearchDomainArn")
                                        + exchange.getRequestURI().getPath()));
    }

    private static String capitalized(String method) {
        return method.charAt(0) + method.substring(1).toLowerCase(Locale.ROOT);
    }

    /** A gate in front of Personalize, of which the job calls one operation. */
    public static HttpGate ofPersonalize(URI server, Map<String, String> parameters)
            throws IOException {
        return new HttpGate(
                server,
                statements(parameters),
                (exchange, body) ->
                        List.of(
                                exchange.getRequestURI().getPath().equals("/events")
                                        ? "personalize:PutEvents *"
                                        : "personalize:" + exchange.getRequestURI().getPath()));
    }

    /** A gate in front of Secrets Manager. */
    public static HttpGate ofSecretsManager(URI server, Map<String, String> parameters)
            throws IOException {
        return new HttpGate(
                server,
                statements(parameters),
                (exchange, body) ->
                        List.of(
                                "secretsmanager:"
                                        + operation(exchange)
                                        + " "
                                        + JSON.readTree(body).get("SecretId").asText()));
    }

    /** A gate in front of Glue. */
    public static HttpGate ofGlue(URI server, Map<String, String> parameters) throws IOException {
        return new HttpGate(
                server,
                statements(parameters),
                (exchange, body) -> List.of("glue:" + operation(exchange) + " *"));
    }

    private static String operation(HttpExchange exchange) {
        String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        return target.substring(target.lastIndexOf('.') + 1);
    }

    static List<Map<String, Object>> statements(Map<String, String> parameters) throws IOException {
        return ApplicationTemplateTest.statementsOf(
                Template.read(Path.of("cloudformation", "application.yaml"), parameters)
                        .resources());
    }

    /** What the template configures. */
    public static Map<String, Map<String, String>> propertyGroups(Map<String, String> parameters)
            throws IOException {
        return ApplicationTemplateTest.propertyGroups(parameters);
    }

    /** Where clients find the gate. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + gate.getAddress().getPort());
    }

    /** What was asked for and refused, as actions and resources. */
    public Set<String> refused() {
        return new TreeSet<>(refused);
    }

    /** What was asked for and allowed, as actions and resources. */
    public Set<String> accesses() {
        return new TreeSet<>(allowed);
    }

    /** The actions that were asked for and allowed. */
    public Set<String> actions() {
        return allowed.stream()
                .map(each -> each.substring(0, each.indexOf(' ')))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What the role may do at a service, such as {@code kinesis}. */
    public Set<String> granted(String service) {
        return statements.stream()
                .flatMap(each -> ApplicationTemplateTest.texts(each.get("Action")).stream())
                .filter(action -> action.startsWith(service + ":"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void pass(HttpExchange exchange) throws IOException {
        byte[] body;
        try (InputStream in = exchange.getRequestBody()) {
            body = in.readAllBytes();
        }
        boolean passes = true;
        for (String access : accesses.of(exchange, body)) {
            boolean may = Grants.allow(statements, access);
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
        HttpResponse<InputStream> answer =
                http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        Headers headers = exchange.getResponseHeaders();
        answer.headers()
                .map()
                .forEach(
                        (name, values) -> {
                            if (!OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                                headers.put(name, new ArrayList<>(values));
                            }
                        });
        long length = answer.headers().firstValueAsLong("content-length").orElse(0);
        boolean isChunked = answer.headers().firstValue("transfer-encoding").isPresent();
        try (InputStream content = answer.body()) {
            if (exchange.getRequestMethod().equals("HEAD")) {
                answer.headers()
                        .firstValue("content-length")
                        .ifPresent(each -> headers.set("Content-Length", each));
                exchange.sendResponseHeaders(answer.statusCode(), -1);
            } else if (length > 0 || isChunked) {
                // 0 stands for a length that is not known. A subscription goes on for minutes.
                exchange.sendResponseHeaders(answer.statusCode(), isChunked ? 0 : length);
                pass(content, exchange.getResponseBody());
            } else {
                exchange.sendResponseHeaders(answer.statusCode(), -1);
            }
        }
    }

    /** Passes each part on at once. */
    private static void pass(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[1 << 16];
        int count = from.read(buffer);
        while (count >= 0) {
            to.write(buffer, 0, count);
            to.flush();
            count = from.read(buffer);
        }
    }

    @Override
    public void close() {
        gate.stop(0);
        threads.shutdownNow();
    }
}
