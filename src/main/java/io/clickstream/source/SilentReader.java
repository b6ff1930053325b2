package io.clickstream.source;

import io.clickstream.event.Incoming;
import io.clickstream.time.PartitionTimes;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.util.clock.RelativeClock;

/**
 * A reader of a source that does not say how far it is, such as one that makes its clicks itself.
 * Its splits count as read to their ends whenever it has nothing to give.
 */
@SuppressWarnings("try") // Flink\'s own close() may be interrupted.
final class SilentReader<SplitT extends SourceSplit> implements CaughtUpReader<SplitT> {

    private final SourceReader<Incoming, SplitT> reader;
    private final RelativeClock clock;
    private long nothingAt = PartitionTimes.NEVER;

    SilentReader(SourceReader<Incoming, SplitT> reader, RelativeClock clock) {
        this.reader = reader;
        this.clock = clock;
    }

    @Override
    public long caughtUpAt(String partition) {
        return nothingAt;
    }

    @Override
    public void check(List<String> partitions) {
        // Each poll is a check.
    }

    @Override
    public InputStatus pollNext(ReaderOutput<Incoming> output) throws Exception {
        InputStatus status = reader.pollNext(output);
        if (status == InputStatus.NOTHING_AVAILABLE) {
            nothingAt = clock.relativeTimeMillis();
        }
        return status;
    }

    @Override
    public void start() {
        reader.start();
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return reader.isAvailable();
    }

    @Override
    public List<SplitT> snapshotState(long checkpointId) {
        return reader.snapshotState(checkpointId);
    }

    @Override
    public void addSplits(List<SplitT> splits) {
        reader.addSplits(splits);
    }

    @Override
    public void notifyNoMoreSplits() {
        reader.notifyNoMoreSplits();
    }

    @Override
    public void handleSourceEvents(SourceEvent event) {
        reader.handleSourceEvents(event);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        reader.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
        reader.notifyCheckpointAborted(checkpointId);
    }

    @Override
    public void pauseOrResumeSplits(Collection<String> toPause, Collection<String> toResume) {
        reader.pauseOrResumeSplits(toPause, toResume);
    }

    @Override
    public void close() throws Exception {
        reader.close();
    }
}
