package io.clickstream.sink.kinesis;

import io.clickstream.config.KinesisStreamName;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.RawRecord;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.metrics.LimitedWarnings;
import io.clickstream.sink.DeadLetterOutlet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.aws.sink.throwable.AWSExceptionHandler;
import org.apache.flink.connector.aws.util.AWSCredentialFatalExceptionClassifiers;
import org.apache.flink.connector.base.sink.throwable.FatalExceptionClassifier;
import org.apache.flink.connector.base.sink.writer.AsyncSinkWriter;
import org.apache.flink.connector.base.sink.writer.BufferedRequestState;
import org.apache.flink.connector.base.sink.writer.ElementConverter;
import org.apache.flink.connector.base.sink.writer.ResultHandler;
import org.apache.flink.connector.base.sink.writer.config.AsyncSinkWriterConfiguration;
import org.apache.flink.connector.base.sink.writer.strategy.AIMDScalingStrategy;
import org.apache.flink.connector.base.sink.writer.strategy.CongestionControlRateLimitingStrategy;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.FlinkRuntimeException;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

/**
 * Writes records with PutRecords. Kinesis can refuse single records of a request; only these are
 * sent again, after a growing wait.
 *
 * <p>If the records of a key must stay in order, a request has at most one record per key, and the
 * next request waits for its answer. Kinesis itself does not keep the order within a request.
 */
final class KinesisWriter<T> extends AsyncSinkWriter<T, PutRecordsRequestEntry> {

    /** The name of this sink as the source of dead letters. */
    private static final String SOURCE = "kinesis";

    /** The longest key, 256 characters, in UTF-8. */
    private static final int MAX_KEY_BYTES = 1024;

    private static final long FIRST_WAIT_MILLIS = 100;
    private static final long LONGEST_WAIT_MILLIS = 5_000;
    private static final int MAX_DOUBLINGS = 6;

    /** How the number of records in flight changes, as in Flink's own Kinesis sink. */
    private static final int INCREASE = 10;

    private static final double DECREASE = 0.99;

    private final Converted<T> converted;
    private final KinesisClients clients;
    private final AWSExceptionHandler fatal;
    private final KinesisStreamName stream;
    private final boolean inOrder;
    private final DeadLetterOutlet outlet;
    private final Counter failedRecords;
    private final Counter tooLong;
    private final LimitedWarnings warnings =
            new LimitedWarnings(LoggerFactory.getLogger(KinesisWriter.class));

    @Nullable private DeadLetterOutlet.Writer letters;

    /** Submissions in a row of which nothing was stored. */
    private final AtomicInteger failures = new AtomicInteger();

    /** The record of the element being written, which is measured before it is taken. */
    static final class Converted<T> implements ElementConverter<T, PutRecordsRequestEntry> {

        private static final long serialVersionUID = 1L;

        private final ElementConverter<T, PutRecordsRequestEntry> converter;
        private transient PutRecordsRequestEntry record;

        Converted(ElementConverter<T, PutRecordsRequestEntry> converter) {
            this.converter = converter;
        }

        @Override
        public PutRecordsRequestEntry apply(T element, Context context) {
            return record;
        }
    }

    @SuppressWarnings(
            "deprecation") // Flink 2.2 offers another constructor, which 1.20 does not have.
    KinesisWriter(
            Converted<T> converted,
            WriterInitContext context,
            KinesisClients clients,
            KinesisStreamName stream,
            boolean inOrder,
            DeadLetterOutlet outlet,
            AsyncSinkWriterConfiguration configuration,
            Collection<BufferedRequestState<PutRecordsRequestEntry>> state) {
        super(converted, context, configuration, state);
        this.converted = converted;
        this.clients = clients;
        this.stream = stream;
        this.inOrder = inOrder;
        this.outlet = outlet;
        fatal = fatalFailures(stream);
        failedRecords = context.metricGroup().getNumRecordsOutErrorsCounter();
        tooLong =
                context.metricGroup()
                        .addGroup(ClickstreamMetrics.GROUP)
                        .counter(ClickstreamMetrics.DEAD_LETTERS + Reason.RESULT_TOO_LARGE.label());
    }

