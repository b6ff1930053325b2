package io.clickstream.tools.explain;

import io.clickstream.event.RawRecord;
import io.clickstream.tools.connect.KinesisConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** The oldest records of each shard of a stream. A stream has no way to read the newest ones. */
final class StreamSource implements Source {

    /** The most that a request may ask for. */
    private static final int MAX_PER_REQUEST = 10_000;

    /** A shard allows five requests per second, for all its readers together. */
    private static final long WAIT_MILLIS = 250;

    /** Requests for a shard. Empty answers before the newest record are usual. */
    private static final int MAX_REQUESTS = 40;

    private final Properties settings;
    private final String stream;

    /**
     * Creates a source.
     *
     * @param settings of Flink's Kinesis client
     */
    StreamSource(Properties settings, String stream) {
        this.settings = settings;
        this.stream = stream;
    }

    @Override
    public String name() {
        return "stream " + stream;
    }

    @Override
    public Sample read(int max) throws InterruptedException {
        List<RawRecord> records = new ArrayList<>();
        try (KinesisConnection connection = KinesisConnection.open(settings)) {
            List<Shard> shards = connection.shards(stream);
            int each = (max + shards.size() - 1) / shards.size();
            for (Shard shard : shards) {
                readShard(
                        connection.client(),
                        shard.shardId(),
                        Math.min(each, max - records.size()),
                        records);
            }
            return new Sample(
                    records,
                    List.of(
                            String.format(
                                    Locale.ROOT,
                                    "stream %s: the oldest records of %d shard%s",
                                    stream,
                                    shards.size(),
                                    shards.size() == 1 ? "" : "s")));
        } catch (CompletionException e) {
            throw new IllegalStateException("stream " + stream + " can't be read", e.getCause());
        }
    }

    private void readShard(
            KinesisAsyncClient client, String shard, int max, List<RawRecord> records)
            throws InterruptedException {
        String iterator =
                client.getShardIterator(
                                GetShardIteratorRequest.builder()
                                        .streamName(stream)
                                        .shardId(shard)
                                        .shardIteratorType(ShardIteratorType.TRIM_HORIZON)
                                        .build())
                        .join()
                        .shardIterator();
        int left = max;
        for (int i = 0; i < MAX_REQUESTS && left > 0 && iterator != null; i++) {
            GetRecordsResponse response;
            try {
                response =
                        client.getRecords(
                                        GetRecordsRequest.builder()
                                                .shardIterator(iterator)
                                                .limit(Math.min(left, MAX_PER_REQUEST))
                                                .build())
                                .join();
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof ProvisionedThroughputExceededException)) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(WAIT_MILLIS);
                continue;
            }
            for (Record record : response.records()) {
                records.add(
                        new RawRecord(
                                stream,
                                shard,
                                record.sequenceNumber(),
                                record.data().asByteArray()));
                left--;
            }
            Long behind = response.millisBehindLatest();
            if (response.records().isEmpty() && behind != null && behind == 0) {
                return;
            }
            iterator = response.nextShardIterator();
            TimeUnit.MILLISECONDS.sleep(WAIT_MILLIS);
        }
    }
}
