package io.clickstream.config;

import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.annotation.Nullable;

/** The schema registry of Avro clicks, and what the job does while it is down. */
public final class RegistryConfig implements Serializable {

    /** The registries. Each has its own record header. */
    public enum Type {
        /** Confluent's registry, and others with the same HTTP API. */
        CONFLUENT,
        /** AWS Glue Schema Registry. */
        GLUE
    }

    private static final long serialVersionUID = 1L;

    static final String GROUP = "registry";

    static final Key<RegistryConfig.Type> TYPE =
            Key.of(
                    GROUP,
                    "type",
                    Parsers.oneOf(Type.class),
                    Parsers.labels(Type.class),
                    "The schema registry that the header of each Avro record refers to: `confluent`"
                            + " for Confluent's registry or one with the same API, `glue` for"
                            + " AWS Glue.");

    static final Key<List<URI>> URL =
            Key.of(
                    GROUP,
                    "url",
                    Parsers::httpUris,
                    "`https://host[:port]`, or several separated by commas",
                    "For `confluent`: the nodes of the registry. At least one must" + " answer.");

    static final Key<String> USERNAME =
            Key.of(
                            GROUP,
                            "username",
                            Parsers::text,
                            Secrets.ALLOWED,
                            "For `confluent` with basic authentication: the user or API key.")
                    .asSecret();

    static final Key<String> PASSWORD =
            Key.of(
                            GROUP,
                            "password",
                            Parsers::text,
                            Secrets.ALLOWED,
                            "For `confluent`: the password or API secret.")
                    .asSecret();

    static final Key<String> REGION =
            Key.of(
                    GROUP,
                    "region",
                    Parsers::text,
                    Parsers.REGION,
                    "For `glue`. Credentials come from the AWS SDK's default chain.");

    static final Key<List<URI>> ENDPOINT =
            Key.of(
                    GROUP,
                    "endpoint",
                    Parsers::httpUris,
                    "`https://host[:port]`",
                    "For `glue`: an address other than the Region's default, such as"
                            + " that of a VPC endpoint.");

    static final Key<Duration> REQUEST_TIMEOUT =
            Key.of(
                    GROUP,
                    "request-timeout",
                    Parsers::durationUpToADay,
                    Parsers.UP_TO_A_DAY,
                    "10 s",
                    "A registry that takes longer to answer counts as down.");

    static final Key<Duration> RETRY_INITIAL_DELAY =
            Key.of(
                    GROUP,
                    "retry-initial-delay",
                    Parsers::durationUpToADay,
                    Parsers.UP_TO_A_DAY,
                    "500 ms",
                    "While the registry is down, records wait. The job asks again after"
                            + " this time, then after twice as long, and so on without limit.");

    static final Key<Duration> RETRY_MAX_DELAY =
            Key.of(
                    GROUP,
                    "retry-max-delay",
                    Parsers::durationUpToADay,
                    Parsers.UP_TO_A_DAY,
                    "30 s",
                    "The longest wait between two attempts.");

    static final Key<Duration> UNKNOWN_FOR =
            Key.of(
                    GROUP,
                    "unknown-for",
                    Parsers::durationUpToADay,
                    Parsers.UP_TO_A_DAY,
                    "1 min",
                    "The job does not ask again for this long about an id that the"
                            + " registry does not know. Records with this id are dead letters.");

    private static final List<Key<?>> FOR_CONFLUENT = List.of(URL, USERNAME, PASSWORD);
    private static final List<Key<?>> FOR_GLUE = List.of(REGION, ENDPOINT);

