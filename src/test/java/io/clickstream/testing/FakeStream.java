package io.clickstream.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntPredicate;

/**
 * A stream across HTTP that takes PutRecords, with the limits of the service's API reference, and
 * refuses what a test wants it to refuse. Clients must speak JSON, see the system property {@code
 * aws.cborEnabled}.
 */
public final class FakeStream implements AutoCloseable {

    private static final int MAX_RECORDS = 500;
    private static final int MAX_BYTES = 5 << 20;
    private static final int MAX_RECORD_BYTES = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A stored record. */
    public record Stored(String key, String data) {}

    private final List<Stored> stored = new ArrayList<>();
    private final List<Integer> requests = new ArrayList<>();
    private final List<String> breaches = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private IntPredicate refusesRequest = number -> false;
    private IntPredicate refusesRecord = number -> false;
    private IntPredicate losesAnswer = number -> false;
    private IntPredicate breaksConnection = number -> false;
    private int records;
    private boolean gone;

    private FakeStream(HttpServer server) {
        this.server = server;
    }

    /** Starts the server. */
    public static FakeStream start() {
        try {
            FakeStream stream =
                    new FakeStream(
                            HttpServer.create(
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
            stream.server.setExecutor(stream.threads);
            stream.server.createContext("/", stream::answer);
            stream.server.start();
            return stream;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers a request by 500 if the predicate accepts its number, counted from 0. */
    public synchronized void refuseRequests(IntPredicate refuses) {
        refusesRequest = refuses;
    }

    /** Stores the records of a request but never answers if the predicate accepts its number. */
    public synchronized void loseAnswers(IntPredicate loses) {
        losesAnswer = loses;
    }

    /** Breaks the connection of a request, and stores nothing, if the predicate accepts it. */
    public synchronized void breakConnections(IntPredicate breaks) {
        breaksConnection = breaks;
    }

    /** Refuses a record if the predicate accepts its number, counted from 0 over all requests. */
    public synchronized void refuseRecords(IntPredicate refuses) {
        refusesRecord = refuses;
    }

    /** Answers that there is no such stream. */
    public synchronized void forget() {
        gone = true;
    }

    /** What a client needs to come here. */
    public Properties clientProperties() {
        Properties properties = new Properties();
        properties.setProperty("aws.region", "eu-central-1");
        properties.setProperty("aws.endpoint", "http://127.0.0.1:" + server.getAddress().getPort());
        properties.setProperty("aws.http.protocol.version", "HTTP1_1");
        // A test should not wait long for an answer that is lost.
        properties.setProperty("aws.http-client.read-timeout", "2000");
        properties.setProperty("aws.credentials.provider", "BASIC");
        properties.setProperty("aws.credentials.provider.basic.accesskeyid", "local");
        properties.setProperty("aws.credentials.provider.basic.secretkey", "local");
        return properties;
    }

    /** The stored records, in their order. */
    public synchronized List<Stored> stored() {
        return List.copyOf(stored);
    }

    /** The number of records of each request, including those that were refused. */
    public synchronized List<Integer> requests() {
        return List.copyOf(requests);
    }

    /** Requests that the service would not accept. */
    public synchronized List<String> breaches() {
        return List.copyOf(breaches);
    }

    private void answer(HttpExchange exchange) throws IOException {
        JsonNode request = JSON.readTree(exchange.getRequestBody());
        byte[] answer;
        int status = 200;
        boolean isLost;
        synchronized (this) {
            check(exchange, request);
            int number = requests.size();
            requests.add(request.path("Records").size());
            isLost = losesAnswer.test(number);
            if (breaksConnection.test(number)) {
                exchange.close();
                return;
            }
            if (gone) {
                status = 400;
                answer =
                        "{\"__type\":\"ResourceNotFoundException\",\"message\":\"no stream\"}"
                                .getBytes(StandardCharsets.UTF_8);
            } else if (refusesRequest.test(number)) {
                status = 500;
                answer = "{\"__type\":\"InternalFailure\"}".getBytes(StandardCharsets.UTF_8);
            } else {
                answer = JSON.writeValueAsBytes(take(request));
            }
        }
        if (isLost) {
            return;
        }
        exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.1");
        exchange.sendResponseHeaders(status, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private ObjectNode take(JsonNode request) {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode results = answer.putArray("Records");
        int failed = 0;
        for (JsonNode record : request.path("Records")) {
            if (refusesRecord.test(records++)) {
                failed++;
                results.addObject()
                        .put("ErrorCode", "ProvisionedThroughputExceededException")
                        .put("ErrorMessage", "Rate exceeded");
                continue;
            }
            String data =
                    new String(
                            Base64.getDecoder().decode(record.path("Data").asText()),
                            StandardCharsets.UTF_8);
            stored.add(new Stored(record.path("PartitionKey").asText(), data));
            results.addObject()
                    .put("SequenceNumber", Integer.toString(stored.size()))
                    .put("ShardId", "shardId-000000000000");
        }
        answer.put("FailedRecordCount", failed);
        return answer;
    }

    private void check(HttpExchange exchange, JsonNode request) {
        String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        if (!"Kinesis_20131202.PutRecords".equals(target)) {
            breaches.add("operation " + target);
        }
        long bytes = 0;
        int count = 0;
        for (JsonNode record : request.path("Records")) {
            count++;
            String key = record.path("PartitionKey").asText();
            int size =
                    Base64.getDecoder().decode(record.path("Data").asText()).length
                            + key.getBytes(StandardCharsets.UTF_8).length;
            bytes += size;
            if (size > MAX_RECORD_BYTES) {
                breaches.add("a record of " + size + " bytes");
            }
            if (key.isEmpty() || key.codePointCount(0, key.length()) > 256) {
                breaches.add("a key of " + key.length() + " characters");
            }
        }
        if (count == 0 || count > MAX_RECORDS || bytes > MAX_BYTES) {
            breaches.add(count + " records of " + bytes + " bytes");
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
