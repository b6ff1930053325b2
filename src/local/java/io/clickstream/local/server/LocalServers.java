package io.clickstream.local.server;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

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
        CompletableFuture<OpenSearchNode> openSearch =
                CompletableFuture.supplyAsync(
                        () -> OpenSearchNode.start(folder.resolve("opensearch"), openSearchLog));
        CompletableFuture<KafkaBroker> kafka =
                CompletableFuture.supplyAsync(() -> KafkaBroker.start(folder.resolve("kafka")));
        try {
            return new LocalServers(folder, kafka.join(), openSearch.join());
        } catch (CompletionException e) {
            closeIfStarted(kafka);
            closeIfStarted(openSearch);
            delete(folder);
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

    /** Removes a folder with all that is in it, as far as it is there. */
    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e) {
                        // Gone in the meantime.
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path directory, IOException e)
                            throws IOException {
                        Files.deleteIfExists(directory);
                        return FileVisitResult.CONTINUE;
                    }
                });
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
            delete(folder);
        }
    }
}
