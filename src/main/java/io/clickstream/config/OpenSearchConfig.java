package io.clickstream.config;

import io.clickstream.aggregate.Aggregate;
import java.io.Serializable;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.annotation.Nullable;
import org.apache.flink.configuration.MemorySize;

/**
 * The OpenSearch indices of aggregates, the authentication of requests, and the limits of bulk
 * requests.
 */
public final class OpenSearchConfig implements Serializable {

    private static final long serialVersionUID = 1L;

    static final String GROUP = "sink.opensearch";

    static final Key<List<URI>> ENDPOINT =
            Key.of(
                    GROUP,
                    "endpoint",
                    Parsers::httpUris,
                    "`https://host[:port]`, or several separated by commas",
                    "The domain, collection, or nodes to write to.");

    static final AggregateKeys<String> INDICES =
            new AggregateKeys<>(
                    GROUP, "index", Parsers::indexName, "an index", Aggregate::defaultIndex);

    static final Key<String> DEAD_LETTERS_INDEX =
            Key.of(
                    GROUP,
                    "dead-letters-index",
                    Parsers::indexName,
                    "an index",
                    "The index for counts and charts of dead letters, such as"
                            + " `dead_letters`. Each dead letter becomes one document without"
                            + " its record, so the index grows without a limit. By default, dead"
                            + " letters are not indexed.");

    static final Key<OpenSearchConfig.IndexPeriod> INDEX_PERIOD =
            Key.of(
                    GROUP,
                    "index-period",
                    Parsers.oneOf(IndexPeriod.class),
                    Parsers.labels(IndexPeriod.class),
                    "none",
                    "How the documents of an aggregate are split over indices: `none` uses one"
                            + " index; `day` and `month` use one index per day or month (such as"
                            + " `departments_count-2022.06.14`), in UTC, by the start of the"
                            + " window.");

    static final Key<OpenSearchConfig.Templates> TEMPLATES =
            Key.of(
                    GROUP,
                    "templates",
                    Parsers.oneOf(Templates.class),
                    Parsers.labels(Templates.class),
                    "put",
                    "Index templates define times as dates, which dashboards need. If a"
                            + " new index would have no template, the job puts it at the start"
                            + " (`put`; its role or user needs"
                            + " `indices:admin/index_template/put`), or does not start (`check`)."
                            + " With `ignore`, the job does not look for templates.");

    static final Key<AuthChoice> AUTH =
            Key.of(
                    GROUP,
                    "auth",
                    Parsers.oneOf(AuthChoice.class),
                    Parsers.labels(AuthChoice.class),
                    "auto",
                    "How to authenticate requests. `auto` selects `basic` if there is a"
                            + " user name, `sigv4` if the host ends with `.amazonaws.com`, and"
                            + " otherwise `none`.");

    static final Key<String> USERNAME =
            Key.of(GROUP, "username", Parsers::text, Secrets.ALLOWED, "For `basic`.").asSecret();

    static final Key<String> PASSWORD =
            Key.of(GROUP, "password", Parsers::text, Secrets.ALLOWED, "For `basic`.").asSecret();

    static final Key<String> REGION =
            Key.of(
                    GROUP,
                    "region",
                    Parsers::text,
                    "a region, such as `eu-central-1`",
                    "For `sigv4`. Credentials come from the AWS SDK's default chain.");

    static final Key<OpenSearchConfig.SigningService> SERVICE =
            Key.of(
                    GROUP,
                    "service",
                    Parsers.oneOf(SigningService.class),
                    Parsers.labels(SigningService.class),
                    "For `sigv4`: `es` for a domain, `aoss` for a serverless"
                            + " collection. Defaults to the service that the host name indicates.");

    static final Key<Integer> BULK_MAX_ACTIONS =
            Key.of(
                    GROUP,
                    "bulk-max-actions",
                    Parsers::positiveInt,
                    "a whole number, 1 or more",
                    "1000",
                    "The maximum number of documents in a bulk request.");

    static final Key<Integer> BULK_MAX_SIZE =
            Key.of(
                    GROUP,
                    "bulk-max-size",
                    Parsers::wholeMebibytes,
                    "a size from `1 mb` to `100 mb`, in whole `mb`",
                    "5 mb",
                    "The maximum size of a bulk request before compression. Domains on"
                            + " small instances accept 10 MB.");

    static final Key<Duration> BULK_INTERVAL =
            Key.of(
                    GROUP,
                    "bulk-interval",
                    Parsers::durationUpToADay,
                    Parsers.UP_TO_A_DAY,
                    "500 ms",
                    "The maximum time that a document waits for its bulk request.");

