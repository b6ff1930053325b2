package io.clickstream.config;

import io.clickstream.aggregate.Aggregate;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Properties;

/** The topics of aggregates, and the delivery guarantee. */
public final class KafkaSinkConfig {

    /** The delivery guarantee. */
    public enum Delivery {
        EXACTLY_ONCE,
        AT_LEAST_ONCE
    }

    static final String GROUP = "sink.kafka";

    static final Key<String> BOOTSTRAP_SERVERS =
            Key.of(
                    GROUP,
                    "bootstrap-servers",
                    Parsers::text,
                    "`host:port,…`",
                    "The brokers to write to. Defaults to the source's brokers.");

    static final AggregateKeys<String> TOPICS =
            new AggregateKeys<>(GROUP, "topic", Parsers::text, "a topic", Aggregate::defaultTopic);

    static final Key<KafkaSinkConfig.Delivery> DELIVERY =
            Key.of(
                    GROUP,
                    "delivery",
                    Parsers.oneOf(Delivery.class),
                    Parsers.labels(Delivery.class),
                    "exactly-once",
                    "Exactly once: records become visible (`read_committed`) with the"
                            + " next checkpoint. At least once: records are visible immediately,"
                            + " and a restart may write them twice.");

    static final Key<Duration> TRANSACTION_TIMEOUT =
            Key.of(
                    GROUP,
                    "transaction-timeout",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "15 min",
                    "The broker aborts a transaction after this time. If the job is"
                            + " down for longer, the records of its open transaction are lost."
                            + " Must be longer than the checkpoint interval, and not longer than"
                            + " the broker's `transaction.max.timeout.ms`.");

    static final Key<String> TRANSACTIONAL_ID_PREFIX =
            Key.of(
                    GROUP,
                    "transactional-id-prefix",
                    Parsers::text,
                    "a name",
                    "clickstream",
                    "Must be different for each application that writes to the cluster.");

    static final Key<Boolean> CREATE_TOPICS =
            Key.of(
                    GROUP,
                    "create-topics",
                    Parsers::bool,
                    "`true` or `false`",
                    "false",
                    "Whether to create missing topics of aggregates.");

    static final Key<Integer> PARTITIONS =
            Key.of(
                    GROUP,
                    "partitions",
                    Parsers::positiveInt,
                    "a whole number, 1 or more",
                    "Partitions of topics that the job creates. Defaults to the"
                            + " broker's setting.");

    static final Key<Integer> REPLICATION_FACTOR =
            Key.of(
                    GROUP,
                    "replication-factor",
                    Parsers::positiveInt,
                    "a whole number, 1 or more",
                    "Replicas of topics that the job creates. Defaults to the broker's"
                            + " setting.");

    static final KafkaLoginKeys LOGIN =
            new KafkaLoginKeys(
                    GROUP,
                    " If neither `bootstrap-servers` nor a key of the login is set, the login is"
                            + " the one of the source.");

    static final KeyGroup KEYS =
            KeyGroup.of(GROUP, BOOTSTRAP_SERVERS)
                    .and(TOPICS.all())
                    .and(
                            DELIVERY,
                            TRANSACTION_TIMEOUT,
                            TRANSACTIONAL_ID_PREFIX,
                            CREATE_TOPICS,
                            PARTITIONS,
                            REPLICATION_FACTOR)
                    .and(LOGIN.all())
                    .passing(PropertyReader.CLIENT_PREFIX);

    private final String bootstrapServers;
    private final Map<Aggregate<?>, String> topics;
    private final Delivery delivery;
    private final Duration transactionTimeout;
    private final String transactionalIdPrefix;
    private final boolean createTopics;
    private final OptionalInt partitions;
    private final OptionalInt replicationFactor;
    private final KafkaLogin login;
    private final Properties clientProperties;

    private KafkaSinkConfig(PropertyReader reader) {
        bootstrapServers =
                reader.find(BOOTSTRAP_SERVERS)
                        .or(() -> reader.find(KafkaSourceConfig.BOOTSTRAP_SERVERS))
                        .orElseGet(
                                () ->
                                        // What is missing of a source is the source's error.
                                        reader.has(KafkaSourceConfig.GROUP)
                                                ? null
                                                : reader.get(BOOTSTRAP_SERVERS));
        topics = TOPICS.read(reader);
        delivery = reader.get(DELIVERY);
        transactionTimeout = reader.get(TRANSACTION_TIMEOUT);
        transactionalIdPrefix = reader.get(TRANSACTIONAL_ID_PREFIX);
        createTopics = Boolean.TRUE.equals(reader.get(CREATE_TOPICS));
        partitions = optionalInt(reader, PARTITIONS);
        replicationFactor = optionalInt(reader, REPLICATION_FACTOR);
        boolean hasItsOwn = reader.has(BOOTSTRAP_SERVERS) || KafkaLogin.isThere(reader, LOGIN);
        login = KafkaLogin.read(reader, hasItsOwn ? LOGIN : KafkaSourceConfig.LOGIN);
        clientProperties = login.with(reader.clientProperties(GROUP));
    }

    static KafkaSinkConfig read(PropertyReader reader) {
        return new KafkaSinkConfig(reader);
    }

    private static OptionalInt optionalInt(PropertyReader reader, Key<Integer> key) {
        return reader.find(key).map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** The topic of an aggregate. */
    public String topic(Aggregate<?> aggregate) {
        return topics.get(aggregate);
    }

    public Delivery delivery() {
        return delivery;
    }

    public Duration transactionTimeout() {
        return transactionTimeout;
    }

    public String transactionalIdPrefix() {
        return transactionalIdPrefix;
    }

    public boolean createTopics() {
        return createTopics;
    }

    /** The number of partitions of created topics; empty for the broker's default. */
    public OptionalInt partitions() {
        return partitions;
    }

    /** The number of replicas of created topics; empty for the broker's default. */
    public OptionalInt replicationFactor() {
        return replicationFactor;
    }

    public KafkaLogin login() {
        return login;
    }

    /**
     * A copy of the producers' settings: those of the login, and those that the user passes
     * through.
     */
    public Properties clientProperties() {
        return (Properties) clientProperties.clone();
    }
}
