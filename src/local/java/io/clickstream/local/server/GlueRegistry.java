package io.clickstream.local.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.clickstream.local.server.RegistryEncoders.VersionedEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * As much of AWS Glue Schema Registry as its serializers and deserializers use, over its JSON
 * protocol: {@code CreateSchema}, {@code RegisterSchemaVersion}, {@code GetSchemaByDefinition},
 * {@code GetSchemaVersion}, {@code PutSchemaVersionMetadata}. Signatures are not checked.
 */
public final class GlueRegistry extends RegistryServer {

    public static final String REGION = "us-east-1";

    private static final String TARGET = "AWSGlue.";

    /** One version of a schema. */
    private record Version(UUID id, String schemaName, long number, JsonNode content) {}

    private final Map<UUID, Version> versions = new LinkedHashMap<>();
    private final Map<String, String> formats = new LinkedHashMap<>();

    private GlueRegistry() {}

    public static GlueRegistry start() {
        return new GlueRegistry();
    }

    /**
     * Gives keys to the AWS SDK in this JVM: it signs with nothing else than keys, and those of the
     * machine are not for a stand-in.
     */
    public static void logIn() {
        System.setProperty("aws.accessKeyId", "local");
        System.setProperty("aws.secretAccessKey", "local");
    }

    /**
     * Adds a version of a schema, which it creates if need be.
     *
     * @param dataFormat {@code AVRO}, {@code JSON} or {@code PROTOBUF}
     * @return the id, the same for the same definition
     */
    public synchronized UUID register(String schemaName, String dataFormat, String definition) {
        formats.putIfAbsent(schemaName, dataFormat);
        return add(schemaName, JSON.getNodeFactory().textNode(definition)).id();
    }

    private Version add(String schemaName, JsonNode definition) {
        UUID id =
                UUID.nameUUIDFromBytes(
                        (schemaName + definition.asText()).getBytes(StandardCharsets.UTF_8));
        return versions.computeIfAbsent(
                id, key -> new Version(key, schemaName, versions.size() + 1, definition));
    }

    @Override
    public Map<String, String> properties() {
        return Map.of("type", "glue", "region", REGION, "endpoint", uri().toString());
    }

    /** One that packs bodies by zlib. */
    @Override
    public VersionedEncoder encoder(String topic) {
        return RegistryEncoders.glue(this, topic, true);
    }

    @Override
    String contentType() {
        return "application/x-amz-json-1.1";
    }

    @Override
    String action(HttpExchange exchange) {
        return String.valueOf(exchange.getRequestHeaders().getFirst("X-Amz-Target"))
                .replace(TARGET, "");
    }

    @Override
    synchronized Answer answer(HttpExchange exchange, String body) throws IOException {
        JsonNode request = JSON.readTree(body);
        return switch (action(exchange)) {
            case "CreateSchema" -> createSchema(request);
            case "RegisterSchemaVersion" -> registerSchemaVersion(request);
            case "GetSchemaByDefinition" -> getSchemaByDefinition(request);
            case "GetSchemaVersion" -> getSchemaVersion(request);
            case "PutSchemaVersionMetadata" -> new Answer(200, JSON.createObjectNode());
            default -> error("UnknownOperationException", action(exchange));
        };
    }

    private Answer createSchema(JsonNode request) {
        String name = request.path("SchemaName").asText();
        if (formats.containsKey(name)) {
            return error("AlreadyExistsException", "Schema already exists.");
        }
        formats.put(name, request.path("DataFormat").asText());
        Version version = add(name, request.path("SchemaDefinition"));
        return new Answer(
                200,
                JSON.createObjectNode()
                        .put("SchemaName", name)
                        .put("DataFormat", formats.get(name))
                        .put("SchemaVersionId", version.id().toString())
                        .put("SchemaVersionStatus", "AVAILABLE"));
    }

    private Answer registerSchemaVersion(JsonNode request) {
        String name = request.path("SchemaId").path("SchemaName").asText();
        return formats.containsKey(name)
                ? new Answer(200, described(add(name, request.path("SchemaDefinition"))))
                : error("EntityNotFoundException", "Schema is not found.");
    }

    private Answer getSchemaByDefinition(JsonNode request) {
        String name = request.path("SchemaId").path("SchemaName").asText();
        if (!formats.containsKey(name)) {
            return error("EntityNotFoundException", "Schema is not found.");
        }
        for (Version version : versions.values()) {
            if (version.schemaName().equals(name)
                    && version.content().equals(request.path("SchemaDefinition"))) {
                return new Answer(200, described(version));
            }
        }
        return error("EntityNotFoundException", "Schema version is not found.");
    }

    private Answer getSchemaVersion(JsonNode request) {
        Version version = versions.get(UUID.fromString(request.path("SchemaVersionId").asText()));
        if (version == null) {
            return error("EntityNotFoundException", "Schema version is not found.");
        }
        ObjectNode answer = described(version);
        answer.set("SchemaDefinition", version.content());
        return new Answer(200, answer);
    }

    private ObjectNode described(Version version) {
        return JSON.createObjectNode()
                .put("SchemaVersionId", version.id().toString())
                .put("VersionNumber", version.number())
                .put("SchemaArn", "arn:aws:glue:" + REGION + ":0:schema/" + version.schemaName())
                .put("DataFormat", formats.get(version.schemaName()))
                .put("Status", "AVAILABLE");
    }

    private static Answer error(String type, String message) {
        return new Answer(400, JSON.createObjectNode().put("__type", type).put("Message", message));
    }
}
