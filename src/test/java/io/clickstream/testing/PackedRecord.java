package io.clickstream.testing;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import software.amazon.kinesis.retrieval.kpl.Messages;

/** Packs records into one, as the Kinesis Producer Library does. */
public final class PackedRecord {

    private static final byte[] MAGIC = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};

    /** A packed record, whose records all have the same key. */
    public static byte[] of(String partitionKey, List<byte[]> records) {
        Messages.AggregatedRecord.Builder packed =
                Messages.AggregatedRecord.newBuilder().addPartitionKeyTable(partitionKey);
        for (byte[] record : records) {
            packed.addRecords(
                    Messages.Record.newBuilder()
                            .setPartitionKeyIndex(0)
                            .setData(ByteString.copyFrom(record)));
        }
        return of(packed.build().toByteArray());
    }

    /** Magic number, body and the body's sum. */
    public static byte[] of(byte[] body) {
        try {
            byte[] sum = MessageDigest.getInstance("MD5").digest(body);
            return ByteBuffer.allocate(MAGIC.length + body.length + sum.length)
                    .put(MAGIC)
                    .put(body)
                    .put(sum)
                    .array();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has MD5", e);
        }
    }

    private PackedRecord() {}
}
