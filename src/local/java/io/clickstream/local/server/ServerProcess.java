package io.clickstream.local.server;

import io.clickstream.tools.command.Project;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts the main classes of the module {@code src/servers}. Their libraries clash with those of
 * the job and of Flink, so they run in a process and with a class path of their own.
 */
final class ServerProcess {

    /** Written by the build of the module: its libraries. */
    private static final String LIBRARIES = "servers.classpath";

    private static final String CLASSES = "servers/classes";

    private ServerProcess() {}

    /**
     * Starts a server that prints its port as the first line of its output.
     *
     * @param name for messages: {@code the S3 server}
     * @param options of the JVM
     * @param jars to add to the class path
     */
    static ChildProcess start(
            String name,
            List<String> options,
            List<Path> jars,
            String main,
            List<String> arguments,
            Path log) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(jars), main));
        command.addAll(arguments);
        return ChildProcess.startWithPort(name, new ProcessBuilder(command), log);
    }

    private static String classPath(List<Path> jars) {
        Path libraries = Project.built(LIBRARIES);
        if (!Files.isRegularFile(libraries)) {
            throw new IllegalStateException(
                    libraries
                            + " is missing: run mvn package in the project's folder, which writes"
                            + " it");
        }
        List<String> classPath = new ArrayList<>();
        try {
            classPath.add(Files.readString(libraries).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(libraries + " can't be read", e);
        }
        classPath.add(Project.built(CLASSES).toString());
        jars.forEach(jar -> classPath.add(jar.toAbsolutePath().toString()));
        return String.join(File.pathSeparator, classPath);
    }
}
