package io.clickstream.sink.kinesis;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.base.sink.writer.AsyncSinkWriterStateSerializer;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * Records that were not stored at a checkpoint. The layout is that of version 1 of Flink's Kinesis
 * connector, which release 0.1.0 used: the data, then the length of the partition key and its UTF-8
 * bytes. That connector wrote the length in characters, so it could not read keys with characters
 * other than ASCII; here, the length is in bytes.
 */
final class KinesisWriterState extends AsyncSinkWriterStateSerializer<PutRecordsRequestEntry> {

    @Override
    protected void serializeRequestToStream(PutRecordsRequestEntry record, DataOutputStream out)
            throws IOException {
        out.write(record.data().asByteArrayUnsafe());
        byte[] key = record.partitionKey().getBytes(StandardCharsets.UTF_8);
        out.writeInt(key.length);
        out.write(key);
    }

    @Override
    protected PutRecordsRequestEntry deserializeRequestFromStream(
            long dataBytes, DataInputStream in) throws IOException {
        byte[] data = new byte[(int) dataBytes];
        in.readFully(data);
        byte[] key = new byte[in.readInt()];
        in.readFully(key);
        return PutRecordsRequestEntry.builder()
                .data(SdkBytes.fromByteArrayUnsafe(data))
                .partitionKey(new String(key, StandardCharsets.UTF_8))
                .build();
    }

    @Override
    public int getVersion() {
        return 1;
    }
}
