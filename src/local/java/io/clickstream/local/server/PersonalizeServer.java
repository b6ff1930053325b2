package io.clickstream.local.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.annotation.Nullable;

/**
 * A stand-in for Amazon Personalize's {@code PutEvents} in this JVM, on a port of the loopback
 * address. It refuses what the service refuses, takes and counts apart what the service takes and
 * drops, and keeps the rest. Of the signature it checks that it is there and for which service.
 */
public final class PersonalizeServer implements AutoCloseable {

    public static final String TRACKING_ID = "local-tracker";
    public static final String REGION = "us-east-1";

    /** What can be wrong with a service. */
    public enum Fault {
        /** Nothing. */
        NONE,
        /** Every second call is answered with 429. */
        THROTTLING,
        /** Every call is answered with 503. */
        UNAVAILABLE,
        /** Every call is taken at once, and answered long after the caller has given up. */
        SLOW
    }

    /**
     * An event that was taken.
     *
     * @param userId null for somebody who has not logged in
     * @param event all of it, as it was sent
     */
    public record Taken(@Nullable String userId, String sessionId, JsonNode event) {

        public String eventId() {
            return event.path("eventId").asText();
        }
    }

    private static final int MAX_ID = 256;
    private static final int MAX_EVENTS = 10;
    private static final int MAX_PROPERTIES = 1024;
    private static final int MAX_RECOMMENDATION = 40;
    private static final int MAX_IMPRESSION = 25;
    private static final int MAX_EVENT_BYTES = 10 * 1024;
    private static final long SLOW_SECONDS = 20;

    /** Seconds since the epoch are between these from 2001 to 2286; ms are far above. */
    private static final double MIN_SECONDS = 1e9;

    private static final double MAX_SECONDS = 1e10;

    private static final Set<String> RESERVED =
            Set.of(
                    "userId",
                    "sessionId",
                    "eventType",
                    "timestamp",
                    "recommendationId",
                    "impression");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Taken> taken = new ArrayList<>();
    private final List<Taken> dropped = new ArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ExecutorService threads =
            Executors.newCachedThreadPool(
                    task -> {
                        Thread thread = new Thread(task, "personalize-stand-in");
                        thread.setDaemon(true);
                        return thread;
                    });
    private final HttpServer server;
    private Fault fault = Fault.NONE;
    private long faultEnds;
    private Predicate<String> refusedItems = item -> false;
    private long calls;
    private long goodCalls;
    private long faultyCalls;

    private PersonalizeServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public static PersonalizeServer start() {
        try {
            return new PersonalizeServer();
        } catch (IOException e) {
            throw new UncheckedIOException("no port can be listened to", e);
        }
    }

    /** Where it answers, without TLS. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** What the property group {@code sink.personalize} needs to find it. */
    public Map<String, String> properties() {
        return Map.of("tracking-id", TRACKING_ID, "region", REGION, "endpoint", uri().toString());
    }

    /** Has a fault until told otherwise. */
    public void injectFault(Fault trouble) {
        injectFault(trouble, Duration.ofDays(1));
    }

    /** Has a fault for some time from now on. */
    public synchronized void injectFault(Fault trouble, Duration time) {
        fault = trouble;
        faultyCalls = 0;
        faultEnds = System.nanoTime() + time.toNanos();
    }

    /** Refuses events of some items, for a reason that nobody can foresee. */
    public synchronized void refuse(Predicate<String> items) {
        refusedItems = items;
    }

    /** All events that were taken, repeated ones too, in the order in which they came. */
    public synchronized List<Taken> accepted() {
        return List.copyOf(taken);
    }

    /** Events that were answered with 200, and that the service would never use. */
    public synchronized List<Taken> dropped() {
        return List.copyOf(dropped);
    }

    /** How many different events were taken. */
    public synchronized int distinct() {
        Set<String> ids = new HashSet<>();
        taken.forEach(event -> ids.add(event.eventId()));
        return ids.size();
    }

    /** All calls, whatever was answered. */
    public synchronized long calls() {
        return calls;
    }

    /** Calls whose events were taken. */
    public synchronized long goodCalls() {
        return goodCalls;
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Fault now = nextFault();
        if (now == Fault.UNAVAILABLE) {
            error(exchange, 503, "ServiceUnavailableException", "away");
        } else if (now == Fault.THROTTLING) {
            error(exchange, 429, "ThrottlingException", "Rate exceeded");
        } else {
            answer(exchange, body, now == Fault.SLOW);
        }
    }

