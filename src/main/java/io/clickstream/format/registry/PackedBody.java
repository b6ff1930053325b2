package io.clickstream.format.registry;

import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.format.MalformedRecordException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decompresses zlib bodies into a buffer that is reused for all records. A few bytes can decompress
 * to gigabytes, so it stops at a limit.
 */
final class PackedBody {

    private static final int FIRST_SIZE = 4096;

    private final Inflater inflater = new Inflater();
    private final int limit;
    private byte[] unpacked;

    /**
     * Creates a decompressor.
     *
     * @param limit the maximum size of a decompressed body, in bytes
     */
    PackedBody(int limit) {
        this.limit = limit;
        this.unpacked = new byte[Math.min(FIRST_SIZE, capacity())];
    }

    /** One byte more than the limit, so that a longer body is detected. */
    private int capacity() {
        // Some JVMs can't make longer arrays.
        return (int) Math.min(limit + 1L, Integer.MAX_VALUE - 8);
    }

    /** The buffer with the last body; longer than the body. */
    byte[] bytes() {
        return unpacked;
    }

    /**
     * Decompresses the rest of a record.
     *
     * @return the length of the body
     * @throws MalformedRecordException if it is not zlib, or too long
     */
    int unpack(byte[] record, int from) throws MalformedRecordException {
        inflater.reset();
        inflater.setInput(record, from, record.length - from);
        int length = 0;
        try {
            while (!inflater.finished()) {
                if (length == unpacked.length) {
                    unpacked =
                            Arrays.copyOf(
                                    unpacked, (int) Math.min(capacity(), 2L * unpacked.length));
                }
                int more = inflater.inflate(unpacked, length, unpacked.length - length);
                length += more;
                if (length > limit) {
                    throw new MalformedRecordException(
                            Reason.TOO_LARGE,
                            record.length
                                    + " bytes of zlib that decompress to more than "
                                    + limit
                                    + " bytes, the maximum");
                }
                if (more == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw new MalformedRecordException(
                            inflater.needsInput()
                                    ? "the record ends inside the zlib data"
                                    : "the zlib data needs a dictionary, which Glue does not use");
                }
            }
        } catch (DataFormatException e) {
            throw new MalformedRecordException("not compressed with zlib: " + e.getMessage());
        }
        if (inflater.getRemaining() > 0) {
            throw new MalformedRecordException(
                    "there are " + inflater.getRemaining() + " bytes after the zlib data");
        }
        return length;
    }
}
