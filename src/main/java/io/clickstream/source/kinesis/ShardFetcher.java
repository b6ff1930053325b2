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
import org.apache.flink.metrics.Counter;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * Reads all shards of one subtask at the same time. It holds at most one batch per shard. Polled
 * batches have 100 MB in total, however many shards there are ({@link PollBudget}). With enhanced
 * fan-out, each shard has one event.
 */
final class ShardFetcher implements SplitReader<Record, ShardSplit> {

    private final KinesisSourceConfig config;
    private final StreamClient client;
    private final FeedLoop loop = new FeedLoop();
    private final ShardBatches batches = new ShardBatches();
    private final MissingShards missing;
    private final PollBudget budget = new PollBudget(PollBudget.BYTES_PER_SUBTASK);
    private final CaughtUpShards caughtUp;
    private final Map<String, ShardFeed> feeds = new HashMap<>();
    private final Map<String, ShardSplit> toBegin = new HashMap<>();
    @Nullable private String consumerArn;

    /**
     * Creates a reader without shards.
     *
     * @param gone counts shards that ended because the stream no longer lists them
     * @param caughtUp is told when shards are read to their ends
     */
    ShardFetcher(KinesisSourceConfig config, Counter gone, CaughtUpShards caughtUp) {
        this.config = config;
        this.caughtUp = caughtUp;
        this.client = new StreamClient(config.stream(), config.clientProperties());
        this.missing = new MissingShards(client, loop, batches, gone);
    }

    @Override
    public RecordsWithSplitIds<Record> fetch() throws IOException {
        for (ShardSplit split : toBegin.values()) {
            feeds.put(split.splitId(), feed(split));
        }
        toBegin.clear();
        ShardBatch batch = batches.take();
        if (batch.isLast()) {
            loop.run(feeds.remove(batch.shardId())::close);
        } else if (feeds.containsKey(batch.shardId())) {
            feeds.get(batch.shardId()).resume();
        }
        return batch.isNothing() ? ShardBatch.NONE : batch.reportingTo(caughtUp);
    }

    private ShardFeed feed(ShardSplit split) throws IOException {
        if (config.consumer().isEmpty()) {
            return new PolledShard(
                    client, split, config.pollInterval(), loop, batches, missing, budget);
        }
        if (consumerArn == null) {
            try {
                consumerArn = client.registeredConsumer(config.consumer().get());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while looking for the consumer");
            }
        }
        return new SubscribedShard(client, consumerArn, split, loop, batches, missing);
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
