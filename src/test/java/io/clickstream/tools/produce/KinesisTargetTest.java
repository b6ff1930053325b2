package io.clickstream.tools.produce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.Shard;

/** What the target does when the stream does not take all at once. */
@Timeout(60)
class KinesisTargetTest {

    /** A stream of one open and one closed shard, which refuses what a test says. */
    private static final class Stream implements KinesisAsyncClient {

        private final List<List<Long>> requests = new ArrayList<>();
        private final List<Long> taken = new ArrayList<>();
        private final List<RuntimeException> failures = new ArrayList<>();
        private IntPredicate refuses = index -> false;
        private long mostBytes;

        @Override
        public synchronized CompletableFuture<PutRecordsResponse> putRecords(
                PutRecordsRequest request) {
            List<Long> numbers = new ArrayList<>();
            long bytes = 0;
            for (PutRecordsRequestEntry entry : request.records()) {
                numbers.add(Long.parseLong(entry.partitionKey()));
                bytes += entry.data().asByteArrayUnsafe().length + entry.partitionKey().length();
            }
            mostBytes = Math.max(mostBytes, bytes);
            requests.add(numbers);
            if (!failures.isEmpty()) {
                return CompletableFuture.failedFuture(failures.remove(0));
            }
            List<PutRecordsResultEntry> results = new ArrayList<>();
            for (int i = 0; i < numbers.size(); i++) {
                PutRecordsResultEntry.Builder result = PutRecordsResultEntry.builder();
                if (refuses.test(i)) {
                    result.errorCode("ProvisionedThroughputExceededException").errorMessage("wait");
                } else {
                    taken.add(numbers.get(i));
                    result.shardId("shardId-1").sequenceNumber("" + taken.size());
                }
                results.add(result.build());
            }
            return CompletableFuture.completedFuture(
                    PutRecordsResponse.builder().records(results).build());
        }

        @Override
        public CompletableFuture<ListShardsResponse> listShards(ListShardsRequest request) {
            boolean first = request.nextToken() == null;
            Shard shard =
                    Shard.builder()
                            .shardId(first ? "shardId-0" : "shardId-1")
                            .sequenceNumberRange(
                                    range -> range.endingSequenceNumber(first ? "7" : null))
                            .build();
            return CompletableFuture.completedFuture(
                    ListShardsResponse.builder()
                            .shards(shard)
                            .nextToken(first ? "more" : null)
                            .build());
        }

        @Override
        public String serviceName() {
            return "kinesis";
        }

        @Override
        public void close() {
            // Has nothing open.
        }
    }

    private static final class Heard implements DeliveryListener {

        private final Map<Long, String> acknowledged = new HashMap<>();
        private final Map<Long, String> failed = new HashMap<>();

        @Override
        public synchronized void acknowledged(
                ProducedRecord record, String place, String position) {
            assertThat(acknowledged.put(record.number(), place + " " + position)).isNull();
        }

        @Override
        public synchronized void failed(ProducedRecord record, Exception cause) {
            assertThat(failed.put(record.number(), cause.getMessage())).isNull();
        }
    }

    private final Stream stream = new Stream();
    private final Heard heard = new Heard();

    private void send(int records, int bytes) throws InterruptedException {
        try (KinesisTarget target = new KinesisTarget(stream, () -> {}, "clicks", heard)) {
            assertThat(target.places()).containsExactly("shardId-1");
            for (long number = 1; number <= records; number++) {
                target.send(new ProducedRecord(number, Long.toString(number), new byte[bytes]));
            }
            target.flush();
        }
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    @Test
    void allArriveInOrderInRequestsOfFiveHundredAtMost() throws Exception {
        send(3_000, 100);

        assertThat(stream.taken).isEqualTo(upTo(3_000));
        assertThat(stream.requests).allMatch(request -> request.size() <= 500);
        assertThat(heard.acknowledged).hasSize(3_000).containsEntry(7L, "shardId-1 sequence 7");
        assertThat(heard.failed).isEmpty();
    }

    @Test
    void requestsAreAtMostFiveMebibytes() throws Exception {
        send(20, 1_000_000);

        assertThat(stream.taken).isEqualTo(upTo(20));
        assertThat(stream.mostBytes).isBetween(1_000_000L, 5L << 20);
    }

    @Test
    void refusedRecordsGoAgainBeforeAnyOther() throws Exception {
        // Of each request the last is refused, unless it is alone.
        stream.refuses =
                index ->
                        index > 0
                                && index
                                        == stream.requests.get(stream.requests.size() - 1).size()
                                                - 1;
        send(1_200, 100);

        assertThat(heard.acknowledged).hasSize(1_200);
        assertThat(stream.taken).hasSize(1_200).doesNotHaveDuplicates();
        assertThat(stream.requests).hasSizeGreaterThanOrEqualTo(6);
        Set<Long> open = new HashSet<>();
        for (List<Long> request : stream.requests) {
            if (!open.isEmpty()) {
                assertThat(open).containsExactlyInAnyOrderElementsOf(request);
            }
            open = request.size() > 1 ? Set.of(request.get(request.size() - 1)) : Set.of();
        }
    }

    @Test
    void aRequestThatFailedInPassingGoesAgain() throws Exception {
        stream.failures.add(SdkClientException.create("no route"));
        stream.failures.add(SdkClientException.create("still no route"));
        send(10, 100);

        assertThat(stream.taken).isEqualTo(upTo(10));
        assertThat(stream.requests.get(1)).isEqualTo(stream.requests.get(0));
        assertThat(stream.requests.get(2)).isEqualTo(stream.requests.get(0));
        assertThat(heard.failed).isEmpty();
    }

    @Test
    void aRequestThatCanNeverSucceedFailsAllItsRecordsAndNoOther() throws Exception {
        stream.failures.add(ResourceNotFoundException.builder().message("gone").build());
        send(1_000, 100);

        List<Long> lost = stream.requests.get(0);
        assertThat(heard.failed.keySet()).containsExactlyInAnyOrderElementsOf(lost);
        assertThat(heard.failed.values()).allMatch(message -> message.contains("gone"));
        assertThat(heard.acknowledged).hasSize(1_000 - lost.size());
    }
}
