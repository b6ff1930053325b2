package io.clickstream.source.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.flink.kinesis.shaded.org.reactivestreams.Subscriber;
import org.apache.flink.kinesis.shaded.org.reactivestreams.Subscription;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.core.async.SdkPublisher;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.core.exception.SdkClientException;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.ChildShard;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.KinesisException;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.Record;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What polling and fan-out ask of Kinesis, and what they make of its answers. */
class ShardFeedsTest {

    private static final ShardSplit SHARD =
            new ShardSplit("shard-1", List.of(), ShardPosition.TRIM_HORIZON);

    private final FeedLoop loop = new FeedLoop();
    private final ShardBatches batches = new ShardBatches();
    private final Kinesis kinesis = new Kinesis();

    @AfterEach
    void close() {
        loop.close();
    }

    // ---- polling ----

    @Test
    void pollsOneBatchAfterTheOther() throws Exception {
        kinesis.answer(records("2", "1"));
        kinesis.answer(records("3", "2"));
        ShardFeed feed = poll();
        assertThat(taken()).isEqualTo("[1] of shard-1");
        // Nothing is asked for while a batch is out.
        assertThat(kinesis.asked).containsExactly("iterator TRIM_HORIZON", "records from 1");

        feed.goOn();

        assertThat(taken()).isEqualTo("[2] of shard-1");
        assertThat(kinesis.asked).endsWith("records from 2");
    }

    @Test
    void endsWithTheShard() {
        kinesis.answer(records(null, "7"));

        poll();

        assertThat(taken()).isEqualTo("last [7] of shard-1");
    }

    @Test
    void takesANewIteratorBehindTheLastRecordWhenOneExpires() {
        kinesis.answer(records("2", "7"));
        kinesis.fail(ExpiredIteratorException.builder().message("expired").build());
        kinesis.answer(records("3", "8"));
        ShardFeed feed = poll();
        assertThat(taken()).isEqualTo("[7] of shard-1");

        feed.goOn();

        assertThat(taken()).isEqualTo("[8] of shard-1");
        assertThat(kinesis.asked).contains("iterator AFTER_SEQUENCE_NUMBER 7");
    }

    @Test
    void pollsAgainWhatMaySucceedLater() {
        kinesis.fail(ProvisionedThroughputExceededException.builder().message("slow down").build());
        kinesis.fail(new CompletionException(SdkClientException.create("no network")));
        kinesis.fail(KinesisException.builder().statusCode(503).message("away").build());
        kinesis.answer(records("2", "1"));

        poll();

        assertThat(taken()).isEqualTo("[1] of shard-1");
    }

    @Test
    void failsWithTheShardsNameWhereNoRepetitionHelps() {
        kinesis.fail(KinesisException.builder().statusCode(400).message("denied").build());

        poll();

        assertThatThrownBy(this::taken)
                .hasMessage("Shard shard-1 can't be read")
                .rootCause()
                .hasMessageContaining("denied");
    }

    // ---- enhanced fan-out ----

    @Test
    void isSentOneBatchAfterTheOther() throws Exception {
        ShardFeed feed = subscribe();
        Sending sending = kinesis.nextSubscription();
        assertThat(sending.position).isEqualTo(ShardPosition.TRIM_HORIZON);
        sending.awaitRequests(1);

        sending.send(event("1", "1"));
        assertThat(taken()).isEqualTo("[1] of shard-1");
        // Nothing is asked for while a batch is out.
        assertThat(sending.heard).isEmpty();
        feed.goOn();
        sending.awaitRequests(2);
        sending.send(event("2", "2"));

        assertThat(taken()).isEqualTo("[2] of shard-1");
    }

    @Test
    void subscribesAgainBehindTheLastRecordWhenItsTimeIsOver() throws Exception {
        ShardFeed feed = subscribe();
        Sending first = kinesis.nextSubscription();
        first.awaitRequests(1);
        first.send(event("7", "6", "7"));
        assertThat(taken()).isEqualTo("[6, 7] of shard-1");
        first.complete();
        feed.goOn();

        Sending second = kinesis.nextSubscription();

        assertThat(second.position).isEqualTo(ShardPosition.after("7"));
        second.awaitRequests(1);
        second.send(event("8", "8"));
        assertThat(taken()).isEqualTo("[8] of shard-1");
    }

