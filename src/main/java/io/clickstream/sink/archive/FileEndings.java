package io.clickstream.sink.archive;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.flink.connector.file.sink.FileSinkCommittable;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.functions.sink.filesystem.InProgressFileWriter;
import org.apache.flink.streaming.api.functions.sink.filesystem.InProgressFileWriter.PendingFileRecoverable;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;

/**
 * Closes files in separate threads while others are written, because S3 must upload the rest of a
 * file, and a local disk must write what the system still has in memory. Nothing is committed
 * before its file has been closed.
 *
 * <p>Used by one thread.
 */
final class FileEndings implements AutoCloseable {

    /**
     * The number of files that are closed at the same time. Each may still hold data that is not
     * compressed yet.
     */
    private static final int AT_ONCE = 4;

    private static final long CLOSE_SECONDS = 10;

    private final Semaphore free = new Semaphore(AT_ONCE);
    private final ExecutorService threads =
            Executors.newFixedThreadPool(
                    AT_ONCE, new ExecutorThreadFactory("archive-files-that-end"));

    /**
     * Starts to close a file. Waits first if too many files are being closed.
     *
     * @param file a file to which nobody writes anymore
     */
    PendingFileRecoverable end(InProgressFileWriter<?, ?> file) throws IOException {
        try {
            free.acquire();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        return new Ending(
                threads.submit(
                        () -> {
                            try {
                                return file.closeForCommit();
                            } finally {
                                free.release();
                            }
                        }));
    }

    /**
     * Waits until a file has been closed.
     *
     * @throws IOException if it could not be closed
     */
    static FileSinkCommittable ended(FileSinkCommittable committable) throws IOException {
        if (!(committable.getPendingFile() instanceof Ending)) {
            return committable;
        }
        String folder = committable.getBucketId();
        return new FileSinkCommittable(
                folder, ((Ending) committable.getPendingFile()).await(folder));
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        IOException interrupted = new InterruptedIOException("interrupted while a file ended");
        interrupted.initCause(e);
        return interrupted;
    }

    /** Abandons files that have not been closed. After a failure, they are written again. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            // So that the next attempt does not meet this one.
            var unused = threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A file that will be closed. Flink's writer only keeps it until it is committed. */
    private static final class Ending implements PendingFileRecoverable {

        private final Future<PendingFileRecoverable> file;

        Ending(Future<PendingFileRecoverable> file) {
            this.file = file;
        }

        PendingFileRecoverable await(String folder) throws IOException {
            try {
                return file.get();
            } catch (InterruptedException e) {
                throw interrupted(e);
            } catch (ExecutionException e) {
                throw new IOException(
                        "could not end a file in the archive's folder " + folder, e.getCause());
            }
        }

        @Override
        public Path getPath() {
            throw new UnsupportedOperationException("known when the file has ended");
        }

        @Override
        public long getSize() {
            throw new UnsupportedOperationException("known when the file has ended");
        }
    }
}
