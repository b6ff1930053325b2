/** The sessions in Kafka Streams: a peer of the benchmark. */
package io.clickstream.bench.kstreams;
