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
 * Ends files while others are written: S3 has to take the rest of a file, a local disk all that the
 * system still had in memory. Nothing is committed before its file has ended.
 *
 * <p>Used by one thread.
 */
final class FileEndings implements AutoCloseable {

    /** A file that ends may still hold what was not packed yet. */
    private static final int AT_ONCE = 4;

    private static final long CLOSE_SECONDS = 10;

    private final Semaphore free = new Semaphore(AT_ONCE);
    private final ExecutorService threads =
            Executors.newFixedThreadPool(
                    AT_ONCE, new ExecutorThreadFactory("archive-files-that-end"));

    /**
     * Begins to end a file; waits first while too many are ending.
     *
     * @param file that nobody writes to any more
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
     * Waits until a file has ended.
     *
     * @throws IOException why it could not be ended
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

    /** Gives up what has not ended: after a failure, it is written again. */
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

    /** A file that will have ended, which Flink's writer only keeps until it is committed. */
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
