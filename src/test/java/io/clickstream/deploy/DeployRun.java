package io.clickstream.deploy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** Runs scripts/deploy.sh with an {@code aws} that records its calls and answers them by rules. */
final class DeployRun {

    /** How a script ended, and all that it printed. */
    record Result(int exit, String text) {}

    private static final Path SCRIPT = Path.of("scripts", "deploy.sh").toAbsolutePath();
    private static final Path FAKE = Path.of("src", "test", "resources", "deploy", "aws");
    private static final long TIMEOUT_SECONDS = 60;

    private final Path folder;
    private final Path bin;
    private final Map<String, String> environment = new HashMap<>();

    DeployRun(Path folder) throws IOException {
        this.folder = folder;
        bin = Files.createDirectories(folder.resolve("bin"));
        Files.copy(FAKE, bin.resolve("aws")).toFile().setExecutable(true);
        forget();
        environment.put("FAKE_AWS", folder.toString());
        environment.put("AWS_DEFAULT_REGION", "eu-central-1");
    }

    /** Calls without a rule go to the real command, with these settings. */
    void orElse(String realCommand, Map<String, String> settings) {
        environment.putAll(settings);
        environment.put("REAL_AWS", realCommand);
    }

    /** No rules and no calls. */
    void forget() throws IOException {
        Files.writeString(folder.resolve("rules"), "");
        Files.writeString(folder.resolve("calls"), "");
    }

    /** Every call that fits the pattern is answered so. */
    DeployRun answer(String pattern, String text) {
        return rule("*", 0, pattern, text);
    }

    /** The next call that fits the pattern is answered so, and later ones by later rules. */
    DeployRun once(String pattern, String text) {
        return rule("1", 0, pattern, text);
    }

    /** Every call that fits the pattern fails. */
    DeployRun refuse(String pattern, String error) {
        return rule("*", 254, pattern, error);
    }

    /** The next call that fits the pattern fails. */
    DeployRun refuseOnce(String pattern, String error) {
        return rule("1", 254, pattern, error);
    }

    private DeployRun rule(String times, int code, String pattern, String text) {
        String line = String.join("|", times, Integer.toString(code), pattern, text) + "\n";
        try {
            Files.writeString(folder.resolve("rules"), line, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** All calls, each with its arguments as a shell quotes them. */
    List<String> calls() throws IOException {
        return Files.readAllLines(folder.resolve("calls"));
    }

    /** Service and operation of all calls. */
    List<String> operations() throws IOException {
        List<String> operations = new ArrayList<>();
        for (String call : calls()) {
            String[] words = call.split(" ", 3);
            operations.add(words[0] + " " + words[1]);
        }
        return operations;
    }

    Result deploy(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(SCRIPT.toString(), "--poll", "0"));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** Makes a call by the command that {@link #orElse} names, without a record of it. */
    Result aws(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(environment.get("REAL_AWS")));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** Pastes a text into a shell. */
    Result paste(String text) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("pasted.sh"), "set -eu\n" + text);
        return run(List.of("bash", file.toString()));
    }

    private Result run(List<String> command) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        builder.environment().merge("PATH", "", (path, none) -> bin + ":" + path);
        Process process = builder.start();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException(
                    command + " does not end; it printed\n" + Files.readString(output));
        }
        return new Result(process.exitValue(), Files.readString(output));
    }

    /** A jar as small as can be, with state of these uids. */
    Path jar(String name, String... uids) throws IOException {
        Path jar = folder.resolve(name);
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            JarEntry entry = new JarEntry("META-INF/clickstream/state-uids.txt");
            entry.setTime(0);
            out.putNextEntry(entry);
            out.write((String.join("\n", uids) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return jar;
    }

    /** The key that a jar is uploaded by. */
    static String key(Path jar) throws IOException {
        return "clickstream/" + sha256(jar) + "-clickstream-analytics.jar";
    }

    static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