    /** A subscription of a lost task manager lasts on. */
    @Test
    void waitsForAnotherSubscriptionToEnd() throws Exception {
        subscribe();
        kinesis.nextSubscription()
                .refuse(ResourceInUseException.builder().message("another one").build());
        kinesis.nextSubscription()
                .refuse(new CompletionException(SdkClientException.create("no network")));

        Sending third = kinesis.nextSubscription();

        assertThat(third.position).isEqualTo(ShardPosition.TRIM_HORIZON);
        third.awaitRequests(1);
        third.send(event("1", "1"));
        assertThat(taken()).isEqualTo("[1] of shard-1");
    }

    @Test
    void goesOnBehindTheLastRecordAfterAFailureInTheMiddle() throws Exception {
        ShardFeed feed = subscribe();
        Sending first = kinesis.nextSubscription();
        first.awaitRequests(1);
        first.send(event("7", "7"));
        assertThat(taken()).isEqualTo("[7] of shard-1");
        feed.goOn();
        first.awaitRequests(2);

        first.breakOff(new IOException("connection reset"));

        assertThat(kinesis.nextSubscription().position).isEqualTo(ShardPosition.after("7"));
    }

    @Test
    void hearsNothingOfAnEarlierSubscription() throws Exception {
        subscribe();
        Sending first = kinesis.nextSubscription();
        first.awaitRequests(1);
        first.breakOff(new IOException("connection reset"));
        Sending second = kinesis.nextSubscription();
        second.awaitRequests(1);

        first.send(event("1", "1"));
        second.send(event("2", "2"));

        assertThat(taken()).isEqualTo("[2] of shard-1");
    }

