package io.clickstream.sink.kafka;

import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.aggregate.AggregateJson;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Creates one record per aggregate, with its key, and with the last millisecond of its window as
 * timestamp.
 */
final class AggregateRecords<T> implements TopicRecords<T> {

    private static final long serialVersionUID = 1L;

    private final String topic;
    private final AggregateFormat<T> format;
    private final AggregateJson<T> json;

    AggregateRecords(String topic, AggregateFormat<T> format) {
        this.topic = topic;
        this.format = format;
        this.json = new AggregateJson<>(format);
    }

    @Override
    public ProducerRecord<byte[], byte[]> record(T value, RecordLimit limit) {
        return new ProducerRecord<>(
                topic, null, format.timestamp(value), format.key(value), json.toBytes(value));
    }
}