    static final KeyGroup KEYS =
            KeyGroup.of(
                    GROUP,
                    TYPE,
                    URL,
                    USERNAME,
                    PASSWORD,
                    REGION,
                    ENDPOINT,
                    REQUEST_TIMEOUT,
                    RETRY_INITIAL_DELAY,
                    RETRY_MAX_DELAY,
                    UNKNOWN_FOR);

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
        type = reader.get(TYPE);
        List<URI> nodes = type == Type.CONFLUENT ? reader.get(URL) : List.of();
        urls = nodes == null ? List.of() : List.copyOf(nodes);
        username = reader.find(USERNAME).orElse(null);
        password = reader.find(PASSWORD).orElse(null);
        region = type == Type.GLUE ? reader.get(REGION) : null;
        endpoint = reader.find(ENDPOINT).map(uris -> uris.get(0)).orElse(null);
        requestTimeout = reader.get(REQUEST_TIMEOUT);
        retryInitialDelay = reader.get(RETRY_INITIAL_DELAY);
        retryMaxDelay = reader.get(RETRY_MAX_DELAY);
        unknownFor = reader.get(UNKNOWN_FOR);
        checkKeys(reader);
        checkFormat(reader, format);
    }

    static RegistryConfig read(PropertyReader reader, FormatConfig format) {
        return new RegistryConfig(reader, format);
    }

    private void checkKeys(PropertyReader reader) {
        if (type != null) {
            Type other = type == Type.GLUE ? Type.CONFLUENT : Type.GLUE;
            List<Key<?>> ofOther = type == Type.GLUE ? FOR_CONFLUENT : FOR_GLUE;
            for (Key<?> key : ofOther) {
                if (reader.has(key)) {
                    reader.error(
                            key,
                            "is only for `"
                                    + Parsers.label(other)
                                    + "`; remove it, or set `"
                                    + TYPE
                                    + "` to `"
                                    + Parsers.label(other)
                                    + "`");
                }
            }
        }
        checkTogether(reader, USERNAME, PASSWORD);
        checkTogether(reader, PASSWORD, USERNAME);
        if (reader.find(ENDPOINT).map(List::size).orElse(0) > 1) {
            reader.error(ENDPOINT, "has several addresses; it must have one");
        }
        if (retryInitialDelay != null
                && retryMaxDelay != null
                && retryInitialDelay.compareTo(retryMaxDelay) > 0) {
            reader.error(
                    RETRY_INITIAL_DELAY,
                    "is greater than `" + RETRY_MAX_DELAY + "`; make it the same or less");
        }
    }

    private static void checkTogether(PropertyReader reader, Key<?> there, Key<?> needed) {
        if (reader.has(there) && !reader.has(needed)) {
            reader.error(there, "has no effect alone; set `" + needed + "` too, or remove both");
        }
    }

    private static void checkFormat(PropertyReader reader, FormatConfig format) {
        if (format.type() == FormatConfig.Type.JSON) {
            reader.error(
                    "group `"
                            + GROUP
                            + "` is only for Avro; remove it, or set `"
                            + FormatConfig.TYPE
                            + "` to `avro`");
        } else if (format.writerSchema().isPresent()) {
            reader.error(
                    FormatConfig.WRITER_SCHEMA,
                    "is only for Avro without a schema registry; remove it, or the group `"
                            + GROUP
                            + "`");
        }
    }

    public Type type() {
        return type;
    }

    /** The nodes of Confluent's registry; empty for Glue. */
    public List<URI> urls() {
        return urls;
    }

    /** The user for basic authentication; empty if there is none. */
    public Optional<String> username() {
        return Optional.ofNullable(username);
    }

    /** The password; present if the user name is. */
    public Optional<String> password() {
        return Optional.ofNullable(password);
    }

    /** The region of Glue's registry; empty for Confluent's. */
    public Optional<String> region() {
        return Optional.ofNullable(region);
    }

    /** An address of Glue other than the region's default. */
    public Optional<URI> endpoint() {
        return Optional.ofNullable(endpoint);
    }

    /** The maximum time for a response. */
    public Duration requestTimeout() {
        return requestTimeout;
    }

    /** The wait before the second attempt. Each later wait is twice as long. */
    public Duration retryInitialDelay() {
        return retryInitialDelay;
    }

    /** The maximum wait between two attempts. */
    public Duration retryMaxDelay() {
        return retryMaxDelay;
    }

    /**
     * The time for which the job does not ask again about an id that the registry does not know.
     */
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
