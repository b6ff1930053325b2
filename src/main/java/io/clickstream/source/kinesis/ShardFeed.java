package io.clickstream.source.kinesis;

/**
 * Brings the records of one shard. It begins by itself, gives one batch at a time to the {@link
 * ShardBatches}, and goes on when that one is taken: a slow job holds it up.
 */
interface ShardFeed {

    /** The last batch is taken, and the next one may come. */
    void resume();

    /** Nothing is wanted any more. Called on the thread of the loop. */
    void close();
}
