package io.clickstream.sink.opensearch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.clickstream.metrics.LimitedWarnings;
import io.clickstream.sink.opensearch.RequestSigning.SigningException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.concurrent.Future;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.ExceptionUtils;
import org.apache.http.HttpEntity;
import org.apache.http.HttpEntityEnclosingRequest;
import org.apache.http.HttpException;
import org.apache.http.HttpResponse;
import org.apache.http.HttpVersion;
import org.apache.http.StatusLine;
import org.apache.http.concurrent.BasicFuture;
import org.apache.http.concurrent.FutureCallback;
import org.apache.http.entity.ContentType;
import org.apache.http.impl.nio.client.CloseableHttpAsyncClient;
import org.apache.http.message.BasicHttpResponse;
import org.apache.http.message.BasicStatusLine;
import org.apache.http.nio.entity.NByteArrayEntity;
import org.apache.http.nio.protocol.HttpAsyncRequestProducer;
import org.apache.http.nio.protocol.HttpAsyncResponseConsumer;
import org.apache.http.protocol.HttpContext;
import org.apache.http.util.EntityUtils;
import org.slf4j.LoggerFactory;

/**
 * Sends bulk requests. If OpenSearch does not answer one, this client answers instead, with all
 * items rejected.
 *
 * <p>OpenSearch's {@code BulkProcessor} retries only a bulk whose failed items all have status 429.
 * It passes on failures of the whole request at once, including 429. Therefore status 408, 429,
 * 5xx, and a lost or refused connection become a bulk response in which every item has status 429,
 * and items that failed with 5xx (for example, because a shard is moving) become 429, too. A
 * failure that does not go away by waiting, such as 401, becomes a response whose items have the
 * type {@link #REFUSED} and a reason with what to do.
 *
 * <p>With several endpoints, the client takes them in turn, so a retry goes to the next one.
 */
final class BulkHttpClient extends CloseableHttpAsyncClient {

    /** The error type of the items of a bulk request that was refused entirely. */
    static final String REFUSED = "bulk_refused";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int BODY_EXCERPT = 300;

    private final CloseableHttpAsyncClient client;
    private final Counter bulksToRetry;
    private final LimitedWarnings warnings =
            new LimitedWarnings(LoggerFactory.getLogger(BulkHttpClient.class));
    private volatile boolean closing;

    BulkHttpClient(CloseableHttpAsyncClient client, Counter bulksToRetry) {
        this.client = client;
        this.bulksToRetry = bulksToRetry;
    }

    /** From now on, bulk requests fail without being sent. */
    void sendNothingMore() {
        closing = true;
    }

    @Override
    public boolean isRunning() {
        return client.isRunning();
    }

    @Override
    public void start() {
        client.start();
    }

    @Override
    public void close() throws IOException {
        client.close();
    }

    @Override
    public <T> Future<T> execute(
            HttpAsyncRequestProducer request,
            HttpAsyncResponseConsumer<T> response,
            HttpContext context,
            FutureCallback<T> callback) {
        if (closing) {
            BasicFuture<T> refused = new BasicFuture<>(callback);
            refused.failed(new IOException("The writer is being closed"));
            return refused;
        }
        return client.execute(request, response, context, new BulkCallback<>(request, callback));
    }

    /** Whether waiting helps. */
    static boolean passes(int status) {
        return status == 408 || status == TOO_MANY_REQUESTS || status >= 500;
    }

    private static boolean passes(Exception failure) {
        return failure instanceof IOException && !isUntrusted(failure);
    }

    /** Whether a certificate is not trusted; waiting does not help. */
    static boolean isUntrusted(Exception failure) {
        return ExceptionUtils.findThrowable(failure, GeneralSecurityException.class).isPresent()
                || ExceptionUtils.findThrowable(failure, SSLPeerUnverifiedException.class)
                        .isPresent();
    }

    /** A response with all items rejected temporarily. */
    private HttpResponse toRetry(BulkCallback<?> bulk, String reason) throws IOException {
        bulksToRetry.inc();
        warnings.warn("A bulk request will be retried: {}", reason);
        return answer(bulk, TOO_MANY_REQUESTS, "unavailable", reason);
    }

    private static HttpResponse answer(BulkCallback<?> bulk, int status, String type, String reason)
            throws IOException {
        ObjectNode answer = JSON.createObjectNode();
        answer.put("took", 0).put("errors", true);
        ArrayNode items = answer.putArray("items");
        try (InputStream body = bulk.requestBody();
                MappingIterator<JsonNode> lines = JSON.readerFor(JsonNode.class).readValues(body)) {
            while (lines.hasNext()) {
                JsonNode index = lines.next().path("index");
                lines.next(); // the document
                ObjectNode item = items.addObject().putObject("index");
                item.put("_index", index.path("_index").asText());
                item.put("_id", index.path("_id").asText());
                item.put("status", status);
                item.putObject("error").put("type", type).put("reason", reason);
            }
        }
        return ok(new BasicStatusLine(HttpVersion.HTTP_1_1, 200, "OK"), answer);
    }

