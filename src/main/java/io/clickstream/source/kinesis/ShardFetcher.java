package io.clickstream.source.kinesis;

import io.clickstream.config.KinesisSourceConfig;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.HashMap;
import java.util.Map;
import javax.annotation.Nullable;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.Record;

/**
 * Reads the shards of one subtask, all at once. Of each shard one batch is held at most, which
 * bounds the memory: 10 MB per shard when far behind.
 */
final class ShardFetcher implements SplitReader<Record, ShardSplit> {

    private final KinesisSourceConfig config;
    private final StreamClient client;
    private final FeedLoop loop = new FeedLoop();
    private final ShardBatches batches = new ShardBatches();
    private final Map<String, ShardFeed> feeds = new HashMap<>();
    private final Map<String, ShardSplit> toBegin = new HashMap<>();
    @Nullable private String consumerArn;

    ShardFetcher(KinesisSourceConfig config) {
        this.config = config;
        this.client = new StreamClient(config.stream(), config.clientProperties());
    }

    @Override
    public RecordsWithSplitIds<Record> fetch() throws IOException {
        for (ShardSplit split : toBegin.values()) {
            feeds.put(split.splitId(), feed(split));
        }
        toBegin.clear();
        ShardBatch batch = batches.take();
        if (batch.isLast()) {
            feeds.remove(batch.shardId());
        } else if (feeds.containsKey(batch.shardId())) {
            feeds.get(batch.shardId()).goOn();
        }
        return batch.isNothing() ? ShardBatch.NONE : batch;
    }

    private ShardFeed feed(ShardSplit split) throws IOException {
        if (config.consumer().isEmpty()) {
            return new PolledShard(client, split, config.pollInterval(), loop, batches);
        }
        if (consumerArn == null) {
            try {
                consumerArn = client.registeredConsumer(config.consumer().get());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while looking for the consumer");
            }
        }
        return new SubscribedShard(client, consumerArn, split, loop, batches);
    }

    @Override
    public void handleSplitsChanges(SplitsChange<ShardSplit> change) {
        // Only additions: nothing is ever taken away from a reader.
        change.splits().forEach(split -> toBegin.put(split.splitId(), split));
    }

    @Override
    public void wakeUp() {
        batches.wakeUp();
    }

    @Override
    public void close() {
        for (ShardFeed feed : feeds.values()) {
            loop.run(feed::close);
        }
        loop.close();
        client.close();
    }
}
