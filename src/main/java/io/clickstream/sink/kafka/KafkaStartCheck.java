package io.clickstream.sink.kafka;

import io.clickstream.config.ConfigException;
import io.clickstream.config.KafkaLogin;
import io.clickstream.config.KafkaSourceConfig;
import io.clickstream.config.StartCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks before the start whether the brokers answer, the topics exist, and the broker allows the
 * transaction timeout. Otherwise the job would fail later, or wait forever.
 */
public final class KafkaStartCheck implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaStartCheck.class);

    /** Long enough for a login over a slow network, and short enough to wait for at a terminal. */
    private static final int TIMEOUT_MILLIS = 15_000;

    /** The maximum size of a dead letter without its record: a detail, a position, and a key. */
    private static final int MIN_DEAD_LETTER_BYTES = 16 * 1024;

    private static final String MAX_TRANSACTION_TIMEOUT = "transaction.max.timeout.ms";

    private final String bootstrapServers;
    private final KafkaLogin login;
    private final Admin admin;
    private final List<String> problems = new ArrayList<>();
    private Set<String> topics;
    private boolean reachable;

    /**
     * Connects to a cluster.
     *
     * @param clientProperties the settings of the login, and the user's own
     * @param login what to name if the brokers refuse it
     */
    public KafkaStartCheck(String bootstrapServers, Properties clientProperties, KafkaLogin login) {
        this.bootstrapServers = bootstrapServers;
        this.login = login;
        Properties properties = new Properties();
        properties.putAll(clientProperties);
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        try {
            admin = Admin.create(properties);
        } catch (KafkaException e) {
            throw new ConfigException(
                    List.of(
                            "Kafka at "
                                    + bootstrapServers
                                    + " cannot be connected to: "
                                    + messages(e.getCause() == null ? e : e.getCause())
                                    + "; check the addresses and "
                                    + login.certificatesToCheck()));
        }
    }

    /** Checks that the topics of clicks exist. */
    public static StartCheck ofSource(KafkaSourceConfig source) {
        return () -> {
            try (KafkaStartCheck check =
                    new KafkaStartCheck(
                            source.bootstrapServers(), source.clientProperties(), source.login())) {
                return check.reads(source.topics()).problems();
            }
        };
    }

    /** Checks that topics to be read exist. */
    public KafkaStartCheck reads(Collection<String> names) throws InterruptedException {
        for (String topic : missing(names)) {
            problems.add(
                    "Kafka at "
                            + bootstrapServers
                            + " has no topic `"
                            + topic
                            + "` to read; create it or correct the name");
        }
        return this;
    }

    /**
     * Checks that topics to be written exist, or creates them.
     *
     * @param createKey the key that allows creating them, for the error
     */
    public KafkaStartCheck writes(
            Collection<String> names,
            boolean create,
            String createKey,
            OptionalInt partitions,
            OptionalInt replicationFactor)
            throws InterruptedException {
        for (String topic : missing(names)) {
            if (create) {
                create(topic, partitions, replicationFactor);
            } else {
                problems.add(
                        "Kafka at "
                                + bootstrapServers
                                + " has no topic `"
                                + topic
                                + "` to write; create it, or set `"
                                + createKey
                                + "` to `true`");
            }
        }
        return this;
    }

    /**
     * Checks that the topic of dead letters accepts each of them, if need be without its record. A
     * topic that does not exist yet has the broker's default.
     *
     * @param producer the settings of the producer, which has limits of its own
     */
    KafkaStartCheck deadLetters(String topic, Properties producer) throws InterruptedException {
        if (!reachable() || !topics.contains(topic)) {
            return this;
        }
        int limit = RecordLimit.read(topic, producer, admin).bytes();
        if (limit < MIN_DEAD_LETTER_BYTES) {
            problems.add(
                    "Topic `"
                            + topic
                            + "` at Kafka at "
                            + bootstrapServers
                            + " accepts records of at most "
                            + limit
                            + " bytes, but a dead letter needs up to "
                            + MIN_DEAD_LETTER_BYTES
                            + "; raise max.message.bytes of the topic, or `sink.kafka /"
                            + " kafka.max.request.size` if it is the lower one");
        }
        return this;
    }

    /**
     * Checks the transaction timeout. It must be longer than the checkpoint interval, because a
     * transaction is open from one checkpoint to the next, and not longer than the broker allows.
     */
    public KafkaStartCheck transactions(Duration timeout, Duration checkpointInterval)
            throws InterruptedException {
        if (timeout.compareTo(checkpointInterval) <= 0) {
            problems.add(
                    "`sink.kafka / transaction-timeout` is "
                            + timeout.toMillis()
                            + " ms, but a transaction stays open for a checkpoint interval,"
                            + " which is "
                            + checkpointInterval.toMillis()
                            + " ms; set it to much more than that");
        }
        if (!reachable()) {
            return this;
        }
        Optional<Long> allowed = brokerLimit();
        if (allowed.isPresent() && timeout.toMillis() > allowed.get()) {
            problems.add(
                    "`sink.kafka / transaction-timeout` is "
                            + timeout.toMillis()
                            + " ms, but Kafka at "
                            + bootstrapServers
                            + " allows at most "
                            + allowed.get()
                            + " ms; lower it, or raise the broker's "
                            + MAX_TRANSACTION_TIMEOUT);
        }
        return this;
    }

    /** The problems, one sentence each. */
    public List<String> problems() {
        return problems;
    }

    private Set<String> missing(Collection<String> names) throws InterruptedException {
        if (!reachable()) {
            return Set.of();
        }
        Set<String> missing = new TreeSet<>(names);
        missing.removeAll(topics);
        return missing;
    }

    /** Lists the topics once, and reports an error once. */
    private boolean reachable() throws InterruptedException {
        if (topics == null) {
            try {
                topics = new HashSet<>(admin.listTopics().names().get());
                reachable = true;
            } catch (ExecutionException e) {
                topics = Set.of();
                problems.add(whyUnreachable(e.getCause()));
            }
        }
        return reachable;
    }

    private String whyUnreachable(Throwable e) {
        if (e instanceof SslAuthenticationException) {
            return "Kafka at "
                    + bootstrapServers
                    + " and the job cannot establish a TLS connection ("
                    + rootMessage(e)
                    + "); check "
                    + login.certificatesToCheck();
        }
        if (e instanceof AuthenticationException) {
            return "Kafka at "
                    + bootstrapServers
                    + " refuses the login ("
                    + rootMessage(e)
                    + "); check "
                    + login.whatToCheck();
        }
        return "Kafka at "
                + bootstrapServers
                + " does not answer within "
                + TIMEOUT_MILLIS / 1000
                + " s ("
                + rootMessage(e)
                + "); check the addresses, the network rules, and the login: "
                + login.certificatesToCheck();
    }

    private void create(String topic, OptionalInt partitions, OptionalInt replicationFactor)
            throws InterruptedException {
        Optional<Integer> count =
                partitions.isPresent() ? Optional.of(partitions.getAsInt()) : Optional.empty();
        Optional<Short> copies =
                replicationFactor.isPresent()
                        ? Optional.of((short) replicationFactor.getAsInt())
                        : Optional.empty();
        try {
            admin.createTopics(List.of(new NewTopic(topic, count, copies))).all().get();
            LOG.info("Created topic {}", topic);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                problems.add(
                        "Kafka at "
                                + bootstrapServers
                                + " has no topic `"
                                + topic
                                + "`, and creating it failed: "
                                + rootMessage(e)
                                + "; create it by hand");
            }
        }
    }

    /**
     * The broker's limit, in ms; empty if the broker does not reveal it, as serverless clusters do.
     */
    private Optional<Long> brokerLimit() throws InterruptedException {
        try {
            Node node = admin.describeCluster().nodes().get().iterator().next();
            ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
            Config config = admin.describeConfigs(List.of(broker)).all().get().get(broker);
            ConfigEntry entry = config.get(MAX_TRANSACTION_TIMEOUT);
            return entry == null || entry.value() == null
                    ? Optional.empty()
                    : Optional.of(Long.parseLong(entry.value()));
        } catch (ExecutionException e) {
            LOG.warn(
                    "The broker's {} can't be read, so it can't be checked: {}",
                    MAX_TRANSACTION_TIMEOUT,
                    rootMessage(e));
            return Optional.empty();
        }
    }

    /** The messages of a failure and its causes. A cause may repeat the message before it. */
    private static String messages(Throwable e) {
        StringBuilder messages = new StringBuilder();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
            if (messages.indexOf(message) < 0) {
                messages.append(messages.length() == 0 ? "" : ": ").append(message);
            }
        }
        return messages.toString();
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
