package io.clickstream.source.kinesis;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/** What a feed asks of Kinesis; another one in tests. Answers come on any thread. */
interface ShardRequests {

    /** An iterator, by which the records from a position on can be had. It lasts five minutes. */
    CompletableFuture<String> iterator(String shardId, ShardPosition position);

    /** The next records, with the iterator for those behind them. */
    CompletableFuture<GetRecordsResponse> records(String iterator);

    /** The ids of all shards that the stream has, closed ones too. */
    CompletableFuture<Set<String>> shardIds();

    /** Has records sent, by enhanced fan-out; complete when the subscription is over. */
    CompletableFuture<Void> subscribe(
            String consumerArn,
            String shardId,
            ShardPosition position,
            SubscribeToShardResponseHandler handler);
}
