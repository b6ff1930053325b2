package io.clickstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.local.server.S3Server;
import io.clickstream.tools.Tools;
import io.clickstream.tools.command.HelpText;
import io.clickstream.tools.command.Project;
import io.clickstream.tools.explain.Explain;
import io.clickstream.tools.produce.Produce;
import io.clickstream.tools.replay.Replay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar with the tools, in a folder without the project and with Java alone. */
class ToolsJarITCase {

    @TempDir private Path folder;

    private Path jar;
    private Path home;
    private Path temporary;

    @BeforeEach
    void findJar() throws IOException {
        try (Stream<Path> files = Files.list(Project.built(""))) {
            jar =
                    files.filter(file -> file.toString().matches(".*/clickstream-tools-.*\\.jar"))
                            .findFirst()
                            .orElseThrow()
                            .toAbsolutePath();
        }
        home = Files.createDirectory(folder.resolve("home"));
        temporary = Files.createDirectory(folder.resolve("tmp"));
    }

    @Test
    void replaysWhatItProduces() throws Exception {
        run(
                0,
                List.of(),
                "produce",
                "--to",
                "files",
                "--output",
                "clicks.jsonl.gz",
                "--count",
                "20000",
                "--malformed",
                "1",
                "--expected",
                "expected");

        String report =
                run(0, List.of(), "replay", "--input", "clicks.jsonl.gz", "--output", "results");

        assertThat(report)
                .startsWith("1 file: one record per line, compressed with gzip\n")
                .contains("\nlog: ");
        assertThat(sortedLines(home.resolve("results/Departments_Agg")))
                .isEqualTo(Files.readAllLines(home.resolve("expected/departments.jsonl")));
        assertThat(temporary.toFile().list())
                .as("of all temporary files, logs stay")
                .containsExactly("clickstream-logs");
        assertThat(temporary.resolve("clickstream-logs")).isDirectoryContaining("glob:**replay-*");
    }

    @Test
    void readsS3() throws Exception {
        try (S3Server s3 = S3Server.start(folder.resolve("s3.log"))) {
            s3.createBucket("empty");
            List<String> settings = new ArrayList<>();
            s3.settings().forEach((key, value) -> settings.addAll(fileSystem(key, value)));

            String report =
                    run(
                            2,
                            settings,
                            "replay",
                            "--input",
                            "s3://empty/clicks",
                            "--output",
                            "results");

            assertThat(report).startsWith("replay: ").contains("s3://empty/clicks").hasLineCount(1);
        }
    }

    @Test
    void namesItsCommands() throws Exception {
        assertThat(run(0, List.of(), "--help")).isEqualTo(HelpText.of(Tools.class).ofJar());
        assertThat(run(0, List.of(), "replay", "--help")).isEqualTo(Replay.HELP.ofJar());
        assertThat(run(0, List.of(), "replay", "--undelivered", "--help"))
                .isEqualTo(Replay.HELP.ofJar());
        assertThat(run(0, List.of(), "produce", "--help"))
                .isEqualTo(HelpText.of(Produce.class).ofJar());
        assertThat(run(0, List.of(), "explain", "--help"))
                .isEqualTo(HelpText.of(Explain.class).ofJar());
        assertThat(run(2, List.of(), "reply"))
                .isEqualTo(
                        "clickstream-tools: Unmatched argument at index 0: 'reply' (--help shows"
                                + " all options)\n");
        assertThat(run(2, List.of()))
                .isEqualTo(
                        "clickstream-tools: a command is missing: replay, produce or explain"
                                + " (--help shows all options)\n");
        assertThat(run(2, List.of(), "replay", "--undelivered"))
                .isEqualTo(
                        "replay: Missing required option: '--config=FILE' (--help shows all"
                                + " options)\n");
    }

    private static List<String> fileSystem(String key, String value) {
        return List.of("--file-system", key + "=" + value);
    }

    /** The output of a command that ends with this code. */
    private String run(int code, List<String> more, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx1g",
                                "-Djava.io.tmpdir=" + temporary,
                                "-jar",
                                jar.toString()));
        command.addAll(List.of(arguments));
        command.addAll(more);
        Path output = folder.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("JAVA"));
        Process process =
                builder.directory(home.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ends in time").isTrue();
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(output, UTF_8);
        assertThat(process.exitValue()).as(text).isEqualTo(code);
        return text;
    }

    private static List<String> sortedLines(Path folder) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines.stream().sorted().toList();
    }
}
