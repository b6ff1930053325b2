package io.clickstream.sort;

import io.clickstream.event.ClickBatch;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import javax.annotation.Nullable;

/**
 * Batches of clicks on disk: written one after the other, and read from any position that was the
 * end of a batch. For each batch, the length in bytes, and its clicks. Closing deletes the file.
 */
final class SpillFile implements Closeable {

    private static final int WRITE_BYTES = 256 * 1024;

    /** Less than for writing: a merge reads from many places in turns. */
    private static final int READ_BYTES = 64 * 1024;

    private final Path path;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(WRITE_BYTES);

    /** The number of bytes in the file, without those in the buffer. */
    private long written;

    /**
     * Creates a file.
     *
     * @throws IOException if it cannot be created; the message names it, and says what to do
     */
    SpillFile(Path path) throws IOException {
        this.path = path;
        try {
            channel =
                    FileChannel.open(
                            path,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw failed("created", e);
        }
    }

    private IOException failed(String what, IOException cause) {
        return new IOException(
                "The temporary file "
                        + path
                        + " can't be "
                        + what
                        + " after "
                        + written
                        + " bytes of clicks: "
                        + cause
                        + ". Free space on its disk, or name another folder: --temp-dir of a"
                        + " replay, io.tmp.dirs of a Flink cluster",
                cause);
    }

    /** Where the next batch will begin. */
    long position() {
        return written + buffer.position();
    }

    /** Adds a batch, whose bytes may be used again afterwards. */
    void write(ClickBatch batch) throws IOException {
        if (buffer.remaining() < Integer.BYTES + batch.length()) {
            flush();
        }
        if (buffer.remaining() < Integer.BYTES + batch.length()) {
            buffer.putInt(batch.length());
            flush();
            writeFully(ByteBuffer.wrap(batch.bytes(), 0, batch.length()));
            return;
        }
        buffer.putInt(batch.length());
        buffer.put(batch.bytes(), 0, batch.length());
    }

    private void flush() throws IOException {
        buffer.flip();
        writeFully(buffer);
        buffer.clear();
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
        try {
            while (bytes.hasRemaining()) {
                written += channel.write(bytes, written);
            }
        } catch (IOException e) {
            throw failed("written", e);
        }
    }

    /**
     * Reads batches.
     *
     * @param key of all of them
     * @param from the position of the first one
     * @param to the position behind the last one
     */
    Batches read(int key, long from, long to) throws IOException {
        flush();
        return new Batches(key, from, to);
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            Files.deleteIfExists(path);
        }
    }

    /** Batches that were written one after the other. */
    final class Batches {

        private final int key;
        private final long end;
        private final ByteBuffer read = ByteBuffer.allocate(READ_BYTES).limit(0);

        /** Where the buffer's content ends in the file. */
        private long position;

        private Batches(int key, long from, long to) {
            this.key = key;
            this.position = from;
            this.end = to;
        }

        /** The next batch, or null behind the last one. */
        @Nullable
        ClickBatch next() throws IOException {
            if (position == end && !read.hasRemaining()) {
                return null;
            }
            fill(Integer.BYTES);
            int length = read.getInt();
            // With room behind the clicks, so that nobody needs to copy them.
            byte[] bytes = new byte[length + Long.BYTES];
            int filled = 0;
            while (filled < length) {
                if (!read.hasRemaining()) {
                    fill(1);
                }
                int count = Math.min(length - filled, read.remaining());
                read.get(bytes, filled, count);
                filled += count;
            }
            return new ClickBatch(key, bytes, length);
        }

        private void fill(int least) throws IOException {
            if (read.remaining() >= least) {
                return;
            }
            read.compact();
            read.limit((int) Math.min(read.capacity(), read.position() + end - position));
            try {
                while (read.position() < least) {
                    int count = channel.read(read, position);
                    if (count < 0) {
                        throw new EOFException("the file ends at " + position);
                    }
                    position += count;
                }
            } catch (IOException e) {
                throw failed("read", e);
            }
            read.flip();
        }
    }
}
