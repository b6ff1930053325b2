package io.clickstream.bench;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.URI;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.core.fs.BlockLocation;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream.Committer;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A file system that throws away what is written and only remembers, in this JVM, how many lines
 * each finished file had. So a job that writes files can be measured without what files cost.
 *
 * <p>Only Flink's file sink can use it: a file is there once it was committed, goes on after a
 * failure where it was when it was persisted, and can't be read.
 */
public final class DiscardingFileSystem extends PlainFileSystem {

    static final String SCHEME = "discard";

    private static final Map<Path, Long> FINISHED = new ConcurrentHashMap<>();

    /** Makes the file system known to Flink, which finds it on the class path. */
    public static final class Factory implements FileSystemFactory {

        @Override
        public String getScheme() {
            return SCHEME;
        }

        @Override
        public FileSystem create(URI uri) {
            return new DiscardingFileSystem();
        }
    }

    private DiscardingFileSystem() {}

    /** How many lines the finished files in a folder had, and in the folders below it. */
    static long lines(URI folder) {
        return FINISHED.entrySet().stream()
                .filter(file -> isIn(file.getKey(), folder))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Knows no more of the finished files in a folder, as if they were deleted. */
    static void forget(URI folder) {
        FINISHED.keySet().removeIf(file -> isIn(file, folder));
    }

    private static boolean isIn(Path file, URI folder) {
        return file.toString().startsWith(new Path(folder) + Path.SEPARATOR);
    }

    @Override
    public RecoverableWriter createRecoverableWriter() {
        return new Writer();
    }

    @Override
    public URI getUri() {
        return URI.create(SCHEME + ":///");
    }

    @Override
    public Path getWorkingDirectory() {
        return new Path(getUri());
    }

    @Override
    public Path getHomeDirectory() {
        return new Path(getUri());
    }

    @Override
    public FileStatus getFileStatus(Path file) throws IOException {
        throw new FileNotFoundException(file + " was thrown away, if it was there at all");
    }

    @Override
    public FileStatus[] listStatus(Path folder) {
        return new FileStatus[0];
    }

    @Override
    public BlockLocation[] getFileBlockLocations(FileStatus file, long start, long length) {
        return new BlockLocation[0];
    }

    @Override
    public FSDataInputStream open(Path file, int bufferSize) throws IOException {
        return open(file);
    }

    @Override
    public FSDataInputStream open(Path file) throws IOException {
        throw new FileNotFoundException(file + " was thrown away, if it was there at all");
    }

    @Override
    public FSDataOutputStream create(Path file, WriteMode overwrite) {
        throw new UnsupportedOperationException("Only the file sink can write here: " + file);
    }

    @Override
    public boolean mkdirs(Path folder) {
        return true;
    }

    @Override
    public boolean delete(Path file, boolean recursive) {
        return FINISHED.remove(file) != null;
    }

    @Override
    public boolean rename(Path from, Path to) {
        return false;
    }

    @Override
    public boolean isDistributedFS() {
        return false;
    }

    /** How far a file was written. */
    private record Position(Path file, long bytes, long lines)
            implements RecoverableWriter.ResumeRecoverable {}

    private static final class Positions<T extends RecoverableWriter.CommitRecoverable>
            implements SimpleVersionedSerializer<T> {

        private final Class<T> type;

        Positions(Class<T> type) {
            this.type = type;
        }

        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(T recoverable) throws IOException {
            Position position = (Position) recoverable;
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeUTF(position.file.toString());
            out.writeLong(position.bytes);
            out.writeLong(position.lines);
            return bytes.toByteArray();
        }

        @Override
        public T deserialize(int version, byte[] serialized) throws IOException {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
            return type.cast(new Position(new Path(in.readUTF()), in.readLong(), in.readLong()));
        }
    }

    private static final class Writer implements RecoverableWriter {

        @Override
        public RecoverableFsDataOutputStream open(Path file) {
            return new Lines(new Position(file, 0, 0));
        }

        @Override
        public RecoverableFsDataOutputStream recover(ResumeRecoverable resumable) {
            return new Lines((Position) resumable);
        }

        @Override
        public boolean requiresCleanupOfRecoverableState() {
            return false;
        }

        @Override
        public boolean cleanupRecoverableState(ResumeRecoverable resumable) {
            return false;
        }

        @Override
        public Committer recoverForCommit(CommitRecoverable recoverable) {
            return new Finish((Position) recoverable);
        }

        @Override
        public SimpleVersionedSerializer<CommitRecoverable> getCommitRecoverableSerializer() {
            return new Positions<>(CommitRecoverable.class);
        }

        @Override
        public SimpleVersionedSerializer<ResumeRecoverable> getResumeRecoverableSerializer() {
            return new Positions<>(ResumeRecoverable.class);
        }

        @Override
        public boolean supportsResume() {
            return true;
        }
    }

    private record Finish(Position position) implements Committer {

        @Override
        public void commit() {
            FINISHED.put(position.file, position.lines);
        }

        @Override
        public void commitAfterRecovery() {
            commit();
        }

        @Override
        public RecoverableWriter.CommitRecoverable getRecoverable() {
            return position;
        }
    }

    /** Counts ends of lines, eight bytes at a time, so that counting hardly costs anything. */
    private static final class Lines extends RecoverableFsDataOutputStream {

        private static final VarHandle LONG =
                MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
        private static final long EIGHT_ENDS = 0x0A0A_0A0A_0A0A_0A0AL;
        private static final long EIGHT_LOW_BITS = 0x7F7F_7F7F_7F7F_7F7FL;

        private final Path file;
        private long bytes;
        private long lines;

        Lines(Position position) {
            file = position.file;
            bytes = position.bytes;
            lines = position.lines;
        }

        @Override
        public void write(int b) {
            bytes++;
            lines += (byte) b == '\n' ? 1 : 0;
        }

        @Override
        public void write(byte[] written, int begin, int length) {
            Objects.checkFromIndexSize(begin, length, written.length);
            int end = begin + length;
            int i = begin;
            for (; i <= end - Long.BYTES; i += Long.BYTES) {
                // Has a zero where there is an end of a line.
                long others = (long) LONG.get(written, i) ^ EIGHT_ENDS;
                long notZero = (others & EIGHT_LOW_BITS) + EIGHT_LOW_BITS | others;
                lines += Long.bitCount(~(notZero | EIGHT_LOW_BITS));
            }
            for (; i < end; i++) {
                lines += written[i] == '\n' ? 1 : 0;
            }
            bytes += length;
        }

        @Override
        public long getPos() {
            return bytes;
        }

        @Override
        public void flush() {}

        @Override
        public void sync() {}

        @Override
        public RecoverableWriter.ResumeRecoverable persist() {
            return position();
        }

        @Override
        public Committer closeForCommit() {
            return new Finish(position());
        }

        private Position position() {
            return new Position(file, bytes, lines);
        }

        @Override
        public void close() {}
    }
}
