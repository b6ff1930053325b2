package io.clickstream.sink.kafka;

import java.io.Serializable;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Creates the record of a value for a topic. */
interface TopicRecords<T> extends Serializable {

    /**
     * Creates one record.
     *
     * @param limit what the topic accepts; a record that cannot be made shorter may be above it
     */
    ProducerRecord<byte[], byte[]> record(T value, RecordLimit limit);
}
