package io.clickstream.config;

import java.io.Serializable;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.annotation.Nullable;
import org.apache.flink.configuration.MemorySize;

/** Where the aggregates are indexed, how the job shows who it is, and how it sends. */
public final class OpenSearchConfig implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Whether an index name ends with a part of the window's begin, in UTC. */
    public enum IndexPeriod {
        /** One index: {@code departments_count}. */
        NONE,
        /** One a day: {@code departments_count-2022.06.14}. */
        DAY,
        /** One a month: {@code departments_count-2022.06}. */
        MONTH
    }

    /** How requests are authenticated. */
    public enum Auth {
        /** Not at all. */
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

        /** The name as it is signed: {@code es}. */
        public String signingName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What happens at the start where OpenSearch has no index template for an index. */
    public enum Templates {
        /** The job puts the template. */
        PUT,
        /** The job does not start. */
        CHECK,
        /** Nothing is asked. */
        IGNORE
    }

    private static final MemorySize MEBIBYTE = MemorySize.ofMebiBytes(1);
    private static final int MAX_RETRIES = 20;

    private final List<URI> endpoints;
    private final String departmentsIndex;
    private final String sessionsIndex;
    private final String checkoutsIndex;
    private final String trendingIndex;
    @Nullable private final String deadLettersIndex;
    private final IndexPeriod indexPeriod;
    private final Templates templates;
    private final Auth auth;
    @Nullable private final String username;
    @Nullable private final String password;
    @Nullable private final String region;
    private final SigningService signingService;
    private final int bulkMaxActions;
    private final MemorySize bulkMaxSize;
    private final Duration bulkInterval;
    private final Duration retryInitialDelay;
    private final int retryMaxAttempts;
    private final Duration connectTimeout;
    private final Duration socketTimeout;

    private OpenSearchConfig(Builder builder) {
        endpoints = List.copyOf(builder.endpoints);
        departmentsIndex = builder.departmentsIndex;
        sessionsIndex = builder.sessionsIndex;
        checkoutsIndex = builder.checkoutsIndex;
        trendingIndex = builder.trendingIndex;
        deadLettersIndex = builder.deadLettersIndex;
        indexPeriod = builder.indexPeriod;
        templates = builder.templates;
        auth = builder.auth;
        username = builder.username;
        password = builder.password;
        region = builder.region;
        signingService = builder.signingService;
        bulkMaxActions = builder.bulkMaxActions;
        bulkMaxSize = builder.bulkMaxSize;
        bulkInterval = builder.bulkInterval;
        retryInitialDelay = builder.retryInitialDelay;
        retryMaxAttempts = builder.retryMaxAttempts;
        connectTimeout = builder.connectTimeout;
        socketTimeout = builder.socketTimeout;
    }

    /** A builder that holds the defaults; only the endpoints have none. */
    public static Builder builder() {
        return new Builder();
    }

    /** What is wrong with an index name, by OpenSearch's rules for names; empty if nothing is. */
    public static Optional<String> indexNameProblem(String name) {
        if (name.isEmpty()) {
            return Optional.of("an index name can't be empty");
        }
        if (!name.equals(name.toLowerCase(Locale.ROOT))) {
            return Optional.of("an index name is written in lower case");
        }
        if (name.startsWith("-") || name.startsWith("_") || name.startsWith("+")) {
            return Optional.of("an index name can't begin with '-', '_' or '+'");
        }
        if (name.equals(".") || name.equals("..")) {
            return Optional.of("an index name can't be '.' or '..'");
        }
        if (name.chars().anyMatch(c -> c <= ' ' || "\\/*?\"<>|,#:".indexOf(c) >= 0)) {
            return Optional.of("an index name has no spaces and none of \\ / * ? \" < > | , # :");
        }
        // OpenSearch allows 255 bytes, of which a day takes 11.
        if (name.getBytes(StandardCharsets.UTF_8).length > 244) {
            return Optional.of("an index name is at most 244 bytes long");
        }
        return Optional.empty();
    }

    /** One or more addresses of one cluster, with the same path if they have one. */
    public List<URI> endpoints() {
        return endpoints;
    }

    /** The path in front of all requests, without a slash at its end; mostly empty. */
    public String pathPrefix() {
        return path(endpoints.get(0));
    }

    public String departmentsIndex() {
        return departmentsIndex;
    }

    public String sessionsIndex() {
        return sessionsIndex;
    }

    public String checkoutsIndex() {
        return checkoutsIndex;
    }

    public String trendingIndex() {
        return trendingIndex;
    }

    /** Where dead letters are counted; empty where they are not. */
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

    /** The user name with {@link Auth#BASIC}. */
    public String username() {
        return Objects.requireNonNull(username, "only basic auth has a user name");
    }

    /** The password with {@link Auth#BASIC}. It belongs into no log and no message. */
    public String password() {
        return Objects.requireNonNull(password, "only basic auth has a password");
    }

    /** The AWS region with {@link Auth#SIGV4}: {@code eu-central-1}. */
    public String region() {
        return Objects.requireNonNull(region, "only signed requests have a region");
    }

    public SigningService signingService() {
        return signingService;
    }

    /** A bulk is sent when it holds this many documents. */
    public int bulkMaxActions() {
        return bulkMaxActions;
    }

    /** A bulk is sent when it is this big, in whole mebibytes. */
    public MemorySize bulkMaxSize() {
        return bulkMaxSize;
    }

    /** No document waits for its bulk for longer. */
    public Duration bulkInterval() {
        return bulkInterval;
    }

    /** The wait before the first retry, to which later ones add; see {@link #retriesLast}. */
    public Duration retryInitialDelay() {
        return retryInitialDelay;
    }

    /** How often a bulk is tried again before the job fails over to its last checkpoint. */
    public int retryMaxAttempts() {
        return retryMaxAttempts;
    }

    /**
     * How long OpenSearch may be away before the job fails over: the sum of all waits, without the
     * time that the requests take. It should be well below the checkpoint timeout, since a
     * checkpoint waits for the documents before it.
     *
     * <p>The n-th wait, from 0, is {@code retryInitialDelay + 10 ms * ((int) e^(0.8 n) - 1)}, from
     * OpenSearch's {@code BackoffPolicy.exponentialBackoff}. The default, 13 retries from 1 s on,
     * lasts 4 min 41 s: 1 s each at first, the last ones 31, 67 and 149 s.
     */
    public Duration retriesLast() {
        long total = 0;
        for (int n = 0; n < retryMaxAttempts; n++) {
            total += retryInitialDelay.toMillis() + 10L * ((int) Math.exp(0.8 * n) - 1);
        }
        return Duration.ofMillis(total);
    }

    public Duration connectTimeout() {
        return connectTimeout;
    }

    /** How long an answer may take. */
    public Duration socketTimeout() {
        return socketTimeout;
    }

    @Override
    public String toString() {
        return "OpenSearchConfig{"
                + endpoints
                + ", indices "
                + indices(
                        departmentsIndex,
                        sessionsIndex,
                        checkoutsIndex,
                        trendingIndex,
                        deadLettersIndex)
                + " per "
                + indexPeriod
                + ", auth "
                + auth
                + '}';
    }

    private static List<String> indices(String... names) {
        return Stream.of(names).filter(Objects::nonNull).collect(Collectors.toList());
    }

    /** Collects the values; {@link #build} checks them. */
    public static final class Builder {

        private List<URI> endpoints = List.of();
        private String departmentsIndex = "departments_count";
        private String sessionsIndex = "user_session_counts";
        private String checkoutsIndex = "user_session_details";
        private String trendingIndex = "trending";
        @Nullable private String deadLettersIndex;
        private IndexPeriod indexPeriod = IndexPeriod.NONE;
        private Templates templates = Templates.PUT;
        private Auth auth = Auth.NONE;
        @Nullable private String username;
        @Nullable private String password;
        @Nullable private String region;
        private SigningService signingService = SigningService.ES;
        private int bulkMaxActions = 1000;
        // Domains on small nodes take 10 MiB at most, by the service's quotas.
        private MemorySize bulkMaxSize = MemorySize.ofMebiBytes(5);
        private Duration bulkInterval = Duration.ofSeconds(1);
        private Duration retryInitialDelay = Duration.ofSeconds(1);
        private int retryMaxAttempts = 13;
        private Duration connectTimeout = Duration.ofSeconds(10);
        // A bulk waits up to a minute on the server's side for a missing primary shard.
        private Duration socketTimeout = Duration.ofSeconds(70);

        private Builder() {}

        public Builder endpoints(List<URI> endpoints) {
            this.endpoints = new ArrayList<>(endpoints);
            return this;
        }

        public Builder departmentsIndex(String name) {
            this.departmentsIndex = name;
            return this;
        }

        public Builder sessionsIndex(String name) {
            this.sessionsIndex = name;
            return this;
        }

        public Builder checkoutsIndex(String name) {
            this.checkoutsIndex = name;
            return this;
        }

        public Builder trendingIndex(String name) {
            this.trendingIndex = name;
            return this;
        }

        /** There is none without this. */
        public Builder deadLettersIndex(String name) {
            this.deadLettersIndex = name;
            return this;
        }

        public Builder indexPeriod(IndexPeriod period) {
            this.indexPeriod = period;
            return this;
        }

        public Builder templates(Templates templates) {
            this.templates = templates;
            return this;
        }

        /** Authenticates by user name and password. */
        public Builder basicAuth(String username, String password) {
            this.auth = Auth.BASIC;
            this.username = username;
            this.password = password;
            return this;
        }

        /** Signs each request. */
        public Builder sigV4(SigningService service, String region) {
            this.auth = Auth.SIGV4;
            this.signingService = service;
            this.region = region;
            return this;
        }

        public Builder bulkMaxActions(int actions) {
            this.bulkMaxActions = actions;
            return this;
        }

        public Builder bulkMaxSize(MemorySize size) {
            this.bulkMaxSize = size;
            return this;
        }

        public Builder bulkInterval(Duration interval) {
            this.bulkInterval = interval;
            return this;
        }

        public Builder retryInitialDelay(Duration delay) {
            this.retryInitialDelay = delay;
            return this;
        }

        public Builder retryMaxAttempts(int attempts) {
            this.retryMaxAttempts = attempts;
            return this;
        }

        public Builder connectTimeout(Duration timeout) {
            this.connectTimeout = timeout;
            return this;
        }

        public Builder socketTimeout(Duration timeout) {
            this.socketTimeout = timeout;
            return this;
        }

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException with one sentence per problem
         */
        public OpenSearchConfig build() {
            List<String> problems = new ArrayList<>();
            checkEndpoints(problems);
            checkIndices(problems);
            checkAuth(problems);
            checkSending(problems);
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException(String.join("; ", problems));
            }
            return new OpenSearchConfig(this);
        }

        private void checkEndpoints(List<String> problems) {
            if (endpoints.isEmpty()) {
                problems.add("there is no endpoint");
            }
            for (URI endpoint : endpoints) {
                if (endpoint.getRawUserInfo() != null) {
                    // Not quoted: it holds a password.
                    problems.add("an endpoint can't hold a user: they have settings of their own");
                } else if (endpoint.getHost() == null
                        || !("http".equals(endpoint.getScheme())
                                || "https".equals(endpoint.getScheme()))) {
                    problems.add("endpoint " + endpoint + " is no http or https address");
                }
            }
            if (endpoints.stream().map(OpenSearchConfig::path).distinct().count() > 1) {
                problems.add("the endpoints have different paths: they must be one cluster's");
            }
        }

        private void checkIndices(List<String> problems) {
            List<String> names =
                    indices(
                            departmentsIndex,
                            sessionsIndex,
                            checkoutsIndex,
                            trendingIndex,
                            deadLettersIndex);
            for (String name : names) {
                indexNameProblem(name).ifPresent(p -> problems.add("index '" + name + "': " + p));
            }
            if (names.stream().distinct().count() < names.size()) {
                problems.add("aggregates and dead letters need an index of their own each");
            }
        }

        private void checkAuth(List<String> problems) {
            if (auth == Auth.BASIC && (isEmpty(username) || isEmpty(password))) {
                problems.add("basic auth needs a user name and a password");
            }
            if (auth == Auth.SIGV4 && isEmpty(region)) {
                problems.add("signing needs the region of the domain or collection");
            }
        }

        private void checkSending(List<String> problems) {
            if (bulkMaxActions < 1) {
                problems.add("a bulk holds at least one document");
            }
            if (bulkMaxSize.getBytes() < MEBIBYTE.getBytes()
                    || bulkMaxSize.getBytes() % MEBIBYTE.getBytes() != 0
                    || bulkMaxSize.getMebiBytes() > 100) {
                problems.add("the size of a bulk is 1 to 100 whole mebibytes");
            }
            if (retryMaxAttempts < 0 || retryMaxAttempts > MAX_RETRIES) {
                problems.add("a bulk is retried 0 to " + MAX_RETRIES + " times");
            }
            checkTime("the interval of bulks", bulkInterval, problems);
            checkTime("the initial delay of retries", retryInitialDelay, problems);
            checkTime("the connect timeout", connectTimeout, problems);
            checkTime("the socket timeout", socketTimeout, problems);
        }

        private static void checkTime(String what, Duration time, List<String> problems) {
            // The client counts milliseconds in an int; a day is far more than anyone needs.
            if (time.toMillis() < 1 || time.compareTo(Duration.ofDays(1)) > 0) {
                problems.add(what + " is 1 ms to 1 day");
            }
        }

        private static boolean isEmpty(@Nullable String text) {
            return text == null || text.isEmpty();
        }
    }

    private static String path(URI endpoint) {
        String path = endpoint.getPath() == null ? "" : endpoint.getPath();
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
