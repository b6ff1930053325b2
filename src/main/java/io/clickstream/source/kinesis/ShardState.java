package io.clickstream.source.kinesis;

/** A split while it is read. */
final class ShardState {

    private final ShardSplit split;
    private ShardPosition position;

    ShardState(ShardSplit split) {
        this.split = split;
        this.position = split.position();
    }

    String shardId() {
        return split.splitId();
    }

    void readUpTo(String sequenceNumber) {
        position = ShardPosition.after(sequenceNumber);
    }

    ShardSplit toSplit() {
        return new ShardSplit(split.splitId(), split.parents(), position);
    }
}
