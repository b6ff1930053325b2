package io.clickstream.bench;

import org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackend;

/** Flink's RocksDB, whose package differs between the versions of Flink. */
public final class RocksDb extends EmbeddedRocksDBStateBackend {

    private static final long serialVersionUID = 1L;
}
