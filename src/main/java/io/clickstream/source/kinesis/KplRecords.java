package io.clickstream.source.kinesis;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import software.amazon.kinesis.retrieval.kpl.Messages.AggregatedRecord;

/**
 * Unpacks records that the Kinesis Producer Library has aggregated into one.
 *
 * <p>Such a record is a magic number, a protocol buffer, and its MD5 sum. Anything else is a single
 * record, as for Amazon's client library.
 *
 * <p>All records inside are kept, whichever shard their own keys hash to. Amazon's library and
 * Flink's older consumer silently drop records whose key hashes outside the shard, because after a
 * reshard a producer with an old shard map may pack keys of both children into one record. But an
 * aggregated record is stored and read once, in one shard, so its content is read once: nothing is
 * duplicated, and dropping would lose records.
 */
final class KplRecords {

    private static final byte[] MAGIC = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};
    private static final int MD5_LENGTH = 16;

    /**
     * The records that are packed into this one.
     *
     * @return null if it is not an aggregated record
     */
    static List<byte[]> unpack(byte[] record) {
        int end = record.length - MD5_LENGTH;
        if (end < MAGIC.length
                || !Arrays.equals(record, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                || !Arrays.equals(
                        md5(record, MAGIC.length, end),
                        0,
                        MD5_LENGTH,
                        record,
                        end,
                        record.length)) {
            return null;
        }
        try {
            return AggregatedRecord.parseFrom(
                            ByteString.copyFrom(record, MAGIC.length, end - MAGIC.length))
                    .getRecordsList()
                    .stream()
                    .map(packed -> packed.getData().toByteArray())
                    .collect(Collectors.toList());
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }

    private static byte[] md5(byte[] bytes, int begin, int end) {
        try {
            MessageDigest md5 = MessageDigest.getInstance("MD5");
            md5.update(bytes, begin, end - begin);
            return md5.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has MD5", e);
        }
    }

    private KplRecords() {}
}
