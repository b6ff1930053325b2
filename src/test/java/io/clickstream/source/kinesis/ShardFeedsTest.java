package io.clickstream.source.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.testing.CapturedLog;
import io.clickstream.time.PartitionTimes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.annotation.Nullable;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/** What polling and fan-out ask of Kinesis, and what they make of its answers. */
class ShardFeedsTest {

    private static final ShardSplit SHARD =
            new ShardSplit("shard-1", List.of(), ShardPosition.TRIM_HORIZON);

    private final ResourceNotFoundException notFound =
            ResourceNotFoundException.builder().message("no such shard").build();

    private final FeedLoop loop = new FeedLoop();
    private final ShardBatches batches = new ShardBatches();
    private final Kinesis kinesis = new Kinesis();
    private final Counter gone = new SimpleCounter();
    private final MissingShards missing = new MissingShards(kinesis, loop, batches, gone);

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

        feed.resume();

        assertThat(taken()).isEqualTo("[2] of shard-1");
        assertThat(kinesis.asked).endsWith("records from 2");
    }

    @Test
    void aPolledShardIsReadToItsEndWhenTheQuestionWasSentAndItsRecordsAreEmitted() {
        kinesis.answer(records("2", "1").toBuilder().millisBehindLatest(0L).build());
        CaughtUpShards caughtUp = new CaughtUpShards();
        long before = FeedLoop.now();
        poll();
        ShardBatch batch = nextBatch().reportingTo(caughtUp);
        assertThat(caughtUp.of("shard-1")).isEqualTo(PartitionTimes.NEVER);

        batch.recycle();

        assertThat(caughtUp.of("shard-1")).isBetween(before, FeedLoop.now());
    }

    @Test
    void aPolledShardThatIsBehindIsNotReadToItsEndThoughItGivesNothing() {
        kinesis.answer(records("2").toBuilder().millisBehindLatest(7_200_000L).build());
        kinesis.answer(records("3", "1"));
        CaughtUpShards caughtUp = new CaughtUpShards();
        ShardFeed feed = poll();
        nextBatch().reportingTo(caughtUp).recycle();
        feed.resume();
        nextBatch().reportingTo(caughtUp).recycle();

        assertThat(caughtUp.of("shard-1")).isEqualTo(PartitionTimes.NEVER);
    }

    @Test
    void aPolledShardIsReadUpToWhatTheAnswerSaysWhenItsRecordsAreEmitted() {
        kinesis.answer(records("2").toBuilder().millisBehindLatest(7_200_000L).build());
        CaughtUpShards caughtUp = new CaughtUpShards();
        long before = FeedLoop.now();
        poll();
        ShardBatch batch = nextBatch().reportingTo(caughtUp);
        assertThat(batch.isNothing()).isFalse();
        assertThat(caughtUp.readUpTo("shard-1")).isEqualTo(PartitionTimes.NEVER);

        batch.recycle();

        assertThat(caughtUp.readUpTo("shard-1"))
                .isBetween(before - 7_200_000, FeedLoop.now() - 7_200_000);
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

        feed.resume();

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

    @Test
    void endsAShardThatTheStreamDoesNotListAnyMore() {
        kinesis.answer(records("2", "7"));
        kinesis.fail(notFound);
        kinesis.list(CompletableFuture.completedFuture(Set.of("shard-2", "shard-3")));
        try (CapturedLog log = new CapturedLog(Level.WARN)) {
            poll().resume();
            assertThat(taken()).isEqualTo("[7] of shard-1");

            assertThat(taken()).isEqualTo("last [] of shard-1");
            assertThat(gone.getCount()).isEqualTo(1);
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("shard-1", "read it up to AFTER_SEQUENCE_NUMBER 7");
        }
    }

    /** As after a restore, in which nothing was read yet. */
    @Test
    void endsAShardThatHasNoIteratorAnyMore() {
        kinesis.failIterators(new CompletionException(notFound));
        kinesis.list(CompletableFuture.failedFuture(SdkClientException.create("no network")));
        kinesis.list(CompletableFuture.completedFuture(Set.of("shard-2")));

        poll();

        assertThat(taken()).isEqualTo("last [] of shard-1");
        assertThat(gone.getCount()).isEqualTo(1);
    }

    @Test
    void failsWhereTheStreamListsAShardThatIsNotFound() {
        kinesis.failIterators(notFound);
        kinesis.list(CompletableFuture.completedFuture(Set.of("shard-1", "shard-2")));

        poll();

        assertFails();
    }

    @Test
    void failsWhereTheStreamListsNothing() {
        kinesis.failIterators(notFound);
        kinesis.list(CompletableFuture.completedFuture(Set.of()));

        poll();

        assertFails();
    }

    @Test
    void failsWhereTheStreamItselfIsNotFound() {
        kinesis.failIterators(notFound);
        kinesis.list(CompletableFuture.failedFuture(notFound));

        poll();

        assertFails();
    }

    private void assertFails() {
        assertThatThrownBy(this::taken)
                .hasMessage("Shard shard-1 can't be read")
                .rootCause()
                .hasMessageContaining("no such shard");
        assertThat(gone.getCount()).isZero();
    }

    /** A stream of 200 closed shards that is read from its beginning. */
    @Test
    void pollsManyShardsWithinTheBudget() throws Exception {
        Map<String, ShardFeed> feeds = new HashMap<>();
        PollBudget budget = new PollBudget(3 * PollBudget.LARGEST_ANSWER);
        for (int i = 0; i < 200; i++) {
            ShardSplit shard = new ShardSplit("shard-" + i, List.of(), SHARD.position());
            feeds.put(shard.splitId(), poll(shard, budget));
        }
        GetRecordsResponse largest =
                GetRecordsResponse.builder()
                        .records(
                                record("1").toBuilder()
                                        .data(
                                                SdkBytes.fromByteArrayUnsafe(
                                                        new byte[(int) PollBudget.LARGEST_ANSWER]))
                                        .build())
                        .build();
        Set<String> read = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            kinesis.nextPoll().complete(largest);
            ShardBatch batch = nextBatch();
            assertThat(batch.isLast()).isTrue();
            assertThat(read.add(batch.shardId())).isTrue();
            kinesis.isLetGo();
            loop.run(feeds.get(batch.shardId())::close);
        }

        assertThat(kinesis.mostHeld()).isEqualTo(3);
    }

    /** Answers that are there count as large as they are. */
    @Test
    void smallAnswersLeaveRoomForOtherShards() throws Exception {
        PollBudget budget = new PollBudget(2 * PollBudget.LARGEST_ANSWER);
        for (int i = 0; i < 50; i++) {
            poll(new ShardSplit("shard-" + i, List.of(), SHARD.position()), budget);
            kinesis.nextPoll().complete(records("2", "1"));
            assertThat(nextBatch().shardId()).isEqualTo("shard-" + i);
        }
    }

    // ---- enhanced fan-out ----

    @Test
    void endsAShardThatCanNotBeSubscribedToAnyMore() throws Exception {
        kinesis.list(CompletableFuture.completedFuture(Set.of("shard-2")));
        subscribe();

        kinesis.nextSubscription().refuse(new CompletionException(notFound));

        assertThat(taken()).isEqualTo("last [] of shard-1");
        assertThat(gone.getCount()).isEqualTo(1);
    }

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
        feed.resume();
        sending.awaitRequests(2);
        sending.send(event("2", "2"));

        assertThat(taken()).isEqualTo("[2] of shard-1");
    }

    /** An event may have been on its way for long, so the one before it says since when. */
    @Test
    void aSubscribedShardIsReadToItsEndWhenTheEventBeforeCame() throws Exception {
        CaughtUpShards caughtUp = new CaughtUpShards();
        ShardFeed feed = subscribe();
        Sending sending = kinesis.nextSubscription();
        sending.awaitRequests(1);
        sending.send(event("1", "1").toBuilder().millisBehindLatest(5_000L).build());
        nextBatch().reportingTo(caughtUp).recycle();
        assertThat(caughtUp.readUpTo("shard-1")).isLessThanOrEqualTo(FeedLoop.now() - 5_000);
        assertThat(caughtUp.of("shard-1")).isEqualTo(PartitionTimes.NEVER);
        long before = FeedLoop.now();
        feed.resume();
        sending.awaitRequests(2);

        sending.send(event("2").toBuilder().millisBehindLatest(0L).build());
        nextBatch().reportingTo(caughtUp).recycle();

        assertThat(caughtUp.of("shard-1")).isLessThanOrEqualTo(before).isPositive();
        assertThat(caughtUp.readUpTo("shard-1")).isEqualTo(caughtUp.of("shard-1"));
    }

    @Test
    void subscribesAgainBehindTheLastRecordWhenItsTimeIsOver() throws Exception {
        ShardFeed feed = subscribe();
        Sending first = kinesis.nextSubscription();
        first.awaitRequests(1);
        first.send(event("7", "6", "7"));
        assertThat(taken()).isEqualTo("[6, 7] of shard-1");
        first.complete();
        feed.resume();

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
        feed.resume();
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
        return poll(SHARD, new PollBudget(PollBudget.BYTES_PER_SUBTASK));
    }

    private ShardFeed poll(ShardSplit shard, PollBudget budget) {
        return new PolledShard(
                kinesis, shard, Duration.ofMillis(1), loop, batches, missing, budget);
    }

    private ShardFeed subscribe() {
        return new SubscribedShard(kinesis, "consumer", SHARD, loop, batches, missing);
    }

    /** The next batch, as text; waits for it. */
    private String taken() {
        ShardBatch batch = nextBatch();
        List<String> numbers = new ArrayList<>();
        batch.nextSplit();
        for (Record record = batch.nextRecordFromSplit();
                record != null;
                record = batch.nextRecordFromSplit()) {
            numbers.add(record.sequenceNumber());
        }
        return (batch.isLast() ? "last " : "") + numbers + " of " + batch.shardId();
    }

    private ShardBatch nextBatch() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < deadline) {
            ShardBatch batch = batches.take();
            if (batch != ShardBatch.NONE) {
                return batch;
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

        private final BlockingQueue<CompletableFuture<GetRecordsResponse>> open =
                new LinkedBlockingQueue<>();
        private final Deque<CompletableFuture<Set<String>>> listings = new ArrayDeque<>();
        @Nullable private Throwable ofIterators;
        private int held;
        private int mostHeld;

        synchronized void list(CompletableFuture<Set<String>> shards) {
            listings.add(shards);
        }

        synchronized void failIterators(Throwable failure) {
            ofIterators = failure;
        }

        /** A poll that no answer was prepared for; it is held until it is let go. */
        CompletableFuture<GetRecordsResponse> nextPoll() throws InterruptedException {
            CompletableFuture<GetRecordsResponse> next = open.poll(20, TimeUnit.SECONDS);
            assertThat(next).as("a poll").isNotNull();
            return next;
        }

        synchronized void isLetGo() {
            held--;
        }

        synchronized int mostHeld() {
            return mostHeld;
        }

        @Override
        public synchronized CompletableFuture<Set<String>> shardIds() {
            return listings.remove();
        }

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
            return ofIterators == null
                    ? CompletableFuture.completedFuture("1")
                    : CompletableFuture.failedFuture(ofIterators);
        }

        @Override
        public synchronized CompletableFuture<GetRecordsResponse> records(String iterator) {
            asked.add("records from " + iterator);
            if (!answers.isEmpty()) {
                return answers.remove();
            }
            mostHeld = Math.max(mostHeld, ++held);
            CompletableFuture<GetRecordsResponse> answer = new CompletableFuture<>();
            open.add(answer);
            return answer;
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
