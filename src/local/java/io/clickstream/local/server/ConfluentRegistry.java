package io.clickstream.local.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.clickstream.local.server.RegistryEncoders.VersionedEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.annotation.Nullable;

/**
 * As much of Confluent's HTTP API as writers and readers of Avro use: {@code POST
 * /subjects/SUBJECT/versions}, {@code GET /subjects}, {@code GET /subjects/SUBJECT/versions/N},
 * {@code GET /schemas/ids/ID}.
 */
public final class ConfluentRegistry extends RegistryServer {

    private static final Pattern VERSIONS = Pattern.compile("/subjects/([^/]+)/versions");
    private static final Pattern VERSION = Pattern.compile("/subjects/([^/]+)/versions/(\\d+)");
    private static final Pattern ID = Pattern.compile("/schemas/ids/(-?\\d+)");

    /** As they were posted; an id is the place in this list, from 1. */
    private final List<ObjectNode> schemas = new ArrayList<>();

    private final Map<String, List<Integer>> subjects = new LinkedHashMap<>();
    @Nullable private volatile String login;

    private ConfluentRegistry() {}

    public static ConfluentRegistry start() {
        return new ConfluentRegistry();
    }

    /** Lets nobody in without these, by basic authentication. */
    public void requireLogin(String user, String password) {
        login =
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (user + ':' + password).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Registers an Avro schema, as a writer would over HTTP.
     *
     * @return the id, the same for the same schema
     */
    public int register(String subject, String schema) {
        return register(subject, JSON.createObjectNode().put("schema", schema));
    }

    /** Registers what would be posted, with {@code schemaType} and {@code references}. */
    public synchronized int register(String subject, ObjectNode posted) {
        int id = schemas.indexOf(posted) + 1;
        if (id == 0) {
            schemas.add(posted);
            id = schemas.size();
        }
        List<Integer> versions = subjects.computeIfAbsent(subject, name -> new ArrayList<>());
        if (!versions.contains(id)) {
            versions.add(id);
        }
        return id;
    }

    @Override
    public Map<String, String> properties() {
        return Map.of("type", "confluent", "url", uri().toString());
    }

    @Override
    public VersionedEncoder encoder(String topic) {
        return RegistryEncoders.confluent(this, topic + "-value");
    }

    @Override
    String contentType() {
        return "application/vnd.schemaregistry.v1+json";
    }

    @Override
    String action(HttpExchange exchange) {
        return exchange.getRequestMethod() + ' ' + exchange.getRequestURI().getPath();
    }

    @Override
    synchronized Answer answer(HttpExchange exchange, String body) throws IOException {
        if (login != null
                && !login.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return error(401, 401, "Unauthorized");
        }
        String path = exchange.getRequestURI().getPath();
        boolean get = exchange.getRequestMethod().equals("GET");
        Matcher matcher = VERSIONS.matcher(path);
        if (!get && matcher.matches()) {
            int id = register(matcher.group(1), (ObjectNode) JSON.readTree(body));
            return new Answer(200, JSON.createObjectNode().put("id", id));
        }
        if (get && path.equals("/subjects")) {
            ArrayNode names = JSON.createArrayNode();
            subjects.keySet().forEach(names::add);
            return new Answer(200, names);
        }
        matcher = VERSION.matcher(path);
        if (get && matcher.matches()) {
            return version(matcher.group(1), Integer.parseInt(matcher.group(2)));
        }
        matcher = ID.matcher(path);
        if (get && matcher.matches()) {
            return schema(Integer.parseInt(matcher.group(1)));
        }
        return error(404, 404, "HTTP 404 Not Found");
    }

    private Answer version(String subject, int version) {
        List<Integer> versions = subjects.get(subject);
        if (versions == null) {
            return error(404, 40401, "Subject '" + subject + "' not found.");
        }
        if (version < 1 || version > versions.size()) {
            return error(404, 40402, "Version " + version + " not found.");
        }
        int id = versions.get(version - 1);
        return new Answer(
                200,
                schemas.get(id - 1)
                        .deepCopy()
                        .put("subject", subject)
                        .put("version", version)
                        .put("id", id));
    }

    private Answer schema(int id) {
        return id < 1 || id > schemas.size()
                ? error(404, 40403, "Schema " + id + " not found")
                : new Answer(200, schemas.get(id - 1));
    }

    private static Answer error(int status, int code, String message) {
        return new Answer(
                status, JSON.createObjectNode().put("error_code", code).put("message", message));
    }
}
