package io.clickstream.sink.kafka;

import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.RawRecord;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.metrics.LimitedWarnings;
import io.clickstream.sink.DeadLetterOutlet;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import javax.annotation.Nullable;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.metrics.Counter;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.LoggerFactory;

/**
 * The connector's sink, in front of which records that the topic does not accept become dead
 * letters. The connector's producer would fail, and the job would restart for ever.
 *
 * <p>Each writer reads the topic's limit when it opens. If someone lowers the limit while the job
 * runs, the job restarts at most once.
 *
 * @param <T> the values
 * @param <S> the writer's state
 * @param <C> the committables
 */
final class LimitedSink<T, S, C> extends WrappedSink<T, S, C> {

    private static final long serialVersionUID = 1L;

    /** The name of this sink as the source of dead letters. */
    private static final String SOURCE = "kafka";

    private final String topic;
    private final TopicRecords<T> records;
    private final Properties properties;
    private final DeadLetterOutlet outlet;
    private final Connector<T, ? extends SupportsWriterState<T, S>> connector;

    /** Creates the connector's sink. */
    interface Connector<T, K> extends Serializable {
        K sink(Properties producer, KafkaRecordSerializationSchema<T> records);
    }

    private LimitedSink(
            String topic,
            TopicRecords<T> records,
            Properties properties,
            DeadLetterOutlet outlet,
            Connector<T, ? extends SupportsWriterState<T, S>> connector,
            Sink<T> sink,
            SupportsWriterState<T, S> state,
            SupportsCommitter<C> commits) {
        super(sink, state, commits);
        this.topic = topic;
        this.records = records;
        this.properties = properties;
        this.outlet = outlet;
        this.connector = connector;
    }

    /**
     * Creates a sink with the state of the connector's sink.
     *
     * @param properties the producer's settings
     * @param outlet where records go that the topic does not accept
     */
    static <T, S, C, K extends Sink<T> & SupportsWriterState<T, S> & SupportsCommitter<C>>
            LimitedSink<T, S, C> of(
                    String topic,
                    TopicRecords<T> records,
                    Properties properties,
                    DeadLetterOutlet outlet,
                    Connector<T, K> connector) {
        K sink = connector.sink(properties, new Measured<>());
        return new LimitedSink<>(topic, records, properties, outlet, connector, sink, sink, sink);
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) throws IOException {
        return restoreWriter(context, List.of());
    }

    @Override
    public StatefulSinkWriter<T, S> restoreWriter(WriterInitContext context, Collection<S> states)
            throws IOException {
        RecordLimit limit = RecordLimit.read(topic, properties);
        Measured<T> measured = new Measured<>();
        return new Writer<>(
                connector
                        .sink(limit.withBatchSize(properties), measured)
                        .restoreWriter(context, states),
                measured,
                records,
                limit,
                topic,
                outlet,
                ClickstreamMetrics.deadLetters(context.metricGroup(), Reason.RESULT_TOO_LARGE));
    }

    /** The record of the value being written, which is measured before it is passed on. */
    private static final class Measured<T> implements KafkaRecordSerializationSchema<T> {

        private static final long serialVersionUID = 1L;

        @Nullable private transient ProducerRecord<byte[], byte[]> record;

        @Override
        @Nullable
        public ProducerRecord<byte[], byte[]> serialize(
                T value, KafkaSinkContext context, Long timestamp) {
            return record;
        }
    }

    @SuppressWarnings("try") // Flink's own close() may be interrupted.
    private static final class Writer<T, S, C>
            implements StatefulSinkWriter<T, S>, CommittingSinkWriter<T, C> {

        private final StatefulSinkWriter<T, S> writer;
        private final Measured<T> measured;
        private final TopicRecords<T> records;
        private final RecordLimit limit;
        private final String topic;
        private final DeadLetterOutlet outlet;
        private final Counter tooLarge;
        private final LimitedWarnings warnings =
                new LimitedWarnings(LoggerFactory.getLogger(LimitedSink.class));

        @Nullable private DeadLetterOutlet.Writer letters;

        Writer(
                StatefulSinkWriter<T, S> writer,
                Measured<T> measured,
                TopicRecords<T> records,
                RecordLimit limit,
                String topic,
                DeadLetterOutlet outlet,
                Counter tooLarge) {
            this.writer = writer;
            this.measured = measured;
            this.records = records;
            this.limit = limit;
            this.topic = topic;
            this.outlet = outlet;
            this.tooLarge = tooLarge;
        }

        @Override
        public void write(T value, Context context) throws IOException, InterruptedException {
            ProducerRecord<byte[], byte[]> record = records.record(value, limit);
            Optional<String> why = limit.whyRefused(record);
            if (why.isPresent()) {
                store(record, why.get());
                return;
            }
            measured.record = record;
            writer.write(value, context);
        }

        private void store(ProducerRecord<byte[], byte[]> record, String why) {
            if (letters == null) {
                letters = outlet.open();
            }
            RawRecord raw =
                    new RawRecord(
                            SOURCE,
                            topic,
                            new String(record.key(), StandardCharsets.UTF_8),
                            record.value());
            letters.write(
                    new DeadLetter(Reason.RESULT_TOO_LARGE, why, raw, System.currentTimeMillis()));
            tooLarge.inc();
            warnings.warn("A result is too large and becomes a dead letter: {}", why);
        }

        @Override
        public void writeWatermark(Watermark watermark) throws IOException, InterruptedException {
            writer.writeWatermark(watermark);
        }

        @Override
        public void flush(boolean endOfInput) throws IOException, InterruptedException {
            writer.flush(endOfInput);
            if (letters != null) {
                letters.flush();
            }
        }

        @Override
        @SuppressWarnings("unchecked") // The connector's sink has both types.
        public Collection<C> prepareCommit() throws IOException, InterruptedException {
            return ((CommittingSinkWriter<T, C>) writer).prepareCommit();
        }

        @Override
        public List<S> snapshotState(long checkpointId) throws IOException {
            return writer.snapshotState(checkpointId);
        }

        @Override
        public void close() throws Exception {
            try {
                writer.close();
            } finally {
                if (letters != null) {
                    letters.close();
                }
            }
        }
    }
}
