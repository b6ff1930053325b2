/** The aggregates in Flink SQL: a peer of the benchmark. */
package io.clickstream.bench.sql;
