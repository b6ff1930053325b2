package io.clickstream.tools.produce;

import java.util.List;

/**
 * Where records go. Records of one key arrive in the order in which they are sent, as far as the
 * target promises that. All but what the listener hears is for one thread.
 */
public interface Target extends AutoCloseable {

    /** As a user knows it: {@code topic clicks}. */
    String name();

    /** What it is made of, in the singular: {@code partition} or {@code shard}. */
    String kindOfPlace();

    /** Its partitions or shards when the run began. */
    List<String> places();

    /** Takes a record; may wait until there is room for it. The listener hears how it fared. */
    void send(ProducedRecord record) throws InterruptedException;

    /** Returns when the listener has heard of all records. */
    void flush() throws InterruptedException;

    /** Lets go of what has not arrived. */
    @Override
    void close();
}
