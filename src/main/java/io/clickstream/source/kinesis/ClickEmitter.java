package io.clickstream.source.kinesis;

import io.clickstream.event.Incoming;
import io.clickstream.event.RawRecord;
import io.clickstream.source.RecordDecoder;
import java.util.List;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * Converts every record of a shard, and every record that was packed into one, to exactly one click
 * or dead letter. No snapshot occurs between the records of a package, so the package's sequence
 * number is sufficient as position.
 */
final class ClickEmitter implements RecordEmitter<Record, Incoming, ShardState> {

    private static final String EMPTY_PACKAGE =
            "an aggregated record of the Kinesis Producer Library without records; it must"
                    + " contain at least one";

    private final String stream;
    private final RecordDecoder decoder;

    ClickEmitter(String stream, RecordDecoder decoder) {
        this.stream = stream;
        this.decoder = decoder;
    }

    @Override
    public void emitRecord(Record record, SourceOutput<Incoming> output, ShardState shard) {
        String sequenceNumber = record.sequenceNumber();
        // Nobody else has these bytes, nor will they be changed.
        byte[] bytes = record.data().asByteArrayUnsafe();
        long arrival =
                record.approximateArrivalTimestamp() == null
                        ? RawRecord.UNKNOWN_ARRIVAL
                        : record.approximateArrivalTimestamp().toEpochMilli();
        List<byte[]> packed = KplRecords.unpack(bytes);
        if (packed == null || packed.isEmpty()) {
            RawRecord raw = new RawRecord(stream, shard.shardId(), sequenceNumber, bytes);
            raw.setArrival(arrival);
            if (packed == null) {
                emit(raw, output, arrival);
            } else {
                output.collect(decoder.malformed(raw, EMPTY_PACKAGE), arrival);
            }
        } else {
            for (int i = 0; i < packed.size(); i++) {
                RawRecord raw =
                        new RawRecord(stream, shard.shardId(), sequenceNumber, i, packed.get(i));
                raw.setArrival(arrival);
                emit(raw, output, arrival);
            }
        }
        shard.readUpTo(sequenceNumber);
    }

    private void emit(RawRecord raw, SourceOutput<Incoming> output, long arrival) {
        if (decoder.unpacks(raw.bytes())) {
            decoder.unpack(raw, each -> output.collect(each, arrival));
        } else {
            output.collect(decoder.decode(raw), arrival);
        }
    }
}
