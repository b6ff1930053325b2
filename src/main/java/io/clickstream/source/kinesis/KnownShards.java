package io.clickstream.source.kinesis;

import java.util.List;

/** The enumerator's knowledge of a stream's shards; its part of a snapshot. */
public final class KnownShards {

    private final List<ShardSplit> waiting;
    private final List<String> reading;
    private final List<String> finished;

    /**
     * Creates an object with all shards seen so far.
     *
     * @param waiting shards that no reader has, such as those whose parents are not at their end
     * @param reading shards that a reader has
     * @param finished shards that are read to their end, in the order in which they ended
     */
    KnownShards(List<ShardSplit> waiting, List<String> reading, List<String> finished) {
        this.waiting = List.copyOf(waiting);
        this.reading = List.copyOf(reading);
        this.finished = List.copyOf(finished);
    }

    List<ShardSplit> waiting() {
        return waiting;
    }

    List<String> reading() {
        return reading;
    }

    List<String> finished() {
        return finished;
    }
}
