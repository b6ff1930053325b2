package io.clickstream.local.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An S3-compatible server that keeps its objects in memory: s3proxy, in a child process. It listens
 * on the loopback address only, and ends with this process, however that ends.
 */
public final class S3Server implements AutoCloseable {

    private final ChildProcess process;
    private final URI uri;
    private final HttpClient http = HttpClient.newHttpClient();

    private S3Server(ChildProcess process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /**
     * Starts a server without buckets; returns when it can be used.
     *
     * @param log the file that it logs to
     */
    public static S3Server start(Path log) {
        ChildProcess process =
                ServerProcess.start(
                        "the S3 server",
                        List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                        List.of(),
                        "io.clickstream.servers.S3ServerMain",
                        List.of(),
                        log);
        return new S3Server(process, process.awaitAddress());
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
        process.signal("STOP");
    }

    /** Answers again, also what it was asked meanwhile. */
    public void comeBack() throws IOException {
        process.signal("CONT");
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
        process.close();
    }
}
