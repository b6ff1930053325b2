package io.clickstream.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.testing.PropertyGroups;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.util.ChildFirstClassLoader;
import org.junit.jupiter.api.Test;

/**
 * The login by the application's role, with Kafka and the login module loaded child first, as
 * Flink's clusters load a job's classes.
 */
class IamLoginTest {

    private static final String LOGIN_MODULE = "software.amazon.msk.auth.iam.IAMLoginModule";
    private static final String CALLBACK_HANDLER =
            "software.amazon.msk.auth.iam.IAMClientCallbackHandler";

    @Test
    void itsClassesLoadChildFirstAndKafkaLogsInByThem() throws Exception {
        Properties properties =
                JobConfig.parse(
                                PropertyGroups.smallest()
                                        .with("source.kafka", "security", "iam")
                                        .build())
                        .kafkaSource()
                        .orElseThrow()
                        .clientProperties();
        properties.put("bootstrap.servers", "127.0.0.1:9");
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (ChildFirstClassLoader job = ofAJob()) {
            Thread.currentThread().setContextClassLoader(job);
            Class<?> admin = job.loadClass("org.apache.kafka.clients.admin.Admin");

            // Makes the login, by module and handler; only sending a request would need a broker.
            Object client = admin.getMethod("create", Properties.class).invoke(null, properties);
            admin.getMethod("close").invoke(client);

            assertThat(job.loadClass(LOGIN_MODULE).getClassLoader()).isSameAs(job);
            assertThat(job.loadClass(CALLBACK_HANDLER).getClassLoader()).isSameAs(job);
            assertThat(admin.getClassLoader()).isSameAs(job);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static ChildFirstClassLoader ofAJob() {
        URL[] jars =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(Path::of)
                        .map(Path::toUri)
                        .map(IamLoginTest::url)
                        .toArray(URL[]::new);
        String[] parentFirst =
                Stream.of(
                                CoreOptions.ALWAYS_PARENT_FIRST_LOADER_PATTERNS,
                                CoreOptions.ALWAYS_PARENT_FIRST_LOADER_PATTERNS_ADDITIONAL)
                        .flatMap(option -> option.defaultValue().stream())
                        .toArray(String[]::new);
        return new ChildFirstClassLoader(
                jars, IamLoginTest.class.getClassLoader(), parentFirst, error -> {});
    }

    private static URL url(URI uri) {
        try {
            return uri.toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }
}
