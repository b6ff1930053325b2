package io.clickstream.config;

import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.annotation.Nullable;

/** Where the schemas of Avro clicks are, and what the job does while nobody answers there. */
public final class RegistryConfig implements Serializable {

    /** The registries, each with a header of its own in front of a record. */
    public enum Type {
        /** Confluent's, and others with the same HTTP API. */
        CONFLUENT,
        /** AWS Glue Schema Registry. */
        GLUE
    }

    private static final long serialVersionUID = 1L;

    private final Type type;
    private final List<URI> urls;
    @Nullable private final String username;
    @Nullable private final String password;
    @Nullable private final String region;
    @Nullable private final URI endpoint;
    private final Duration requestTimeout;
    private final Duration retryInitialDelay;
    private final Duration retryMaxDelay;
    private final Duration unknownFor;

    private RegistryConfig(PropertyReader reader, FormatConfig format) {
        type = reader.get(ConfigKeys.REGISTRY_TYPE);
        List<URI> nodes = type == Type.CONFLUENT ? reader.get(ConfigKeys.REGISTRY_URL) : List.of();
        urls = nodes == null ? List.of() : List.copyOf(nodes);
        username = reader.find(ConfigKeys.REGISTRY_USERNAME).orElse(null);
        password = reader.find(ConfigKeys.REGISTRY_PASSWORD).orElse(null);
        region = type == Type.GLUE ? reader.get(ConfigKeys.REGISTRY_REGION) : null;
        endpoint = reader.find(ConfigKeys.REGISTRY_ENDPOINT).map(uris -> uris.get(0)).orElse(null);
        requestTimeout = reader.get(ConfigKeys.REGISTRY_REQUEST_TIMEOUT);
        retryInitialDelay = reader.get(ConfigKeys.REGISTRY_RETRY_INITIAL_DELAY);
        retryMaxDelay = reader.get(ConfigKeys.REGISTRY_RETRY_MAX_DELAY);
        unknownFor = reader.get(ConfigKeys.REGISTRY_UNKNOWN_FOR);
        checkKeys(reader);
        checkFormat(reader, format);
    }

    static RegistryConfig read(PropertyReader reader, FormatConfig format) {
        return new RegistryConfig(reader, format);
    }

    private void checkKeys(PropertyReader reader) {
        if (type != null) {
            Type other = type == Type.GLUE ? Type.CONFLUENT : Type.GLUE;
            List<Key<?>> ofOther =
                    type == Type.GLUE
                            ? ConfigKeys.REGISTRY_OF_CONFLUENT
                            : ConfigKeys.REGISTRY_OF_GLUE;
            for (Key<?> key : ofOther) {
                if (reader.has(key)) {
                    reader.error(
                            key,
                            "is only for `"
                                    + Parsers.label(other)
                                    + "`; leave it out or set `"
                                    + ConfigKeys.REGISTRY_TYPE
                                    + "` to `"
                                    + Parsers.label(other)
                                    + "`");
                }
            }
        }
        checkTogether(reader, ConfigKeys.REGISTRY_USERNAME, ConfigKeys.REGISTRY_PASSWORD);
        checkTogether(reader, ConfigKeys.REGISTRY_PASSWORD, ConfigKeys.REGISTRY_USERNAME);
        if (reader.find(ConfigKeys.REGISTRY_ENDPOINT).map(List::size).orElse(0) > 1) {
            reader.error(ConfigKeys.REGISTRY_ENDPOINT, "names several addresses; it must be one");
        }
        if (retryInitialDelay != null
                && retryMaxDelay != null
                && retryInitialDelay.compareTo(retryMaxDelay) > 0) {
            reader.error(
                    ConfigKeys.REGISTRY_RETRY_INITIAL_DELAY,
                    "is above `"
                            + ConfigKeys.REGISTRY_RETRY_MAX_DELAY
                            + "`; it must be at most that");
        }
    }

    private static void checkTogether(PropertyReader reader, Key<?> there, Key<?> needed) {
        if (reader.has(there) && !reader.has(needed)) {
            reader.error(there, "is useless alone; set `" + needed + "` too, or leave both out");
        }
    }

    private static void checkFormat(PropertyReader reader, FormatConfig format) {
        if (format.type() == FormatConfig.Type.JSON) {
            reader.error(
                    "group `"
                            + ConfigKeys.REGISTRY
                            + "` is only for Avro; leave it out or set `"
                            + ConfigKeys.FORMAT_TYPE
                            + "` to `avro`");
        } else if (format.writerSchema().isPresent()) {
            reader.error(
                    ConfigKeys.FORMAT_WRITER_SCHEMA,
                    "is only for plain Avro, since a registry knows the schemas; leave it or the"
                            + " group `"
                            + ConfigKeys.REGISTRY
                            + "` out");
        }
    }

    public Type type() {
        return type;
    }

    /** The nodes of Confluent's registry; empty for Glue. */
    public List<URI> urls() {
        return urls;
    }

    /** For basic authentication; empty if there is none. */
    public Optional<String> username() {
        return Optional.ofNullable(username);
    }

    /** There if the user name is. */
    public Optional<String> password() {
        return Optional.ofNullable(password);
    }

    /** Where Glue's registry is; empty for Confluent's. */
    public Optional<String> region() {
        return Optional.ofNullable(region);
    }

    /** Another address of Glue than the region's. */
    public Optional<URI> endpoint() {
        return Optional.ofNullable(endpoint);
    }

    /** How long an answer may take. */
    public Duration requestTimeout() {
        return requestTimeout;
    }

    /** The wait before the second attempt; each later one is twice as long. */
    public Duration retryInitialDelay() {
        return retryInitialDelay;
    }

    /** The longest wait between two attempts. */
    public Duration retryMaxDelay() {
        return retryMaxDelay;
    }

    /** How long an id that the registry does not know is not asked for again. */
    public Duration unknownFor() {
        return unknownFor;
    }

    /** Without user and password. */
    @Override
    public String toString() {
        return "RegistryConfig{"
                + type
                + ' '
                + (type == Type.GLUE ? region + (endpoint == null ? "" : " " + endpoint) : urls)
                + '}';
    }
}
