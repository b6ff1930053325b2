package io.clickstream.local.server;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A Kafka broker in this JVM: one node that is its own controller (KRaft), with transactions, on
 * the loopback address only and on free ports.
 */
public final class KafkaBroker implements AutoCloseable {

    /** How often another process may take a port between finding it free and binding it. */
    private static final int ATTEMPTS = 5;

    private static final long ADMIN_TIMEOUT_SECONDS = 30;

    /** The listener behind a proxy. */
    public static final String PROXIED = "PROXIED";

    private final KafkaRaftServer server;
    private final String bootstrapServers;
    private final Map<String, String> moreListeners;

    private KafkaBroker(
            KafkaRaftServer server, String bootstrapServers, Map<String, String> moreListeners) {
        this.server = server;
        this.bootstrapServers = bootstrapServers;
        this.moreListeners = moreListeners;
    }

    /**
     * Starts a broker that keeps its logs in a folder, which {@link #close()} leaves as it is.
     *
     * @param folder is created if it isn't there
     */
    public static KafkaBroker start(Path folder) {
        return start(folder, Map.of());
    }

    /**
     * Starts a broker with properties of its own, which win over the ones set here.
     *
     * @param folder is created if it isn't there
     * @param properties such as {@code transaction.max.timeout.ms}
     */
    public static KafkaBroker start(Path folder, Map<String, String> properties) {
        return start(folder, Map.of(), properties);
    }

    /**
     * Starts a broker whose plain listener has a certain port.
     *
     * @param folder is created if it isn't there
     * @param port {@link Port#ANY} for any that is free
     */
    public static KafkaBroker startAt(int port, Path folder) {
        return port == Port.ANY
                ? start(folder)
                : startOnce(port, folder, Map.of(), Map.of(), Map.of());
    }

    /**
     * Starts a broker that has one more listener, named {@code PROXIED}, and tells clients of it
     * that it is at another address.
     *
     * @param folder is created if it isn't there
     * @param advertised host and port of a proxy in front of the listener
     */
    public static KafkaBroker startBehindProxy(Path folder, String advertised) {
        return startOnce(
                Port.ANY,
                folder,
                Map.of(PROXIED, "PLAINTEXT"),
                Map.of(PROXIED, advertised),
                Map.of());
    }

    /**
     * Starts a broker with more listeners than the plain one, such as those with a login.
     *
     * @param folder is created if it isn't there
     * @param listeners names in capitals, and the security protocol of each
     * @param properties such as {@code listener.name.NAME.ssl.keystore.location}
     */
    public static KafkaBroker start(
            Path folder, Map<String, String> listeners, Map<String, String> properties) {
        RuntimeException last = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                return startOnce(
                        Port.ANY,
                        folder.resolve("kafka-" + attempt),
                        listeners,
                        Map.of(),
                        properties);
            } catch (RuntimeException e) {
                last = e;
            }
        }
        throw new IllegalStateException("Kafka did not start in " + folder, last);
    }

    private static KafkaBroker startOnce(
            int port,
            Path folder,
            Map<String, String> moreListeners,
            Map<String, String> advertised,
            Map<String, String> properties) {
        Map<String, String> protocols = new LinkedHashMap<>(moreListeners);
        protocols.put("CLIENT", "PLAINTEXT");
        protocols.put("CONTROLLER", "PLAINTEXT");
        Map<String, String> addresses = freeAddresses(protocols.keySet());
        if (port != Port.ANY) {
            addresses.put("CLIENT", "127.0.0.1:" + port);
        }
        Map<String, String> forClients = new LinkedHashMap<>(addresses);
        forClients.remove("CONTROLLER");
        forClients.putAll(advertised);
        Map<String, String> config = new HashMap<>();
        config.put("process.roles", "broker,controller");
        config.put("node.id", "1");
        config.put("controller.quorum.voters", "1@" + addresses.get("CONTROLLER"));
        config.put("listeners", joined(addresses, "://"));
        config.put("advertised.listeners", joined(forClients, "://"));
        config.put("listener.security.protocol.map", joined(protocols, ":"));
        config.put("inter.broker.listener.name", "CLIENT");
        config.put("controller.listener.names", "CONTROLLER");
        config.put("log.dirs", folder.toString());
        config.put("auto.create.topics.enable", "false");
        config.put("offsets.topic.replication.factor", "1");
        config.put("offsets.topic.num.partitions", "4");
        config.put("transaction.state.log.replication.factor", "1");
        config.put("transaction.state.log.min.isr", "1");
        config.put("transaction.state.log.num.partitions", "4");
        config.put("group.initial.rebalance.delay.ms", "0");
        config.put("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20));
        config.put("controlled.shutdown.enable", "false");
        // Results have the time of their windows, which may be long ago.
        config.put("log.retention.ms", "-1");
        config.putAll(properties);

        format(folder);
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(config, false), Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException e) {
            server.shutdown();
            throw e;
        }
        return new KafkaBroker(server, addresses.get("CLIENT"), addresses);
    }

    private static Map<String, String> freeAddresses(Collection<String> listeners) {
        Map<String, String> addresses = new LinkedHashMap<>();
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (String listener : listeners) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                sockets.add(socket);
                addresses.put(listener, "127.0.0.1:" + socket.getLocalPort());
            }
            // Only now: a port that is let go is free again.
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException("there is no free port on the loopback address", e);
        }
        return addresses;
    }

    private static String joined(Map<String, String> map, String separator) {
        return map.entrySet().stream()
                .map(entry -> entry.getKey() + separator + entry.getValue())
                .collect(Collectors.joining(","));
    }

    private static void format(Path folder) {
        try (PrintStream nowhere =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(1)
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .setDirectories(List.of(folder.toString()))
                    .setMetadataLogDirectory(folder.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setIgnoreFormatted(true)
                    .setPrintStream(nowhere)
                    .run();
        } catch (Exception e) {
            throw new IllegalStateException("Kafka's log folder " + folder + " can't be set up", e);
        }
    }

    /** Host and port for clients. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Host and port of a listener with a login. */
    public String bootstrapServers(String listener) {
        return moreListeners.get(listener);
    }

    /** Creates a topic with one replica; returns when it can be used. */
    public void createTopic(String name, int partitions) {
        createTopic(name, partitions, Map.of());
    }

    /**
     * Creates a topic with one replica and settings of its own.
     *
     * @param settings such as {@code max.message.bytes}
     */
    public void createTopic(String name, int partitions, Map<String, String> settings) {
        Map<String, Object> config =
                Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        try (Admin admin = Admin.create(config)) {
            admin.createTopics(
                            List.of(
                                    new NewTopic(
                                                    name,
                                                    Optional.of(partitions),
                                                    Optional.of((short) 1))
                                            .configs(settings)))
                    .all()
                    .get(ADMIN_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("topic " + name + " can't be created", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while creating topic " + name, e);
        }
    }

    /** Stops the broker; its folder stays. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
