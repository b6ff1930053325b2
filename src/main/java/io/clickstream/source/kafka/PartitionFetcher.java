package io.clickstream.source.kafka;

import java.util.Properties;
import java.util.Set;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.apache.flink.connector.kafka.source.metrics.KafkaSourceReaderMetrics;
import org.apache.flink.connector.kafka.source.reader.KafkaPartitionSplitReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The connector's reader of partitions, of which only the consumer and the commits are used. {@link
 * PartitionReader} reads instead.
 */
@SuppressWarnings("try") // Flink's own close() may be interrupted.
final class PartitionFetcher extends KafkaPartitionSplitReader {

    private final PartitionReader reader;

    /**
     * Creates a reader with its own consumer.
     *
     * @param properties of the consumer
     * @param lost counts offsets that no longer exist
     */
    PartitionFetcher(
            Properties properties,
            SourceReaderContext context,
            ConsumerMetrics metrics,
            ReadPositions positions,
            LostOffsets lost) {
        super(properties, context, metrics);
        this.reader = new PartitionReader(metrics.consumer, metrics, positions, lost);
    }

    /** The connector gives its consumer only to its metrics. */
    static final class ConsumerMetrics extends KafkaSourceReaderMetrics
            implements PartitionReader.ReaderMetrics {

        private KafkaConsumer<byte[], byte[]> consumer;

        ConsumerMetrics(SourceReaderMetricGroup metrics) {
            super(metrics);
        }

        @Override
        @SuppressWarnings("unchecked") // KafkaSources sets the deserializers.
        public void registerNumBytesIn(KafkaConsumer<?, ?> ofReader) {
            super.registerNumBytesIn(ofReader);
            consumer = (KafkaConsumer<byte[], byte[]>) ofReader;
        }

        @Override
        public void added(TopicPartition partition) {
            registerTopicPartition(partition);
        }

        @Override
        public void polled(Set<TopicPartition> partitions) {
            partitions.forEach(partition -> maybeAddRecordsLagMetric(consumer, partition));
            updateNumBytesInCounter();
        }

        @Override
        public void emitting(TopicPartition partition, long offset) {
            recordCurrentOffset(partition, offset);
        }
    }

    @Override
    public RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> fetch() {
        return reader.read();
    }

    @Override
    public void handleSplitsChanges(SplitsChange<KafkaPartitionSplit> change) {
        if (!(change instanceof SplitsAddition)) {
            throw new UnsupportedOperationException(
                    "Partitions can only be added, but the change is a " + change.getClass());
        }
        reader.add(change.splits());
    }
}
