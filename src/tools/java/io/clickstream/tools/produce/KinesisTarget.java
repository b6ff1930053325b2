package io.clickstream.tools.produce;

import io.clickstream.tools.connect.KinesisConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.annotation.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * A stream of Kinesis, by {@code PutRecords}, one request after another: what came while a request
 * was under way goes with the next one.
 *
 * <p>Records that the stream refuses, and whole requests that fail in passing, are sent again with
 * growing waits for up to {@link #GIVE_UP_AFTER_MILLIS}, and nothing else is sent before them. So
 * records of a key stay in order, with the one exception that the API leaves: of two records of a
 * key in one request, the first may be refused and the second taken. A request whose answer was
 * lost is sent again, and its records may then be there twice.
 */
public final class KinesisTarget implements Target {

    private static final int MAX_RECORDS = 500;
    private static final int MAX_BYTES = 5 << 20;
    private static final int QUEUED_RECORDS = 2 * MAX_RECORDS;

    private static final long GIVE_UP_AFTER_MILLIS = 120_000;
    private static final long FIRST_WAIT_MILLIS = 100;
    private static final long LONGEST_WAIT_MILLIS = 5_000;
    private static final long CLOSE_TIMEOUT_MILLIS = 5_000;

    private final String stream;
    private final DeliveryListener listener;
    private final KinesisConnection connection;
    private final KinesisAsyncClient client;
    private final List<String> places;
    private final BlockingQueue<ProducedRecord> queue = new LinkedBlockingQueue<>(QUEUED_RECORDS);
    private final Thread sender = new Thread(this::sendAll, "kinesis-target");
    private final Object settledLock = new Object();
    private long taken;
    private long settled;
    @Nullable private ProducedRecord tooMuch;

    /**
     * Asks for the stream's shards.
     *
     * @param settings of Flink's Kinesis client: {@code aws.region}, {@code aws.endpoint} and
     *     others; without a login, credentials come from the SDK's default chain
     * @throws IllegalStateException if there is no such stream, or it can't be asked for
     */
    public KinesisTarget(Properties settings, String stream, DeliveryListener listener) {
        this(KinesisConnection.open(settings), stream, listener);
    }

    /**
     * A stream by a client that is there.
     *
     * @param http what is below the client; both are closed with the target
     */
    KinesisTarget(
            KinesisAsyncClient client,
            SdkAutoCloseable http,
            String stream,
            DeliveryListener listener) {
        this(new KinesisConnection(client, http), stream, listener);
    }

    private KinesisTarget(KinesisConnection connection, String stream, DeliveryListener listener) {
        this.connection = connection;
        this.client = connection.client();
        this.stream = stream;
        this.listener = listener;
        try {
            places = openShards();
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
        sender.setDaemon(true);
        sender.start();
    }

    private List<String> openShards() {
        return connection.shards(stream).stream()
                .filter(shard -> shard.sequenceNumberRange().endingSequenceNumber() == null)
                .map(Shard::shardId)
                .toList();
    }

    @Override
    public String name() {
        return "stream " + stream;
    }

    @Override
    public String kindOfPlace() {
        return "shard";
    }

    @Override
    public List<String> places() {
        return places;
    }

    @Override
    public void send(ProducedRecord record) throws InterruptedException {
        queue.put(record);
        taken++;
    }

    @Override
    public void flush() throws InterruptedException {
        synchronized (settledLock) {
            while (settled < taken && sender.isAlive()) {
                settledLock.wait(LONGEST_WAIT_MILLIS);
            }
            if (settled < taken) {
                throw new IllegalStateException("records for " + name() + " are not sent any more");
            }
        }
    }

    private void sendAll() {
        try {
            while (true) {
                send(nextBatch());
            }
        } catch (InterruptedException e) {
            // Closed.
            Thread.currentThread().interrupt();
        }
    }

    private List<ProducedRecord> nextBatch() throws InterruptedException {
        ProducedRecord record = tooMuch == null ? queue.take() : tooMuch;
        tooMuch = null;
        List<ProducedRecord> batch = new ArrayList<>();
        int bytes = 0;
        while (record != null) {
            bytes += record.value().length + record.key().getBytes(StandardCharsets.UTF_8).length;
            if (bytes > MAX_BYTES && !batch.isEmpty()) {
                tooMuch = record;
                break;
            }
            batch.add(record);
            record = batch.size() < MAX_RECORDS ? queue.poll() : null;
        }
        return batch;
    }

    private void send(List<ProducedRecord> batch) throws InterruptedException {
        long giveUp = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GIVE_UP_AFTER_MILLIS);
        long wait = FIRST_WAIT_MILLIS;
        List<ProducedRecord> left = batch;
        while (true) {
            Attempt attempt = attempt(left);
            left = attempt.left();
            if (left.isEmpty()) {
                return;
            }
            if (!attempt.mayHelpLater() || System.nanoTime() > giveUp) {
                for (ProducedRecord record : left) {
                    listener.failed(record, attempt.cause());
                }
                settle(left.size());
                return;
            }
            TimeUnit.MILLISECONDS.sleep(wait / 2 + ThreadLocalRandom.current().nextLong(wait / 2));
            wait = Math.min(2 * wait, LONGEST_WAIT_MILLIS);
        }
    }

    /**
     * What became of a request.
     *
     * @param left the records that the stream does not have, in their order
     * @param cause why not, for the last of them
     */
    private record Attempt(List<ProducedRecord> left, boolean mayHelpLater, Exception cause) {}

    private Attempt attempt(List<ProducedRecord> batch) throws InterruptedException {
        List<PutRecordsRequestEntry> entries = new ArrayList<>();
        for (ProducedRecord record : batch) {
            entries.add(
                    PutRecordsRequestEntry.builder()
                            .partitionKey(record.key())
                            .data(SdkBytes.fromByteArray(record.value()))
                            .build());
        }
        List<PutRecordsResultEntry> results;
        try {
            results =
                    client.putRecords(request -> request.streamName(stream).records(entries))
                            .join()
                            .records();
        } catch (CompletionException e) {
            Exception cause = e.getCause() instanceof Exception known ? known : e;
            return new Attempt(batch, isTransient(cause), cause);
        }
        List<ProducedRecord> refused = new ArrayList<>();
        IllegalStateException cause = new IllegalStateException("no record was refused");
        for (int i = 0; i < batch.size(); i++) {
            PutRecordsResultEntry result = results.get(i);
            if (result.errorCode() == null) {
                listener.acknowledged(
                        batch.get(i), result.shardId(), "sequence " + result.sequenceNumber());
            } else {
                refused.add(batch.get(i));
                cause =
                        new IllegalStateException(
                                result.errorCode() + ": " + result.errorMessage());
            }
        }
        settle(batch.size() - refused.size());
        return new Attempt(refused, true, cause);
    }

    private static boolean isTransient(Exception cause) {
        if (cause instanceof SdkServiceException service) {
            return service instanceof ProvisionedThroughputExceededException
                    || service.isThrottlingException()
                    || service.statusCode() >= 500;
        }
        return cause instanceof SdkClientException
                || (cause instanceof SdkException other && other.retryable())
                || cause instanceof java.io.IOException;
    }

    private void settle(int records) {
        synchronized (settledLock) {
            settled += records;
            settledLock.notifyAll();
        }
    }

    @Override
    public void close() {
        sender.interrupt();
        try {
            sender.join(CLOSE_TIMEOUT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connection.close();
    }
}
