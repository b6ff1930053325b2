package io.clickstream.local.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An S3-compatible server that keeps its objects in memory: s3proxy, in a child process with the
 * class path of {@link OpenSearchNode}'s. It listens on the loopback address only, and ends with
 * this process, however that ends.
 */
public final class S3Server implements AutoCloseable {

    private static final long STOP_TIMEOUT_SECONDS = 10;

    private final Process process;
    private final URI uri;
    private final HttpClient http = HttpClient.newHttpClient();

    private S3Server(Process process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /**
     * Starts a server without buckets; returns when it can be used.
     *
     * @param log the file that it logs to
     */
    public static S3Server start(Path log) {
        Process process;
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-Xmx512m",
                                    "-XX:+UseSerialGC",
                                    "-XX:TieredStopAtLevel=1",
                                    "-cp",
                                    OpenSearchNode.classPath(),
                                    S3ServerMain.class.getName())
                            .redirectError(log.toFile())
                            .start();
        } catch (IOException e) {
            throw new UncheckedIOException("the S3 server can't be started, see " + log, e);
        }
        try {
            int port = Integer.parseInt(OpenSearchNode.firstLine(process));
            return new S3Server(process, URI.create("http://127.0.0.1:" + port));
        } catch (ExecutionException | TimeoutException | NumberFormatException e) {
            process.destroyForcibly();
            throw new IllegalStateException("the S3 server did not start, see " + log, e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the S3 server started", e);
        }
    }

    /** Creates a bucket. */
    public void createBucket(String name) throws IOException {
        String answer =
                send(
                        HttpRequest.newBuilder(uri.resolve("/" + name))
                                .PUT(HttpRequest.BodyPublishers.noBody())
                                .build());
        if (!answer.isEmpty()) {
            throw new IOException("bucket " + name + " can't be created: " + answer);
        }
    }

    private String send(HttpRequest request) throws IOException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the S3 server was asked", e);
        }
    }

    /** Answers nobody any more, and keeps all objects. */
    public void goAway() throws IOException {
        signal("STOP");
    }

    /** Answers again, also what it was asked meanwhile. */
    public void comeBack() throws IOException {
        signal("CONT");
    }

    private void signal(String name) throws IOException {
        try {
            // The shell's own kill: a bare machine has no other.
            Process kill =
                    new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start();
            if (kill.waitFor() != 0) {
                throw new IOException("kill -" + name + " failed with " + kill.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the S3 server was sent " + name, e);
        }
    }

    /** Where it answers, without TLS. */
    public URI uri() {
        return uri;
    }

    /** Whether the child process runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** What Flink's file system for S3 must be told. */
    public Map<String, String> settings() {
        return Map.of(
                "s3.endpoint",
                uri.toString(),
                "s3.endpoint.region",
                "us-east-1",
                "s3.path.style.access",
                "true",
                "s3.access-key",
                "local",
                "s3.secret-key",
                "local");
    }

    /** Ends the child process, and with it all objects. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
