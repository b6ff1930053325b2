package io.clickstream.sink.kafka;

import io.clickstream.event.DeadLetter;
import io.clickstream.sink.DeadLetterOutlet;
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
        return new TopicWriter(
                new KafkaProducer<>(
                        producerProperties, new ByteArraySerializer(), new ByteArraySerializer()),
                topic);
    }

    private static final class TopicWriter implements Writer {

        private final KafkaProducer<byte[], byte[]> producer;
        private final String topic;

        /** Set by the producer's thread. */
        private volatile Exception failure;

        TopicWriter(KafkaProducer<byte[], byte[]> producer, String topic) {
            this.producer = producer;
            this.topic = topic;
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // The callback says how it ended.
        public void write(DeadLetter letter) {
            producer.send(
                    DeadLetterRecords.record(topic, letter),
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
