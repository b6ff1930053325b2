package io.clickstream.format.registry;

import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.format.MalformedRecordException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Unpacks bodies that zlib has packed, into a buffer that serves all records. A few bytes may be
 * made to unpack into gigabytes, so it stops at the limit.
 */
final class PackedBody {

    private static final int FIRST_SIZE = 4096;

    private final Inflater inflater = new Inflater();
    private final int limit;
    private byte[] unpacked;

    /**
     * @param limit bytes that a body may have, unpacked
     */
    PackedBody(int limit) {
        this.limit = limit;
        this.unpacked = new byte[Math.min(FIRST_SIZE, capacity())];
    }

    /** One more than allowed, so that too much shows. */
    private int capacity() {
        // Some JVMs can't make longer arrays.
        return (int) Math.min(limit + 1L, Integer.MAX_VALUE - 8);
    }

    /** What the last body unpacked into; longer than it. */
    byte[] bytes() {
        return unpacked;
    }

    /**
     * Unpacks the rest of a record.
     *
     * @return the length of the body
     * @throws MalformedRecordException if it is not zlib's, or too long
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
