/**
 * Writes aggregates as documents to OpenSearch.
 *
 * <p>The connector's writer sends bulk requests and retries only items that were rejected with
 * status 429. A request that is rejected entirely, a server that is down for a moment, or a
 * rejected item next to one that failed for another reason would fail the job. Therefore {@link
 * io.clickstream.sink.opensearch.BulkHttpClient} converts every outage to rejected items, and
 * {@link io.clickstream.sink.opensearch.BulkResults} decides about each item that remains.
 */
package io.clickstream.sink.opensearch;
