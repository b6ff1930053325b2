package io.clickstream.sink.opensearch;

import io.clickstream.config.OpenSearchConfig;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.RawRecord;
import io.clickstream.metrics.LimitedWarnings;
import io.clickstream.sink.DeadLetterOutlet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.annotation.Nullable;
import org.apache.flink.connector.opensearch.sink.BulkResponseInspector;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.FlinkRuntimeException;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.core.common.bytes.BytesReference;
import org.slf4j.LoggerFactory;

/**
 * Decides about each document that OpenSearch did not accept after the retries.
 *
 * <p>An error of the document (a field of another type, a strict mapping) makes it a dead letter.
 * An error that affects every document fails the job with a message about what to do: a missing
 * permission, a blocked or closed index, a missing index that may not be created. Such documents
 * are valid and are written again by the restarted job; as dead letters, they would have to be
 * restored manually.
 *
 * <p>Runs in the task's thread. A bulk counts as written when {@link #inspect} has returned.
 */
final class BulkResults implements BulkResponseInspector, AutoCloseable {

    private static final String SOURCE = "opensearch";

    /** Error types with status 400 that are not about the document. */
    private static final Set<String> INDEX_FAULTS =
            Set.of(
                    "index_closed_exception",
                    "invalid_index_name_exception",
                    // The cluster has as many shards as it may have.
                    "validation_exception");

    /** Reasons of an {@code illegal_argument_exception} that are not about the document. */
    private static final List<String> INDEX_FAULT_REASONS =
            List.of(
                    // A serverless collection of type time series or vector search.
                    "Document ID is not supported",
                    "no write index is defined for alias",
                    "only write ops with an op_type of create are allowed in data streams",
                    "pipeline with id");

    /** The client's rendering of an error: {@code OpenSearch exception [type=…, reason=…]}. */
    private static final Pattern ERROR =
            Pattern.compile("OpenSearch exception \\[type=([^,]*), reason=(.*)\\]", Pattern.DOTALL);

    private enum Verdict {
        DELIVERED,
        AGAIN,
        UNINDEXABLE,
        REFUSED
    }

    private final OpenSearchConfig config;
    private final Consumer<List<IndexRequest>> emitAgain;
    private final DeadLetterOutlet outlet;
    private final Counter unindexable;
    private final LimitedWarnings warnings =
            new LimitedWarnings(LoggerFactory.getLogger(BulkResults.class));
    @Nullable private DeadLetterOutlet.Writer letters;

    BulkResults(
            OpenSearchConfig config,
            Consumer<List<IndexRequest>> emitAgain,
            DeadLetterOutlet outlet,
            Counter unindexable) {
        this.config = config;
        this.emitAgain = emitAgain;
        this.outlet = outlet;
        this.unindexable = unindexable;
    }

    @Override
    public void inspect(BulkRequest request, BulkResponse response) {
        if (!response.hasFailures()) {
            return;
        }
        Map<String, Deque<IndexRequest>> requests = byId(request);
        List<DeadLetter> dead = new ArrayList<>();
        List<IndexRequest> again = new ArrayList<>();
        BulkItemResponse rejected = null;
        boolean onlyRejected = true;
        for (BulkItemResponse item : response.getItems()) {
            IndexRequest document = take(requests, item);
            if (!item.isFailed()) {
                continue;
            }
            Verdict verdict = verdict(item);
            onlyRejected &= verdict == Verdict.AGAIN;
            switch (verdict) {
                case AGAIN:
                    again.add(document);
                    rejected = item;
                    break;
                case UNINDEXABLE:
                    dead.add(deadLetter(item, document));
                    break;
                case REFUSED:
                    throw new FlinkRuntimeException(refusal(item));
                case DELIVERED:
                    break;
            }
        }
        store(dead);
        if (rejected == null) {
            return;
        }
        if (onlyRejected) {
            throw new FlinkRuntimeException(outage(again.size(), rejected));
        }
        // The client gives up on rejected items beside others that failed; on their own it retries.
        emitAgain.accept(again);
    }

    @Override
    public void close() {
        if (letters != null) {
            letters.close();
        }
    }

