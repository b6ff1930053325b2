package io.clickstream.sink.archive;

import io.clickstream.event.FolderAssigner;
import io.clickstream.flink.WriterSink;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.connector.file.sink.FileSinkCommittable;
import org.apache.flink.connector.file.sink.writer.DefaultFileWriterBucketFactory;
import org.apache.flink.connector.file.sink.writer.FileWriter;
import org.apache.flink.connector.file.sink.writer.FileWriterBucketState;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.sink.filesystem.BucketWriter;
import org.apache.flink.streaming.api.functions.sink.filesystem.InProgressFileWriter;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.functions.sink.filesystem.RollingPolicy;
import org.apache.flink.streaming.api.functions.sink.filesystem.WriterProperties;

/**
 * Flink's file sink, except that files are closed in separate threads ({@link FileEndings}). The
 * state, files that wait for a checkpoint, and their renaming are Flink's: a job can be restored
 * from a savepoint with Flink's own sink, and vice versa.
 */
final class ArchiveFileSink<T>
        implements WriterSink<T>,
                SupportsWriterState<T, FileWriterBucketState>,
                SupportsWriterState.WithCompatibleState,
                SupportsCommitter<FileSinkCommittable>,
                SupportsPreCommitTopology<FileSinkCommittable, FileSinkCommittable> {

    private static final long serialVersionUID = 1L;

    /** Creates the writer factory of a kind of files. */
    @FunctionalInterface
    interface FileKind<T> extends Serializable {
        BucketWriter<T, String> writer() throws IOException;
    }

    private final FileSink<T> flinks;
    private final Path path;
    private final FolderAssigner<T> folder;
    private final FileKind<T> kind;
    private final RollingPolicy<T, String> rolling;
    private final long checkMillis;
    private final OutputFileConfig names;

    /**
     * Creates a sink.
     *
     * @param flinks Flink's sink for the same files
     * @param path the root folder
     * @param folder assigns a value to a folder below the root
     * @param rolling when files end
     * @param checkMillis how often the ages of files are checked, in ms
     */
    ArchiveFileSink(
            FileSink<T> flinks,
            Path path,
            FolderAssigner<T> folder,
            FileKind<T> kind,
            RollingPolicy<T, String> rolling,
            long checkMillis,
            OutputFileConfig names) {
        this.flinks = flinks;
        this.path = path;
        this.folder = folder;
        this.kind = kind;
        this.rolling = rolling;
        this.checkMillis = checkMillis;
        this.names = names;
    }

    @Override
    public Writer<T> createWriter(WriterInitContext context) throws IOException {
        return restoreWriter(context, List.of());
    }

    @Override
    public Writer<T> restoreWriter(
            WriterInitContext context, Collection<FileWriterBucketState> state) throws IOException {
        FileEndings endings = new FileEndings();
        FileWriter<T> files =
                new FileWriter<>(
                        path,
                        context.metricGroup(),
                        new Folders<>(folder),
                        new DefaultFileWriterBucketFactory<>(),
                        new Files<>(kind.writer(), endings),
                        rolling,
                        names,
                        context.getProcessingTimeService(),
                        checkMillis);
        files.initializeState(state);
        return new Writer<>(files, endings);
    }

    @Override
    public SimpleVersionedSerializer<FileWriterBucketState> getWriterStateSerializer() {
        return flinks.getWriterStateSerializer();
    }

    @Override
    public Collection<String> getCompatibleWriterStateNames() {
        return flinks.getCompatibleWriterStateNames();
    }

    @Override
    public Committer<FileSinkCommittable> createCommitter(CommitterInitContext context)
            throws IOException {
        return flinks.createCommitter(context);
    }

    @Override
    public SimpleVersionedSerializer<FileSinkCommittable> getCommittableSerializer() {
        return flinks.getCommittableSerializer();
    }

    @Override
    public SimpleVersionedSerializer<FileSinkCommittable> getWriteResultSerializer() {
        return flinks.getWriteResultSerializer();
    }

    @Override
    public DataStream<CommittableMessage<FileSinkCommittable>> addPreCommitTopology(
            DataStream<CommittableMessage<FileSinkCommittable>> written) {
        return flinks.addPreCommitTopology(written);
    }

    /** Flink's writer, except that files have been closed when they are committed. */
    static final class Writer<T>
            implements StatefulSinkWriter<T, FileWriterBucketState>,
                    CommittingSinkWriter<T, FileSinkCommittable> {

        private final FileWriter<T> files;
        private final FileEndings endings;

        private Writer(FileWriter<T> files, FileEndings endings) {
            this.files = files;
            this.endings = endings;
        }

        @Override
        public void write(T value, Context context) throws IOException, InterruptedException {
            files.write(value, context);
        }

        @Override
        public void flush(boolean endOfInput) throws IOException, InterruptedException {
            files.flush(endOfInput);
        }

        @Override
        public Collection<FileSinkCommittable> prepareCommit() throws IOException {
            List<FileSinkCommittable> ended = new ArrayList<>();
            for (FileSinkCommittable each : files.prepareCommit()) {
                ended.add(FileEndings.ended(each));
            }
            return ended;
        }

        @Override
        public List<FileWriterBucketState> snapshotState(long checkpointId) throws IOException {
            return files.snapshotState(checkpointId);
        }

        @Override
        public void close() {
            files.close();
            endings.close();
        }
    }

    /** Files that are closed in separate threads. */
    private static final class Files<T> implements BucketWriter<T, String> {

        private final BucketWriter<T, String> files;
        private final FileEndings endings;

        Files(BucketWriter<T, String> files, FileEndings endings) {
            this.files = files;
            this.endings = endings;
        }

        @Override
        public InProgressFileWriter<T, String> openNewInProgressFile(
                String bucket, Path file, long now) throws IOException {
            return new OneFile<>(files.openNewInProgressFile(bucket, file, now), endings);
        }

        @Override
        public InProgressFileWriter<T, String> resumeInProgressFileFrom(
                String bucket, InProgressFileWriter.InProgressFileRecoverable file, long now)
                throws IOException {
            return new OneFile<>(files.resumeInProgressFileFrom(bucket, file, now), endings);
        }

        @Override
        public WriterProperties getProperties() {
            return files.getProperties();
        }

        @Override
        public PendingFile recoverPendingFile(InProgressFileWriter.PendingFileRecoverable file)
                throws IOException {
            return files.recoverPendingFile(file);
        }

        @Override
        public boolean cleanupInProgressFileRecoverable(
                InProgressFileWriter.InProgressFileRecoverable file) throws IOException {
            return files.cleanupInProgressFileRecoverable(file);
        }
    }

    /** A file that is closed in a separate thread. */
    private static final class OneFile<T> implements InProgressFileWriter<T, String> {

        private final InProgressFileWriter<T, String> file;
        private final FileEndings endings;

        OneFile(InProgressFileWriter<T, String> file, FileEndings endings) {
            this.file = file;
            this.endings = endings;
        }

        @Override
        public void write(T value, long now) throws IOException {
            file.write(value, now);
        }

        @Override
        public InProgressFileRecoverable persist() throws IOException {
            return file.persist();
        }

        @Override
        public PendingFileRecoverable closeForCommit() throws IOException {
            return endings.end(file);
        }

        @Override
        public void dispose() {
            file.dispose();
        }

        @Override
        public String getBucketId() {
            return file.getBucketId();
        }

        @Override
        public long getCreationTime() {
            return file.getCreationTime();
        }

        @Override
        public long getSize() throws IOException {
            return file.getSize();
        }

        @Override
        public long getLastUpdateTime() {
            return file.getLastUpdateTime();
        }
    }
}
