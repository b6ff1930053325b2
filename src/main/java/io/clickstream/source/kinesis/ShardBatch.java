package io.clickstream.source.kinesis;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import javax.annotation.Nullable;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.Record;

/** Records of one shard, in their order, and whether they were its last. */
final class ShardBatch implements RecordsWithSplitIds<Record> {

    static final ShardBatch NONE = new ShardBatch("", List.of(), false);

    private final String shardId;
    private final List<Record> records;
    private final boolean last;
    private final Iterator<Record> rest;
    private boolean begun;

    ShardBatch(String shardId, List<Record> records, boolean last) {
        this.shardId = shardId;
        this.records = records;
        this.last = last;
        this.rest = records.iterator();
    }

    String shardId() {
        return shardId;
    }

    /** Whether it says nothing at all. */
    boolean isNothing() {
        return records.isEmpty() && !last;
    }

    /** Of the records' data, which nearly all memory goes to. */
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
