package io.clickstream.tools.produce;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Where Kinesis puts a partition key: its MD5, which a shard has a range of. */
final class HashKey {

    /** How finely {@link #bucket} divides all keys. */
    static final int BUCKETS = 1 << 16;

    /** The part of all keys, in equal parts, that a key is in: the first 16 bits of its MD5. */
    static int bucket(String key) {
        byte[] hash = md5().digest(key.getBytes(StandardCharsets.UTF_8));
        return Byte.toUnsignedInt(hash[0]) << Byte.SIZE | Byte.toUnsignedInt(hash[1]);
    }

    /** The shard, from 0, that has a part of all keys where shards have equal shares. */
    static int shard(int bucket, int shards) {
        return (int) ((long) bucket * shards / BUCKETS);
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }

    private HashKey() {}
}
