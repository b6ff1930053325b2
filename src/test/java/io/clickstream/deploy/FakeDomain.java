package io.clickstream.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An OpenSearch domain: a node, with stand-ins in front of it for what the node does not have.
 * Index state management keeps one policy and what index has it; Dashboards keeps imported objects.
 * Both refuse what the real ones refuse of the requests that the project makes.
 */
final class FakeDomain implements AutoCloseable {

    /** A request as it came, with its headers' names in small letters. */
    record Received(String method, URI uri, Map<String, String> headers, String body) {

        String path() {
            return uri.getPath();
        }

        @Override
        public String toString() {
            return method + ' ' + uri;
        }
    }

    private record Answer(int status, String body) {}

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ISM = "/_plugins/_ism/";
    private static final String IMPORT = "/_dashboards/api/saved_objects/_import";
    private static final Pattern MULTIPART =
            Pattern.compile("multipart/form-data; boundary=(\\S+)");
    private static final long PRIMARY_TERM = 3;

    private final HttpServer server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final URI node;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final Map<String, JsonNode> savedObjects = new TreeMap<>();
    private final Map<String, Long> managed = new TreeMap<>();
    private JsonNode policy;
    private long policySequence = 40;
    private boolean policyChangesMeanwhile;
    private boolean importsFail;
    private boolean indicesAreBusy;

    private FakeDomain(URI node) throws IOException {
        this.node = node;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.createContext("/", this::handle);
        server.start();
    }

