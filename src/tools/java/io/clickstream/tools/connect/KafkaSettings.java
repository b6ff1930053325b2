package io.clickstream.tools.connect;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import javax.annotation.Nullable;

/** Settings of Kafka's clients from a command line. */
public final class KafkaSettings {

    /**
     * The settings of {@code --kafka-file} and {@code --kafka}; the latter win.
     *
     * @throws IllegalArgumentException if there is no such file; the message names the option
     */
    public static Map<String, String> read(@Nullable Path file, Map<String, String> more)
            throws IOException {
        Map<String, String> settings = new HashMap<>();
        if (file != null) {
            if (!Files.isRegularFile(file)) {
                throw new IllegalArgumentException("--kafka-file: there is no file " + file);
            }
            Properties properties = new Properties();
            try (InputStream in = Files.newInputStream(file)) {
                properties.load(in);
            }
            properties
                    .stringPropertyNames()
                    .forEach(name -> settings.put(name, properties.getProperty(name)));
        }
        settings.putAll(more);
        return settings;
    }

    private KafkaSettings() {}
}
