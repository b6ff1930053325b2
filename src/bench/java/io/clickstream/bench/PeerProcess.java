package io.clickstream.bench;

import io.clickstream.tools.command.FlinkOption;
import io.clickstream.tools.command.Project;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs a peer in a JVM of its own, which is fresh for every run. So no run finds code that another
 * one has warmed or spoiled for it, or memory that another one has left: what one measures does not
 * depend on what was measured before. The price, that each has to warm up, is paid within the run,
 * in front of the measurement.
 */
final class PeerProcess {

    /**
     * Heap of one KPU of the managed service. With this JVM's 1.5 GB it stays below 6 GB in all.
     */
    private static final String HEAP = "3g";

    /** System property, set by the script: the class path of the build for another Flink. */
    private static final String OTHER_CLASS_PATH = "clickstream.compare.classpath";

    private final Path log;

    /**
     * Runs peers one after another.
     *
     * @param log of the peer that ran last
     */
    PeerProcess(Path log) {
        this.log = log;
    }

    /**
     * Runs a peer to its end.
     *
     * @throws IOException if it fails; the message is its own
     */
    RunResult run(RunSpec spec, RunProgress progress) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(spec.folder()));
        File in = folder.resolve("spec.json").toFile();
        File out = folder.resolve("result.json").toFile();
        PeerMain.JSON.writeValue(in, spec);
        Process process =
                new ProcessBuilder(command(spec, in, out)).redirectError(log.toFile()).start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.matches("\\d+")) {
                    progress.clicks(Long.parseLong(line));
                }
            }
            if (process.waitFor() != 0) {
                throw new IOException(spec.peer() + " failed: " + reason());
            }
        } finally {
            process.destroyForcibly();
        }
        return PeerMain.JSON.readValue(out, RunResult.class);
    }

    private List<String> command(RunSpec spec, File in, File out) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xms" + HEAP);
        command.add("-Xmx" + HEAP);
        // Getting memory from the system takes seconds on some virtual machines, once per page;
        // a job that runs for days has all of its heap.
        command.add("-XX:+AlwaysPreTouch");
        command.add("-XX:+UseParallelGC");
        command.add("-Djava.io.tmpdir=" + spec.folder());
        command.add("-Dlog4j2.configurationFile=benchmark-peer-log4j2.xml");
        command.add("-Dlog4j2.disable.jmx=true");
        command.add("-cp");
        command.add(classPath(spec));
        command.add(PeerMain.class.getName());
        command.add(in.getPath());
        command.add(out.getPath());
        return command;
    }

    private static String classPath(RunSpec spec) {
        String own = System.getProperty("java.class.path");
        if (!spec.flink().equals(FlinkOption.own())) {
            return System.getProperty(OTHER_CLASS_PATH);
        }
        if (spec.peer() != Peer.KAFKA_STREAMS) {
            return own;
        }
        // Kafka Streams needs another RocksDB than Flink, with classes of the same names.
        Path rocksDb = Project.built("kafka-streams/rocksdbjni.jar");
        if (!Files.isRegularFile(rocksDb)) {
            throw new IllegalStateException(
                    rocksDb
                            + " is missing: run mvn package in the project's folder, which"
                            + " puts it there");
        }
        return rocksDb + File.pathSeparator + own;
    }

    /** The last exception in the log. */
    private String reason() throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.contains("Exception") || line.contains("Error"))
                    .filter(line -> !line.startsWith("\t"))
                    .reduce((first, second) -> second)
                    .orElse("see " + log);
        }
    }
}
