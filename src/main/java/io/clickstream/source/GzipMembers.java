package io.clickstream.source;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * Decompresses gzip (RFC 1952) with any number of members, and zeros after them as padding.
 *
 * <p>{@link java.util.zip.GZIPInputStream} is not used for two reasons. It calls itself once for
 * every empty member, so a small record of empty members ends in a {@link StackOverflowError}. It
 * also ignores what follows a member if the stream reports that no bytes are available, or if the
 * next header is damaged.
 */
final class GzipMembers extends InputStream {

    private static final int BUFFER_BYTES = 64 * 1024;

    private static final int MAGIC_1 = 0x1f;
    private static final int MAGIC_2 = 0x8b;
    private static final int DEFLATE = 8;

    private static final int HAS_HEADER_CRC = 1 << 1;
    private static final int HAS_EXTRA = 1 << 2;
    private static final int HAS_NAME = 1 << 3;
    private static final int HAS_COMMENT = 1 << 4;
    private static final int RESERVED = 0xe0;

    /** The modification time, the extra flags, and the operating system. */
    private static final int UNUSED_HEADER_BYTES = 6;

    private final InputStream in;
    private final byte[] buffer;
    private int position;
    private int limit;

    private final Inflater inflater = new Inflater(true);

    /** The checksum of the member's data. */
    private final CRC32 dataCrc = new CRC32();

    /** The checksum of the member's header. */
    private final CRC32 headerCrc = new CRC32();

    private boolean inMember;
    private boolean isAtEnd;

    /**
     * Reads the header of the first member.
     *
     * @throws EOFException if the stream ends inside the header
     * @throws ZipException if it is not a gzip header
     */
    GzipMembers(InputStream in) throws IOException {
        this(in, BUFFER_BYTES);
    }

    /**
     * Reads the header of the first member.
     *
     * @param bufferBytes the number of bytes that are read from the stream at once
     * @throws EOFException if the stream ends inside the header
     * @throws ZipException if it is not a gzip header
     */
    GzipMembers(InputStream in, int bufferBytes) throws IOException {
        this.in = in;
        this.buffer = new byte[bufferBytes];
        try {
            readHeader();
        } catch (IOException e) {
            inflater.end();
            throw e;
        }
        inMember = true;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /**
     * Reads decompressed bytes. Bytes before damaged data are returned before the exception is
     * thrown.
     *
     * @throws EOFException if the stream ends inside a member
     * @throws ZipException if the data is damaged, or something other than gzip follows it
     */
    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!isAtEnd) {
            if (!inMember) {
                inMember = nextMember();
                isAtEnd = !inMember;
                continue;
            }
            int count = inflate(bytes, offset, length);
            if (count > 0) {
                dataCrc.update(bytes, offset, count);
                return count;
            }
            if (inflater.finished()) {
                position = limit - inflater.getRemaining();
                checkTrailer();
                inMember = false;
            } else if (inflater.needsDictionary()) {
                throw new ZipException("a member needs a dictionary, which gzip does not support");
            } else {
                if (position == limit && !fill()) {
                    throw new EOFException("the stream ends inside a member");
                }
                inflater.setInput(buffer, position, limit - position);
                position = limit;
            }
        }
        return -1;
    }

    private int inflate(byte[] bytes, int offset, int length) throws ZipException {
        try {
            return inflater.inflate(bytes, offset, length);
        } catch (DataFormatException e) {
            throw damaged(e.getMessage() == null ? "the data is damaged" : e.getMessage());
        }
    }

    private void checkTrailer() throws IOException {
        if (nextInt() != dataCrc.getValue()) {
            throw damaged("the checksum of a member is wrong");
        }
        if (nextInt() != (inflater.getBytesWritten() & 0xffffffffL)) {
            throw damaged("the length of a member is wrong");
        }
    }

    /** Skips padding and reads the header of the next member; false at the end of the stream. */
    private boolean nextMember() throws IOException {
        do {
            if (position == limit && !fill()) {
                return false;
            }
        } while (buffer[position++] == 0);
        position--;
        readHeader();
        inflater.reset();
        dataCrc.reset();
        return true;
    }

    private void readHeader() throws IOException {
        headerCrc.reset();
        if (nextOfHeader() != MAGIC_1 || nextOfHeader() != MAGIC_2) {
            throw damaged("there is something other than gzip where a member must begin");
        }
        if (nextOfHeader() != DEFLATE) {
            throw damaged("the compression of a member is not deflate");
        }
        int flags = nextOfHeader();
        if ((flags & RESERVED) != 0) {
            throw damaged("the header of a member has unknown flags");
        }
        skipOfHeader(UNUSED_HEADER_BYTES);
        if ((flags & HAS_EXTRA) != 0) {
            int low = nextOfHeader();
            skipOfHeader(nextOfHeader() << 8 | low);
        }
        if ((flags & HAS_NAME) != 0) {
            skipTextOfHeader();
        }
        if ((flags & HAS_COMMENT) != 0) {
            skipTextOfHeader();
        }
        if ((flags & HAS_HEADER_CRC) != 0) {
            long crc = headerCrc.getValue() & 0xffff;
            int low = next();
            if ((next() << 8 | low) != crc) {
                throw damaged("the checksum of the header of a member is wrong");
            }
        }
    }

    private void skipOfHeader(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            nextOfHeader();
        }
    }

    private void skipTextOfHeader() throws IOException {
        int next = nextOfHeader();
        while (next != 0) {
            next = nextOfHeader();
        }
    }

    private int nextOfHeader() throws IOException {
        int next = next();
        headerCrc.update(next);
        return next;
    }

    private long nextInt() throws IOException {
        long value = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            value |= (long) next() << shift;
        }
        return value;
    }

    private int next() throws IOException {
        if (position == limit && !fill()) {
            throw new EOFException("the stream ends inside a member");
        }
        return buffer[position++] & 0xff;
    }

    /** Fills the buffer; false at the end of the stream. */
    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer));
        return limit > 0;
    }

    private static ZipException damaged(String what) {
        return new ZipException(what);
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