    static final Key<OpenSearchConfig.Delivery> DELIVERY =
            Key.of(
                    GROUP,
                    "delivery",
                    Parsers.oneOf(Delivery.class),
                    Parsers.labels(Delivery.class),
                    "at-once",
                    "When the job writes a document. `at-once`: when its result is ready. If a"
                            + " restart then computes another result, the document can remain."
                            + " `committed`: when a checkpoint contains the result, up to one"
                            + " checkpoint interval later. No such document remains.");

    private static final String RETRIES_HAVE_NO_LIMIT = "retries have no limit";

    static final KeyGroup KEYS =
            KeyGroup.of(GROUP, ENDPOINT)
                    .and(INDICES.all())
                    .and(
                            DEAD_LETTERS_INDEX,
                            INDEX_PERIOD,
                            TEMPLATES,
                            AUTH,
                            USERNAME,
                            PASSWORD,
                            REGION,
                            SERVICE,
                            BULK_MAX_ACTIONS,
                            BULK_MAX_SIZE,
                            BULK_INTERVAL,
                            DELIVERY)
                    .without(
                            Map.of(
                                    "retry-initial-delay",
                                    RETRIES_HAVE_NO_LIMIT,
                                    "retry-max-attempts",
                                    RETRIES_HAVE_NO_LIMIT));

    /** When a document is written. */
    public enum Delivery {
        /** When its result is ready. */
        AT_ONCE,
        /** When a completed checkpoint contains it. */
        COMMITTED
    }

    /** Whether an index name has a suffix with the day or month of the window's begin, in UTC. */
    public enum IndexPeriod {
        /** One index: {@code departments_count}. */
        NONE,
        /** One per day: {@code departments_count-2022.06.14}. */
        DAY,
        /** One per month: {@code departments_count-2022.06}. */
        MONTH
    }

    /** How requests are authenticated. */
    public enum Auth {
        /** No authentication. */
        NONE,
        /** User name and password in each request. */
        BASIC,
        /** Signed with the credentials of the AWS SDK's default chain. */
        SIGV4
    }

    /** The name of the service in a signature. */
    public enum SigningService {
        /** A domain of Amazon OpenSearch Service. */
        ES,
        /** A collection of Amazon OpenSearch Serverless. */
        AOSS;

        /** The service name in the signature: {@code es}. */
        public String signingName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The configured authentication. */
    enum AuthChoice {
        AUTO,
        NONE,
        BASIC,
        SIGV4
    }

    /** What the job does at the start if OpenSearch has no index template for an index. */
    public enum Templates {
        /** The job puts the template. */
        PUT,
        /** The job does not start. */
        CHECK,
        /** The job does not check. */
        IGNORE
    }

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** On the server, a bulk request waits up to a minute for a missing primary shard. */
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(70);

    private final List<URI> endpoints;
    private final Map<String, String> indices = new LinkedHashMap<>();
    @Nullable private final String deadLettersIndex;
    private final IndexPeriod indexPeriod;
    private final Templates templates;
    private Auth auth = Auth.NONE;
    @Nullable private String username;
    @Nullable private String password;
    @Nullable private String region;
    private SigningService signingService = SigningService.ES;
    private final Integer bulkMaxActions;
    private final Integer bulkMaxSize;
    private final Duration bulkInterval;
    private final Delivery delivery;

    private OpenSearchConfig(PropertyReader reader) {
        endpoints = reader.get(ENDPOINT);
        INDICES.read(reader).forEach((aggregate, index) -> indices.put(aggregate.name(), index));
        deadLettersIndex = reader.find(DEAD_LETTERS_INDEX).orElse(null);
        indexPeriod = reader.get(INDEX_PERIOD);
        templates = reader.get(TEMPLATES);
        bulkMaxActions = reader.get(BULK_MAX_ACTIONS);
        bulkMaxSize = reader.get(BULK_MAX_SIZE);
        bulkInterval = reader.get(BULK_INTERVAL);
        delivery = reader.get(DELIVERY);
        if (endpoints != null) {
            readAuth(reader, endpoints.get(0).getHost());
            checkPaths(reader);
        }
        checkIndices(reader);
    }

    static OpenSearchConfig read(PropertyReader reader) {
        return new OpenSearchConfig(reader);
    }

    private void readAuth(PropertyReader reader, String host) {
        AuthChoice choice = reader.get(AUTH);
        if (choice == AuthChoice.AUTO) {
            boolean amazon = host.endsWith(".amazonaws.com") || host.endsWith(".amazonaws.com.cn");
            choice =
                    reader.has(USERNAME)
                            ? AuthChoice.BASIC
                            : amazon ? AuthChoice.SIGV4 : AuthChoice.NONE;
        }
        if (choice == AuthChoice.BASIC) {
            auth = Auth.BASIC;
            username = reader.get(USERNAME);
            password = reader.get(PASSWORD);
        } else if (choice == AuthChoice.SIGV4) {
            auth = Auth.SIGV4;
            region = reader.get(REGION);
            signingService =
                    reader.find(SERVICE)
                            .orElse(
                                    host.contains(".aoss.")
                                            ? SigningService.AOSS
                                            : SigningService.ES);
        }
    }

