package io.clickstream.source.kinesis;

/**
 * Delivers the records of one shard. It starts by itself, gives one batch at a time to the {@link
 * ShardBatches}, and continues when that batch has been taken, so a slow job slows it down.
 */
interface ShardFeed {

    /** The last batch has been taken, and the next one may follow. */
    void resume();

    /** Nothing more is needed. Called in the loop's thread. */
    void close();
}
