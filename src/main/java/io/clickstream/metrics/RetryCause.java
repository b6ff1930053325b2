package io.clickstream.metrics;

import java.util.Locale;

/**
 * Why a request to OpenSearch, or a document of it, is sent again. The names are part of the
 * metrics.
 */
public enum RetryCause {
    /** There is no connection, or it broke. */
    CONNECTION,
    /** No answer came in time. */
    TIMEOUT,
    /** OpenSearch is overloaded: 408 or 429. */
    OVERLOAD,
    /** 5xx. */
    SERVER,
    /** 401 or 403, or no credentials: the login or a permission is refused or missing. */
    LOGIN,
    /** The index is blocked, closed, missing, or does not accept any document. */
    INDEX,
    /** The answer is not that of a bulk request, as from a proxy. */
    ANSWER;

    /** The name in metrics: {@code connection}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