    private void checkPaths(PropertyReader reader) {
        if (endpoints.stream().map(OpenSearchConfig::path).distinct().count() > 1) {
            reader.error(
                    ENDPOINT,
                    "has addresses with different paths; all addresses must belong to"
                            + " one cluster");
        }
    }

    private void checkIndices(PropertyReader reader) {
        List<String> names = allIndices();
        if (names.stream().distinct().count() < names.size()) {
            reader.error(
                    "group `"
                            + GROUP
                            + "`: each aggregate needs its own index, and so do the dead letters");
        }
    }

    /** The indices of aggregates and dead letters, without those whose names are invalid. */
    private List<String> allIndices() {
        return Stream.concat(indices.values().stream(), Stream.of(deadLettersIndex))
                .filter(Objects::nonNull)
                .collect(Collectors.toList());
    }

    /** The reason why OpenSearch would refuse an index name; empty if it is valid. */
    public static Optional<String> indexNameProblem(String name) {
        if (name.isEmpty()) {
            return Optional.of("it must not be empty");
        }
        if (!name.equals(name.toLowerCase(Locale.ROOT))) {
            return Optional.of("it must be lowercase");
        }
        if (name.startsWith("-") || name.startsWith("_") || name.startsWith("+")) {
            return Optional.of("it must not begin with '-', '_', or '+'");
        }
        if (name.equals(".") || name.equals("..")) {
            return Optional.of("it must not be '.' or '..'");
        }
        if (name.chars().anyMatch(c -> c <= ' ' || "\\/*?\"<>|,#:".indexOf(c) >= 0)) {
            return Optional.of("it must not contain spaces or any of \\ / * ? \" < > | , # :");
        }
        // OpenSearch allows 255 bytes, of which a day takes 11.
        if (name.getBytes(StandardCharsets.UTF_8).length > 244) {
            return Optional.of("it must not be longer than 244 bytes");
        }
        return Optional.empty();
    }

    /** One or more addresses of one cluster. If they have a path, it is the same. */
    public List<URI> endpoints() {
        return endpoints;
    }

    /** The path before all requests, without a slash at the end; usually empty. */
    public String pathPrefix() {
        return path(endpoints.get(0));
    }

    /** The index of an aggregate, without the period's suffix. */
    public String index(Aggregate<?> aggregate) {
        return indices.get(aggregate.name());
    }

    /** The index of dead letters; empty if they are not indexed. */
    public Optional<String> deadLettersIndex() {
        return Optional.ofNullable(deadLettersIndex);
    }

    public IndexPeriod indexPeriod() {
        return indexPeriod;
    }

    public Templates templates() {
        return templates;
    }

    public Auth auth() {
        return auth;
    }

    /** The user name of {@link Auth#BASIC}. */
    public String username() {
        return Objects.requireNonNull(username, "only basic auth has a user name");
    }

    /** The password of {@link Auth#BASIC}. It must not appear in logs or messages. */
    public String password() {
        return Objects.requireNonNull(password, "only basic auth has a password");
    }

    /** The AWS region of {@link Auth#SIGV4}: {@code eu-central-1}. */
    public String region() {
        return Objects.requireNonNull(region, "only signed requests have a region");
    }

    public SigningService signingService() {
        return signingService;
    }

    /** The maximum number of documents in a bulk request. */
    public int bulkMaxActions() {
        return bulkMaxActions;
    }

    /** The maximum size of a bulk request, in whole mebibytes. */
    public MemorySize bulkMaxSize() {
        return new MemorySize(bulkMaxSize);
    }

    /** The maximum time that a document waits for its bulk request. */
    public Duration bulkInterval() {
        return bulkInterval;
    }

    /** Whether only documents of a completed checkpoint are written. */
    public boolean isCommittedOnly() {
        return delivery == Delivery.COMMITTED;
    }

    public Duration connectTimeout() {
        return CONNECT_TIMEOUT;
    }

    /** The maximum time for a response. */
    public Duration socketTimeout() {
        return SOCKET_TIMEOUT;
    }

    @Override
    public String toString() {
        return "OpenSearchConfig{"
                + endpoints
                + ", indices "
                + allIndices()
                + " per "
                + indexPeriod
                + ", auth "
                + auth
                + '}';
    }

    private static String path(URI endpoint) {
        String path = endpoint.getPath() == null ? "" : endpoint.getPath();
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
