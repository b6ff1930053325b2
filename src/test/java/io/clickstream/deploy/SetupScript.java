package io.clickstream.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs {@code scripts/opensearch-setup.sh} as a user does, and sees what {@code ps} would. */
final class SetupScript {

    /** What came out of a run. */
    record Run(int exitCode, String output, List<String> curlArguments) {}

    private static final Path SCRIPT = Path.of("scripts", "opensearch-setup.sh").toAbsolutePath();

    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();

    /**
     * @param folder for what belongs to the runs
     */
    SetupScript(Path folder) throws IOException {
        this.folder = folder;
        // Stands in front of curl and writes down its arguments, which any user may see.
        write(
                "curl",
                "for argument; do printf '%s\\n' \"$argument\" >>'"
                        + arguments()
                        + "'; done\nPATH=${PATH#*:} exec curl \"$@\"\n");
        // Whatever this machine's has.
        write("aws", "echo 'Unable to locate credentials' >&2\nexit 253\n");
    }

    /** Puts a command in front of the one of this machine. */
    final void write(String command, String body) throws IOException {
        Path file = Files.createDirectories(folder.resolve("bin")).resolve(command);
        Files.writeString(file, "#!/bin/sh\n" + body);
        if (!file.toFile().setExecutable(true)) {
            throw new IOException(file + " can't be made executable");
        }
    }

    SetupScript with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    Run run(URI endpoint, String... options) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of("bash", SCRIPT.toString(), "--endpoint", endpoint.toString()));
        command.addAll(List.of(options));
        Files.deleteIfExists(arguments());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
        builder.environment().putAll(environment);
        builder.environment()
                .merge("PATH", folder.resolve("bin").toString(), (path, bin) -> bin + ':' + path);
        Path output = folder.resolve("output");
        Process process = builder.redirectOutput(output.toFile()).start();
        process.getOutputStream().close();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("the script hangs: " + Files.readString(output));
        }
        return new Run(
                process.exitValue(),
                Files.readString(output),
                Files.exists(arguments()) ? Files.readAllLines(arguments(), UTF_8) : List.of());
    }

    private Path arguments() {
        return folder.resolve("curl-arguments");
    }
}