    @Test
    void endsWithTheShardThatHasChildren() throws Exception {
        subscribe();
        Sending sending = kinesis.nextSubscription();
        sending.awaitRequests(1);

        sending.send(
                SubscribeToShardEvent.builder()
                        .records(record("9"))
                        .continuationSequenceNumber("9")
                        .childShards(ChildShard.builder().shardId("shard-2").build())
                        .build());
        sending.complete();

        assertThat(taken()).isEqualTo("last [9] of shard-1");
        assertThat(kinesis.subscriptions.poll(300, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void endsWithTheShardThatHasNoContinuation() throws Exception {
        subscribe();
        Sending sending = kinesis.nextSubscription();
        sending.awaitRequests(1);

        sending.send(event(null));

        assertThat(taken()).isEqualTo("last [] of shard-1");
    }

    @Test
    void failsWithTheShardsNameWhereNoSubscriptionIsAllowed() throws Exception {
        subscribe();
        kinesis.nextSubscription()
                .refuse(KinesisException.builder().statusCode(400).message("denied").build());

        assertThatThrownBy(this::taken)
                .hasMessage("Shard shard-1 can't be read")
                .rootCause()
                .hasMessageContaining("denied");
    }

    @Test
    void cancelsItsSubscription() throws Exception {
        ShardFeed feed = subscribe();
        Sending sending = kinesis.nextSubscription();
        sending.awaitRequests(1);

        loop.run(feed::close);

        sending.awaitCancellation();
    }

    private ShardFeed poll() {
        return new PolledShard(kinesis, SHARD, Duration.ofMillis(1), loop, batches);
    }

    private ShardFeed subscribe() {
        return new SubscribedShard(kinesis, "consumer", SHARD, loop, batches);
    }

    /** The next batch, as text; waits for it. */
    private String taken() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < deadline) {
            ShardBatch batch = batches.take();
            if (batch != ShardBatch.NONE) {
                List<String> numbers = new ArrayList<>();
                batch.nextSplit();
                for (Record record = batch.nextRecordFromSplit();
                        record != null;
                        record = batch.nextRecordFromSplit()) {
                    numbers.add(record.sequenceNumber());
                }
                return (batch.isLast() ? "last " : "") + numbers + " of " + batch.shardId();
            }
        }
        throw new AssertionError("no batch came");
    }

    private static Record record(String sequenceNumber) {
        return Record.builder().sequenceNumber(sequenceNumber).build();
    }

    private static GetRecordsResponse records(String next, String... sequenceNumbers) {
        List<Record> records = new ArrayList<>();
        for (String each : sequenceNumbers) {
            records.add(record(each));
        }
        return GetRecordsResponse.builder().records(records).nextShardIterator(next).build();
    }

    private static SubscribeToShardEvent event(String continuation, String... sequenceNumbers) {
        List<Record> records = new ArrayList<>();
        for (String each : sequenceNumbers) {
            records.add(record(each));
        }
        return SubscribeToShardEvent.builder()
                .records(records)
                .continuationSequenceNumber(continuation)
                .childShards(List.of())
                .build();
    }

    /** Answers polls by a list, and leaves subscriptions to the test. */
    private static final class Kinesis implements ShardRequests {

        private final List<String> asked = new ArrayList<>();
        private final Deque<CompletableFuture<GetRecordsResponse>> answers = new ArrayDeque<>();
        private final BlockingQueue<Sending> subscriptions = new LinkedBlockingQueue<>();

        synchronized void answer(GetRecordsResponse response) {
            answers.add(CompletableFuture.completedFuture(response));
        }

        synchronized void fail(Throwable failure) {
            answers.add(CompletableFuture.failedFuture(failure));
        }

        @Override
        public synchronized CompletableFuture<String> iterator(
                String shardId, ShardPosition position) {
            asked.add("iterator " + position);
            return CompletableFuture.completedFuture("1");
        }

        @Override
        public synchronized CompletableFuture<GetRecordsResponse> records(String iterator) {
            asked.add("records from " + iterator);
            return answers.isEmpty() ? new CompletableFuture<>() : answers.remove();
        }

        @Override
        public CompletableFuture<Void> subscribe(
                String consumerArn,
                String shardId,
                ShardPosition position,
                SubscribeToShardResponseHandler handler) {
            Sending sending = new Sending(position, handler);
            subscriptions.add(sending);
            return sending.over;
        }

        Sending nextSubscription() throws InterruptedException {
            Sending next = subscriptions.poll(20, TimeUnit.SECONDS);
            assertThat(next).as("a subscription").isNotNull();
            return next;
        }
    }

    /** One subscription, seen from the server. */
    private static final class Sending implements Subscription {

        private final ShardPosition position;
        private final SubscribeToShardResponseHandler handler;
        private final CompletableFuture<Void> over = new CompletableFuture<>();
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private int requests;
        private Subscriber<? super SubscribeToShardEventStream> subscriber;

        Sending(ShardPosition position, SubscribeToShardResponseHandler handler) {
            this.position = position;
            this.handler = handler;
        }

        private void begin() {
            if (subscriber == null) {
                handler.onEventStream(
                        SdkPublisher.adapt(
                                (Subscriber<? super SubscribeToShardEventStream> begun) -> {
                                    subscriber = begun;
                                    begun.onSubscribe(this);
                                }));
            }
        }

        @Override
        public void request(long count) {
            heard.add("request");
        }

        @Override
        public void cancel() {
            heard.add("cancel");
        }

        /** Accepts the subscription, and waits until so many events in all are asked for. */
        void awaitRequests(int count) throws InterruptedException {
            begin();
            while (requests < count) {
                assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("request");
                requests++;
            }
        }

        void awaitCancellation() throws InterruptedException {
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("cancel");
        }

        void send(SubscribeToShardEvent event) {
            subscriber.onNext(event);
        }

        void complete() {
            subscriber.onComplete();
            over.complete(null);
        }

        void breakOff(Throwable failure) {
            subscriber.onError(failure);
            over.completeExceptionally(failure);
        }

        void refuse(Throwable failure) {
            over.completeExceptionally(failure);
        }
    }
}
