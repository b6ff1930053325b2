package io.clickstream.testing;

import io.clickstream.local.run.LocalRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A run in a process of its own, as {@code scripts/run-local.sh} or another script starts it. */
public final class LocalRunProcess {

    /**
     * Starts a local run.
     *
     * @param folders where it makes its temporary folders
     * @param log a file that is not there yet
     */
    public static Process start(Path folders, Path log, String... options) throws IOException {
        return start(LocalRun.class, folders, log, options);
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
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx1g",
                                "-Djava.io.tmpdir=" + folders,
                                "-Dclickstream.log=" + log,
                                "-cp",
                                System.getProperty("java.class.path"),
                                main.getName()));
        command.addAll(List.of(options));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private LocalRunProcess() {}
}
