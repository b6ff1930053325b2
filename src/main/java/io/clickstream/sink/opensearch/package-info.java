/**
 * Writes aggregates as documents to OpenSearch.
 *
 * <p>{@link io.clickstream.sink.opensearch.OutboxOperator} keeps documents until OpenSearch has
 * confirmed them, {@link io.clickstream.sink.opensearch.BulkClient} sends them, and {@link
 * io.clickstream.sink.opensearch.Outcome} decides what becomes of each.
 */
package io.clickstream.sink.opensearch;
