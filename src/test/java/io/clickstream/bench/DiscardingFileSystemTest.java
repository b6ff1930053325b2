package io.clickstream.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.util.Random;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream.Committer;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.core.fs.RecoverableWriter.CommitRecoverable;
import org.apache.flink.core.fs.RecoverableWriter.ResumeRecoverable;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What the archive's benchmark counts where it throws files away. */
class DiscardingFileSystemTest {

    private URI folder;
    private Path file;
    private RecoverableWriter writer;

    @BeforeEach
    void open(TestInfo test) throws IOException {
        folder = URI.create("discard:///" + test.getTestMethod().orElseThrow().getName());
        file = new Path(new Path(folder), "dt=2022-06-14/part-0.jsonl");
        writer = file.getFileSystem().createRecoverableWriter();
    }

    @Test
    void isFoundByItsScheme() throws Exception {
        FileSystem files = file.getFileSystem();

        assertThat(files.getUri()).isEqualTo(URI.create("discard:///"));
        assertThat(files.exists(file)).isFalse();
        assertThat(writer.supportsResume()).isTrue();
    }

    @Test
    void countsTheLinesOfAFileOnceItIsFinished() throws Exception {
        RecoverableFsDataOutputStream out = writer.open(file);
        out.write("{}\n{\"a\":1}\n".getBytes(UTF_8));
        out.write('\n');
        assertThat(out.getPos()).isEqualTo(12);
        Committer committer = out.closeForCommit();
        assertThat(DiscardingFileSystem.lines(folder)).isZero();

        committer.commit();
        committer.commitAfterRecovery();

        assertThat(DiscardingFileSystem.lines(folder)).isEqualTo(3);
        assertThat(DiscardingFileSystem.lines(URI.create("discard:///count"))).isZero();

        DiscardingFileSystem.forget(folder);
        assertThat(DiscardingFileSystem.lines(folder)).isZero();
    }

    @Test
    void goesOnAfterAFailureWhereItWas() throws Exception {
        RecoverableFsDataOutputStream out = writer.open(file);
        out.write("1\n2\n".getBytes(UTF_8));
        ResumeRecoverable persisted = out.persist();
        out.write("3\n".getBytes(UTF_8));

        SimpleVersionedSerializer<ResumeRecoverable> resumed =
                writer.getResumeRecoverableSerializer();
        RecoverableFsDataOutputStream again =
                writer.recover(
                        resumed.deserialize(resumed.getVersion(), resumed.serialize(persisted)));
        assertThat(again.getPos()).isEqualTo(4);
        again.write("4\n5\n".getBytes(UTF_8));
        CommitRecoverable finished = again.closeForCommit().getRecoverable();

        SimpleVersionedSerializer<CommitRecoverable> committed =
                writer.getCommitRecoverableSerializer();
        writer.recoverForCommit(
                        committed.deserialize(
                                committed.getVersion(), committed.serialize(finished)))
                .commitAfterRecovery();

        assertThat(DiscardingFileSystem.lines(folder)).isEqualTo(4);
    }

    @Test
    void countsEndsOfLinesAmongAllBytes() throws Exception {
        Random random = new Random(7);
        long expected = 0;
        RecoverableFsDataOutputStream out = writer.open(file);
        for (int length = 0; length < 500; length++) {
            byte[] bytes = new byte[length + 2];
            random.nextBytes(bytes);
            for (int i = 0; i < bytes.length; i += 1 + random.nextInt(5)) {
                bytes[i] = (byte) ('\n' + random.nextInt(3) - 1);
            }
            for (int i = 1; i <= length; i++) {
                expected += bytes[i] == '\n' ? 1 : 0;
            }
            out.write(bytes, 1, length);
        }
        out.closeForCommit().commit();

        assertThat(DiscardingFileSystem.lines(folder)).isEqualTo(expected).isGreaterThan(1_000);
    }
}
