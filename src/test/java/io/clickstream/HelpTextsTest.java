package io.clickstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.bench.Benchmark;
import io.clickstream.local.run.ClusterRun;
import io.clickstream.local.run.LocalRun;
import io.clickstream.tools.Tools;
import io.clickstream.tools.command.HelpText;
import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.explain.Explain;
import io.clickstream.tools.produce.Produce;
import io.clickstream.tools.replay.Replay;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A script prints the help of its Java command, from a file in scripts/help. */
class HelpTextsTest {

    private static final Path SCRIPTS = Path.of("scripts");
    private static final String UPDATE = "help.update";

    /** Scripts find the file with these. */
    private static final List<String> TOOLS = List.of("bash", "basename", "cat", "dirname");

    private static final Map<String, HelpText> HELP =
            Map.of(
                    "run-local", HelpText.of(LocalRun.class),
                    "run-cluster", HelpText.of(ClusterRun.class),
                    "replay", Replay.HELP,
                    "produce", HelpText.of(Produce.class),
                    "explain", HelpText.of(Explain.class),
                    "benchmark", HelpText.of(Benchmark.class));

    @TempDir private Path folder;

    @ParameterizedTest
    @MethodSource("names")
    void fileHoldsTheHelpOfTheCommand(String script) throws IOException {
        String text = HELP.get(script).ofScript();
        if (Boolean.getBoolean(UPDATE)) {
            Files.writeString(file(script), text);
            return;
        }

        assertThat(file(script))
                .as(
                        "%s is not the help of the command; update it with mvn test"
                                + " -Dtest=HelpTextsTest -D%s=true",
                        file(script), UPDATE)
                .content(UTF_8)
                .isEqualTo(text);
    }

    @Test
    void eachScriptWithSuchHelpHasAFile() throws IOException {
        try (Stream<Path> files = Files.list(SCRIPTS)) {
            assertThat(
                            files.filter(file -> file.toString().endsWith(".sh"))
                                    .filter(HelpTextsTest::printsHelpOfCommand)
                                    .map(file -> file.getFileName().toString())
                                    .map(name -> name.replace(".sh", "")))
                    .containsExactlyInAnyOrderElementsOf(HELP.keySet());
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void scriptNeedsNoJavaForIt(String script) throws Exception {
        for (String tool : TOOLS) {
            Files.createSymbolicLink(folder.resolve(tool), find(tool));
        }

        for (List<String> arguments :
                List.of(List.of("--help"), List.of("-h"), List.of("--rate", "5", "--help"))) {
            assertThat(run(script, arguments)).isEqualTo(Files.readString(file(script)));
        }
    }

    @Test
    void commandPrintsIt() {
        assertThat(printed("run-local", new LocalRun())).isEqualTo(HELP.get("run-local").ofJar());
        assertThat(printed("run-cluster", new ClusterRun()))
                .isEqualTo(HELP.get("run-cluster").ofJar());
        assertThat(printed("benchmark", new Benchmark())).isEqualTo(HELP.get("benchmark").ofJar());
        assertThat(printed("produce", new Produce())).isEqualTo(HELP.get("produce").ofJar());
        assertThat(printed("explain", new Explain())).isEqualTo(HELP.get("explain").ofJar());
    }

    @ParameterizedTest
    @MethodSource("texts")
    void textIsFitForATerminal(String text) {
        assertThat(text.lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100))
                .noneMatch(line -> line.endsWith(" "));
        // What picocli replaces.
        assertThat(text).doesNotContain("${", "%%", "%n");
    }

    private static Stream<String> names() {
        return HELP.keySet().stream().sorted();
    }

    private static Stream<String> texts() {
        return Stream.concat(HELP.values().stream(), Stream.of(HelpText.of(Tools.class)))
                .flatMap(help -> Stream.of(help.ofScript(), help.ofJar()));
    }

    private static Path file(String script) {
        return SCRIPTS.resolve("help").resolve(script + ".txt");
    }

    private static boolean printsHelpOfCommand(Path script) {
        try {
            return Files.readString(script).contains("\nhelp_of_command \"$@\"\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path find(String tool) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(each -> Path.of(each, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }

    private String run(String script, List<String> arguments) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Stream.concat(
                                        Stream.of(SCRIPTS.resolve(script + ".sh").toString()),
                                        arguments.stream())
                                .toList());
        builder.environment().clear();
        builder.environment().put("PATH", folder.toString());
        Process process = builder.redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text;
    }

    private static String printed(String name, Object command) {
        StringWriter out = new StringWriter();
        int code =
                ToolCommand.commandLine(name, command)
                        .setOut(new PrintWriter(out))
                        .execute("--help");
        assertThat(code).isZero();
        return out.toString();
    }
}
