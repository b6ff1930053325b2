package io.clickstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.testing.PropertyGroups;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.util.FlinkUserCodeClassLoaders;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that is uploaded: what is in it, and that it runs with Flink's own classes beside it. */
class JobJarITCase {

    /** The service allows 512 MB; what is uploaded often should be a fifth of it. */
    private static final long MAX_BYTES = 100_000_000;

    private static final int MAGIC = 0xcafebabe;

    /** Class files of Java 11, by the Java Virtual Machine Specification, 4.1. */
    private static final int JAVA_11 = 55;

    /** What a Flink cluster has on its class path: itself, its libraries, and logging. */
    private static final Pattern OF_FLINK =
            Pattern.compile(
                    "flink-(?!connector-(kafka|kinesis|opensearch)|test|table|runtime-web).*"
                        + "|(log4j|slf4j|kryo|minlog|objenesis|frocksdbjni|commons-cli"
                        + "|commons-collections|commons-compress|commons-lang3|commons-math3|jsr305"
                        + "|snakeyaml-engine)-.*");

    @TempDir private Path folder;

    private static Path jar;

    @BeforeAll
    static void findTheJar() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            List<Path> found =
                    files.filter(
                                    file ->
                                            file.getFileName()
                                                    .toString()
                                                    .matches("clickstream-analytics-.*\\.jar"))
                            .toList();
            assertThat(found).as("the jar that mvn package makes").hasSize(1);
            jar = found.get(0);
        }
    }

    @Test
    void isSmallEnough() throws Exception {
        assertThat(Files.size(jar)).isLessThan(MAX_BYTES);
    }

    @Test
    void hasNoClassThatJava11CantRead() throws Exception {
        List<String> tooNew = new ArrayList<>();
        int classes = 0;
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                if (!entry.getName().endsWith(".class")) {
                    continue;
                }
                classes++;
                try (DataInputStream in = new DataInputStream(file.getInputStream(entry))) {
                    assertThat(in.readInt()).as(entry.getName()).isEqualTo(MAGIC);
                    in.readUnsignedShort();
                    if (in.readUnsignedShort() > JAVA_11) {
                        tooNew.add(entry.getName());
                    }
                }
            }
        }
        assertThat(tooNew).isEmpty();
        assertThat(classes).isGreaterThan(10_000);
    }

    @Test
    void hasEachEntryOnce() throws Exception {
        Set<String> names = new HashSet<>();
        List<String> twice = new ArrayList<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            file.stream()
                    .filter(entry -> !names.add(entry.getName()))
                    .forEach(entry -> twice.add(entry.getName()));
        }
        assertThat(twice).isEmpty();
    }

    @Test
    void leavesOutWhatTheClusterHasAndWhatIsForTestsOnly() throws Exception {
        try (JarFile file = new JarFile(jar.toFile())) {
            assertThat(file.stream().map(ZipEntry::getName))
                    .noneMatch(name -> name.startsWith("org/apache/flink/core/"))
                    .noneMatch(name -> name.startsWith("org/apache/flink/runtime/"))
                    .noneMatch(name -> name.startsWith("org/apache/flink/connector/file/"))
                    .noneMatch(name -> name.startsWith("org/apache/flink/connector/base/"))
                    .noneMatch(name -> name.startsWith("org/apache/flink/fs/"))
                    .noneMatch(name -> name.startsWith("org/slf4j/"))
                    .noneMatch(name -> name.startsWith("org/apache/logging/"))
                    .noneMatch(name -> name.startsWith("io/clickstream/local/"))
                    .noneMatch(name -> name.startsWith("io/clickstream/bench/"))
                    .noneMatch(name -> name.endsWith(".SF") || name.endsWith(".RSA"));
        }
    }

    @Test
    void namesItsMainClass() throws Exception {
        try (JarFile file = new JarFile(jar.toFile())) {
            assertThat(file.getManifest().getMainAttributes().getValue("Main-Class"))
                    .isEqualTo(ClickstreamJob.class.getName());
        }
    }

    /** By this list, deploy.sh finds out whether an update would lose state. */
    @Test
    void listsTheUidsThatHaveState() throws Exception {
        String name = "META-INF/clickstream/state-uids.txt";
        try (JarFile file = new JarFile(jar.toFile());
                InputStream in = file.getInputStream(file.getJarEntry(name))) {
            assertThat(in)
                    .hasSameContentAs(
                            Files.newInputStream(
                                    Path.of("src", "main", "resources").resolve(name)));
        }
    }

    /** Service files of several libraries are one: each line names a class that is there. */
    @Test
    void mergesServiceFiles() throws Exception {
        Map<String, List<String>> services = new HashMap<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                String name = entry.getName();
                if (name.startsWith("META-INF/services/") && !entry.isDirectory()) {
                    try (InputStream in = file.getInputStream(entry)) {
                        services.put(
                                name.substring("META-INF/services/".length()),
                                new String(in.readAllBytes(), StandardCharsets.UTF_8)
                                        .lines()
                                        .map(line -> line.replaceFirst("#.*", "").trim())
                                        .filter(line -> !line.isEmpty())
                                        .toList());
                    }
                }
            }
            assertThat(services)
                    .containsKey("com.fasterxml.jackson.core.JsonFactory")
                    .containsKey("software.amazon.awssdk.http.SdkHttpService");
            // Three formats of Jackson in one file.
            assertThat(services.get("com.fasterxml.jackson.core.JsonFactory"))
                    .hasSizeGreaterThan(2);
            assertThat(services.get("software.amazon.awssdk.http.SdkHttpService"))
                    .contains("software.amazon.awssdk.http.apache.ApacheSdkHttpService");
        }
    }

    /**
     * The whole way from main to the clients of all servers, each of which says that nobody
     * answers. Classes come from the jar first, as in a cluster. A client that lacked a class, or
     * took one of Flink's in its place, would say something else; so would Kafka's, which logs in
     * by IAM here, if it did not find the login module.
     */
    @Test
    void startsWithTheClassesOfTheJarFirst() throws Exception {
        assertThat(problems("source.kafka"))
                .hasSize(2)
                .anyMatch(
                        problem ->
                                problem.startsWith(
                                        "Kafka at 127.0.0.1:1 does not answer within 15 s (Timed"
                                                + " out waiting for a node assignment"))
                .anyMatch(
                        problem ->
                                problem.startsWith(
                                        "OpenSearch at http://127.0.0.1:1 did not answer:"
                                                + " Connection refused"));
        assertThat(problems("source.kinesis"))
                .hasSize(6)
                .filteredOn(problem -> problem.contains("but Kinesis at http://127.0.0.1:1 "))
                .hasSize(5)
                .allMatch(problem -> problem.contains("Connection refused"));
    }

    private List<String> problems(String source) throws Exception {
        PropertyGroups groups = PropertyGroups.none();
        if (source.equals("source.kafka")) {
            groups.with(source, "bootstrap-servers", "127.0.0.1:1")
                    .with(source, "topic", "clicks")
                    .with(source, "security", "iam")
                    .group("sink.kafka");
        } else {
            groups.with(source, "stream", "clicks")
                    .with(source, "region", "eu-central-1")
                    .with(source, "endpoint", "http://127.0.0.1:1")
                    .with(source, "aws.credentials.provider", "BASIC")
                    .with(source, "aws.credentials.provider.basic.accesskeyid", "none")
                    .with(source, "aws.credentials.provider.basic.secretkey", "none")
                    .with("sink.kinesis", "endpoint", "http://127.0.0.1:1")
                    .with("sink.kinesis", "aws.credentials.provider", "BASIC")
                    .with("sink.kinesis", "aws.credentials.provider.basic.accesskeyid", "none")
                    .with("sink.kinesis", "aws.credentials.provider.basic.secretkey", "none");
        }
        groups.with("sink.opensearch", "endpoint", "http://127.0.0.1:1");
        Path config = folder.resolve(source + ".json");
        new ObjectMapper().writeValue(config.toFile(), asFile(groups));

        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader flink = new URLClassLoader(classesOfFlink(), platform());
                URLClassLoader job =
                        FlinkUserCodeClassLoaders.childFirst(
                                new URL[] {jar.toUri().toURL()},
                                flink,
                                CoreOptions.getParentFirstLoaderPatterns(new Configuration()),
                                failure -> {},
                                false)) {
            Thread.currentThread().setContextClassLoader(job);
            Class<?> main = job.loadClass(ClickstreamJob.class.getName());
            assertThat(main).isNotEqualTo(ClickstreamJob.class);
            assertThat(
                            job.loadClass("software.amazon.msk.auth.iam.IAMLoginModule")
                                    .getClassLoader())
                    .isSameAs(job);
            main.getMethod("main", String[].class)
                    .invoke(null, (Object) new String[] {"--config", config.toString()});
            throw new AssertionError("the job started without servers");
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            if (!cause.getClass().getSimpleName().equals("ConfigException")) {
                throw new AssertionError("not what a start check says", cause);
            }
            return cause.getMessage().lines().skip(1).map(String::trim).toList();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static List<Map<String, Object>> asFile(PropertyGroups groups) {
        List<Map<String, Object>> file = new ArrayList<>();
        groups.build()
                .forEach((id, map) -> file.add(Map.of("PropertyGroupId", id, "PropertyMap", map)));
        return file;
    }

    private static ClassLoader platform() {
        return ClassLoader.getPlatformClassLoader();
    }

    private static URL[] classesOfFlink() throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            String name = path.getFileName().toString();
            if (OF_FLINK.matcher(name).matches() && !name.endsWith("-tests.jar")) {
                urls.add(path.toUri().toURL());
            }
        }
        assertThat(urls).hasSizeGreaterThan(10);
        return urls.toArray(new URL[0]);
    }
}
