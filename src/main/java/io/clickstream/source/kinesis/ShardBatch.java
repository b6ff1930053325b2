package io.clickstream.source.kinesis;

import io.clickstream.time.PartitionTimes;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import javax.annotation.Nullable;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * Records of one shard, in order; whether they were its last; and whether nothing was left after
 * them.
 */
final class ShardBatch implements RecordsWithSplitIds<Record> {

    static final ShardBatch NONE = new ShardBatch("", List.of(), false, PartitionTimes.NEVER, null);

    private final String shardId;
    private final List<Record> records;
    private final boolean last;
    private final long caughtUpAt;
    private final long readUpTo;
    private final Iterator<Record> rest;
    private boolean begun;
    @Nullable private CaughtUpShards caughtUp;

    /**
     * Creates a batch of an answer of Kinesis.
     *
     * @param last whether the shard is closed and read to its end
     * @param saidAt the time of {@link FeedLoop#now} at which the answer was {@code millisBehind};
     *     {@link PartitionTimes#NEVER} if there was no answer
     * @param millisBehind how far these records are behind the shard's newest ones, in ms; null if
     *     the answer does not contain it
     */
    ShardBatch(
            String shardId,
            List<Record> records,
            boolean last,
            long saidAt,
            @Nullable Long millisBehind) {
        boolean isKnown = saidAt != PartitionTimes.NEVER && millisBehind != null;
        this.readUpTo = isKnown ? saidAt - millisBehind : PartitionTimes.NEVER;
        this.caughtUpAt = isKnown && millisBehind == 0 ? saidAt : PartitionTimes.NEVER;
        this.shardId = shardId;
        this.records = records;
        this.last = last;
        this.rest = records.iterator();
    }

    String shardId() {
        return shardId;
    }

    /** Whether the batch has no information at all. */
    boolean isNothing() {
        return records.isEmpty() && !last && readUpTo == PartitionTimes.NEVER;
    }

    /** The size of the records' data, in bytes, which is nearly all of the memory. */
    long bytes() {
        long bytes = 0;
        for (Record each : records) {
            bytes += each.data() == null ? 0 : each.data().asByteArrayUnsafe().length;
        }
        return bytes;
    }

    boolean isLast() {
        return last;
    }

    /** Reports to the shards how far the shard is read, when the records are emitted. */
    ShardBatch reportingTo(CaughtUpShards shards) {
        caughtUp = shards;
        return this;
    }

    @Override
    public void recycle() {
        // Of a shard that has ended nobody asks any more.
        if (caughtUp != null && !last) {
            caughtUp.at(shardId, caughtUpAt);
            caughtUp.upTo(shardId, readUpTo);
        }
    }

    @Nullable
    @Override
    public String nextSplit() {
        if (begun || records.isEmpty()) {
            return null;
        }
        begun = true;
        return shardId;
    }

    @Nullable
    @Override
    public Record nextRecordFromSplit() {
        return rest.hasNext() ? rest.next() : null;
    }

    @Override
    public Set<String> finishedSplits() {
        return last ? Set.of(shardId) : Collections.emptySet();
    }
}
