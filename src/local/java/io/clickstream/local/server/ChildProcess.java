package io.clickstream.local.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A server that runs in a process of its own. Our servers end when their standard input is closed,
 * so that they never outlive this process. Others, such as moto's, are ended by {@link #close()}
 * after a while.
 */
final class ChildProcess implements AutoCloseable {

    private static final long START_TIMEOUT_SECONDS = 120;
    private static final long STOP_TIMEOUT_SECONDS = 10;

    private final String name;
    private final Process process;
    private final Path log;

    private ChildProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a program whose whole output goes to its log.
     *
     * @param name for messages: {@code the S3 server}
     */
    static ChildProcess start(String name, ProcessBuilder program, Path log) {
        return run(name, program.redirectErrorStream(true).redirectOutput(log.toFile()), log);
    }

    /**
     * Starts a program that prints its port as the first line of its output. Its standard error
     * goes to its log.
     *
     * @param name for messages: {@code the S3 server}
     */
    static ChildProcess startWithPort(String name, ProcessBuilder program, Path log) {
        return run(name, program.redirectError(log.toFile()), log);
    }

    private static ChildProcess run(String name, ProcessBuilder program, Path log) {
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            program.command(deafToTerminal(program.command()));
            return new ChildProcess(name, program.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " can't be started, see " + log, e);
        }
    }

    /**
     * A program that Ctrl-C in a terminal, or its end, does not reach: this process ends it when
     * the time has come. A JVM that is just starting could not ignore these signals by itself.
     */
    private static List<String> deafToTerminal(List<String> program) {
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh"));
        command.addAll(program);
        return command;
    }

    /**
     * Waits until the server has printed its port, and ends it if it does not.
     *
     * @return its address on this machine, without TLS
     */
    URI awaitAddress() {
        try {
            String port = firstLine();
            if (port.isEmpty()) {
                process.destroyForcibly();
                throw new IllegalStateException(name + " ended before it was ready, see " + log);
            }
            return URI.create("http://127.0.0.1:" + Integer.parseInt(port));
        } catch (ExecutionException | TimeoutException | NumberFormatException e) {
            process.destroyForcibly();
            throw new IllegalStateException(name + " did not start, see " + log, e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + name + " started", e);
        }
    }

    private String firstLine() throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<String> line = new CompletableFuture<>();
        Thread reader =
                new Thread(
                        () -> {
                            try {
                                BufferedReader output =
                                        new BufferedReader(
                                                new InputStreamReader(
                                                        process.getInputStream(),
                                                        StandardCharsets.UTF_8));
                                String first = output.readLine();
                                line.complete(first == null ? "" : first);
                            } catch (IOException e) {
                                line.completeExceptionally(e);
                            }
                        },
                        "first-line");
        reader.setDaemon(true);
        reader.start();
        return line.get(START_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    Path log() {
        return log;
    }

    /** Sends a signal: {@code STOP} freezes the server, and {@code CONT} lets it continue. */
    void signal(String signal) throws IOException {
        try {
            // The shell's own kill: a bare machine has no other.
            Process kill =
                    new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid()).start();
            if (kill.waitFor() != 0) {
                throw new IOException("kill -" + signal + " failed with " + kill.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + name + " was sent " + signal, e);
        }
    }

    /** Ends the process; its log stays. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroy();
            }
            if (!process.waitFor(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
