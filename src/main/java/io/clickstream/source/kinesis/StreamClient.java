package io.clickstream.source.kinesis;

import io.clickstream.config.KinesisStreamName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.connector.aws.util.AWSClientUtil;
import org.apache.flink.connector.aws.util.AWSGeneralUtil;
import org.apache.flink.util.FlinkRuntimeException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ConsumerStatus;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.RegisterStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/** A client of one stream. The AWS SDK itself retries requests a few times. */
final class StreamClient implements ShardRequests, AutoCloseable {

    private static final int CONSUMER_ATTEMPTS = 60;

    private final KinesisStreamName stream;
    private final SdkAsyncHttpClient http;
    private final KinesisAsyncClient kinesis;

    StreamClient(KinesisStreamName stream, Properties properties) {
        this.stream = stream;
        this.http = AWSGeneralUtil.createAsyncHttpClient(properties);
        this.kinesis =
                AWSClientUtil.createAwsAsyncClient(
                        properties,
                        http,
                        KinesisAsyncClient.builder(),
                        "Apache Flink %s (%s) Kinesis Connector",
                        "aws.kinesis.client.user-agent-prefix");
    }

    /**
     * All shards that the stream still has, including closed ones, with the ids of their parents.
     */
    List<ShardSplit> listShards(ShardPosition position) {
        List<ShardSplit> shards = new ArrayList<>();
        String token = null;
        do {
            ListShardsRequest.Builder request = ListShardsRequest.builder();
            if (token == null) {
                request.streamName(stream.name()).streamARN(stream.arn().orElse(null));
            } else {
                request.nextToken(token);
            }
            ListShardsResponse response = kinesis.listShards(request.build()).join();
            for (Shard shard : response.shards()) {
                List<String> parents =
                        Stream.of(shard.parentShardId(), shard.adjacentParentShardId())
                                .filter(id -> id != null)
                                .collect(Collectors.toList());
                shards.add(new ShardSplit(shard.shardId(), parents, position));
            }
            token = response.nextToken();
        } while (token != null);
        return shards;
    }

    @Override
    public CompletableFuture<Set<String>> shardIds() {
        return shardIds(
                ListShardsRequest.builder()
                        .streamName(stream.name())
                        .streamARN(stream.arn().orElse(null))
                        .build(),
                new HashSet<>());
    }

    private CompletableFuture<Set<String>> shardIds(ListShardsRequest request, Set<String> ids) {
        return kinesis.listShards(request)
                .thenCompose(
                        response -> {
                            response.shards().forEach(shard -> ids.add(shard.shardId()));
                            return response.nextToken() == null
                                    ? CompletableFuture.completedFuture(ids)
                                    : shardIds(
                                            ListShardsRequest.builder()
                                                    .nextToken(response.nextToken())
                                                    .build(),
                                            ids);
                        });
    }

    @Override
    public CompletableFuture<String> iterator(String shardId, ShardPosition position) {
        GetShardIteratorRequest.Builder request =
                GetShardIteratorRequest.builder()
                        .streamName(stream.name())
                        .streamARN(stream.arn().orElse(null))
                        .shardId(shardId)
                        .shardIteratorType(iteratorType(position));
        switch (position.kind()) {
            case AT_TIMESTAMP:
                request.timestamp(Instant.ofEpochMilli(Long.parseLong(position.value())));
                break;
            case AFTER_SEQUENCE_NUMBER:
                request.startingSequenceNumber(position.value());
                break;
            default:
                break;
        }
        return kinesis.getShardIterator(request.build())
                .thenApply(GetShardIteratorResponse::shardIterator);
    }

    @Override
    public CompletableFuture<GetRecordsResponse> records(String iterator) {
        return kinesis.getRecords(
                GetRecordsRequest.builder()
                        .streamARN(stream.arn().orElse(null))
                        .shardIterator(iterator)
                        .build());
    }

    @Override
    public CompletableFuture<Void> subscribe(
            String consumerArn,
            String shardId,
            ShardPosition position,
            SubscribeToShardResponseHandler handler) {
        StartingPosition.Builder start = StartingPosition.builder().type(iteratorType(position));
        switch (position.kind()) {
            case AT_TIMESTAMP:
                start.timestamp(Instant.ofEpochMilli(Long.parseLong(position.value())));
                break;
            case AFTER_SEQUENCE_NUMBER:
                start.sequenceNumber(position.value());
                break;
            default:
                break;
        }
        return kinesis.subscribeToShard(
                SubscribeToShardRequest.builder()
                        .consumerARN(consumerArn)
                        .shardId(shardId)
                        .startingPosition(start.build())
                        .build(),
                handler);
    }

    private static ShardIteratorType iteratorType(ShardPosition position) {
        switch (position.kind()) {
            case TRIM_HORIZON:
                return ShardIteratorType.TRIM_HORIZON;
            case AT_TIMESTAMP:
                return ShardIteratorType.AT_TIMESTAMP;
            case AFTER_SEQUENCE_NUMBER:
                return ShardIteratorType.AFTER_SEQUENCE_NUMBER;
            case END:
                break;
        }
        throw new IllegalArgumentException("Nothing is read from " + position);
    }

    /** The ARN of an enhanced fan-out consumer, which is registered if it does not exist. */
    String registeredConsumer(String name) throws InterruptedException {
        String streamArn = arn();
        for (int attempt = 0; attempt < CONSUMER_ATTEMPTS; attempt++) {
            try {
                var consumer =
                        kinesis.describeStreamConsumer(
                                        DescribeStreamConsumerRequest.builder()
                                                .streamARN(streamArn)
                                                .consumerName(name)
                                                .build())
                                .join()
                                .consumerDescription();
                if (consumer.consumerStatus() == ConsumerStatus.ACTIVE) {
                    return consumer.consumerARN();
                }
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof ResourceNotFoundException)) {
                    throw e;
                }
                register(streamArn, name);
            }
            TimeUnit.SECONDS.sleep(1);
        }
        throw new FlinkRuntimeException(
                "Consumer "
                        + name
                        + " of stream "
                        + stream
                        + " did not become active within "
                        + CONSUMER_ATTEMPTS
                        + " s");
    }

    private void register(String streamArn, String name) {
        try {
            kinesis.registerStreamConsumer(
                            RegisterStreamConsumerRequest.builder()
                                    .streamARN(streamArn)
                                    .consumerName(name)
                                    .build())
                    .join();
        } catch (CompletionException e) {
            // Another one was faster.
            if (!(e.getCause() instanceof ResourceInUseException)) {
                throw e;
            }
        }
    }

    private String arn() {
        return stream.arn()
                .orElseGet(
                        () ->
                                kinesis.describeStreamSummary(
                                                DescribeStreamSummaryRequest.builder()
                                                        .streamName(stream.name())
                                                        .build())
                                        .join()
                                        .streamDescriptionSummary()
                                        .streamARN());
    }

    /** Whether the same request may succeed later. */
    static boolean isTransient(Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof LimitExceededException
                || cause instanceof ProvisionedThroughputExceededException
                || cause instanceof ResourceInUseException
                || cause instanceof SdkClientException
                || cause instanceof java.io.IOException) {
            return true;
        }
        return cause instanceof SdkServiceException
                && (((SdkServiceException) cause).isThrottlingException()
                        || ((SdkServiceException) cause).statusCode() >= 500);
    }

    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }

    @Override
    public void close() {
        kinesis.close();
        http.close();
    }
}
