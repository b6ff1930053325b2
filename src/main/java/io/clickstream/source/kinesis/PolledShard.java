package io.clickstream.source.kinesis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import javax.annotation.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

/** Requests the records of a shard periodically. Used only in the loop's thread. */
final class PolledShard implements ShardFeed {

    private static final Logger LOG = LoggerFactory.getLogger(PolledShard.class);

    private final ShardRequests requests;
    private final String shardId;
    private final Duration interval;
    private final FeedLoop loop;
    private final ShardBatches batches;
    private final MissingShards missing;
    private final PollBudget budget;

    private ShardPosition position;
    @Nullable private String iterator;
    private int failures;
    private long askedAt;

    /** The reserved part of the budget, in bytes. */
    private long reserved;

    PolledShard(
            ShardRequests requests,
            ShardSplit split,
            Duration interval,
            FeedLoop loop,
            ShardBatches batches,
            MissingShards missing,
            PollBudget budget) {
        this.requests = requests;
        this.shardId = split.splitId();
        this.position = split.position();
        this.interval = interval;
        this.loop = loop;
        this.batches = batches;
        this.missing = missing;
        this.budget = budget;
        loop.run(this::poll);
    }

    @Override
    public void resume() {
        loop.run(this::release);
        loop.runIn(interval, this::poll);
    }

    @Override
    public void close() {
        release();
    }

    private void poll() {
        if (iterator == null) {
            on(
                    requests.iterator(shardId, position),
                    fresh -> {
                        iterator = fresh;
                        poll();
                    });
        } else {
            budget.reserve(
                    () -> {
                        reserved = PollBudget.LARGEST_ANSWER;
                        askedAt = FeedLoop.now();
                        on(requests.records(iterator), this::received);
                    });
        }
    }

    private void release() {
        long held = reserved;
        reserved = 0;
        if (held > 0) {
            budget.release(held);
        }
    }

    private void received(GetRecordsResponse response) {
        failures = 0;
        List<Record> records = response.records();
        if (!records.isEmpty()) {
            position = ShardPosition.after(records.get(records.size() - 1).sequenceNumber());
        }
        iterator = response.nextShardIterator();
        // All that had arrived when the request was sent is in the answer, or in front of it.
        ShardBatch batch =
                new ShardBatch(
                        shardId, records, iterator == null, askedAt, response.millisBehindLatest());
        long unused = Math.max(0, reserved - batch.bytes());
        reserved -= unused;
        budget.release(unused);
        batches.add(batch);
    }

    private <T> void on(CompletableFuture<T> answer, Consumer<T> then) {
        var unused =
                answer.whenComplete(
                        (result, failure) ->
                                loop.run(
                                        () -> {
                                            if (failure == null) {
                                                then.accept(result);
                                            } else {
                                                failed(failure);
                                            }
                                        }));
    }

    private void failed(Throwable failure) {
        release();
        if (StreamClient.cause(failure) instanceof ResourceNotFoundException) {
            missing.decide(shardId, position, StreamClient.cause(failure));
            return;
        }
        boolean expired = StreamClient.cause(failure) instanceof ExpiredIteratorException;
        if (!expired && !StreamClient.isTransient(failure)) {
            batches.fail(shardId, StreamClient.cause(failure));
            return;
        }
        if (expired) {
            iterator = null;
        }
        Duration wait = FeedLoop.backoff(failures++);
        LOG.info("Shard {} is read again in {}: {}", shardId, wait, failure.toString());
        loop.runIn(wait, this::poll);
    }
}
