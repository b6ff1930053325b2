package io.clickstream.deploy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** Runs scripts/deploy.sh in an account, and records the calls of aws that it makes. */
final class DeployRun {

    /** How a script ended, and all that it printed. */
    record Result(int exit, String text) {}

    private static final String SCRIPT = "scripts/deploy.sh";
    private static final Path RECORDER = Path.of("src", "test", "resources", "deploy", "aws");
    private static final long TIMEOUT_SECONDS = 180;

    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();

    DeployRun(Path folder, DeployAccount account) throws IOException {
        this.folder = folder;
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Files.copy(RECORDER, bin.resolve("aws")).toFile().setExecutable(true);
        environment.putAll(account.environment());
        environment.put("REAL_AWS", account.aws().toString());
        environment.put("CALLS", folder.resolve("calls").toString());
        environment.put("PATH", bin + ":" + account.programs() + ":" + System.getenv().get("PATH"));
        forget();
    }

    /** Sets a variable of the environment. */
    void set(String variable, String value) {
        environment.put(variable, value);
    }

    /** Puts a program in front of all others of its name. */
    void program(String name, String script) throws IOException {
        Files.writeString(folder.resolve("bin").resolve(name), script).toFile().setExecutable(true);
    }

    /** Forgets the calls so far. */
    void forget() throws IOException {
        Files.writeString(folder.resolve("calls"), "");
    }

    /** Something goes wrong with a call that changes something; see the program aws. */
    void cut(int number, String kind) throws IOException {
        Files.writeString(folder.resolve("calls.cut"), number + " " + kind + "\n");
    }

    /** Runs a command of a shell before the first call that has this text. */
    void at(String text, String command) throws IOException {
        Files.writeString(folder.resolve("calls.at"), text + "\n" + command + "\n");
    }

    /** Whether the call that something was to go wrong with was never made. */
    boolean isWhole() throws IOException {
        return Files.deleteIfExists(folder.resolve("calls.cut"));
    }

    /** All calls, each with its arguments as a shell quotes them. */
    List<String> calls() throws IOException {
        return Files.readAllLines(folder.resolve("calls"));
    }

    /** Service and operation of all calls. */
    List<String> operations() throws IOException {
        List<String> operations = new ArrayList<>();
        for (String call : calls()) {
            String[] words = call.replaceFirst("^--region \\S+ ", "").split(" ", 3);
            operations.add(words[0] + " " + words[1]);
        }
        return operations;
    }

    Result deploy(String... arguments) throws IOException, InterruptedException {
        return deployFrom(Path.of("").toAbsolutePath(), arguments);
    }

    /** Runs the script of another folder than that of this project. */
    Result deployFrom(Path project, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(project.resolve(SCRIPT).toString()));
        // Tests have no time to lose, but for those of waiting.
        command.addAll(List.of("--poll", "0", "--timeout", "1"));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** Makes a call, without a record of it. */
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
        builder.environment().remove("AWS_REGION");
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new IllegalStateException(
                    command + " does not end; it printed\n" + Files.readString(output));
        }
        return new Result(process.exitValue(), Files.readString(output));
    }

    /** A jar as small as can be, with state of these uids, for the default version of Flink. */
    Path jar(String name, String... uids) throws IOException {
        return jarFor("2.2.0", name, uids);
    }

    /** The same, for another version of Flink. */
    Path jarFor(String flink, String name, String... uids) throws IOException {
        Path jar = folder.resolve(name);
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            entry(out, "META-INF/clickstream/state-uids.txt", String.join("\n", uids) + "\n");
            entry(
                    out,
                    "META-INF/sbom/clickstream-analytics.cdx.xml",
                    "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><metadata><component>"
                            + "<version>1.2.3</version></component></metadata></bom>");
            entry(
                    out,
                    "META-INF/MANIFEST.MF",
                    "Manifest-Version: 1.0\r\nFlink-Version: " + flink + "\r\n\r\n");
        }
        return jar;
    }

    private static void entry(JarOutputStream out, String name, String content) throws IOException {
        JarEntry entry = new JarEntry(name);
        entry.setTime(0);
        out.putNextEntry(entry);
        out.write(content.getBytes(StandardCharsets.UTF_8));
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
