package io.clickstream.source.kafka;

import io.clickstream.event.Incoming;
import io.clickstream.source.SplitProgress;
import io.clickstream.time.PartitionTimes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.synchronization.FutureCompletingBlockingQueue;
import org.apache.flink.connector.kafka.source.metrics.KafkaSourceReaderMetrics;
import org.apache.flink.connector.kafka.source.reader.KafkaSourceReader;
import org.apache.flink.connector.kafka.source.reader.fetcher.KafkaSourceFetcherManager;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The connector's reader, which also knows whether its partitions are read to their ends. */
@SuppressWarnings("try") // Flink's own close() may be interrupted.
final class KafkaClickReader extends KafkaSourceReader<Incoming>
        implements SplitProgress<KafkaPartitionSplit> {

    private final ReadPositions positions;
    private final LogEnds ends;
    private final Map<String, TopicPartition> partitions = new HashMap<>();

    KafkaClickReader(
            FutureCompletingBlockingQueue<RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>>>
                    queue,
            KafkaSourceFetcherManager fetchers,
            RecordEmitter<ConsumerRecord<byte[], byte[]>, Incoming, KafkaPartitionSplitState>
                    emitter,
            Configuration options,
            SourceReaderContext context,
            KafkaSourceReaderMetrics metrics,
            ReadPositions positions,
            LogEnds ends) {
        super(queue, fetchers, emitter, options, context, metrics);
        this.positions = positions;
        this.ends = ends;
    }

    @Override
    public void addSplits(List<KafkaPartitionSplit> splits) {
        splits.forEach(split -> partitions.put(split.splitId(), split.getTopicPartition()));
        super.addSplits(splits);
    }

    @Override
    public long caughtUpAt(String splitId) {
        LogEnds.End end = ends.end(partitions.get(splitId));
        return end != null && positions.isEmittedUpTo(splitId, end.offset())
                ? end.askedAt()
                : PartitionTimes.NEVER;
    }

    @Override
    public void check(List<String> splitIds) {
        ends.ask(splitIds.stream().map(partitions::get).collect(Collectors.toList()));
    }

    @Override
    public void close() throws Exception {
        ends.close();
        super.close();
    }
}
