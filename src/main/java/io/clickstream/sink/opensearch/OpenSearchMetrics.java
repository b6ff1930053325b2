package io.clickstream.sink.opensearch;

import io.clickstream.event.DeadLetter.Reason;

/** Names of the metrics, which are part of what operators rely on. */
final class OpenSearchMetrics {

    /** The managed service publishes to CloudWatch what is below this group. */
    static final String GROUP = "kinesisanalytics";

    static final String DEAD_LETTERS_UNINDEXABLE = "deadLetters." + Reason.UNINDEXABLE.label();

    /** Bulks that OpenSearch refused for the time being, wholly or in part. */
    static final String BULKS_TO_RETRY = "openSearch.bulksToRetry";

    private OpenSearchMetrics() {}
}
