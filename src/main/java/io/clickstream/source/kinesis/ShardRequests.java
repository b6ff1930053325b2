package io.clickstream.source.kinesis;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/** The requests that a feed sends to Kinesis; replaced in tests. Answers arrive in any thread. */
interface ShardRequests {

    /** An iterator of the records from a position. It is valid for five minutes. */
    CompletableFuture<String> iterator(String shardId, ShardPosition position);

    /** The next records, with the iterator of those after them. */
    CompletableFuture<GetRecordsResponse> records(String iterator);

    /** The ids of all shards of the stream, including closed ones. */
    CompletableFuture<Set<String>> shardIds();

    /** Subscribes to records with enhanced fan-out; completes when the subscription ends. */
    CompletableFuture<Void> subscribe(
            String consumerArn,
            String shardId,
            ShardPosition position,
            SubscribeToShardResponseHandler handler);
}
