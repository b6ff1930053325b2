package io.clickstream.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.clickstream.testing.Certificate;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * All services that the functions call, and CloudFormation's address for answers. One service is
 * busy up to its nth call. From then on it takes nearly as long as the timeouts of the functions
 * let it.
 */
final class SlowService implements Closeable {

    /** The functions wait 5 s for a connection and 10 s for more of an answer. */
    private static final long ENCRYPTION_MILLIS = 4_500;

    private static final long HEAD_MILLIS = 9_500;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Which service is busy: what makes the resource calls it. */
    enum Busy {
        DOMAIN("Access", 60, "/_plugins/"),
        DOMAIN_FOR_THE_JOB("JobAccess", 60, "/_plugins/"),
        TEMPLATES("Access", 60, "/_index_template/"),
        JAR_FOR_THE_DOMAIN("Access", 60, "/jars/"),
        NETWORK("Dashboards", 90, "/2021-01-01/opensearch/domain/"),
        APPLICATION("Dashboards", 90, "/2021-01-01/opensearch/application/"),
        DATA_SOURCES("Dashboards", 90, "/api/saved_objects/"),
        WORKSPACES("Dashboards", 90, "/api/workspaces"),
        IMPORT("Dashboards", 90, "/w/"),
        JAR_FOR_THE_DASHBOARDS("Dashboards", 90, "/jars/"),
        BROKERS("Brokers", 70, "/v1/clusters/"),
        TRACKER("EventTracker", 70, "AmazonPersonalize.CreateEventTracker"),
        TRACKER_STATUS("EventTracker", 70, "AmazonPersonalize.DescribeEventTracker");

        final String resource;

        /** The time of the function that is left: what it reserves, and time for a few calls. */
        final int seconds;

        private final String call;

        Busy(String resource, int seconds, String call) {
            this.resource = resource;
            this.seconds = seconds;
            this.call = call;
        }

        /** Whether a call that succeeds leads to another one without a look at the time. */
        boolean hasNext() {
            return this == NETWORK || this == WORKSPACES || this == TRACKER;
        }
    }

    private final Busy busy;
    private final AtomicInteger calls = new AtomicInteger();
    private final List<JsonNode> responses = new CopyOnWriteArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpsServer service;
    private final HttpServer cloudFormation;
    private final ServerSocket door;
    private volatile int from;
    private volatile boolean succeeds;

    SlowService(Certificate certificate, Busy busy) throws Exception {
        this.busy = busy;
        InetAddress loopback = InetAddress.getLoopbackAddress();
        service = HttpsServer.create(new InetSocketAddress(loopback, 0), 0);
        service.setHttpsConfigurator(new HttpsConfigurator(certificate.serverContext()));
        service.setExecutor(threads);
        service.createContext("/", this::answer);
        service.start();
        cloudFormation = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
        cloudFormation.setExecutor(threads);
        cloudFormation.createContext(
                "/",
                exchange -> {
                    responses.add(JSON.readTree(exchange.getRequestBody()));
                    send(exchange, 200, "");
                });
        cloudFormation.start();
        door = new ServerSocket(0, 50, loopback);
        threads.execute(this::accept);
    }

    /** Starts over: busy up to the given call, counted from 1, which succeeds or not. */
    void slowFrom(int call, boolean succeeds) {
        calls.set(0);
        responses.clear();
        from = call;
        this.succeeds = succeeds;
    }

    int calls() {
        return calls.get();
    }

    List<JsonNode> responses() {
        return responses;
    }

    int port() {
        return door.getLocalPort();
    }

    int cloudFormationPort() {
        return cloudFormation.getAddress().getPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = door.accept();
                threads.execute(() -> relay(client));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    /** Lets the encryption of a connection wait while the service is slow. */
    private void relay(Socket client) {
        if (calls.get() >= from - 1) {
            await(ENCRYPTION_MILLIS);
        }
        try {
            Socket server =
                    new Socket(InetAddress.getLoopbackAddress(), service.getAddress().getPort());
            threads.execute(() -> copy(client, server));
            copy(server, client);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Socket source, Socket target) {
        try (source;
                target;
                InputStream in = source.getInputStream();
                OutputStream out = target.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // One side has closed the connection, as a function does that waits no longer.
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        // Each call needs a connection of its own, which takes longer.
        exchange.getResponseHeaders().add("Connection", "close");
        String path = exchange.getRequestURI().getPath();
        String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        if (!busy.call.equals(target) && !path.startsWith(busy.call)) {
            succeed(exchange, path);
            return;
        }
        int call = calls.incrementAndGet();
        if (call >= from) {
            await(HEAD_MILLIS);
            if (call > from || !succeeds) {
                // The body never comes.
                exchange.sendResponseHeaders(200, 1_000);
                exchange.getResponseBody().flush();
                await(Long.MAX_VALUE);
                exchange.close();
                return;
            }
            succeed(exchange, path);
        } else if (busy == Busy.TRACKER_STATUS) {
            // It stays pending.
            succeed(exchange, path);
        } else if (path.startsWith("/jars/")) {
            send(exchange, 503, "<Error><Code>SlowDown</Code></Error>");
        } else if (target != null || path.startsWith("/2021-01-01/") || path.startsWith("/v1/")) {
            exchange.getResponseHeaders().add("x-amzn-errortype", "ThrottlingException");
            send(exchange, 400, "{\"__type\":\"ThrottlingException\",\"message\":\"no\"}");
        } else {
            send(exchange, 503, "busy");
        }
    }

    private void succeed(HttpExchange exchange, String path) throws IOException {
        if (path.startsWith("/jars/")) {
            byte[] jar = InlineFunction.jar();
            exchange.sendResponseHeaders(200, jar.length);
            exchange.getResponseBody().write(jar);
            exchange.close();
            return;
        }
        send(
                exchange,
                200,
                """
                {"AuthorizedPrincipalList": [], "NextToken": "", "AuthorizedPrincipal": {},
                 "endpoint": "127.0.0.1:%d", "saved_objects": %s,
                 "result": {"workspaces": [], "id": "w1"}, "success": true, "eventTrackerArn": "%s",
                 "eventTracker": {"status": "CREATE PENDING", "trackingId": "1a2b"}}
                """
                        .formatted(
                                port(),
                                JSON.readTree(InlineFunction.SOURCE).get("saved_objects"),
                                InlineFunction.TRACKER));
    }

    private void await(long millis) {
        try {
            end.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() throws IOException {
        end.countDown();
        door.close();
        service.stop(0);
        cloudFormation.stop(0);
        threads.shutdownNow();
    }
}
