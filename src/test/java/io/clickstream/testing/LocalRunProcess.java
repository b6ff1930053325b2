package io.clickstream.testing;

import io.clickstream.local.run.LocalRun;
import io.clickstream.tools.command.Project;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A run in a process of its own, as {@code scripts/run-local.sh} or another script starts it. */
public final class LocalRunProcess {

    private static final List<String> ANY_PORTS =
            List.of("--kafka-port", "0", "--opensearch-port", "0", "--page-port", "0");

    /**
     * Starts a local run at any ports.
     *
     * @param folders where it makes its temporary folders
     * @param log a file that is not there yet
     */
    public static Process start(Path folders, Path log, String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(ANY_PORTS);
        return start(LocalRun.class, folders, log, all.toArray(new String[0]));
    }

    /**
     * Starts a run.
     *
     * @param main its class
     * @param folders where it makes its temporary folders
     * @param log a file that is not there yet
     */
    public static Process start(Class<?> main, Path folders, Path log, String... options)
            throws IOException {
        return start(
                main,
                System.getProperty("java.class.path"),
                Map.of(Project.BUILD_PROPERTY, Project.build()),
                folders,
                log,
                options);
    }

    /**
     * Starts a run of another build.
     *
     * @param main its class
     * @param classPath of the build
     * @param properties of the system
     * @param folders where it makes its temporary folders
     * @param log a file that is not there yet
     */
    public static Process start(
            Class<?> main,
            String classPath,
            Map<String, String> properties,
            Path folders,
            Path log,
            String... options)
            throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx1g",
                                "-Djava.io.tmpdir=" + folders,
                                "-Dclickstream.log=" + log));
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(List.of(options));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private LocalRunProcess() {}
}
