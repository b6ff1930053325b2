package io.clickstream.source.kinesis;

import io.clickstream.config.KinesisSourceConfig;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Incoming;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.source.RecordDecoder;
import java.time.Clock;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.metrics.Counter;

/**
 * Reads clicks from a Kinesis stream, by polling or with enhanced fan-out. Each shard is a split
 * with its own watermark.
 *
 * <p>The source unpacks aggregated records, and reads the children of a shard only after the shard
 * itself. The client comes from Flink's Kinesis connector. The connector's own sources are not
 * used: {@code FlinkKinesisConsumer} was removed in Flink 2 and keeps its state in Kryo, and {@code
 * KinesisStreamsSource} of connector 4.3 has no enhanced fan-out and does not unpack aggregated
 * records.
 */
public final class KinesisSource
        implements Source<Incoming, ShardSplit, KnownShards>, ResultTypeQueryable<Incoming> {

    private static final long serialVersionUID = 1L;

    private final KinesisSourceConfig config;
    private final RecordDecoder decoder;

    /** Creates an unbounded source, whose shards may be split and merged while it runs. */
    public KinesisSource(KinesisSourceConfig config, RecordDecoder decoder) {
        this.config = config;
        this.decoder = decoder;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SourceReader<Incoming, ShardSplit> createReader(SourceReaderContext context) {
        decoder.open(context.metricGroup());
        Counter gone =
                ClickstreamMetrics.counter(
                        context.metricGroup(), ClickstreamMetrics.KINESIS_SHARDS_GONE);
        CaughtUpShards caughtUp = new CaughtUpShards();
        return new ShardReader(
                () -> new ShardFetcher(config, gone, caughtUp),
                new ClickEmitter(config.stream().name(), decoder),
                context,
                caughtUp);
    }

    @Override
    public SplitEnumerator<ShardSplit, KnownShards> createEnumerator(
            SplitEnumeratorContext<ShardSplit> context) {
        return enumerator(context, null);
    }

    @Override
    public SplitEnumerator<ShardSplit, KnownShards> restoreEnumerator(
            SplitEnumeratorContext<ShardSplit> context, KnownShards known) {
        return enumerator(context, known);
    }

    private ShardEnumerator enumerator(
            SplitEnumeratorContext<ShardSplit> context, @Nullable KnownShards known) {
        return new ShardEnumerator(
                context, config, new StreamLister(config), Clock.systemUTC(), known);
    }

    @Override
    public SimpleVersionedSerializer<ShardSplit> getSplitSerializer() {
        return new ShardSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<KnownShards> getEnumeratorCheckpointSerializer() {
        return new KnownShardsSerializer();
    }

    @Override
    public TypeInformation<Incoming> getProducedType() {
        return EventTypes.INCOMING;
    }

    /** Lists shards with the API, after it has registered the enhanced fan-out consumer. */
    private static final class StreamLister implements ShardEnumerator.ShardLister {

        private final KinesisSourceConfig config;
        private final StreamClient client;
        private boolean consumerIsReady;

        StreamLister(KinesisSourceConfig config) {
            this.config = config;
            this.client = new StreamClient(config.stream(), config.clientProperties());
        }

        @Override
        public synchronized List<ShardSplit> list(ShardPosition position)
                throws InterruptedException {
            if (!consumerIsReady && config.consumer().isPresent()) {
                client.registeredConsumer(config.consumer().get());
                consumerIsReady = true;
            }
            return client.listShards(position);
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
