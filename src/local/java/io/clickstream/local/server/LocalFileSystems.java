package io.clickstream.local.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.DefaultPluginManager;
import org.apache.flink.core.plugin.DirectoryBasedPluginFinder;

/**
 * Flink's file systems beyond that of this machine, S3 above all, as a cluster has them: each is a
 * plugin with class loader of its own, in the build's folder.
 */
public final class LocalFileSystems {

    /** System property: the folder of the project; the current one if not set. */
    private static final String PROJECT_PROPERTY = "clickstream.project";

    private static final String PLUGINS = "target/flink-plugins";

    /**
     * The plugin's SDK warns of its own age, on the console, with a stack trace. Loggers that
     * nobody keeps forget their level.
     */
    private static final Logger SDK = Logger.getLogger("com.amazonaws");

    /**
     * Makes file systems known to all of this JVM, in place of those known before.
     *
     * @param settings such as {@code s3.endpoint}; what is not set is as on any machine, where
     *     credentials come from the environment
     */
    public static void initialize(Map<String, String> settings) throws IOException {
        Path plugins = Path.of(System.getProperty(PROJECT_PROPERTY, "."), PLUGINS);
        if (!Files.isDirectory(plugins)) {
            throw new IllegalStateException(
                    plugins.toAbsolutePath()
                            + " is missing: run mvn test-compile in the project's folder, which"
                            + " makes it");
        }
        SDK.setLevel(Level.SEVERE);
        Configuration config = Configuration.fromMap(settings);
        FileSystem.initialize(
                config,
                new DefaultPluginManager(
                        new DirectoryBasedPluginFinder(plugins).findPlugins(),
                        CoreOptions.getPluginParentFirstLoaderPatterns(config)));
    }

    private LocalFileSystems() {}
}