    /**
     * What waiting does not mend. An outage is not among it, although Flink's own sink ends the job
     * with any failure of the client, such as a connection that can't be made.
     */
    private static AWSExceptionHandler fatalFailures(KinesisStreamName stream) {
        return AWSExceptionHandler.withClassifier(
                FatalExceptionClassifier.createChain(
                        AWSCredentialFatalExceptionClassifiers
                                .getInvalidCredentialsExceptionClassifier(),
                        FatalExceptionClassifier.withRootCauseOfType(
                                ResourceNotFoundException.class,
                                cause ->
                                        new FlinkRuntimeException(
                                                "Stream "
                                                        + stream
                                                        + " does not exist; create it, or correct"
                                                        + " its name in `sink.kinesis`",
                                                cause))));
    }

    /**
     * How much is sent at a time.
     *
     * @param requests how many requests can be under way
     */
    static AsyncSinkWriterConfiguration configuration(
            int records, int requests, int buffered, long bytes, long millis, long recordBytes) {
        return AsyncSinkWriterConfiguration.builder()
                .setMaxBatchSize(records)
                .setMaxBatchSizeInBytes(bytes)
                .setMaxInFlightRequests(requests)
                .setMaxBufferedRequests(buffered)
                .setMaxTimeInBufferMS(millis)
                .setMaxRecordSizeInBytes(recordBytes)
                .setRateLimitingStrategy(
                        CongestionControlRateLimitingStrategy.builder()
                                .setMaxInFlightRequests(requests)
                                .setInitialMaxInFlightMessages(records)
                                .setScalingStrategy(
                                        AIMDScalingStrategy.builder(records * requests)
                                                .setIncreaseRate(INCREASE)
                                                .setDecreaseFactor(DECREASE)
                                                .build())
                                .build())
                .build();
    }

    @Override
    public void write(T element, Context context) throws IOException, InterruptedException {
        PutRecordsRequestEntry record = converted.converter.apply(element, context);
        int bytes = bytes(record);
        if (bytes > KinesisSink.MAX_RECORD_BYTES) {
            store(record, bytes);
            return;
        }
        converted.record = record;
        super.write(element, context);
    }

    /** Bytes that count for the limits: the data and the key. */
    private static int bytes(PutRecordsRequestEntry record) {
        return record.data().asByteArrayUnsafe().length
                + record.partitionKey().getBytes(StandardCharsets.UTF_8).length;
    }

    private void store(PutRecordsRequestEntry record, int bytes) {
        if (letters == null) {
            letters = outlet.open();
        }
        String detail =
                String.format(
                        "stream %s, key %s: the record has %d bytes with its key; Kinesis accepts"
                                + " at most %d. Set `aggregates / max-dept-list-size` lower",
                        stream, record.partitionKey(), bytes, KinesisSink.MAX_RECORD_BYTES);
        RawRecord raw =
                new RawRecord(
                        SOURCE,
                        stream.toString(),
                        record.partitionKey(),
                        record.data().asByteArrayUnsafe());
        letters.write(
                new DeadLetter(Reason.RESULT_TOO_LARGE, detail, raw, System.currentTimeMillis()));
        tooLong.inc();
        warnings.warn("A result is too long and becomes a dead letter: {}", detail);
    }

    @Override
    protected void submitRequestEntries(
            List<PutRecordsRequestEntry> records, ResultHandler<PutRecordsRequestEntry> result) {
        send(records, new Submission(records, result));
    }

    /** Records that Flink handed over together. They are sent in one request or several. */
    private static final class Submission {

        private final List<PutRecordsRequestEntry> records;
        private final ResultHandler<PutRecordsRequestEntry> result;
        private final Set<PutRecordsRequestEntry> stored =
                Collections.newSetFromMap(new IdentityHashMap<>());

        /** Keys with a record that is not stored, so that later ones must wait. */
        private final Set<String> blocked = new HashSet<>();

        Submission(
                List<PutRecordsRequestEntry> records,
                ResultHandler<PutRecordsRequestEntry> result) {
            this.records = records;
            this.result = result;
        }

