package io.clickstream.sink.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.metrics.RetryCause;
import io.clickstream.sink.opensearch.RequestSigning.SigningException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Set;

/**
 * What becomes of a document, by what OpenSearch answered. Nothing that it answers stops the job:
 * an error that affects every document, such as a refused login or a blocked index, is retried
 * until somebody has mended it.
 */
final class Outcome {

    /** What the job does. */
    enum Kind {
        /** OpenSearch has this version or a newer one. */
        DELIVERED,
        /** The same document is sent again later. */
        RETRY,
        /** The request is too long: its documents are sent in two requests. */
        SPLIT,
        /** The document is a dead letter. */
        DEAD
    }

    static final Outcome DELIVERED = new Outcome(Kind.DELIVERED, null, "", false);
    static final Outcome SPLIT = new Outcome(Kind.SPLIT, null, "413", true);

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

    private final Kind kind;
    private final RetryCause cause;
    private final String reason;
    private final boolean ofRequest;

    private Outcome(Kind kind, RetryCause cause, String reason, boolean ofRequest) {
        this.kind = kind;
        this.cause = cause;
        this.reason = reason;
        this.ofRequest = ofRequest;
    }

    /** The outcome of all documents of a request that failed as a whole. */
    static Outcome retryRequest(RetryCause cause, String reason) {
        return new Outcome(Kind.RETRY, cause, reason, true);
    }

    private static Outcome retry(RetryCause cause, String reason) {
        return new Outcome(Kind.RETRY, cause, reason, false);
    }

    /** The outcome of all documents of a request that got no answer. */
    static Outcome of(Exception failure) {
        return retryRequest(cause(failure), String.valueOf(failure));
    }

    private static RetryCause cause(Exception failure) {
        if (failure instanceof SocketTimeoutException) {
            return RetryCause.TIMEOUT;
        }
        // Without credentials, no request leaves the job.
        return failure instanceof SigningException ? RetryCause.LOGIN : RetryCause.CONNECTION;
    }

    /** The outcome of all documents of a request that was answered with another status than 200. */
    static Outcome ofRequest(int status, String body) {
        String reason = status + " " + body;
        if (status == 413) {
            return SPLIT;
        }
        if (status == 401 || status == 403) {
            return retryRequest(RetryCause.LOGIN, reason);
        }
        if (status == 408 || status == 429) {
            return retryRequest(RetryCause.OVERLOAD, reason);
        }
        return retryRequest(status >= 500 ? RetryCause.SERVER : RetryCause.ANSWER, reason);
    }

    /** Whether waiting helps without anybody's help. */
    static boolean passes(int status) {
        return status == 408 || status == 429 || status >= 500;
    }

    /** The outcome of a document, by its part of the answer. */
    static Outcome ofItem(JsonNode item) {
        int status = item.path("status").asInt();
        JsonNode error = item.path("error");
        if (status >= 200 && status < 300) {
            return DELIVERED;
        }
        String type = error.path("type").asText();
        String reason = reason(error);
        if (status == 409) {
            // A newer version, which a request of before a restart has brought.
            return DELIVERED;
        }
        if (status == 429) {
            boolean isBlocked = type.equals("cluster_block_exception");
            return retry(isBlocked ? RetryCause.INDEX : RetryCause.OVERLOAD, reason);
        }
        if (status >= 500) {
            return retry(RetryCause.SERVER, reason);
        }
        if (status == 401 || (status == 403 && type.equals("security_exception"))) {
            return retry(RetryCause.LOGIN, reason);
        }
        if (status < 400) {
            return retry(RetryCause.ANSWER, "not the outcome of a document: " + item);
        }
        boolean isOfTheIndex =
                status == 403
                        || status == 404
                        || INDEX_FAULTS.contains(type)
                        || (type.equals("illegal_argument_exception")
                                && INDEX_FAULT_REASONS.stream().anyMatch(reason::contains));
        return isOfTheIndex
                ? retry(RetryCause.INDEX, reason)
                : new Outcome(Kind.DEAD, null, reason, false);
    }

    /** The error and its causes in one line. */
    private static String reason(JsonNode error) {
        StringBuilder line = new StringBuilder();
        for (JsonNode each = error; each.isObject(); each = each.path("caused_by")) {
            line.append(line.length() == 0 ? "" : "; caused by ")
                    .append(each.path("type").asText())
                    .append(": ")
                    .append(each.path("reason").asText());
        }
        return line.toString().replaceAll("\\s+", " ").replaceAll("[;.]+$", "");
    }

    Kind kind() {
        return kind;
    }

    /** Why it is sent again; null if it is not. */
    RetryCause cause() {
        return cause;
    }

    /** Whether the request failed as a whole, so that the fault may not be in its documents. */
    boolean isOfRequest() {
        return ofRequest;
    }

    /** What OpenSearch said, in one line. */
    String reason() {
        return reason;
    }

    @Override
    public String toString() {
        return kind + (reason.isEmpty() ? "" : ": " + reason);
    }
}
