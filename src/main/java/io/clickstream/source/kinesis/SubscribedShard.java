package io.clickstream.source.kinesis;

import io.clickstream.time.PartitionTimes;
import java.time.Duration;
import javax.annotation.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/**
 * Receives a shard's records with enhanced fan-out. Kinesis ends a subscription after five minutes;
 * it is then renewed after the last record. Used only in the loop's thread.
 */
final class SubscribedShard implements ShardFeed {

    private static final Logger LOG = LoggerFactory.getLogger(SubscribedShard.class);

    private final ShardRequests requests;
    private final String consumerArn;
    private final String shardId;
    private final FeedLoop loop;
    private final ShardBatches batches;
    private final MissingShards missing;

    private ShardPosition position;
    private int failures;
    private int generation;
    @Nullable private Subscription subscription;
    private boolean batchIsOut;
    private boolean renew;

    /** The time at which the previous event, or the subscription, arrived. */
    private long earlier = PartitionTimes.NEVER;

    SubscribedShard(
            ShardRequests requests,
            String consumerArn,
            ShardSplit split,
            FeedLoop loop,
            ShardBatches batches,
            MissingShards missing) {
        this.requests = requests;
        this.consumerArn = consumerArn;
        this.shardId = split.splitId();
        this.position = split.position();
        this.loop = loop;
        this.batches = batches;
        this.missing = missing;
        loop.run(this::subscribe);
    }

    @Override
    public void resume() {
        loop.run(
                () -> {
                    batchIsOut = false;
                    if (renew) {
                        renew = false;
                        subscribe();
                    } else if (subscription != null) {
                        subscription.request(1);
                    }
                });
    }

    @Override
    public void close() {
        generation++;
        if (subscription != null) {
            subscription.cancel();
        }
    }

    private void subscribe() {
        int current = ++generation;
        subscription = null;
        SubscribeToShardResponseHandler handler =
                SubscribeToShardResponseHandler.builder()
                        .onEventStream(events -> events.subscribe(new Events(current)))
                        .build();
        var unused =
                requests.subscribe(consumerArn, shardId, position, handler)
                        .whenComplete((nothing, failure) -> loop.run(() -> over(current, failure)));
    }

    private void begun(int of, Subscription begun) {
        if (of != generation) {
            begun.cancel();
            return;
        }
        subscription = begun;
        earlier = FeedLoop.now();
        begun.request(1);
    }

    private void received(int of, SubscribeToShardEvent event) {
        if (of != generation) {
            return;
        }
        failures = 0;
        // Both are said at a shard's end; a server that says one of them means the same.
        boolean last = event.continuationSequenceNumber() == null || !event.childShards().isEmpty();
        if (last) {
            // Whatever the subscription says from now on, this shard has said all.
            generation++;
        } else {
            position = ShardPosition.after(event.continuationSequenceNumber());
        }
        batchIsOut = true;
        // An event may have been on its way for long, but not since before the one in front of it.
        ShardBatch batch =
                new ShardBatch(shardId, event.records(), last, earlier, event.millisBehindLatest());
        earlier = FeedLoop.now();
        batches.add(batch);
    }

    private void over(int of, @Nullable Throwable failure) {
        if (of != generation) {
            return;
        }
        // What the old subscription may still say counts no more.
        generation++;
        if (failure == null) {
            subscribeAgain();
        } else if (StreamClient.isTransient(failure)) {
            Duration wait = FeedLoop.backoff(failures++);
            LOG.info(
                    "Shard {} is subscribed to again in {}: {}", shardId, wait, failure.toString());
            loop.runIn(wait, this::subscribeAgain);
        } else if (StreamClient.cause(failure) instanceof ResourceNotFoundException) {
            missing.decide(shardId, position, StreamClient.cause(failure));
        } else {
            batches.fail(shardId, StreamClient.cause(failure));
        }
    }

    private void subscribeAgain() {
        if (batchIsOut) {
            renew = true;
        } else {
            subscribe();
        }
    }

    /** Passes events from the client's threads to the loop's thread. */
    private final class Events implements Subscriber<SubscribeToShardEventStream> {

        private final int of;

        Events(int of) {
            this.of = of;
        }

        @Override
        public void onSubscribe(Subscription begun) {
            loop.run(() -> begun(of, begun));
        }

        @Override
        public void onNext(SubscribeToShardEventStream event) {
            loop.run(
                    () -> {
                        if (event instanceof SubscribeToShardEvent) {
                            received(of, (SubscribeToShardEvent) event);
                        } else if (of == generation && subscription != null) {
                            subscription.request(1);
                        }
                    });
        }

        @Override
        public void onError(Throwable failure) {
            loop.run(() -> over(of, failure));
        }

        @Override
        public void onComplete() {
            loop.run(() -> over(of, null));
        }
    }
}