    /**
     * The documents of a bulk by id. Retried items have a different order than they were sent in,
     * and the name of the index behind an alias, so only the id identifies them.
     */
    private static Map<String, Deque<IndexRequest>> byId(BulkRequest request) {
        Map<String, Deque<IndexRequest>> byId = new HashMap<>();
        for (DocWriteRequest<?> document : request.requests()) {
            byId.computeIfAbsent(document.id(), id -> new ArrayDeque<>())
                    .add((IndexRequest) document);
        }
        return byId;
    }

    private static IndexRequest take(
            Map<String, Deque<IndexRequest>> requests, BulkItemResponse item) {
        Deque<IndexRequest> sent = requests.get(item.getId());
        if (sent == null || sent.isEmpty()) {
            throw new FlinkRuntimeException(
                    "OpenSearch answered for a document that it was not sent: " + item.getId());
        }
        return sent.remove();
    }

    private static Verdict verdict(BulkItemResponse item) {
        String type = type(item.getFailure().getCause());
        int status = item.status().getStatus();
        if (type.equals(BulkHttpClient.REFUSED)) {
            return Verdict.REFUSED;
        }
        if (status == 409) {
            return Verdict.DELIVERED;
        }
        if (status == 429 || status >= 500) {
            return Verdict.AGAIN;
        }
        if (status == 401 || status == 403 || status == 404 || INDEX_FAULTS.contains(type)) {
            return Verdict.REFUSED;
        }
        String reason = item.getFailureMessage();
        boolean indexFault =
                type.equals("illegal_argument_exception")
                        && INDEX_FAULT_REASONS.stream().anyMatch(reason::contains);
        return indexFault ? Verdict.REFUSED : Verdict.UNINDEXABLE;
    }

    private void store(List<DeadLetter> dead) {
        if (dead.isEmpty()) {
            return;
        }
        if (letters == null) {
            letters = outlet.open();
        }
        dead.forEach(letters::write);
        letters.flush();
        unindexable.inc(dead.size());
        warnings.warn(
                "OpenSearch permanently refuses {} documents, which are now dead letters, such"
                        + " as {}",
                dead.size(),
                dead.get(0));
    }

    private static DeadLetter deadLetter(BulkItemResponse item, IndexRequest document) {
        RawRecord raw =
                new RawRecord(
                        SOURCE,
                        document.index(),
                        document.id(),
                        BytesReference.toBytes(document.source()));
        String detail =
                String.format(
                        "index %s, id %s: %s",
                        document.index(), document.id(), reason(item.getFailure().getCause()));
        return new DeadLetter(Reason.UNINDEXABLE, detail, raw, System.currentTimeMillis());
    }

    private String outage(int documents, BulkItemResponse last) {
        return String.format(
                "OpenSearch did not accept %d documents of index %s in %d retries over %d s; the"
                        + " last error: %s. They are written again after the restart from the"
                        + " last checkpoint.",
                documents,
                last.getIndex(),
                config.retryMaxAttempts(),
                config.retriesLast().toSeconds(),
                reason(last.getFailure().getCause()));
    }

    private static String refusal(BulkItemResponse item) {
        String reason = reason(item.getFailure().getCause());
        String advice = "";
        if (item.status().getStatus() == 404) {
            advice =
                    " Create the index, or let it be created: action.auto_create_index, and the"
                            + " permission to create it.";
        } else if (reason.contains("Document ID is not supported")) {
            advice = " Use a serverless collection of type search: others have no document ids.";
        }
        return String.format(
                "OpenSearch refuses to write to index %s: %s.%s", item.getIndex(), reason, advice);
    }

    private static String type(Throwable failure) {
        Matcher error = ERROR.matcher(String.valueOf(failure.getMessage()));
        return error.matches() ? error.group(1) : "";
    }

    /** The error and its causes in one line. */
    private static String reason(Throwable failure) {
        StringBuilder line = new StringBuilder();
        for (Throwable t = failure; t != null; t = t.getCause()) {
            Matcher error = ERROR.matcher(String.valueOf(t.getMessage()));
            line.append(line.length() == 0 ? "" : "; caused by ")
                    .append(
                            error.matches()
                                    ? error.group(1) + ": " + error.group(2)
                                    : String.valueOf(t.getMessage()));
        }
        return line.toString().replaceAll("\\s+", " ").replaceAll("[;.]+$", "");
    }
}
