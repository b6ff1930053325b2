package io.clickstream.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClientBuilder;

/**
 * Resolves references to secrets: {@code file:PATH}, {@code env:NAME}, {@code secretsmanager:NAME},
 * or {@code secretsmanager:NAME#KEY}. Any other value is the secret itself. Each secret in Secrets
 * Manager is fetched once.
 */
final class Secrets {

    static final String ALLOWED =
            "`file:PATH`, `env:NAME`, `secretsmanager:NAME#KEY`, or the text itself";

    private static final String FILE = "file:";
    private static final String ENVIRONMENT = "env:";
    private static final String SECRETS_MANAGER = "secretsmanager:";

    /** The position of the region in an ARN. */
    private static final int REGION = 3;

    private static final Pattern LINE_ENDS = Pattern.compile("[\r\n]+$");

    private final Map<String, String> environment;
    private final Map<String, String> fetched = new HashMap<>();

    Secrets(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * Resolves a reference.
     *
     * @throws IllegalArgumentException if the secret cannot be read; the message contains no secret
     */
    String resolve(String text) {
        String secret;
        if (text.startsWith(FILE)) {
            secret = file(text.substring(FILE.length()));
        } else if (text.startsWith(ENVIRONMENT)) {
            secret = variable(text.substring(ENVIRONMENT.length()));
        } else if (text.startsWith(SECRETS_MANAGER)) {
            secret = managed(text.substring(SECRETS_MANAGER.length()));
        } else {
            return text;
        }
        String trimmed = LINE_ENDS.matcher(secret).replaceFirst("");
        if (trimmed.isEmpty()) {
            throw new IllegalArgumentException("refers to '" + text + "', which is empty");
        }
        return trimmed;
    }

    private static String file(String path) {
        try {
            return Files.readString(Path.of(path));
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException(
                    "refers to the file '"
                            + path
                            + "', which can't be read ("
                            + e.getClass().getSimpleName()
                            + ")",
                    e);
        }
    }

    private String variable(String name) {
        String value = environment.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "refers to the environment variable '" + name + "', which is not set");
        }
        return value;
    }

    private String managed(String reference) {
        int hash = reference.indexOf('#');
        String name = hash < 0 ? reference : reference.substring(0, hash);
        String secret = fetched.computeIfAbsent(name, Secrets::fetch);
        return hash < 0 ? secret : member(name, secret, reference.substring(hash + 1));
    }

    private static String fetch(String name) {
        SecretsManagerClientBuilder builder = SecretsManagerClient.builder();
        // arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME
        String[] parts = name.split(":", -1);
        if (parts.length > REGION && parts[0].equals("arn") && !parts[REGION].isEmpty()) {
            builder.region(Region.of(parts[REGION]));
        }
        String secret;
        try (SecretsManagerClient client = builder.build()) {
            secret = client.getSecretValue(request -> request.secretId(name)).secretString();
        } catch (SdkException e) {
            throw new IllegalArgumentException(
                    "refers to the secret '"
                            + name
                            + "', which Secrets Manager does not return: "
                            + e.getMessage(),
                    e);
        }
        if (secret == null) {
            throw new IllegalArgumentException(
                    "refers to the secret '" + name + "', which is binary; it must be text");
        }
        return secret;
    }

    private static String member(String name, String secret, String key) {
        JsonNode value;
        try {
            value = new JsonMapper().readTree(secret).path(key);
        } catch (JsonProcessingException e) {
            // Without the cause, which shows a part of the secret.
            throw new IllegalArgumentException(
                    "refers to '" + key + "' in the secret '" + name + "', which is not JSON");
        }
        if (!value.isTextual()) {
            throw new IllegalArgumentException(
                    "refers to '"
                            + key
                            + "' in the secret '"
                            + name
                            + "', which has no string of this name");
        }
        return value.asText();
    }
}
