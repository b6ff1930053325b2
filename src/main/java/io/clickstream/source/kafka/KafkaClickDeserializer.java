package io.clickstream.source.kafka;

import io.clickstream.event.EventTypes;
import io.clickstream.event.Incoming;
import io.clickstream.event.RawRecord;
import io.clickstream.source.RecordDecoder;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;

/**
 * Converts every record of a topic, and every record that was packed into one, to exactly one click
 * or dead letter.
 */
final class KafkaClickDeserializer implements KafkaRecordDeserializationSchema<Incoming> {

    private static final long serialVersionUID = 1L;

    private static final byte[] NO_VALUE = new byte[0];

    private final RecordDecoder decoder;

    KafkaClickDeserializer(RecordDecoder decoder) {
        this.decoder = decoder;
    }

    @Override
    public void open(DeserializationSchema.InitializationContext context) {
        decoder.open(context.getMetricGroup());
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Incoming> out) {
        byte[] value = record.value() == null ? NO_VALUE : record.value();
        RawRecord raw = new RawRecord(record.topic(), record.partition(), record.offset(), value);
        // The other kind of timestamp is what a producer claims.
        if (record.timestampType() == TimestampType.LOG_APPEND_TIME) {
            raw.setArrival(record.timestamp());
        }
        if (decoder.unpacks(value)) {
            decoder.unpack(raw, out::collect);
        } else {
            out.collect(decoder.decode(raw));
        }
    }

    @Override
    public TypeInformation<Incoming> getProducedType() {
        return EventTypes.INCOMING;
    }
}
