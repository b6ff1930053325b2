/**
 * The aggregates by Flink's own windows: a peer of the benchmark, and what the session engine is
 * compared with in tests.
 */
package io.clickstream.bench.textbook;
