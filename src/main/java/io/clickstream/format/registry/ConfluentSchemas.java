package io.clickstream.format.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.config.RegistryConfig;
import io.clickstream.format.registry.LookupException.Kind;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.annotation.Nullable;

/**
 * A registry with Confluent's HTTP API: {@code GET /schemas/ids/ID}, and {@code GET
 * /subjects/SUBJECT/versions/VERSION} for the schemas that a schema references.
 *
 * <p>If a node does not answer or has no such schema, the next node is asked. Redirects are not
 * followed, because the password would be sent along.
 */
final class ConfluentSchemas implements SchemaRegistry {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ACCEPT = "application/vnd.schemaregistry.v1+json, application/json";
    private static final int EXCERPT = 300;

    private final List<String> nodes;
    private final Optional<String> authorization;
    private final Duration timeout;
    private final HttpClient client;

    ConfluentSchemas(RegistryConfig config) {
        nodes =
                config.urls().stream()
                        .map(URI::toString)
                        .map(url -> url.endsWith("/") ? url.substring(0, url.length() - 1) : url)
                        .collect(Collectors.toList());
        authorization =
                config.username()
                        .map(user -> user + ':' + config.password().orElseThrow())
                        .map(login -> login.getBytes(StandardCharsets.UTF_8))
                        .map(login -> "Basic " + Base64.getEncoder().encodeToString(login));
        timeout = config.requestTimeout();
        client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(timeout)
                        .build();
    }

    @Override
    public SchemaId anyId() {
        return SchemaId.ofNumber(1);
    }

    @Override
    public String name() {
        return "the schema registry at " + String.join(", ", nodes);
    }

    @Override
    public List<String> lookUp(SchemaId id) throws LookupException, InterruptedException {
        if (id.number() < 0) {
            throw new LookupException(Kind.UNKNOWN, "ids are positive");
        }
        JsonNode answer = get("/schemas/ids/" + id);
        List<String> texts = new ArrayList<>();
        addReferences(answer, new HashSet<>(), texts);
        texts.add(text(answer));
        return texts;
    }

    /** Adds the schemas that a schema references, each after its own references. */
    private void addReferences(JsonNode schema, Set<String> seen, List<String> texts)
            throws LookupException, InterruptedException {
        for (JsonNode reference : schema.path("references")) {
            String path =
                    "/subjects/"
                            + URLEncoder.encode(
                                    reference.path("subject").asText(), StandardCharsets.UTF_8)
                            + "/versions/"
                            + reference.path("version").asInt();
            if (seen.add(path)) {
                JsonNode answer = get(path);
                addReferences(answer, seen, texts);
                texts.add(text(answer));
            }
        }
    }

    private static String text(JsonNode answer) throws LookupException {
        // Left out where it is Avro.
        String type = answer.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO")) {
            throw new LookupException(Kind.UNUSABLE, "it is " + type + "; it must be AVRO");
        }
        return answer.get("schema").asText();
    }

    /**
     * Asks the nodes in turn, until one has the schema. A node may not yet know a schema that
     * another one has. If no node that answers has it, the schema is unknown.
     */
    private JsonNode get(String path) throws LookupException, InterruptedException {
        LookupException failure = null;
        for (String node : nodes) {
            try {
                return get(node, path);
            } catch (LookupException e) {
                if (e.kind() == Kind.REFUSED) {
                    throw e;
                }
                // In the order of the kinds: who answers says more.
                if (failure == null || e.kind().compareTo(failure.kind()) < 0) {
                    failure = e;
                }
            }
        }
        throw failure;
    }

    private JsonNode get(String node, String path) throws LookupException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(node + path))
                        .timeout(timeout)
                        .header("Accept", ACCEPT);
        authorization.ifPresent(value -> request.header("Authorization", value));
        // The client's own timeout ends with the headers of an answer.
        CompletableFuture<HttpResponse<String>> sent =
                client.sendAsync(request.build(), BodyHandlers.ofString());
        try {
            return body(node, sent.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            throw silent(node, e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof HttpTimeoutException
                    ? silent(node, e)
                    : broken(node, e.getCause());
        } finally {
            sent.cancel(true);
        }
    }

    private LookupException silent(String node, Exception cause) {
        return new LookupException(
                Kind.UNREACHABLE,
                node + " does not answer within " + timeout.toMillis() + " ms",
                cause);
    }

    private static LookupException broken(String node, Throwable cause) {
        String what = cause instanceof ConnectException ? "no connection" : "a broken connection";
        String why = cause.getMessage() == null ? "" : ", " + cause.getMessage();
        return new LookupException(Kind.UNREACHABLE, node + ": " + what + why, cause);
    }

    private static JsonNode body(String node, HttpResponse<String> response)
            throws LookupException {
        int status = response.statusCode();
        JsonNode body = json(response.body());
        if (status == 200 && body != null && body.path("schema").isTextual()) {
            return body;
        }
        String answers = node + " answers " + status + errorMessage(body, response.body());
        if (status == 401 || status == 403) {
            throw new LookupException(
                    Kind.REFUSED,
                    answers
                            + "; set `registry / username` and `registry / password` to a login"
                            + " with the permission to read schemas");
        }
        // 40401 to 40403: no such subject, version or schema. A 404 of any other kind says that the
        // address is wrong, or comes from a proxy in front.
        if (status == 404 && body != null && body.path("error_code").asInt() / 100 == 404) {
            throw new LookupException(Kind.UNKNOWN, answers);
        }
        throw new LookupException(
                status == 429 || status >= 500 ? Kind.BUSY : Kind.UNREACHABLE, answers);
    }

    @Nullable
    private static JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static String errorMessage(@Nullable JsonNode body, String text) {
        String said = body == null ? text : body.path("message").asText(text);
        String line = said.strip().replaceAll("\\s+", " ");
        if (line.isEmpty()) {
            return "";
        }
        return ": " + (line.length() > EXCERPT ? line.substring(0, EXCERPT) + '…' : line);
    }
}
