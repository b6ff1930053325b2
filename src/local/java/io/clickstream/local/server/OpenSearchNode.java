package io.clickstream.local.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An OpenSearch node in a child process, since its classes clash with those of the connector's
 * client. It listens on the loopback address only, on free ports, without security, and ends with
 * this process, however that ends.
 */
public final class OpenSearchNode implements AutoCloseable {

    private final ChildProcess process;
    private final URI uri;

    private OpenSearchNode(ChildProcess process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /**
     * Starts a node that keeps its data and its log in a folder, which {@link #close()} leaves as
     * it is. Returns when the node answers.
     *
     * @param folder is created if it isn't there
     */
    public static OpenSearchNode start(Path folder) {
        return start(folder, folder.resolve("opensearch.log"));
    }

    /**
     * Starts a node that keeps its data in a folder, which {@link #close()} leaves as it is, and
     * its log in a file. Returns when the node answers.
     *
     * @param folder is created if it isn't there
     */
    public static OpenSearchNode start(Path folder, Path log) {
        return start(folder, log, Port.ANY);
    }

    /**
     * Starts a node at a certain port that keeps its data in a folder, which {@link #close()}
     * leaves as it is, and its log in a file. Returns when the node answers.
     *
     * @param folder is created if it isn't there
     * @param port {@link Port#ANY} for any that is free
     */
    public static OpenSearchNode start(Path folder, Path log, int port) {
        OpenSearchNode node = start(folder, log, port, List.of(), List.of());
        try {
            setReplicas(node.uri);
            return node;
        } catch (IOException e) {
            node.close();
            throw new IllegalStateException("OpenSearch did not start, see " + log, e);
        } catch (InterruptedException e) {
            node.close();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while OpenSearch started", e);
        }
    }

    /**
     * Starts a node with more plugins, whose settings are the caller's.
     *
     * @param jars of the plugins
     * @param arguments of the node's main class behind the folder
     */
    public static OpenSearchNode start(
            Path folder, Path log, List<Path> jars, List<String> arguments) {
        return start(folder, log, Port.ANY, jars, arguments);
    }

    private static OpenSearchNode start(
            Path folder, Path log, int port, List<Path> jars, List<String> arguments) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("OpenSearch can't be started in " + folder, e);
        }
        List<String> all = new ArrayList<>(List.of(folder.resolve("node").toString()));
        all.addAll(arguments);
        ChildProcess process =
                ServerProcess.start(
                        "OpenSearch",
                        List.of(
                                "-Xms256m",
                                "-Xmx512m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Dlog4j2.configurationFile=opensearch-node-log4j2.xml",
                                "-Dlog4j2.disable.jmx=true",
                                "-Dclickstream.http.port=" + port),
                        jars,
                        "io.clickstream.servers.OpenSearchNodeMain",
                        all,
                        log);
        return new OpenSearchNode(process, process.awaitAddress());
    }

    /** Replicas would wait for a second node for ever. The node's own settings don't take it. */
    private static void setReplicas(URI uri) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(uri.resolve("/_cluster/settings"))
                        .header("Content-Type", "application/json")
                        .PUT(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"persistent\":{\"cluster.default_number_of_replicas\":0}}"))
                        .build();
        HttpResponse<String> response =
                HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(request + " was answered with " + response.body());
        }
    }

    /** Where the node answers over HTTP, without a slash at the end. */
    public URI uri() {
        return uri;
    }

    /** The child process. */
    public long pid() {
        return process.pid();
    }

    /** Whether the child process still runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Answers nobody any more, and keeps all connections. */
    public void goAway() throws IOException {
        process.signal("STOP");
    }

    /** Answers again, also what it was asked meanwhile. */
    public void comeBack() throws IOException {
        process.signal("CONT");
    }

    /** Ends the node as a crash does. A new one can go on in its folder. */
    public void kill() throws IOException {
        process.signal("KILL");
        process.close();
    }

    /** The file that the node logs to. */
    public Path log() {
        return process.log();
    }

    /** Ends the child process; its folder stays. */
    @Override
    public void close() {
        process.close();
    }
}
