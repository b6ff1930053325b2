package io.clickstream.sink.kinesis;

import io.clickstream.config.KinesisStreamName;
import io.clickstream.flink.WriterSink;
import io.clickstream.sink.DeadLetterOutlet;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.base.sink.AsyncSinkBase;
import org.apache.flink.connector.base.sink.writer.BufferedRequestState;
import org.apache.flink.connector.base.sink.writer.ElementConverter;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/** A stream, written at least once; see {@link KinesisWriter}. */
final class KinesisSink<T> extends AsyncSinkBase<T, PutRecordsRequestEntry>
        implements WriterSink<T> {

    private static final long serialVersionUID = 1L;

    /** Limits of PutRecords: records and bytes of a request, and bytes of a record. */
    static final int MAX_RECORDS = 500;

    static final int MAX_BYTES = 5 << 20;
    static final int MAX_RECORD_BYTES = 1 << 20;

    private static final int MAX_BUFFERED = 10_000;
    private static final long MAX_MILLIS_IN_BUFFER = 1_000;

    /** So that a later record of a key is not sent before an earlier one is stored. */
    private static final int IN_FLIGHT_IN_ORDER = 1;

    private static final int IN_FLIGHT = 50;

    private final Properties clientProperties;
    private final KinesisStreamName stream;
    private final boolean inOrder;
    private final DeadLetterOutlet outlet;

    /**
     * Creates a sink.
     *
     * @param inOrder whether the records of a key stay in their order
     * @param outlet of records that are too long for Kinesis
     */
    KinesisSink(
            Properties clientProperties,
            KinesisStreamName stream,
            ElementConverter<T, PutRecordsRequestEntry> converter,
            boolean inOrder,
            DeadLetterOutlet outlet) {
        super(
                converter,
                MAX_RECORDS,
                inOrder ? IN_FLIGHT_IN_ORDER : IN_FLIGHT,
                MAX_BUFFERED,
                KinesisWriter.maxDataBytes(MAX_RECORDS, MAX_BYTES),
                MAX_MILLIS_IN_BUFFER,
                MAX_RECORD_BYTES);
        this.clientProperties = clientProperties;
        this.stream = stream;
        this.inOrder = inOrder;
        this.outlet = outlet;
    }

    @Override
    public KinesisWriter<T> createWriter(WriterInitContext context) {
        return restoreWriter(context, List.of());
    }

    @Override
    public KinesisWriter<T> restoreWriter(
            WriterInitContext context,
            Collection<BufferedRequestState<PutRecordsRequestEntry>> state) {
        return new KinesisWriter<>(
                new KinesisWriter.Converted<>(getElementConverter()),
                context,
                new KinesisClients(clientProperties),
                stream,
                inOrder,
                outlet,
                KinesisWriter.configuration(
                        getMaxBatchSize(),
                        getMaxInFlightRequests(),
                        getMaxBufferedRequests(),
                        getMaxBatchSizeInBytes(),
                        getMaxTimeInBufferMS(),
                        getMaxRecordSizeInBytes()),
                state);
    }

    @Override
    public SimpleVersionedSerializer<BufferedRequestState<PutRecordsRequestEntry>>
            getWriterStateSerializer() {
        return new KinesisWriterState();
    }
}
