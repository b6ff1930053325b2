package io.clickstream.tools.produce;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.PropertyGroupsFile;
import io.clickstream.testing.ArchiveFiles;
import io.clickstream.testing.Await;
import io.clickstream.testing.LocalJob;
import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.replay.Replay;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the job archives of the worst input, replayed, against what that input must make. */
class ArchiveReplayITCase {

    private static final int PARTITIONS = 3;
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final Map<String, String> EXPECTED =
            Map.of(
                    "Departments_Agg", "departments.jsonl",
                    "ClickEvents_UserId_Agg_Result", "sessions.jsonl",
                    "User_Sessions_Aggregates_With_Order_Checkout", "checkouts.jsonl");

    @TempDir private Path folder;

    /** Late clicks, disorder, duplicates, bots, and records that are no clicks. */
    @ParameterizedTest
    @ValueSource(strings = {"json", "parquet"})
    void theArchiveGivesWhatIsExpectedOfTheInputByteForByte(String format) throws Exception {
        Path clicks = folder.resolve("clicks.jsonl.gz");
        Path expected = folder.resolve("expected");
        List<String> arguments =
                new ArrayList<>(List.of("--to", "files", "--output", clicks.toString()));
        arguments.addAll(List.of("--expected", expected.toString()));
        for (String option :
                List.of(
                        "count=40000",
                        "rate=500",
                        "start=2024-07-04T01:02:03.456Z",
                        "preset=lab",
                        "disorder=5s",
                        "malformed=3",
                        "late=2",
                        "seed=7",
                        "session-gap=5m",
                        "window=1m",
                        "duplicates=10",
                        "bots=10")) {
            arguments.add("--" + option);
        }
        Run run = Run.of(arguments.toArray(new String[0]));
        assertThat(run.code()).as(run.err()).isZero();
        Map<String, Map<String, String>> settings =
                Map.of(
                        "aggregates", Map.of("session-gap", "5 min", "window", "1 min"),
                        "duplicates", Map.of("id", "/globalseq"),
                        "bots", Map.of("user-agents", "bot"));

        Path archive = archive(clicks, format, settings);

        replay(archive, "replayed", archive.resolveSibling("job.json"));
        for (Map.Entry<String, String> each : EXPECTED.entrySet()) {
            assertThat(sorted("replayed", each.getKey()))
                    .isEqualTo(Files.readAllLines(expected.resolve(each.getValue())))
                    .isNotEmpty();
        }
    }

    /**
     * The same of any other input, which has no oracle: against a replay of the input itself. For
     * example {@code -Darchive.input=FILE.jsonl.gz -Darchive.config=FILE.json}.
     */
    @Test
    @EnabledIfSystemProperty(named = "archive.input", matches = ".+")
    void theArchiveGivesWhatTheInputGives() throws Exception {
        Path input = Path.of(System.getProperty("archive.input"));
        String config = System.getProperty("archive.config");
        Map<String, Map<String, String>> settings =
                config == null ? Map.of() : PropertyGroupsFile.read(Path.of(config));
        for (String format : List.of("json", "parquet")) {
            Path archive = archive(input, format, settings);
            Path job = archive.resolveSibling("job.json");
            replay(input, "direct-" + format, job);
            replay(archive, "replayed-" + format, job);
            for (String output : EXPECTED.keySet()) {
                assertThat(sorted("replayed-" + format, output))
                        .isEqualTo(sorted("direct-" + format, output))
                        .isNotEmpty();
            }
        }
    }

    /** Runs the job on all lines until all are archived. */
    private Path archive(Path clicks, String format, Map<String, Map<String, String>> settings)
            throws Exception {
        Path all = Files.createDirectories(folder.resolve(format));
        Path archive = all.resolve("archive");
        List<String> lines = lines(clicks);
        try (LocalJob job = new LocalJob(all, PARTITIONS)) {
            settings.forEach(
                    (group, keys) -> keys.forEach((key, value) -> job.set(group, key, value)));
            job.set("sink.archive", "path", archive.toUri().toString())
                    .set("sink.archive", "format", format)
                    .set("sink.archive", "roll-interval", "2 s")
                    .set("sink.archive", "inactivity", "1 s")
                    .writeConfig(all.resolve("job.json"));
            job.start(all, 2);
            for (int i = 0; i < PARTITIONS; i++) {
                List<byte[]> records = new ArrayList<>();
                for (int j = i; j < lines.size(); j += PARTITIONS) {
                    records.add(lines.get(j).getBytes(UTF_8));
                }
                job.send(i, records);
            }
            Await.until(
                    "archive",
                    SOON,
                    () ->
                            ArchiveFiles.lines(archive).size()
                                            + ArchiveFiles.lines(archive.resolve("_malformed"))
                                                    .size()
                                    == lines.size());
        }
        return archive;
    }

    private static List<String> lines(Path clicks) throws IOException {
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(clicks)), UTF_8))) {
            return reader.lines().toList();
        }
    }

    private void replay(Path input, String output, Path config) {
        StringWriter err = new StringWriter();
        int code =
                ToolCommand.commandLine("replay", new Replay())
                        .setErr(new PrintWriter(err))
                        .execute(
                                "--input",
                                input.toString(),
                                "--output",
                                folder.resolve(output).toString(),
                                "--config",
                                config.toString(),
                                "--parallelism",
                                "2");
        assertThat(code).as(err.toString()).isZero();
    }

    private List<String> sorted(String output, String name) throws IOException {
        List<String> lines =
                new ArrayList<>(ArchiveFiles.lines(folder.resolve(output).resolve(name)));
        Collections.sort(lines);
        return lines;
    }
}
