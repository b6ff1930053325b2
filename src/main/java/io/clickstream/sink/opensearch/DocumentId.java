package io.clickstream.sink.opensearch;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Limits ids to the 512 bytes that OpenSearch allows. It refuses a whole bulk with a longer id. */
final class DocumentId {

    private static final int MAX_BYTES = 512;

    private DocumentId() {}

    /** The id, or its SHA-256 in hexadecimal digits if it is too long. */
    static String of(String id) {
        // A char takes three bytes at most.
        if (id.length() <= MAX_BYTES / 3) {
            return id;
        }
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= MAX_BYTES ? id : sha256(bytes);
    }

    private static String sha256(byte[] bytes) {
        try {
            StringBuilder hex = new StringBuilder(64);
            for (byte b : MessageDigest.getInstance("SHA-256").digest(bytes)) {
                hex.append(Character.forDigit((b >> 4) & 0xf, 16))
                        .append(Character.forDigit(b & 0xf, 16));
            }
            return hex.toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
