package io.clickstream.local.server;

import io.clickstream.tools.command.Folders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** Kafka and OpenSearch, and a folder for all they keep, which goes with them. */
public final class LocalServers implements AutoCloseable {

    private final Path folder;
    private final KafkaBroker kafka;
    private final OpenSearchNode openSearch;

    private LocalServers(Path folder, KafkaBroker kafka, OpenSearchNode openSearch) {
        this.folder = folder;
        this.kafka = kafka;
        this.openSearch = openSearch;
    }

    /**
     * Starts both at the same time.
     *
     * @param folder an empty folder, which {@link #close()} removes
     * @param openSearchLog the file that OpenSearch logs to
     */
    public static LocalServers start(Path folder, Path openSearchLog) throws IOException {
        return start(folder, openSearchLog, Port.ANY, Port.ANY);
    }

    /**
     * Starts both at the same time.
     *
     * @param folder an empty folder, which {@link #close()} removes
     * @param openSearchLog the file that OpenSearch logs to
     * @param kafkaPort {@link Port#ANY} for any that is free
     * @param openSearchPort {@link Port#ANY} for any that is free
     */
    public static LocalServers start(
            Path folder, Path openSearchLog, int kafkaPort, int openSearchPort) throws IOException {
        return start(
                folder,
                openSearchLog,
                openSearchPort,
                kafka -> KafkaBroker.startAt(kafkaPort, kafka));
    }

    /**
     * Starts both at the same time, Kafka with one more listener.
     *
     * @param folder an empty folder, which {@link #close()} removes
     * @param openSearchLog the file that OpenSearch logs to
     * @param kafkaProxy host and port of what stands in front of the listener; see {@link
     *     KafkaBroker#startBehindProxy}
     */
    public static LocalServers start(Path folder, Path openSearchLog, String kafkaProxy)
            throws IOException {
        return start(
                folder,
                openSearchLog,
                Port.ANY,
                kafka -> KafkaBroker.startBehindProxy(kafka, kafkaProxy));
    }

    private static LocalServers start(
            Path folder, Path openSearchLog, int openSearchPort, Function<Path, KafkaBroker> broker)
            throws IOException {
        CompletableFuture<OpenSearchNode> openSearch =
                CompletableFuture.supplyAsync(
                        () ->
                                OpenSearchNode.start(
                                        folder.resolve("opensearch"),
                                        openSearchLog,
                                        openSearchPort));
        CompletableFuture<KafkaBroker> kafka =
                CompletableFuture.supplyAsync(() -> broker.apply(folder.resolve("kafka")));
        try {
            return new LocalServers(folder, kafka.join(), openSearch.join());
        } catch (CompletionException e) {
            closeIfStarted(kafka);
            closeIfStarted(openSearch);
            Folders.delete(folder);
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private static void closeIfStarted(CompletableFuture<? extends AutoCloseable> server) {
        server.handle(
                        (started, failed) -> {
                            if (started != null) {
                                try {
                                    started.close();
                                } catch (Exception e) {
                                    throw new CompletionException(e);
                                }
                            }
                            return null;
                        })
                .join();
    }

    public Path folder() {
        return folder;
    }

    public KafkaBroker kafka() {
        return kafka;
    }

    public OpenSearchNode openSearch() {
        return openSearch;
    }

    @Override
    public void close() throws IOException {
        try (openSearch) {
            kafka.close();
        } finally {
            Folders.delete(folder);
        }
    }
}
