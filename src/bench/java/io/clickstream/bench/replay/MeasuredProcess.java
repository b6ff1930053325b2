package io.clickstream.bench.replay;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a program, and measures its time, its memory, and its disk. */
final class MeasuredProcess {

    private static final long POLL_MILLIS = 20;
    private static final String PEAK_OF_MEMORY = "VmHWM:";
    private static final int BYTES_PER_KIB = 1024;

    /**
     * What a run took.
     *
     * @param seconds from the start of the process to its end
     * @param memoryBytes the largest resident set, of Linux
     * @param diskBytes the most that was in its folder for temporary files
     */
    record Usage(double seconds, long memoryBytes, long diskBytes) {}

    /**
     * Runs a program to its end.
     *
     * @param temporary the folder for its temporary files
     * @param log receives what the program prints
     * @throws IOException if it exits with another code than 0
     */
    static Usage run(List<String> command, Path temporary, Path log)
            throws IOException, InterruptedException {
        long began = System.nanoTime();
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            long memory = 0;
            long disk = 0;
            while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                memory = Math.max(memory, memoryBytes(process.pid()));
                disk = Math.max(disk, bytesIn(temporary));
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            if (process.exitValue() != 0) {
                throw new IOException(
                        command.get(0)
                                + " exited with "
                                + process.exitValue()
                                + ": "
                                + lastLine(log));
            }
            return new Usage(seconds, memory, disk);
        } finally {
            process.destroyForcibly();
        }
    }

    /**
     * The command that runs a class of this class path in a JVM of its own.
     *
     * @param heap the maximum, as the JVM reads it
     */
    static List<String> java(String heap, Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heap);
        command.add("-XX:+UseParallelGC");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(arguments);
        return command;
    }

    private static String lastLine(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> !line.isBlank())
                    .reduce((first, second) -> second)
                    .orElse("it printed nothing");
        }
    }

    /** 0 if the process is gone, or on another system than Linux. */
    private static long memoryBytes(long process) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process + "/status"))) {
            return lines.filter(line -> line.startsWith(PEAK_OF_MEMORY))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * BYTES_PER_KIB)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }

    private static long bytesIn(Path folder) throws IOException {
        long[] bytes = {0};
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        bytes[0] += attributes.size();
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e) {
                        // Gone in the meantime.
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path gone, IOException e) {
                        return FileVisitResult.CONTINUE;
                    }
                });
        return bytes[0];
    }

    private MeasuredProcess() {}
}