    private static HttpResponse ok(StatusLine line, JsonNode body) throws JsonProcessingException {
        HttpResponse response = new BasicHttpResponse(line);
        response.setEntity(
                new NByteArrayEntity(JSON.writeValueAsBytes(body), ContentType.APPLICATION_JSON));
        return response;
    }

    private static String excerpt(HttpEntity entity) throws IOException {
        if (entity == null) {
            return "";
        }
        String body = EntityUtils.toString(entity, StandardCharsets.UTF_8).trim();
        String line = body.replaceAll("\\s+", " ");
        return line.isEmpty()
                ? ""
                : ": " + (line.length() > BODY_EXCERPT ? line.substring(0, BODY_EXCERPT) : line);
    }

    private static String advice(int status) {
        switch (status) {
            case 401:
                return " (check the user name and the password, or which authentication the"
                        + " endpoint requires)";
            case 403:
                return " (the role or user needs the permission to write to the index)";
            case 413:
                return " (the endpoint accepts only smaller bulk requests: lower"
                        + " `sink.opensearch / bulk-max-size`)";
            default:
                return "";
        }
    }

    /** Examines a response before the client does. */
    private final class BulkCallback<T> implements FutureCallback<T> {

        private final HttpAsyncRequestProducer request;
        private final FutureCallback<T> callback;

        private BulkCallback(HttpAsyncRequestProducer request, FutureCallback<T> callback) {
            this.request = request;
            this.callback = callback;
        }

        @Override
        public void completed(T result) {
            try {
                complete(check((HttpResponse) result));
            } catch (IOException | RuntimeException e) {
                callback.failed(e);
            }
        }

        @Override
        public void failed(Exception failure) {
            if (closing) {
                callback.failed(failure);
                return;
            }
            try {
                String reason =
                        failure instanceof SigningException
                                ? failure.getMessage()
                                : request.getTarget().toURI() + " did not answer: " + failure;
                complete(
                        passes(failure)
                                ? toRetry(this, reason)
                                : answer(this, 400, REFUSED, reason));
            } catch (IOException | RuntimeException e) {
                e.addSuppressed(failure);
                callback.failed(e);
            }
        }

        @Override
        public void cancelled() {
            callback.cancelled();
        }

        // The client that this one stands in for consumes every response as an HttpResponse.
        @SuppressWarnings("unchecked")
        private void complete(HttpResponse response) {
            callback.completed((T) response);
        }

        private HttpResponse check(HttpResponse response) throws IOException {
            int status = response.getStatusLine().getStatusCode();
            if (status == 200) {
                return withItemsToRetry(response);
            }
            String reason =
                    request.getTarget().toURI()
                            + " answered "
                            + status
                            + ' '
                            + response.getStatusLine().getReasonPhrase()
                            + excerpt(response.getEntity());
            return passes(status)
                    ? toRetry(this, reason)
                    : answer(this, status, REFUSED, reason + advice(status));
        }

        private HttpResponse withItemsToRetry(HttpResponse response) throws IOException {
            byte[] body =
                    response.getEntity() == null
                            ? new byte[0]
                            : EntityUtils.toByteArray(response.getEntity());
            response.setEntity(new NByteArrayEntity(body, ContentType.APPLICATION_JSON));
            // Nearly always false, and always near the start: took, errors, items.
            String start = new String(body, 0, Math.min(body.length, 200), StandardCharsets.UTF_8);
            if (start.replace(" ", "").contains("\"errors\":false")) {
                return response;
            }
            JsonNode answer = parse(body);
            if (!answer.path("items").isArray()) {
                return toRetry(
                        this,
                        request.getTarget().toURI()
                                + " answered, but not like OpenSearch"
                                + excerpt(response.getEntity()));
            }
            String reason = null;
            for (JsonNode item : answer.path("items")) {
                JsonNode result = item.path("index");
                if (passes(result.path("status").asInt())) {
                    ((ObjectNode) result).put("status", TOO_MANY_REQUESTS);
                    reason = result.path("error").toString();
                }
            }
            if (reason == null) {
                return response;
            }
            bulksToRetry.inc();
            warnings.warn("Documents of a bulk request will be retried: {}", reason);
            return ok(response.getStatusLine(), answer);
        }

        private JsonNode parse(byte[] body) throws IOException {
            try {
                return JSON.readTree(body);
            } catch (JsonProcessingException e) {
                return JSON.missingNode();
            }
        }

        private InputStream requestBody() throws IOException {
            try {
                return ((HttpEntityEnclosingRequest) request.generateRequest())
                        .getEntity()
                        .getContent();
            } catch (HttpException e) {
                throw new IOException(e);
            }
        }
    }
}
