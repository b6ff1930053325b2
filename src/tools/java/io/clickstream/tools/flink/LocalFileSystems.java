package io.clickstream.tools.flink;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.annotation.Nullable;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.DefaultPluginManager;
import org.apache.flink.core.plugin.DirectoryBasedPluginFinder;

/**
 * Flink's file systems beyond that of this machine, S3 above all. As on a cluster, each is a plugin
 * with a class loader of its own, since its libraries clash with the job's. The plugins' jars are
 * resources beside this class.
 */
public final class LocalFileSystems {

    /** The build puts it there. */
    private static final String S3_PLUGIN = "/flink-plugins/flink-s3-fs-hadoop.jar";

    /**
     * The plugin's SDK warns of its own age, on the console, with a stack trace. Loggers that
     * nobody keeps forget their level.
     */
    private static final Logger SDK = Logger.getLogger("com.amazonaws");

    /** The plugins in a folder of this process, unpacked once. */
    @Nullable private static Path plugins;

    /**
     * Makes file systems known to all of this JVM, in place of those known before.
     *
     * @param settings such as {@code s3.endpoint}; others keep their defaults, and credentials come
     *     from the environment
     */
    public static synchronized void initialize(Map<String, String> settings) throws IOException {
        Path folder = plugins();
        SDK.setLevel(Level.SEVERE);
        Configuration config = Configuration.fromMap(settings);
        FileSystem.initialize(
                config,
                new DefaultPluginManager(
                        new DirectoryBasedPluginFinder(folder).findPlugins(),
                        CoreOptions.getPluginParentFirstLoaderPatterns(config)));
    }

    /** The folder of the plugins, for the environment of another Flink process. */
    public static synchronized Path plugins() throws IOException {
        if (plugins == null) {
            try (InputStream jar = LocalFileSystems.class.getResourceAsStream(S3_PLUGIN)) {
                if (jar == null) {
                    throw new IllegalStateException(
                            S3_PLUGIN
                                    + " is not on the class path: build the project with mvn"
                                    + " package");
                }
                plugins = unpack(jar);
            }
        }
        return plugins;
    }

    /**
     * The folder of the plugins of another build, for the environment of a process of its Flink.
     *
     * @param build its folder
     */
    public static Path pluginsOfBuild(Path build) throws IOException {
        try (InputStream jar = Files.newInputStream(build.resolve("tools/classes" + S3_PLUGIN))) {
            return unpack(jar);
        }
    }

    /** Flink wants a folder for each plugin. */
    private static Path unpack(InputStream content) throws IOException {
        Path folder = Files.createTempDirectory("clickstream-plugins-");
        Path s3 = Files.createDirectory(folder.resolve("s3"));
        Path jar = s3.resolve("flink-s3-fs-hadoop.jar");
        // Deleted in reverse order at the end of the process.
        folder.toFile().deleteOnExit();
        s3.toFile().deleteOnExit();
        jar.toFile().deleteOnExit();
        Files.copy(content, jar);
        return folder;
    }

    private LocalFileSystems() {}
}
