package io.clickstream.source.kinesis;

import java.util.List;
import java.util.Objects;
import org.apache.flink.api.connector.source.SourceSplit;

/** A shard, and how far it is read. */
public final class ShardSplit implements SourceSplit {

    private final String shardId;
    private final List<String> parents;
    private final ShardPosition position;

    /**
     * Creates a split that starts at a position.
     *
     * @param parents the shards from which it was split or merged; none, one, or two
     */
    public ShardSplit(String shardId, List<String> parents, ShardPosition position) {
        this.shardId = Objects.requireNonNull(shardId);
        this.parents = List.copyOf(parents);
        this.position = Objects.requireNonNull(position);
    }

    @Override
    public String splitId() {
        return shardId;
    }

    List<String> parents() {
        return parents;
    }

    ShardPosition position() {
        return position;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof ShardSplit)) {
            return false;
        }
        ShardSplit that = (ShardSplit) other;
        return shardId.equals(that.shardId)
                && parents.equals(that.parents)
                && position.equals(that.position);
    }

    @Override
    public int hashCode() {
        return Objects.hash(shardId, parents, position);
    }

    @Override
    public String toString() {
        return shardId + " " + position;
    }
}
