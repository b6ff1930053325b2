package io.clickstream.config;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.Properties;

/** The topics of aggregates, and how surely records get there. */
public final class KafkaSinkConfig {

    /** What a restart may do to records. */
    public enum Delivery {
        EXACTLY_ONCE,
        AT_LEAST_ONCE
    }

    private final String bootstrapServers;
    private final String departmentsTopic;
    private final String sessionsTopic;
    private final String checkoutsTopic;
    private final String trendingTopic;
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
                reader.find(ConfigKeys.SINK_BOOTSTRAP_SERVERS)
                        .or(() -> reader.find(ConfigKeys.SOURCE_BOOTSTRAP_SERVERS))
                        .orElseGet(
                                () ->
                                        // What is missing of a source is the source's error.
                                        reader.has(ConfigKeys.KAFKA_SOURCE)
                                                ? null
                                                : reader.get(ConfigKeys.SINK_BOOTSTRAP_SERVERS));
        departmentsTopic = reader.get(ConfigKeys.DEPARTMENTS_TOPIC);
        sessionsTopic = reader.get(ConfigKeys.SESSIONS_TOPIC);
        checkoutsTopic = reader.get(ConfigKeys.CHECKOUTS_TOPIC);
        trendingTopic = reader.get(ConfigKeys.TRENDING_TOPIC);
        delivery = reader.get(ConfigKeys.DELIVERY);
        transactionTimeout = reader.get(ConfigKeys.TRANSACTION_TIMEOUT);
        transactionalIdPrefix = reader.get(ConfigKeys.TRANSACTIONAL_ID_PREFIX);
        createTopics = Boolean.TRUE.equals(reader.get(ConfigKeys.CREATE_TOPICS));
        partitions = optionalInt(reader, ConfigKeys.PARTITIONS);
        replicationFactor = optionalInt(reader, ConfigKeys.REPLICATION_FACTOR);
        boolean hasItsOwn =
                reader.has(ConfigKeys.SINK_BOOTSTRAP_SERVERS)
                        || KafkaLogin.isThere(reader, ConfigKeys.SINK_LOGIN);
        login =
                KafkaLogin.read(
                        reader, hasItsOwn ? ConfigKeys.SINK_LOGIN : ConfigKeys.SOURCE_LOGIN);
        clientProperties = login.with(reader.clientProperties(ConfigKeys.KAFKA_SINK));
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

    public String departmentsTopic() {
        return departmentsTopic;
    }

    public String sessionsTopic() {
        return sessionsTopic;
    }

    public String checkoutsTopic() {
        return checkoutsTopic;
    }

    public String trendingTopic() {
        return trendingTopic;
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

    /** Partitions of created topics; empty for the broker's default. */
    public OptionalInt partitions() {
        return partitions;
    }

    /** Copies of created topics; empty for the broker's default. */
    public OptionalInt replicationFactor() {
        return replicationFactor;
    }

    public KafkaLogin login() {
        return login;
    }

    /** Settings of the producers: those of the login, and what the user passes through; a copy. */
    public Properties clientProperties() {
        return (Properties) clientProperties.clone();
    }
}
