package io.clickstream.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.flink.connector.file.sink.FileSinkCommittable;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.functions.sink.filesystem.InProgressFileWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FileEndingsTest {

    private static final int AT_ONCE = 4;

    private final FileEndings endings = new FileEndings();

    @AfterEach
    void close() {
        endings.close();
    }

    @Test
    void aFileEndsWhileOthersAreWrittenAndIsWaitedForWhenItIsToBeCommitted() throws Exception {
        SlowFile slow = new SlowFile("slow");
        FileSinkCommittable committable = new FileSinkCommittable("hour", endings.end(slow));
        FileSinkCommittable other =
                new FileSinkCommittable("hour", endings.end(SlowFile.ended("fast")));

        assertThat(FileEndings.ended(other).getPendingFile().getPath()).hasToString("fast");
        FutureTask<FileSinkCommittable> waiting =
                new FutureTask<>(() -> FileEndings.ended(committable));
        Thread thread = start(waiting);
        awaitState(thread, Thread.State.WAITING);
        slow.mayEnd.countDown();

        FileSinkCommittable ended = waiting.get();
        assertThat(ended.getBucketId()).isEqualTo("hour");
        assertThat(ended.getPendingFile().getPath()).hasToString("slow");
        assertThat(slow.closedBy).isNotEqualTo(Thread.currentThread());
    }

    @Test
    void onlySoManyFilesEndAtOnce() throws Exception {
        SlowFile first = new SlowFile("0");
        endings.end(first);
        for (int i = 1; i < AT_ONCE; i++) {
            endings.end(new SlowFile(Integer.toString(i)));
        }

        SlowFile next = SlowFile.ended("next");
        FutureTask<InProgressFileWriter.PendingFileRecoverable> waiting =
                new FutureTask<>(() -> endings.end(next));
        Thread thread = start(waiting);
        awaitState(thread, Thread.State.WAITING);
        assertThat(next.closedBy).isNull();
        first.mayEnd.countDown();

        FileSinkCommittable ended =
                FileEndings.ended(new FileSinkCommittable("hour", waiting.get()));
        assertThat(ended.getPendingFile().getPath()).hasToString("next");
    }

    @Test
    void whatCanNotBeEndedFailsWhatCommitsIt() throws Exception {
        InProgressFileWriter.PendingFileRecoverable file =
                endings.end(
                        new SlowFile("file") {
                            @Override
                            public PendingFileRecoverable closeForCommit() throws IOException {
                                throw new IOException("the bucket is gone");
                            }
                        });

        assertThatThrownBy(() -> FileEndings.ended(new FileSinkCommittable("hour", file)))
                .isInstanceOf(IOException.class)
                .hasMessage("could not end a file in the archive's folder hour")
                .hasRootCauseMessage("the bucket is gone");
        // Its place is free again.
        for (int i = 0; i < 2 * AT_ONCE; i++) {
            FileEndings.ended(
                    new FileSinkCommittable("hour", endings.end(SlowFile.ended("later"))));
        }
    }

    @Test
    void aJobThatIsCancelledDoesNotWaitForTheEnd() throws Exception {
        FileSinkCommittable never =
                new FileSinkCommittable("hour", endings.end(new SlowFile("never")));

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> FileEndings.ended(never))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whatWasCommittedBeforeStaysAsItIs() throws Exception {
        FileSinkCommittable committable =
                new FileSinkCommittable("hour", new Ended(new Path("file")));

        assertThat(FileEndings.ended(committable)).isSameAs(committable);
    }

    private static Thread start(Runnable task) {
        Thread thread = new Thread(task, "waits");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void awaitState(Thread thread, Thread.State state) throws InterruptedException {
        while (thread.getState() != state) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    /** Ends when it may. */
    private static class SlowFile implements InProgressFileWriter<String, String> {

        private final String name;
        private final CountDownLatch mayEnd = new CountDownLatch(1);
        private volatile Thread closedBy;

        SlowFile(String name) {
            this.name = name;
        }

        static SlowFile ended(String name) {
            SlowFile file = new SlowFile(name);
            file.mayEnd.countDown();
            return file;
        }

        @Override
        public PendingFileRecoverable closeForCommit() throws IOException {
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            closedBy = Thread.currentThread();
            return new Ended(new Path(name));
        }

        @Override
        public void write(String value, long now) {
            throw new UnsupportedOperationException();
        }

        @Override
        public InProgressFileRecoverable persist() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void dispose() {}

        @Override
        public String getBucketId() {
            return "hour";
        }

        @Override
        public long getCreationTime() {
            return 0;
        }

        @Override
        public long getSize() {
            return 0;
        }

        @Override
        public long getLastUpdateTime() {
            return 0;
        }
    }

    private static final class Ended implements InProgressFileWriter.PendingFileRecoverable {

        private final Path path;

        Ended(Path path) {
            this.path = path;
        }

        @Override
        public Path getPath() {
            return path;
        }

        @Override
        public long getSize() {
            return 0;
        }
    }
}
