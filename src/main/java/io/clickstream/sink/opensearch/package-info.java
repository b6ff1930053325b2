/**
 * Aggregates as documents in OpenSearch.
 *
 * <p>The connector's writer sends bulks and retries items that were rejected with status 429, and
 * nothing else: a whole request that is rejected, a server that is away for a moment, or a rejected
 * item beside one that failed for another reason would fail the job. So {@link
 * io.clickstream.sink.opensearch.BulkHttpClient} turns every outage into rejected items, and {@link
 * io.clickstream.sink.opensearch.BulkResults} decides about each item that remains.
 */
package io.clickstream.sink.opensearch;
