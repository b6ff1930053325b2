package io.clickstream.source.kafka;

import io.clickstream.event.EventTypes;
import io.clickstream.event.Incoming;
import java.io.IOException;
import java.time.Duration;
import java.util.Properties;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.configuration.ConfigurationUtils;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.synchronization.FutureCompletingBlockingQueue;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.reader.KafkaRecordEmitter;
import org.apache.flink.connector.kafka.source.reader.fetcher.KafkaSourceFetcherManager;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.util.UserCodeClassLoader;
import org.apache.flink.util.clock.SystemClock;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The connector's source, whose readers also know whether their partitions are read to their ends,
 * and notice when a topic is deleted and created again. Partitions are found and assigned by the
 * connector.
 */
public final class KafkaClickSource
        implements Source<Incoming, KafkaPartitionSplit, KafkaSourceEnumState>,
                ResultTypeQueryable<Incoming> {

    private static final long serialVersionUID = 1L;

    private final KafkaSource<Incoming> source;
    private final KafkaClickDeserializer deserializer;
    private final Properties consumer;
    private final Properties admin;
    private final KnownTopics topics;
    private final Duration discoveryInterval;

    /**
     * Creates a source that reads as the connector's source does.
     *
     * @param source finds and assigns partitions, and defines the format of the state
     * @param consumer properties of the consumers
     * @param admin properties of the clients that ask for the ends of partitions
     * @param topics that the source subscribes to
     * @param discoveryInterval the time between two searches for new partitions
     */
    KafkaClickSource(
            KafkaSource<Incoming> source,
            KafkaClickDeserializer deserializer,
            Properties consumer,
            Properties admin,
            KnownTopics topics,
            Duration discoveryInterval) {
        this.source = source;
        this.deserializer = deserializer;
        this.consumer = consumer;
        this.admin = admin;
        this.topics = topics;
        this.discoveryInterval = discoveryInterval;
    }

    @Override
    public Boundedness getBoundedness() {
        return source.getBoundedness();
    }

    @Override
    public SourceReader<Incoming, KafkaPartitionSplit> createReader(SourceReaderContext context) {
        deserializer.open(new OfReader(context));
        FutureCompletingBlockingQueue<RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>>> queue =
                new FutureCompletingBlockingQueue<>();
        PartitionFetcher.ConsumerMetrics metrics =
                new PartitionFetcher.ConsumerMetrics(context.metricGroup());
        ReadPositions positions = new ReadPositions();
        LostOffsets lost = new LostOffsets(context.metricGroup());
        return new KafkaClickReader(
                queue,
                new KafkaSourceFetcherManager(
                        queue,
                        () -> new PartitionFetcher(consumer, context, metrics, positions, lost),
                        finished -> {}),
                new KafkaRecordEmitter<>(deserializer),
                ConfigurationUtils.createConfiguration(consumer),
                context,
                metrics,
                positions,
                new LogEnds(admin, SystemClock.getInstance()),
                SystemClock.getInstance());
    }

    /** Provides metrics to the deserializer, as the connector does. */
    private static final class OfReader implements DeserializationSchema.InitializationContext {

        private final SourceReaderContext context;

        OfReader(SourceReaderContext context) {
            this.context = context;
        }

        @Override
        public MetricGroup getMetricGroup() {
            return context.metricGroup().addGroup("deserializer");
        }

        @Override
        public UserCodeClassLoader getUserCodeClassLoader() {
            return context.getUserCodeClassLoader();
        }
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context) {
        return new TopicIdTeller(
                source.createEnumerator(context), context, topics, discoveryInterval);
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState checkpoint)
            throws IOException {
        return new TopicIdTeller(
                source.restoreEnumerator(context, checkpoint), context, topics, discoveryInterval);
    }

    @Override
    public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
        return new TopicSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
        return source.getEnumeratorCheckpointSerializer();
    }

    @Override
    public TypeInformation<Incoming> getProducedType() {
        return EventTypes.INCOMING;
    }
}
