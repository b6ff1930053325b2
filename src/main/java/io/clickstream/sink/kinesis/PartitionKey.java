package io.clickstream.sink.kinesis;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Makes keys that Kinesis accepts: 1 to 256 characters. */
final class PartitionKey {

    private static final int LONGEST = 256;

    /** The key itself; its SHA-256 if it is too long; a dash if it is empty. */
    static String of(String key) {
        if (key.isEmpty()) {
            return "-";
        }
        if (key.codePointCount(0, key.length()) <= LONGEST) {
            return key;
        }
        try {
            byte[] sum =
                    MessageDigest.getInstance("SHA-256")
                            .digest(key.getBytes(StandardCharsets.UTF_8));
            return new BigInteger(1, sum).toString(16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    private PartitionKey() {}
}
