package io.clickstream.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Instance metadata as the managed service lets a job see it: credentials and the region. All else
 * is refused. The AWS SDK finds it by {@link #environment}.
 */
public final class InstanceMetadata implements AutoCloseable {

    public static final String ACCESS_KEY = "ASIAOFTHEINSTANCE";
    public static final String REGION = "us-east-1";

    private static final String TOKEN = "/latest/api/token";
    private static final String CREDENTIALS = "/latest/meta-data/iam/security-credentials/";
    private static final String DOCUMENT = "/latest/dynamic/instance-identity/document";
    private static final String ROLE = "clickstream";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ConcurrentLinkedQueue<String> answered = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> refused = new ConcurrentLinkedQueue<>();
    private final HttpServer server;

    private InstanceMetadata(HttpServer server) {
        this.server = server;
    }

    public static InstanceMetadata start() {
        try {
            HttpServer server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            InstanceMetadata metadata = new InstanceMetadata(server);
            server.setExecutor(metadata.threads);
            server.createContext("/", metadata::answer);
            server.start();
            return metadata;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Variables by which a process finds its credentials and its region here, and nowhere else. */
    public Map<String, String> environment() {
        return Map.of(
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "AWS_EC2_METADATA_DISABLED",
                "false",
                "AWS_ACCESS_KEY_ID",
                "",
                "AWS_SECRET_ACCESS_KEY",
                "",
                "AWS_SHARED_CREDENTIALS_FILE",
                "/no-credentials",
                "AWS_CONFIG_FILE",
                "/no-config");
    }

    /** The paths of what was answered. */
    public List<String> answered() {
        return List.copyOf(answered);
    }

    /** The paths of what the service refuses. */
    public List<String> refused() {
        return List.copyOf(refused);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String content =
                switch (path) {
                    case TOKEN -> "token";
                    case CREDENTIALS -> ROLE;
                    case CREDENTIALS + ROLE -> credentials();
                    case DOCUMENT -> "{\"region\":\"" + REGION + "\"}";
                    default -> null;
                };
        (content == null ? refused : answered).add(path);
        try (exchange) {
            byte[] bytes = content == null ? new byte[0] : content.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(
                    content == null ? 403 : 200, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static String credentials() {
        return """
        {"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"%s","SecretAccessKey":"secret",
         "Token":"session","Expiration":"%s"}
        """
                .formatted(ACCESS_KEY, Clock.systemUTC().instant().plus(Duration.ofHours(6)));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
