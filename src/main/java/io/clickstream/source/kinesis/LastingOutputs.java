package io.clickstream.source.kinesis;

import io.clickstream.event.Incoming;
import java.util.HashSet;
import java.util.Set;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;

/**
 * Keeps the watermark of a shard that has ended until its successors are there.
 *
 * <p>Flink forgets a split's watermark with the split. Then, of a shard that is behind the others,
 * event time would jump to theirs before its children, which are just as far behind, had a
 * watermark of their own: all their clicks would be late. And a subtask that has lost its last
 * split would keep the watermark that it had, and hold everybody for ever. An output that stays
 * does both right: it holds the watermark for the idle timeout, and then is idle.
 */
final class LastingOutputs implements ReaderOutput<Incoming> {

    private final ReaderOutput<Incoming> out;
    private final Set<String> ended = new HashSet<>();
    private final Set<String> made = new HashSet<>();

    LastingOutputs(ReaderOutput<Incoming> out) {
        this.out = out;
    }

    boolean isOn(ReaderOutput<Incoming> other) {
        return out == other;
    }

    @Override
    public void releaseOutputForSplit(String shardId) {
        ended.add(shardId);
    }

    /**
     * Lets go of ended shards, since other ones have their outputs by now.
     *
     * @param restored more ended shards, also of before a restore
     */
    void releaseFinished(Set<String> restored) {
        ended.addAll(restored);
        for (String shardId : ended) {
            // Flink takes the release of an output that isn't there for a defect. A finished shard
            // is in snapshots for longer than its output lasts, and one without a record since a
            // restore may have none; should it have one, that is idle soon.
            if (made.remove(shardId)) {
                out.releaseOutputForSplit(shardId);
            }
        }
        ended.clear();
    }

    @Override
    public SourceOutput<Incoming> createOutputForSplit(String shardId) {
        made.add(shardId);
        return out.createOutputForSplit(shardId);
    }

    @Override
    public void collect(Incoming incoming) {
        out.collect(incoming);
    }

    @Override
    public void collect(Incoming incoming, long timestamp) {
        out.collect(incoming, timestamp);
    }

    @Override
    public void emitWatermark(Watermark watermark) {
        out.emitWatermark(watermark);
    }

    @Override
    public void markIdle() {
        out.markIdle();
    }

    @Override
    public void markActive() {
        out.markActive();
    }
}
