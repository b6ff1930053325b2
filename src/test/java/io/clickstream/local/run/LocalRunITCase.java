package io.clickstream.local.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.local.server.ListeningSockets;
import io.clickstream.testing.LocalRunProcess;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class LocalRunITCase {

    private static final String CLICKS = "\\d+:\\d\\d  clicks [1-9].*";

    @TempDir Path temporary;

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void stoppedRunComparesEqualAndLeavesNothing() throws Exception {
        Path log = temporary.resolve("run.log");
        Path folders = Files.createDirectory(temporary.resolve("folders"));
        Process run =
                LocalRunProcess.start(
                        folders,
                        log,
                        "--rate",
                        "500",
                        "--format",
                        "avro",
                        "--archive",
                        "--personalize");
        List<ProcessHandle> children;
        try (BufferedReader output =
                new BufferedReader(
                        new InputStreamReader(run.getInputStream(), StandardCharsets.UTF_8))) {
            String line = output.readLine();
            while (line != null && !line.matches(CLICKS)) {
                line = output.readLine();
            }
            assertThat(line).as("a line with clicks").isNotNull();

            children = run.toHandle().descendants().toList();
            assertThat(children).hasSize(2);
            long[] pids =
                    LongStream.concat(
                                    LongStream.of(run.pid()),
                                    children.stream().mapToLong(ProcessHandle::pid))
                            .toArray();
            // Clients and controller of Kafka; web UI and three more of Flink; two of OpenSearch;
            // S3; Personalize.
            assertThat(ListeningSockets.of(pids)).hasSizeGreaterThanOrEqualTo(8);
            assertThat(ListeningSockets.notLoopback(pids)).isEmpty();

            // The same as Ctrl-C in a terminal; the process's own destroy() would close its output.
            run.toHandle().destroy();
            Deque<String> report = new ArrayDeque<>();
            while (line != null) {
                report.add(line);
                line = output.readLine();
            }
            String last = report.removeLast();
            assertThat(last).matches("clicks [1-9]\\d+, sessions [1-9]\\d*, equal");
            String clicks = last.replaceAll("^clicks (\\d+),.*", "$1");
            assertThat(report.removeLast())
                    .matches(
                            "archive %1$s records in [1-9]\\d* files: of %1$s sent 0 missing,"
                                            .formatted(clicks)
                                    + " 0 unexpected, 0 malformed");
            assertThat(report.removeLast())
                    .matches(
                            "interactions ([1-9]\\d*) = delivered \\1 \\+ spilled 0 \\+ rejected 0;"
                                    + " calls [1-9]\\d*");
            assertThat(report)
                    .anyMatch(status -> status.matches(CLICKS + " archived [1-9][\\d,]* in .*"));
            assertThat(run.waitFor()).isZero();
        } finally {
            run.destroyForcibly();
        }

        assertThat(children).noneMatch(ProcessHandle::isAlive);
        assertThat(folders).isEmptyDirectory();
        assertThat(log).isNotEmptyFile();
    }
}
