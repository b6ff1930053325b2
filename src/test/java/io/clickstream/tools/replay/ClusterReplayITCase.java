package io.clickstream.tools.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.local.server.FlinkCluster;
import io.clickstream.testing.Await;
import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A replay by the job's own jar on a cluster of processes gives what the local replay gives. */
class ClusterReplayITCase {

    private static final int PARALLELISM = 4;
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Instant BEGIN = Instant.parse("2026-11-19T06:00:00Z");
    private static final Instant FROM = BEGIN.plusSeconds(30);
    private static final Instant TO = BEGIN.plusSeconds(90);

    @TempDir private Path folder;

    @Test
    void resultsOfAClusterAreThoseOfTheLocalReplay() throws Exception {
        Path input = writeClicks();
        try (FlinkCluster cluster =
                FlinkCluster.start(
                        folder.resolve("flink"), folder.resolve("logs"), PARALLELISM, Map.of())) {
            String jar = cluster.upload(FlinkCluster.jobJar());

            Path all = folder.resolve("all");
            await(cluster, run(cluster, jar, input, all, Map.of()));
            Path range = folder.resolve("range");
            Map<String, String> times = Map.of("from", FROM.toString(), "to", TO.toString());
            await(cluster, run(cluster, jar, input, range, times));

            assertThat(results(all)).isEqualTo(results(replay(input, "local-all")));
            assertThat(results(range))
                    .isEqualTo(
                            results(
                                    replay(
                                            input,
                                            "local-range",
                                            "--from",
                                            FROM.toString(),
                                            "--to",
                                            TO.toString())));
            assertThat(results(all).get("Trending")).hasSizeGreaterThan(10);
            assertThat(results(all).get("dead-letters")).hasSize(3);
            assertThat(results(range).get("ClickEvents_UserId_Agg_Result")).hasSize(6);
            // The folder of the first run is no empty one any more.
            assertThatThrownBy(() -> run(cluster, jar, input, all, Map.of()))
                    .hasMessageContaining("`sink.files / path` names file:" + all + "/, which")
                    .hasMessageContaining("is not an empty folder; name a new one");
            assertThatThrownBy(
                            () ->
                                    run(
                                            cluster,
                                            jar,
                                            folder.resolve("none"),
                                            folder.resolve("new"),
                                            Map.of()))
                    .hasMessageContaining("`source.files / path` names ")
                    .hasMessageContaining("which does not exist; check the address");
        }
    }

    /** Several files, so that each subtask reads some; three lines are no clicks. */
    private Path writeClicks() throws IOException {
        Path input = Files.createDirectories(folder.resolve("clicks/more"));
        ShopTraffic traffic = new ShopTraffic(7, 300, 3_000, BEGIN.toEpochMilli());
        ClickEncoder encoder = ClickEncoder.json();
        List<GeneratedClick> clicks = new ArrayList<>();
        traffic.until(BEGIN.plusSeconds(120).toEpochMilli(), clicks::add);
        List<List<String>> files = new ArrayList<>();
        for (int i = 0; i < 2 * PARALLELISM; i++) {
            files.add(new ArrayList<>());
        }
        for (int i = 0; i < clicks.size(); i++) {
            files.get(i % files.size()).add(new String(encoder.encode(clicks.get(i)), UTF_8));
        }
        files.get(1).addAll(List.of("{", "[]", "{\"userid\":7}"));
        for (int i = 0; i < files.size(); i++) {
            Path parent = i % 2 == 0 ? input : input.getParent();
            Files.write(parent.resolve("clicks-" + i + ".jsonl"), files.get(i));
        }
        return input.getParent();
    }

    private String run(
            FlinkCluster cluster,
            String jar,
            Path input,
            Path output,
            Map<String, String> moreOfSource)
            throws Exception {
        Map<String, String> source = new TreeMap<>(moreOfSource);
        source.put("path", input.toUri().toString());
        Map<String, Map<String, String>> groups =
                Map.of(
                        "source.files",
                        source,
                        "format",
                        Map.of("type", "json"),
                        "trending",
                        Map.of("span", "30 s"),
                        "sink.files",
                        Map.of("path", output.toUri().toString()));
        List<Map<String, Object>> content = new ArrayList<>();
        groups.forEach(
                (id, properties) ->
                        content.add(Map.of("PropertyGroupId", id, "PropertyMap", properties)));
        Path file = Files.createTempFile(folder, "job", ".json");
        new ObjectMapper().writeValue(file.toFile(), content);
        return cluster.run(jar, List.of("--config", file.toString()), PARALLELISM, null);
    }

    private static void await(FlinkCluster cluster, String job) throws Exception {
        Await.until(
                "the end of the replay",
                TIMEOUT,
                () -> {
                    String state = cluster.state(job);
                    assertThat(state).isNotIn("FAILED", "CANCELED");
                    return state.equals("FINISHED");
                });
    }

    private Path replay(Path input, String output, String... options) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--input",
                                input.toString(),
                                "--output",
                                folder.resolve(output).toString(),
                                "--set",
                                "trending/span=30 s"));
        arguments.addAll(List.of(options));
        CommandLine replay = ToolCommand.commandLine("replay", new Replay());
        assertThat(replay.execute(arguments.toArray(new String[0]))).isZero();
        return folder.resolve(output);
    }

    /**
     * The lines of each folder, sorted; of letters what is not the time at which they were made.
     */
    private static Map<String, List<String>> results(Path output) throws IOException {
        Map<String, List<String>> all = new TreeMap<>();
        try (Stream<Path> folders = Files.list(output)) {
            for (Path each : folders.filter(Files::isDirectory).toList()) {
                List<String> lines = new ArrayList<>();
                try (Stream<Path> files = Files.list(each)) {
                    for (Path file : files.toList()) {
                        lines.addAll(Files.readAllLines(file));
                    }
                }
                lines.replaceAll(line -> line.replaceFirst("\"time\":\\d+,\"size\"", "\"size\""));
                lines.sort(null);
                all.put(each.getFileName().toString(), lines);
            }
        }
        return all;
    }
}