    static FakeDomain inFrontOf(URI node) throws IOException {
        return new FakeDomain(node);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Requests since the last call of this. */
    synchronized List<Received> takeReceived() {
        List<Received> taken = List.copyOf(received);
        received.clear();
        return taken;
    }

    synchronized JsonNode policy() {
        return policy;
    }

    synchronized long policySequence() {
        return policySequence;
    }

    /** The version of the policy that each managed index has. */
    synchronized Map<String, Long> managed() {
        return Map.copyOf(managed);
    }

    /** Imported objects by type and id. */
    synchronized Map<String, JsonNode> savedObjects() {
        return Map.copyOf(savedObjects);
    }

    /** Somebody else writes the policy after it was read. */
    synchronized void changePolicyMeanwhile() {
        policyChangesMeanwhile = true;
    }

    /** Indices keep the policy that they have. */
    synchronized void keepIndicesBusy(boolean busy) {
        indicesAreBusy = busy;
    }

    synchronized void failImports() {
        importsFail = true;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> headers = new TreeMap<>();
            exchange.getRequestHeaders()
                    .forEach(
                            (name, values) ->
                                    headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
            Received request =
                    new Received(
                            exchange.getRequestMethod(),
                            exchange.getRequestURI(),
                            headers,
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8));
            received.add(request);
            Answer answer = answer(request);
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Answer answer(Received request) throws IOException {
        if (request.path().startsWith(ISM + "policies/")) {
            return request.method().equals("PUT") ? putPolicy(request) : getPolicy();
        }
        if (request.path().startsWith(ISM)) {
            String[] parts = request.path().substring(ISM.length()).split("/", -1);
            return manage(parts[0], parts[1], request);
        }
        if (request.path().equals("/_dashboards/api/status")) {
            return new Answer(200, "{\"status\":{\"overall\":{\"state\":\"green\"}}}");
        }
        if (request.path().equals(IMPORT)) {
            return importObjects(request);
        }
        return ofTheNode(request);
    }

    private Answer getPolicy() {
        if (policy == null) {
            return new Answer(404, "{\"error\":{\"reason\":\"Policy not found\"},\"status\":404}");
        }
        ObjectNode answer =
                JSON.createObjectNode()
                        .put("_id", "clickstream")
                        .put("_version", 1)
                        .put("_seq_no", policySequence)
                        .put("_primary_term", PRIMARY_TERM);
        answer.set("policy", policy);
        if (policyChangesMeanwhile) {
            policySequence++;
        }
        return new Answer(200, answer.toString());
    }

    private Answer putPolicy(Received request) throws IOException {
        String expected =
                policy == null
                        ? null
                        : "if_primary_term=" + PRIMARY_TERM + "&if_seq_no=" + policySequence;
        if (expected == null
                ? request.uri().getQuery() != null
                : !expected.equals(request.uri().getQuery())) {
            return new Answer(409, "{\"error\":{\"type\":\"version_conflict_engine_exception\"}}");
        }
        policy = JSON.readTree(request.body()).get("policy");
        policySequence++;
        return new Answer(201, "{\"_seq_no\":" + policySequence + "}");
    }

    private Answer manage(String action, String index, Received request) throws IOException {
        return switch (action) {
            case "explain" -> explain(index);
            case "add", "change_policy" -> attach(action.equals("change_policy"), index, request);
            default -> new Answer(400, "{\"error\":\"no handler found for uri\"}");
        };
    }

    private Answer explain(String index) {
        ObjectNode about = JSON.createObjectNode();
        String owner = managed.containsKey(index) ? "clickstream" : null;
        about.put("index.plugins.index_state_management.policy_id", owner);
        about.put("index.opendistro.index_state_management.policy_id", owner);
        if (owner != null) {
            about.put("policy_id", owner).put("policy_seq_no", managed.get(index));
        }
        ObjectNode all = JSON.createObjectNode();
        all.set(index, about);
        all.put("total_managed_indices", managed.size());
        return new Answer(200, all.toString());
    }

    private Answer attach(boolean change, String index, Received request) throws IOException {
        String wanted = JSON.readTree(request.body()).path("policy_id").asText();
        boolean fails =
                indicesAreBusy
                        || managed.containsKey(index) != change
                        || !wanted.equals("clickstream");
        if (!fails) {
            managed.put(index, policySequence);
        }
        return new Answer(
                200, "{\"updated_indices\":" + (fails ? 0 : 1) + ",\"failures\":" + fails + "}");
    }

    private Answer importObjects(Received request) throws IOException {
        if (!"true".equals(request.headers().get("osd-xsrf"))) {
            return new Answer(400, "{\"message\":\"Request must contain a osd-xsrf header.\"}");
        }
        if (importsFail) {
            return new Answer(
                    200,
                    "{\"successCount\":0,\"success\":false,\"errors\":[{\"id\":\"clickstream-x\"}]}");
        }
        Matcher form = MULTIPART.matcher(request.headers().get("content-type"));
        if (!form.matches()) {
            return new Answer(415, "{\"message\":\"Unsupported Media Type\"}");
        }
        boolean overwrite = "overwrite=true".equals(request.uri().getQuery());
        List<String> errors = new ArrayList<>();
        int imported = 0;
        for (String line : file(request, form.group(1)).lines().toList()) {
            JsonNode object = JSON.readTree(line);
            String key = object.path("type").asText() + ' ' + object.path("id").asText();
            if (!overwrite && savedObjects.containsKey(key)) {
                errors.add(key);
            } else {
                savedObjects.put(key, object);
                imported++;
            }
        }
        return new Answer(
                200,
                JSON.createObjectNode()
                        .put("successCount", imported)
                        .put("success", errors.isEmpty())
                        .toString());
    }

    /** The content of the only part of a form, which must be a file named "file". */
    private static String file(Received request, String boundary) throws IOException {
        String body = request.body();
        String begin = "--" + boundary + "\r\n";
        String end = "\r\n--" + boundary + "--\r\n";
        int headersEnd = body.indexOf("\r\n\r\n");
        if (!body.startsWith(begin)
                || !body.endsWith(end)
                || !body.substring(0, headersEnd).contains("name=\"file\"; filename=\"")
                || !body.substring(0, headersEnd).contains(".ndjson\"")) {
            throw new IOException("not a form with a file: " + body.substring(0, 200));
        }
        return body.substring(headersEnd + 4, body.length() - end.length());
    }

    private Answer ofTheNode(Received request) throws IOException {
        HttpRequest.Builder forwarded =
                HttpRequest.newBuilder(node.resolve(request.uri().toString()))
                        .method(
                                request.method(),
                                HttpRequest.BodyPublishers.ofString(request.body()));
        if (request.headers().containsKey("content-type")) {
            forwarded.header("Content-Type", request.headers().get("content-type"));
        }
        try {
            HttpResponse<String> response =
                    http.send(forwarded.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
