package io.clickstream.sink.opensearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.config.OpenSearchConfig.Auth;
import io.clickstream.config.OpenSearchConfig.SigningService;
import io.clickstream.metrics.RetryCause;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.apache.http.ContentTooLongException;
import org.apache.http.HttpHeaders;
import org.apache.http.entity.ContentType;
import org.apache.http.nio.ContentDecoder;
import org.apache.http.nio.IOControl;
import org.apache.http.nio.entity.NByteArrayEntity;
import org.apache.http.util.EntityUtils;
import org.opensearch.client.HeapBufferedAsyncResponseConsumer;
import org.opensearch.client.Request;
import org.opensearch.client.RequestOptions;
import org.opensearch.client.Response;
import org.opensearch.client.ResponseException;
import org.opensearch.client.ResponseListener;
import org.opensearch.client.RestClient;

/** Sends documents in bulk requests. With several endpoints, it takes them in turn. */
final class BulkClient implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonFactory LINES = new JsonFactory();
    private static final int BODY_EXCERPT = 300;
    private static final ContentType ND_JSON =
            ContentType.create("application/x-ndjson", StandardCharsets.UTF_8);

    /** Only what the answer is read for. */
    private static final String FILTER = "items.*.status,items.*.error";

    /** Much more than the answer to a bulk in which each document has an error. */
    private static final int MAX_ANSWER_BYTES = 16 << 20;

    private static final Duration MAX_ANSWER_TIME = Duration.ofMinutes(2);

    private static final RequestOptions OPTIONS = options();

    private final OpenSearchConfig config;
    private final boolean versioned;
    private RestClient client;

    /** An answer that ends. The client itself takes any number of chunks, for any time. */
    private static final class Answer extends HeapBufferedAsyncResponseConsumer {

        private final long begin = System.nanoTime();
        private long bytes;

        Answer() {
            super(MAX_ANSWER_BYTES);
        }

        @Override
        protected void onContentReceived(ContentDecoder decoder, IOControl control)
                throws IOException {
            super.onContentReceived(
                    new ContentDecoder() {
                        @Override
                        public int read(ByteBuffer to) throws IOException {
                            int count = decoder.read(to);
                            bytes += Math.max(0, count);
                            check();
                            return count;
                        }

                        @Override
                        public boolean isCompleted() {
                            return decoder.isCompleted();
                        }
                    },
                    control);
        }

        private void check() throws IOException {
            if (bytes > MAX_ANSWER_BYTES) {
                throw new ContentTooLongException("The answer has more than %s bytes", bytes - 1);
            }
            if (System.nanoTime() - begin > MAX_ANSWER_TIME.toNanos()) {
                throw new SocketTimeoutException("The answer takes more than " + MAX_ANSWER_TIME);
            }
        }
    }

    private static RequestOptions options() {
        RequestOptions.Builder options = RequestOptions.DEFAULT.toBuilder();
        options.addHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
        options.setHttpAsyncResponseConsumerFactory(Answer::new);
        return options.build();
    }

    BulkClient(OpenSearchConfig config) {
        this.config = config;
        client = ClientFactory.plainClient(config);
        // A serverless collection has no versions.
        versioned = config.auth() != Auth.SIGV4 || config.signingService() != SigningService.AOSS;
    }

    /**
     * Sends documents.
     *
     * @param answer gets the outcome of each document, in their order, in a thread of the client
     */
    void send(List<Document> documents, Consumer<List<Outcome>> answer) {
        Request request = new Request("POST", "/_bulk");
        request.addParameter("filter_path", FILTER);
        request.setOptions(OPTIONS);
        request.setEntity(new NByteArrayEntity(body(documents), ND_JSON));
        int count = documents.size();
        renew();
        client.performRequestAsync(
                request,
                new ResponseListener() {
                    @Override
                    public void onSuccess(Response response) {
                        answer.accept(outcomes(response, count));
                    }

                    @Override
                    public void onFailure(Exception failure) {
                        answer.accept(Collections.nCopies(count, outcome(failure)));
                    }
                });
    }

    boolean isRunning() {
        return client.isRunning();
    }

    /** An error in its thread, such as one of memory, stops the client permanently. */
    private void renew() {
        if (isRunning()) {
            return;
        }
        try {
            client.close();
        } catch (IOException e) {
            // It has stopped anyway.
        }
        client = ClientFactory.plainClient(config);
    }

    private byte[] body(List<Document> documents) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes);
                JsonGenerator json = LINES.createGenerator(out)) {
            json.setRootValueSeparator(null);
            for (Document document : documents) {
                json.writeStartObject();
                json.writeObjectFieldStart("index");
                json.writeStringField("_index", document.index());
                json.writeStringField("_id", document.id());
                if (versioned) {
                    // A request that hung before a restart must not bring back an older version.
                    json.writeNumberField("version", document.version());
                    json.writeStringField("version_type", "external_gte");
                }
                json.writeEndObject();
                json.writeEndObject();
                json.flush();
                out.write('\n');
                out.write(document.json());
                out.write('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Can't happen: nothing is written but memory", e);
        }
        return bytes.toByteArray();
    }

    private static List<Outcome> outcomes(Response response, int count) {
        try {
            String body = EntityUtils.toString(response.getEntity(), StandardCharsets.UTF_8);
            JsonNode items;
            try {
                items = JSON.readTree(body).path("items");
            } catch (IOException e) {
                return notOfABulk(body, count);
            }
            if (items.size() != count) {
                return notOfABulk(body, count);
            }
            List<Outcome> outcomes = new ArrayList<>(count);
            for (JsonNode item : items) {
                outcomes.add(Outcome.ofItem(item.path("index")));
            }
            return outcomes;
        } catch (IOException e) {
            return Collections.nCopies(count, Outcome.of(e));
        }
    }

    private static List<Outcome> notOfABulk(String body, int count) {
        return Collections.nCopies(
                count,
                Outcome.retryRequest(
                        RetryCause.ANSWER, "not the answer of a bulk request: " + excerpt(body)));
    }

    private static Outcome outcome(Exception failure) {
        if (!(failure instanceof ResponseException)) {
            return Outcome.of(failure);
        }
        Response response = ((ResponseException) failure).getResponse();
        String body = "";
        try {
            if (response.getEntity() != null) {
                body = EntityUtils.toString(response.getEntity(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            // The status says enough.
        }
        return Outcome.ofRequest(response.getStatusLine().getStatusCode(), excerpt(body));
    }

    private static String excerpt(String body) {
        String line = body.trim().replaceAll("\\s+", " ");
        return line.length() > BODY_EXCERPT ? line.substring(0, BODY_EXCERPT) : line;
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
