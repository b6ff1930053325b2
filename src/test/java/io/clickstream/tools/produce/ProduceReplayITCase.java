package io.clickstream.tools.produce;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.replay.Replay;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of the producer through the pipeline, against what the producer says it must make. */
class ProduceReplayITCase {

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "lab,0,1s,10s,0",
        "lab,2,5m,1m,10",
        "interactions,0,1s,10s,10",
        "web-access,0,1s,10s,0",
        "ticker,2,1s,10s,10",
        "ga4,0,5m,1m,0",
        "segment,0,5m,1m,0",
        "snowplow,2,5m,1m,10",
        "rees46,0,5m,1m,0"
    })
    void aReplayGivesWhatIsExpectedByteForByte(
            String preset, String late, String gap, String window, int filtered) throws Exception {
        Path clicks = folder.resolve("clicks.jsonl.gz");
        Path expected = folder.resolve("expected");
        Run run =
                Run.of(
                        "--to",
                        "files",
                        "--output",
                        clicks.toString(),
                        "--count",
                        "60000",
                        "--rate",
                        "500",
                        "--start",
                        "2024-07-04T01:02:03.456Z",
                        "--preset",
                        preset,
                        "--disorder",
                        "5s",
                        "--malformed",
                        "3",
                        "--late",
                        late,
                        "--seed",
                        "7",
                        "--session-gap",
                        gap,
                        "--window",
                        window,
                        "--duplicates",
                        Integer.toString(filtered),
                        "--bots",
                        Integer.toString(filtered),
                        "--expected",
                        expected.toString());
        assertThat(run.code()).as(run.err()).isZero();

        replay(clicks, preset, gap, window, filtered > 0);

        for (Aggregate<?> aggregate : Aggregates.ALL) {
            // The producer expects no rankings. FiltersITCase and ReplayITCase compare them.
            if (aggregate.equals(Aggregates.TRENDING)) {
                continue;
            }
            Path file = expected.resolve(aggregate.keyStem() + ".jsonl");
            assertThat(output(aggregate.defaultTopic()))
                    .as(aggregate.name())
                    .isEqualTo(Files.readString(file));
            if (List.of("lab", "ga4", "segment", "snowplow", "rees46").contains(preset)) {
                assertThat(file).isNotEmptyFile();
            }
        }
        assertThat(expected.resolve("sessions.jsonl")).isNotEmptyFile();
        assertThat(reasons())
                .isEqualTo(Files.readString(expected.resolve("dead-letters.json")))
                .contains("missing-user");
        if (preset.equals("web-access")) {
            assertThat(expected.resolve("checkouts.jsonl")).isNotEmptyFile();
        }
    }

    private void replay(Path clicks, String preset, String gap, String window, boolean filters)
            throws IOException {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--input",
                                clicks.toString(),
                                "--output",
                                folder.resolve("out").toString(),
                                "--preset",
                                preset,
                                "--config",
                                optionalAggregates(preset).toString(),
                                "--session-gap",
                                gap,
                                "--window",
                                window,
                                "--parallelism",
                                "2"));
        if (filters) {
            String id = preset.equals("lab") ? "/globalseq" : "/eventId";
            arguments.addAll(List.of("--set", "duplicates/id=" + id));
            arguments.addAll(List.of("--set", "bots/user-agents=bot"));
        }
        StringWriter err = new StringWriter();
        int code =
                ToolCommand.commandLine("replay", new Replay())
                        .setErr(new PrintWriter(err))
                        .execute(arguments.toArray(new String[0]));
        assertThat(code).as(err.toString()).isZero();
    }

    /** A file with the property groups of all aggregates, with the default settings. */
    private Path optionalAggregates(String preset) throws IOException {
        List<Map<String, Object>> groups = new ArrayList<>();
        for (String group : Aggregates.groups()) {
            // These records have no departments, which are ranked by default.
            if (!(preset.equals("interactions") && group.equals("trending"))) {
                groups.add(Map.of("PropertyGroupId", group, "PropertyMap", Map.of()));
            }
        }
        Path file = folder.resolve("optional.json");
        new ObjectMapper().writeValue(file.toFile(), groups);
        return file;
    }

    private String output(String name) throws IOException {
        List<String> lines = lines(name);
        Collections.sort(lines);
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private String reasons() throws IOException {
        ObjectMapper json = new ObjectMapper();
        TreeMap<String, Long> counts = new TreeMap<>();
        for (String letter : lines("dead-letters")) {
            counts.merge(json.readTree(letter).get("reason").asText(), 1L, Long::sum);
        }
        return json.writeValueAsString(counts) + "\n";
    }

    private List<String> lines(String name) throws IOException {
        List<String> all = new ArrayList<>();
        try (Stream<Path> parts = Files.list(folder.resolve("out").resolve(name))) {
            for (Path part : parts.toList()) {
                all.addAll(Files.readAllLines(part));
            }
        }
        return all;
    }
}
