package io.clickstream.sink.kafka;

import io.clickstream.deadletter.DeadLetterJson;
import io.clickstream.event.DeadLetter;
import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Creates one record per dead letter, with the reason as key, and with the time at which it was
 * found as timestamp.
 */
final class DeadLetterRecords implements KafkaRecordSerializationSchema<DeadLetter> {

    private static final long serialVersionUID = 1L;

    private final String topic;

    DeadLetterRecords(String topic) {
        this.topic = topic;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
            DeadLetter letter, KafkaSinkContext context, Long timestamp) {
        return record(topic, letter);
    }

    static ProducerRecord<byte[], byte[]> record(String topic, DeadLetter letter) {
        return new ProducerRecord<>(
                topic,
                null,
                letter.time(),
                letter.reason().label().getBytes(StandardCharsets.UTF_8),
                DeadLetterJson.toBytes(letter));
    }
}