    /** What is wrong with this call. */
    private synchronized Fault nextFault() {
        calls++;
        if (fault == Fault.NONE || System.nanoTime() - faultEnds > 0) {
            return Fault.NONE;
        }
        faultyCalls++;
        return fault == Fault.THROTTLING && faultyCalls % 2 == 0 ? Fault.NONE : fault;
    }

    private void answer(HttpExchange exchange, byte[] body, boolean slow) throws IOException {
        String signature = exchange.getRequestHeaders().getFirst("Authorization");
        if (signature == null || !signature.contains("/" + REGION + "/personalize/aws4_request")) {
            error(
                    exchange,
                    403,
                    "InvalidSignatureException",
                    "Credential should be scoped to a valid region and service");
            return;
        }
        if (!exchange.getRequestMethod().equals("POST")
                || !exchange.getRequestURI().getPath().equals("/events")) {
            error(exchange, 404, "UnknownOperationException", "POST /events is all there is");
            return;
        }
        String problem = take(JSON.readTree(body));
        if (problem != null) {
            error(exchange, 400, "InvalidInputException", problem);
            return;
        }
        if (slow) {
            pause();
        }
        try (exchange) {
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private void pause() {
        try {
            if (closing.await(SLOW_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes all events of a call, or none; returns why. */
    @Nullable
    private synchronized String take(JsonNode call) {
        String user = call.hasNonNull("userId") ? call.get("userId").asText() : null;
        String session = call.path("sessionId").asText();
        JsonNode events = call.path("eventList");
        if (!call.path("trackingId").asText().equals(TRACKING_ID)) {
            return "The tracking id is not valid";
        }
        if (isNoId(session) || (user != null && isNoId(user))) {
            return "sessionId and userId must have 1 to 256 characters";
        }
        if (events.isEmpty() || events.size() > MAX_EVENTS) {
            return "eventList must have 1 to 10 events";
        }
        for (JsonNode event : events) {
            String problem = problem(event);
            if (problem != null) {
                return problem;
            }
        }
        for (JsonNode event : events) {
            Taken one = new Taken(user, session, event);
            (isDropped(one) ? dropped : taken).add(one);
        }
        goodCalls++;
        return null;
    }

    @Nullable
    private String problem(JsonNode event) {
        for (String required : List.of("eventType", "sentAt")) {
            if (!event.hasNonNull(required)) {
                return required + " is required";
            }
        }
        for (String id : List.of("eventType", "eventId", "itemId")) {
            if (event.has(id) && isNoId(event.get(id).asText())) {
                return id + " must have 1 to 256 characters";
            }
        }
        if (!event.get("sentAt").isNumber()) {
            return "sentAt must be a number";
        }
        if (event.has("eventValue") && !event.get("eventValue").isNumber()) {
            return "eventValue must be a number";
        }
        if (event.path("recommendationId").asText().length() > MAX_RECOMMENDATION) {
            return "recommendationId must have 1 to 40 characters";
        }
        if (event.path("impression").size() > MAX_IMPRESSION) {
            return "impression must have 1 to 25 items";
        }
        if (event.path("properties").asText().length() > MAX_PROPERTIES) {
            return "properties must have 1 to 1024 characters";
        }
        if (event.toString().length() > MAX_EVENT_BYTES) {
            return "an event must have at most 10 KB";
        }
        return refusedItems.test(event.path("itemId").asText()) ? "no such item" : null;
    }

    private static boolean isNoId(String text) {
        return text.isEmpty() || text.length() > MAX_ID;
    }

    private static boolean isDropped(Taken one) {
        double sentAt = one.event().path("sentAt").asDouble();
        if (one.sessionId().equals("null")
                || sentAt < MIN_SECONDS
                || sentAt > MAX_SECONDS
                || !one.event().has("itemId")) {
            return true;
        }
        if (!one.event().has("properties")) {
            return false;
        }
        try {
            JsonNode properties = JSON.readTree(one.event().get("properties").asText());
            return !properties.isObject() || RESERVED.stream().anyMatch(properties::has);
        } catch (IOException e) {
            return true;
        }
    }

    private static void error(HttpExchange exchange, int status, String type, String message)
            throws IOException {
        byte[] json = JSON.writeValueAsBytes(JSON.createObjectNode().put("message", message));
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("x-amzn-ErrorType", type);
        exchange.sendResponseHeaders(status, json.length);
        try (exchange) {
            exchange.getResponseBody().write(json);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
