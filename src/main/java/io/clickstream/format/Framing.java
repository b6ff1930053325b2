package io.clickstream.format;

import java.nio.ByteBuffer;
import java.util.UUID;
import javax.annotation.Nullable;

/** Identifies by their first bytes records that their decoder cannot read. */
public final class Framing {

    /** The detail of a gzip record where none is expected. */
    public static final String IS_GZIP = "the record is gzip; set `format / compression` to `gzip`";

    private static final int CONFLUENT_HEADER = 5;
    private static final int GLUE_HEADER = 18;

    /**
     * Adds what an unreadable record is, if its first bytes show it.
     *
     * @param also whether to keep the decoder's message, because the bytes may mean something else
     */
    static MalformedRecordException explain(
            byte[] record, MalformedRecordException problem, boolean also) {
        String found = find(record);
        if (found == null) {
            return problem;
        }
        return new MalformedRecordException(
                problem.reason(), also ? found + " (" + problem.getMessage() + ")" : found);
    }

    /** What a record is, and which key to set; null if its first bytes do not show it. */
    @Nullable
    static String find(byte[] record) {
        if (isGzip(record)) {
            return IS_GZIP;
        }
        if (isConfluent(record)) {
            return registry("Confluent's, schema " + ByteBuffer.wrap(record, 1, 4).getInt());
        }
        if (record.length >= GLUE_HEADER && record[0] == 3 && (record[1] == 0 || record[1] == 5)) {
            ByteBuffer id = ByteBuffer.wrap(record, 2, 16);
            return registry("Glue's, schema version " + new UUID(id.getLong(), id.getLong()));
        }
        return null;
    }

    private static String registry(String header) {
        return "the record begins with a schema registry header ("
                + header
                + "); for Avro, set `format / type` to `avro` and add the group `registry`";
    }

    /** Whether a record begins like gzip (RFC 1952). */
    public static boolean isGzip(byte[] record) {
        return record.length > 2 && record[0] == 0x1f && (record[1] & 0xff) == 0x8b;
    }

    /**
     * Whether a record has Confluent's header. A bracket in UTF-16 or UTF-32 also begins with 0,
     * and is excluded.
     */
    private static boolean isConfluent(byte[] record) {
        return record.length > CONFLUENT_HEADER
                && record[0] == 0
                && record[1] == 0
                && !(record[2] == 0 && record[3] == '{' && record[4] == 0 && record[5] == 0);
    }

    private Framing() {}
}
