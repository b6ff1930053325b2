package io.clickstream.tools.command;

import java.nio.file.Path;
import java.util.Optional;

/** The folder of this project's sources and builds. */
public final class Project {

    /** System property: the folder; scripts set it. */
    public static final String PROPERTY = "clickstream.project";

    /** System property: the folder of the build, below the project's folder; scripts set it. */
    public static final String BUILD_PROPERTY = "clickstream.build";

    /** A file of the build, which has a folder for each version of Flink. */
    public static Path built(String path) {
        return file(build()).resolve(path);
    }

    /** What {@link #BUILD_PROPERTY} is, or is by default. */
    public static String build() {
        return System.getProperty(BUILD_PROPERTY, "target");
    }

    /**
     * A file of the project.
     *
     * @param path below the project's folder, which is the current folder if {@link #PROPERTY} is
     *     not set
     */
    public static Path file(String path) {
        return folder().orElse(Path.of("")).resolve(path).toAbsolutePath().normalize();
    }

    /** The folder that {@link #PROPERTY} names; empty if a jar runs without the project. */
    static Optional<Path> folder() {
        return Optional.ofNullable(System.getProperty(PROPERTY)).map(Path::of);
    }

    private Project() {}
}
