package io.clickstream.format.registry;

import io.clickstream.config.OptionalFields;
import io.clickstream.config.RegistryConfig;
import io.clickstream.format.AvroClickDecoder;
import io.clickstream.format.ClickDecoder;
import io.clickstream.format.ClickFields;
import io.clickstream.format.DecodingHaltedException;
import io.clickstream.format.MalformedRecordException;
import io.clickstream.metrics.ClickstreamMetrics;
import javax.annotation.Nullable;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;

/**
 * Decodes Avro with a schema registry header, each record with the schema that it was written with.
 * The Avro bytes are read in place, or in the buffer into which zlib has decompressed them.
 *
 * <p>While the registry is down, {@link #decode} waits, and so does the thread of the source's
 * subtask: it reads no further records, checkpoints wait, and event time stops downstream. Schemas
 * that are known need no registry. If a checkpoint waits for longer than the checkpoint timeout,
 * Flink restarts the job, which loses nothing and continues to wait.
 */
public final class RegistryClickDecoder implements ClickDecoder {

    private static final long serialVersionUID = 1L;

    private final RegistryConfig config;
    private final OptionalFields optional;
    private final int maxRecordBytes;

    private transient Counter lookups;
    private transient Counter retries;
    private transient RecordHeader header;
    private transient WriterSchemas schemas;
    private transient PackedBody body;
    @Nullable private transient AvroClickDecoder last;
    private transient long lastHigh;
    private transient long lastLow;

    /**
     * Creates a decoder that connects at its first record.
     *
     * @param optional the fields that filters need; a field that is not in a schema is always
     *     absent
     * @param maxRecordBytes the maximum length of a decompressed body, in bytes
     */
    public RegistryClickDecoder(
            RegistryConfig config, OptionalFields optional, int maxRecordBytes) {
        this.config = config;
        this.optional = optional;
        this.maxRecordBytes = maxRecordBytes;
    }

    @Override
    public void open(MetricGroup metrics) {
        lookups = ClickstreamMetrics.counter(metrics, ClickstreamMetrics.REGISTRY_LOOKUPS);
        retries = ClickstreamMetrics.counter(metrics, ClickstreamMetrics.REGISTRY_RETRIES);
    }

    @Override
    public void decode(byte[] record, ClickFields fields) throws MalformedRecordException {
        AvroClickDecoder decoder = decoder(record);
        if (header.packed) {
            int length = body.unpack(record, header.length());
            decoder.decode(body.bytes(), 0, length, fields);
        } else {
            decoder.decode(record, header.length(), record.length, fields);
        }
    }

    @Override
    public byte[] toJson(byte[] record, boolean decoded) throws MalformedRecordException {
        AvroClickDecoder decoder = decoder(record);
        if (header.packed) {
            int length = body.unpack(record, header.length());
            return decoder.toJson(body.bytes(), 0, length);
        }
        return decoder.toJson(record, header.length(), record.length);
    }

    private AvroClickDecoder decoder(byte[] record) throws MalformedRecordException {
        if (header == null) {
            begin();
        }
        header.read(record);
        AvroClickDecoder decoder = last;
        if (decoder == null || header.low != lastLow || header.high != lastHigh) {
            decoder = schemas.decoder(header.id());
            last = decoder;
            lastHigh = header.high;
            lastLow = header.low;
        }
        return decoder;
    }

    private void begin() {
        if (lookups == null) {
            lookups = new SimpleCounter();
            retries = new SimpleCounter();
        }
        SchemaRegistry registry;
        try {
            registry = SchemaRegistry.of(config);
        } catch (RuntimeException e) {
            throw new DecodingHaltedException(
                    "the client of the schema registry cannot be created: " + e.getMessage(), e);
        }
        schemas =
                new WriterSchemas(
                        new PatientRegistry(registry, config, lookups, retries),
                        optional,
                        config.unknownFor(),
                        System::nanoTime);
        body = new PackedBody(maxRecordBytes);
        header =
                config.type() == RegistryConfig.Type.GLUE
                        ? RecordHeader.ofGlue()
                        : RecordHeader.ofConfluent();
    }
}
