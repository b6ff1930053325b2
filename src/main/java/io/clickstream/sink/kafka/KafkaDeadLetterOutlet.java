package io.clickstream.sink.kafka;

import io.clickstream.event.DeadLetter;
import io.clickstream.sink.DeadLetterOutlet;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Properties;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes the dead letters of other sinks to the topic, with its own producer. */
final class KafkaDeadLetterOutlet implements DeadLetterOutlet {

    private static final long serialVersionUID = 1L;

    private final Properties producerProperties;
    private final String topic;

    KafkaDeadLetterOutlet(Properties producerProperties, String topic) {
        this.producerProperties = producerProperties;
        this.topic = topic;
    }

    @Override
    public Writer open() {
        RecordLimit limit;
        try {
            limit = RecordLimit.read(topic, producerProperties);
        } catch (InterruptedIOException e) {
            throw new UncheckedIOException(e);
        }
        return new TopicWriter(
                new KafkaProducer<>(
                        limit.withBatchSize(producerProperties),
                        new ByteArraySerializer(),
                        new ByteArraySerializer()),
                topic,
                limit);
    }

    private static final class TopicWriter implements Writer {

        private final KafkaProducer<byte[], byte[]> producer;
        private final String topic;
        private final DeadLetterRecords records;
        private final RecordLimit limit;

        /** Set by the producer's thread. */
        private volatile Exception failure;

        TopicWriter(KafkaProducer<byte[], byte[]> producer, String topic, RecordLimit limit) {
            this.producer = producer;
            this.topic = topic;
            this.records = new DeadLetterRecords(topic);
            this.limit = limit;
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // The callback says how it ended.
        public void write(DeadLetter letter) {
            producer.send(
                    records.record(letter, limit),
                    (metadata, exception) -> {
                        if (exception != null) {
                            failure = exception;
                        }
                    });
        }

        @Override
        public void flush() {
            producer.flush();
            if (failure != null) {
                throw new FlinkRuntimeException(
                        "Dead letters could not be written to topic " + topic, failure);
            }
        }

        @Override
        public void close() {
            try {
                // All that matters is flushed.
                producer.close(Duration.ZERO);
            } catch (InterruptException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
