package io.clickstream.tools.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.tools.command.ToolCommand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/** Clicks of well-known shapes, by the options that flink-conf/README.md names, against SQL. */
class PublicShapesITCase {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ROW = "| %s | `%s` |\n";
    private static final String TABLE = "| Your clicks are | Options of `replay.sh` |\n|---|---|\n";

    @TempDir private Path folder;

    @ParameterizedTest
    @EnumSource
    void aggregatesAreThoseOfSql(PublicShape shape) throws Exception {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--input",
                                shape.file().toString(),
                                "--output",
                                folder.resolve("out").toString(),
                                "--session-gap",
                                "30m"));
        arguments.addAll(shape.words());

        StringWriter err = new StringWriter();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CommandLine replay =
                ToolCommand.commandLine(
                        "replay", new Replay(new PrintStream(out, true, StandardCharsets.UTF_8)));
        int code = replay.setErr(new PrintWriter(err)).execute(arguments.toArray(new String[0]));

        assertThat(code).as(err.toString()).isZero();
        try (ShapesInSql sql = new ShapesInSql(shape)) {
            assertThat(output("Departments_Agg"))
                    .containsExactlyInAnyOrderElementsOf(trees(sql.departments()));
            assertThat(output("ClickEvents_UserId_Agg_Result"))
                    .containsExactlyInAnyOrderElementsOf(trees(sql.sessions()));
            assertThat(output("User_Sessions_Aggregates_With_Order_Checkout"))
                    .containsExactlyInAnyOrderElementsOf(trees(sql.checkouts()))
                    .hasSizeGreaterThan(3);
            assertThat(sql.sessionsOfAUser()).isGreaterThan(1);
            int records = Files.readAllLines(shape.file()).size() - (shape.hasHeader() ? 1 : 0);
            assertThat(output("dead-letters")).hasSize(records - sql.clicks()).hasSizeBetween(3, 5);
        }
    }

    @Test
    void readmeNamesTheseOptions() throws IOException {
        StringBuilder table = new StringBuilder(TABLE);
        for (PublicShape shape : PublicShape.values()) {
            table.append(ROW.formatted(shape.title(), shape.options()));
        }
        assertThat(Files.readString(Path.of("flink-conf/README.md"))).contains("\n" + table + "\n");
    }

    private List<JsonNode> output(String name) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> parts = Files.list(folder.resolve("out").resolve(name))) {
            for (Path part : parts.toList()) {
                lines.addAll(Files.readAllLines(part));
            }
        }
        return trees(lines);
    }

    private static List<JsonNode> trees(List<String> lines) throws IOException {
        List<JsonNode> trees = new ArrayList<>();
        for (String line : lines) {
            trees.add(JSON.readTree(line));
        }
        return trees;
    }
}