        List<PutRecordsRequestEntry> notStored() {
            return records.stream()
                    .filter(record -> !stored.contains(record))
                    .collect(Collectors.toList());
        }
    }

    private void send(List<PutRecordsRequestEntry> rest, Submission submission) {
        List<PutRecordsRequestEntry> now = new ArrayList<>(rest.size());
        List<PutRecordsRequestEntry> later = new ArrayList<>();
        Set<String> keys = new HashSet<>(submission.blocked);
        for (PutRecordsRequestEntry record : rest) {
            if (!inOrder || keys.add(record.partitionKey())) {
                now.add(record);
            } else if (!submission.blocked.contains(record.partitionKey())) {
                later.add(record);
            }
        }
        if (now.isEmpty()) {
            finish(submission);
            return;
        }
        PutRecordsRequest request =
                PutRecordsRequest.builder()
                        .streamName(stream.arn().isPresent() ? null : stream.name())
                        .streamARN(stream.arn().orElse(null))
                        .records(now)
                        .build();
        CompletableFuture<?> unused =
                clients.kinesis()
                        .putRecords(request)
                        .whenComplete(
                                (response, failure) -> {
                                    try {
                                        if (failure != null) {
                                            fail(submission, failure);
                                        } else {
                                            note(now, response, submission);
                                            send(later, submission);
                                        }
                                    } catch (RuntimeException e) {
                                        submission.result.completeExceptionally(e);
                                    }
                                });
    }

    private void note(
            List<PutRecordsRequestEntry> sent, PutRecordsResponse response, Submission submission) {
        List<PutRecordsResultEntry> results = response.records();
        if (results.size() != sent.size()) {
            throw new FlinkRuntimeException(
                    "Kinesis answered for "
                            + results.size()
                            + " of "
                            + sent.size()
                            + " records of stream "
                            + stream);
        }
        for (int i = 0; i < sent.size(); i++) {
            PutRecordsResultEntry result = results.get(i);
            if (result.errorCode() == null) {
                submission.stored.add(sent.get(i));
            } else {
                submission.blocked.add(sent.get(i).partitionKey());
                warnings.warn(
                        "Stream {} refused records, which are sent again: {}: {}",
                        stream,
                        result.errorCode(),
                        result.errorMessage());
            }
        }
    }

    private void fail(Submission submission, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        if (fatal.consumeIfFatal(cause, getFatalExceptionCons())) {
            return;
        }
        warnings.warn("A request to stream {} failed and is sent again: {}", stream, cause);
        finish(submission);
    }

    private void finish(Submission submission) {
        List<PutRecordsRequestEntry> again = submission.notStored();
        if (again.isEmpty()) {
            failures.set(0);
            submission.result.complete();
            return;
        }
        failedRecords.inc(again.size());
        if (!submission.stored.isEmpty()) {
            // The stream accepts records, only not as many.
            failures.set(0);
        }
        long longest =
                Math.min(
                        FIRST_WAIT_MILLIS << Math.min(failures.getAndIncrement(), MAX_DOUBLINGS),
                        LONGEST_WAIT_MILLIS);
        // Subtasks do not return all at the same time.
        long wait = longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1);
        CompletableFuture.delayedExecutor(wait, TimeUnit.MILLISECONDS)
                .execute(() -> submission.result.retryForEntries(again));
    }

    /** Only the data, since the state of release 0.1.0 counts it so. */
    @Override
    protected long getSizeInBytes(PutRecordsRequestEntry record) {
        return record.data().asByteArrayUnsafe().length;
    }

    /** The most bytes of data in a request, which leaves room for keys. */
    static long maxDataBytes(int records, int bytes) {
        return bytes - (long) records * MAX_KEY_BYTES;
    }

    @Override
    public void flush(boolean endOfInput) throws InterruptedException {
        super.flush(endOfInput);
        if (letters != null) {
            letters.flush();
        }
    }

    @Override
    public void close() {
        super.close();
        try {
            if (letters != null) {
                letters.close();
            }
        } finally {
            clients.close();
        }
    }
}
