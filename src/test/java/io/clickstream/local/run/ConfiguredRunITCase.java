package io.clickstream.local.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.testing.LocalRunProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The local run with property groups of a user. */
@Execution(ExecutionMode.CONCURRENT)
class ConfiguredRunITCase {

    private static final String STATUS = ".* clicks %s .*";

    @TempDir Path folder;

    /** Settings that name the servers at the ports of the run, as those of the project do. */
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void accountsForRecordsOfAnotherProgram() throws Exception {
        int kafka = freePort();
        int openSearch = freePort();
        Path file =
                write(
                        Map.of(
                                "source.kafka",
                                Map.of(
                                        "bootstrap-servers",
                                        "localhost:" + kafka,
                                        "topic",
                                        "mine",
                                        "start",
                                        "earliest"),
                                "format",
                                Map.of("type", "json"),
                                "sink.kafka",
                                Map.of("create-topics", "true"),
                                "sink.opensearch",
                                Map.of("endpoint", "http://localhost:" + openSearch)));
        List<String> output =
                run(
                        "Ctrl-C ends the run.*",
                        () -> send("127.0.0.1:" + kafka, "mine"),
                        STATUS.formatted("11"),
                        "--config",
                        file.toString(),
                        "--kafka-port",
                        Integer.toString(kafka),
                        "--opensearch-port",
                        Integer.toString(openSearch),
                        "--page-port",
                        "0");

        assertThat(output)
                .contains(
                        "The job reads the topics [mine] at localhost:" + kafka + ".",
                        "dead letters {malformed=1}",
                        "records 11 = clicks 10 + dead letters 1");
    }

    /** Settings that name neither a source nor servers. */
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void sendsClicksIfTheSettingsNameNoSource() throws Exception {
        List<String> output =
                run(
                        STATUS.formatted("[1-9][\\d,]*"),
                        () -> {},
                        ".*",
                        "--config",
                        write(Map.of("live", Map.of(), "carts", Map.of())).toString(),
                        "--rate",
                        "300",
                        "--kafka-port",
                        "0",
                        "--opensearch-port",
                        "0",
                        "--page-port",
                        "0");

        assertThat(output)
                .contains("The settings name no source, so the simulated shop sends clicks.");
        assertThat(output.get(output.size() - 1))
                .matches("records ([1-9][\\d,]*) = clicks \\1 \\+ dead letters 0");
    }

    /** A job that ends by itself. */
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void accountsForRecordsOfFiles() throws Exception {
        Path clicks =
                Files.writeString(
                        folder.resolve("clicks.jsonl"),
                        "{\"userid\":1,\"eventtimestamp\":1655183298630}\n{\n");
        List<String> output =
                run(
                        "Ctrl-C ends the run.*",
                        () -> {},
                        "never",
                        "--config",
                        write(
                                        Map.of(
                                                "source.files",
                                                Map.of("path", clicks.toUri().toString()),
                                                "format",
                                                Map.of("type", "json"),
                                                "sink.files",
                                                Map.of(
                                                        "path",
                                                        folder.resolve("results")
                                                                .toUri()
                                                                .toString())))
                                .toString(),
                        "--kafka-port",
                        "0",
                        "--opensearch-port",
                        "0",
                        "--page-port",
                        "0");

        assertThat(output).contains("records 2 = clicks 1 + dead letters 1");
        assertThat(folder.resolve("results")).isNotEmptyDirectory();
    }

    @FunctionalInterface
    private interface Action {
        void perform() throws Exception;
    }

    /** Runs until a line, acts, and ends the run after another line. */
    private List<String> run(String begun, Action action, String done, String... options)
            throws Exception {
        Process run =
                LocalRunProcess.start(
                        LocalRun.class,
                        Files.createDirectory(folder.resolve("folders")),
                        folder.resolve("run.log"),
                        options);
        List<String> lines = new ArrayList<>();
        boolean hasActed = false;
        boolean hasEnded = false;
        try (BufferedReader output =
                new BufferedReader(
                        new InputStreamReader(run.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
                if (!hasActed && line.matches(begun)) {
                    action.perform();
                    hasActed = true;
                } else if (hasActed && !hasEnded && line.matches(done)) {
                    run.toHandle().destroy();
                    hasEnded = true;
                }
            }
            assertThat(run.waitFor()).as("%s", lines).isZero();
        } finally {
            run.descendants().forEach(ProcessHandle::destroyForcibly);
            run.destroyForcibly();
        }
        assertThat(folder.resolve("folders")).isEmptyDirectory();
        return lines;
    }

    private static void send(String bootstrapServers, String topic) throws Exception {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", bootstrapServers),
                        new StringSerializer(),
                        new StringSerializer())) {
            long now = System.currentTimeMillis();
            for (int i = 0; i < 10; i++) {
                producer.send(
                                new ProducerRecord<>(
                                        topic,
                                        "{\"userid\":%d,\"eventtimestamp\":%d}"
                                                .formatted(i % 3, now + i)))
                        .get();
            }
            producer.send(new ProducerRecord<>(topic, "{")).get();
        }
    }

    private Path write(Map<String, Map<String, String>> groups) throws IOException {
        List<Map<String, Object>> list = new ArrayList<>();
        groups.forEach(
                (id, properties) ->
                        list.add(Map.of("PropertyGroupId", id, "PropertyMap", properties)));
        Path file = folder.resolve("settings.json");
        new ObjectMapper().writeValue(file.toFile(), list);
        return file;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
