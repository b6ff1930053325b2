package io.clickstream.bench;

import io.clickstream.event.Incoming;
import io.clickstream.source.RecordDecoder;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Delivers a number of clicks from memory as fast as they are taken, then falls silent, as a topic
 * does: it has no end. Bytes are decoded in the source and each partition has a watermark of its
 * own, as with Kafka.
 */
public final class MemorySource implements Source<Incoming, MemorySplit, Collection<MemorySplit>> {

    private static final long serialVersionUID = 1L;

    private final ClickBlock block;
    private final long clicks;
    private final RecordDecoder decoder;

    /**
     * A source over all partitions of a block.
     *
     * @param clicks how many clicks to deliver in all
     */
    public MemorySource(ClickBlock block, long clicks, RecordDecoder decoder) {
        this.block = block;
        this.clicks = clicks;
        this.decoder = decoder;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SourceReader<Incoming, MemorySplit> createReader(SourceReaderContext context) {
        return new MemoryReader(block, decoder);
    }

    @Override
    public SplitEnumerator<MemorySplit, Collection<MemorySplit>> createEnumerator(
            SplitEnumeratorContext<MemorySplit> context) {
        List<MemorySplit> splits =
                IntStream.range(0, block.partitions().size())
                        .mapToObj(i -> new MemorySplit(i, 0, block.share(clicks, i)))
                        .toList();
        return new MemoryEnumerator(context, splits);
    }

    @Override
    public SplitEnumerator<MemorySplit, Collection<MemorySplit>> restoreEnumerator(
            SplitEnumeratorContext<MemorySplit> context, Collection<MemorySplit> unassigned) {
        return new MemoryEnumerator(context, unassigned);
    }

    @Override
    public SimpleVersionedSerializer<MemorySplit> getSplitSerializer() {
        return MemorySplit.SERIALIZER;
    }

    @Override
    public SimpleVersionedSerializer<Collection<MemorySplit>> getEnumeratorCheckpointSerializer() {
        return MemorySplit.COLLECTION_SERIALIZER;
    }
}
