package io.clickstream.sink.kafka;

import io.clickstream.deadletter.DeadLetterJson;
import io.clickstream.event.DeadLetter;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Creates one record per dead letter, with the reason as key, and with the time at which it was
 * found as timestamp. A letter that is too long for the topic has only the beginning of its record.
 */
final class DeadLetterRecords implements TopicRecords<DeadLetter> {

    private static final long serialVersionUID = 1L;

    private final String topic;

    DeadLetterRecords(String topic) {
        this.topic = topic;
    }

    @Override
    public ProducerRecord<byte[], byte[]> record(DeadLetter letter, RecordLimit limit) {
        byte[] key = letter.reason().label().getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(
                topic,
                null,
                letter.time(),
                key,
                DeadLetterJson.toBytes(letter, limit.maxValueBytes(key)));
    }
}
