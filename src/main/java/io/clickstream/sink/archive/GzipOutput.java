package io.clickstream.sink.archive;

import com.intel.gkl.compression.IntelDeflater;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compresses with gzip (RFC 1952), in members of 128 KiB, as {@code bgzip} does. A member is
 * compressed by one call, so a file that is given up leaves nothing in native memory.
 *
 * <p>The compressor is Intel's ISA-L. It needs a fifth of the time of the JDK's, for fewer bytes.
 * Where it cannot be loaded, such as on ARM, the JDK's compresses instead.
 */
final class GzipOutput extends OutputStream {

    private static final Logger LOG = LoggerFactory.getLogger(GzipOutput.class);

    /** Larger members are no smaller in total, and do not fit into the processor's cache. */
    private static final int MEMBER_BYTES = 128 * 1024;

    /** RFC 1952, 2.3: no name, no time, the fastest algorithm (4), an unknown system (255). */
    private static final byte[] HEADER = {
        0x1f, (byte) 0x8b, Deflater.DEFLATED, 0, 0, 0, 0, 0, 4, (byte) 0xff
    };

    private static final int TRAILER_BYTES = 8;

    /** As many as threads have ever compressed at the same time. */
    private static final Queue<Packer> PACKERS = new ConcurrentLinkedQueue<>();

    private final OutputStream out;
    private final byte[] member = new byte[MEMBER_BYTES];
    private final CRC32 crc = new CRC32();
    private int length;

    GzipOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int value) throws IOException {
        if (length == MEMBER_BYTES) {
            writeMember();
        }
        member[length++] = (byte) value;
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        int next = from;
        int end = from + count;
        while (next < end) {
            if (length == MEMBER_BYTES) {
                writeMember();
            }
            int part = Math.min(end - next, MEMBER_BYTES - length);
            System.arraycopy(bytes, next, member, length, part);
            length += part;
            next += part;
        }
    }

    /** Writes the rest as the last member. Does not close the stream behind it. */
    @Override
    public void close() throws IOException {
        if (length > 0) {
            writeMember();
        }
        out.flush();
    }

    private void writeMember() throws IOException {
        Packer packer = PACKERS.poll();
        if (packer == null) {
            packer = new Packer();
        }
        try {
            int size = packer.pack(member, length, packer.packed);
            crc.reset();
            crc.update(member, 0, length);
            out.write(HEADER);
            out.write(packer.packed, 0, size);
            out.write(
                    ByteBuffer.allocate(TRAILER_BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putInt((int) crc.getValue())
                            .putInt(length)
                            .array());
            length = 0;
        } finally {
            PACKERS.add(packer);
        }
    }

    /** Compresses one member at a time. */
    static final class Packer {

        private static final boolean HAS_INTEL = loadIntel();

        private final Deflater deflater;

        /**
         * Data that can't be compressed grows by 5 bytes per 16 KiB with the JDK's compressor, and
         * by less with Intel's, which can't go on in a second buffer.
         */
        private final byte[] packed = new byte[MEMBER_BYTES + MEMBER_BYTES / 64];

        Packer() {
            this(HAS_INTEL);
        }

        Packer(boolean isIntel) {
            deflater =
                    isIntel
                            ? new IntelDeflater(Deflater.BEST_SPEED, true)
                            : new Deflater(Deflater.BEST_SPEED, true);
        }

        static boolean hasIntel() {
            return HAS_INTEL;
        }

        /** Returns the number of bytes in the result. */
        int pack(byte[] bytes, int count, byte[] packed) {
            deflater.reset();
            deflater.setInput(bytes, 0, count);
            deflater.finish();
            int size = deflater.deflate(packed, 0, packed.length);
            if (!deflater.finished()) {
                throw new IllegalStateException(
                        count + " bytes do not fit into " + packed.length + " compressed");
            }
            return size;
        }

        private static boolean loadIntel() {
            try {
                if (new IntelDeflater(Deflater.BEST_SPEED, true).load(null)) {
                    return true;
                }
            } catch (LinkageError | RuntimeException e) {
                LOG.debug("ISA-L can't be loaded", e);
            }
            LOG.info("This system can't load ISA-L; the JDK compresses the archive instead");
            return false;
        }
    }
}
