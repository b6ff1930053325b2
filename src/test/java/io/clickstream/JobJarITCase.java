package io.clickstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.config.FormatConfig.Preset;
import io.clickstream.config.JsonMapping;
import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.testing.ParquetRows;
import io.clickstream.testing.PropertyGroups;
import io.clickstream.tools.command.Project;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
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
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.local.LocalDataOutputStream;
import org.apache.flink.util.FlinkUserCodeClassLoaders;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The jar that is uploaded: what is in it, and that it runs with Flink's own classes beside it. */
class JobJarITCase {

    /** The service allows 512 MB. What is uploaded often should be much smaller. */
    private static final long MAX_BYTES = 55_000_000;

    private static final int MAGIC = 0xcafebabe;

    /**
     * The class files that the job's Java reads, by the Java Virtual Machine Specification, 4.1.
     */
    private static final int NEWEST = 44 + Integer.getInteger("job.release", 17);

    /** What a Flink cluster has on its class path: itself, its libraries, and logging. */
    private static final Pattern OF_FLINK =
            Pattern.compile(
                    "flink-(?!connector-(aws|kafka|kinesis|opensearch)|parquet|test|table|runtime-web).*"
                        + "|(log4j|slf4j|kryo|minlog|objenesis|frocksdbjni|commons-cli"
                        + "|commons-collections|commons-compress|commons-lang3|commons-math3|jsr305"
                        + "|snakeyaml-engine)-.*");

    private static final String SERVICES = "META-INF/services/";

    /** The jar leaves out what Flink's libraries have for tables, and so what names it. */
    private static final String TABLES = "org.apache.flink.table.factories.Factory";

    @TempDir private Path folder;

    private static Path jar;

    @BeforeAll
    static void findTheJar() throws IOException {
        jar = jar();
    }

    /** The jar that {@code mvn package} makes. */
    static Path jar() throws IOException {
        try (Stream<Path> files = Files.list(Project.built(""))) {
            List<Path> found =
                    files.filter(
                                    file ->
                                            file.getFileName()
                                                    .toString()
                                                    .matches("clickstream-analytics-.*\\.jar"))
                            .toList();
            assertThat(found).as("the jar that mvn package makes").hasSize(1);
            return found.get(0);
        }
    }

    @Test
    void isSmallEnough() throws Exception {
        assertThat(Files.size(jar)).isLessThan(MAX_BYTES);
    }

    @Test
    void hasNoClassThatItsJavaCantRead() throws Exception {
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
                    if (in.readUnsignedShort() > NEWEST) {
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

    /** Else which one is in the jar would hang on the order of the libraries. */
    @Test
    void isMadeOfLibrariesThatDontContradictEachOther() throws Exception {
        Map<String, Long> checksums = new HashMap<>();
        List<String> different = new ArrayList<>();
        String libraries = Files.readString(Project.built("job.classpath"));
        for (String library : libraries.split(File.pathSeparator, -1)) {
            try (JarFile file = new JarFile(library)) {
                for (JarEntry entry : Collections.list(file.entries())) {
                    String name = entry.getName();
                    if (!name.endsWith(".class")
                            || name.startsWith("META-INF/")
                            || name.equals("module-info.class")) {
                        continue;
                    }
                    Long other = checksums.putIfAbsent(name, entry.getCrc());
                    if (other != null && other != entry.getCrc()) {
                        different.add(name + " of " + library);
                    }
                }
            }
        }
        assertThat(different).isEmpty();
        assertThat(checksums).hasSizeGreaterThan(10_000);
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
                    .noneMatch(name -> name.startsWith("io/clickstream/tools/"))
                    .noneMatch(name -> name.startsWith("io/clickstream/local/"))
                    .noneMatch(name -> name.startsWith("io/clickstream/bench/"))
                    .noneMatch(name -> name.endsWith(".SF") || name.endsWith(".RSA"));
        }
    }

    /** Scanners read the list; one that says less than is so would hide a vulnerable library. */
    @Test
    void listsItsLibrariesForScanners() throws Exception {
        Set<String> listed = listedLibraries();
        Set<String> inTheJar = new TreeSet<>();
        try (JarFile job = new JarFile(jar.toFile())) {
            String libraries = Files.readString(Project.built("job.classpath"));
            for (String library : libraries.split(File.pathSeparator, -1)) {
                String file = Path.of(library).getFileName().toString();
                // What has no classes is nothing that the jar could show.
                if (hasClassesIn(job, library) || (listed.contains(file) && !hasClasses(library))) {
                    inTheJar.add(file);
                }
            }
        }

        assertThat(listed).isEqualTo(inTheJar).hasSizeGreaterThan(50);
        assertThat(listed)
                .contains(
                        "avro-" + versionInThePom("avro.version") + ".jar",
                        "jackson-databind-" + versionInThePom("jackson.version") + ".jar",
                        "flink-connector-kafka-"
                                + System.getProperty(
                                        "job.kafka", versionInThePom("flink.kafka.version"))
                                + ".jar");
    }

    /** File names, such as {@code avro-1.11.5.jar}, of the CycloneDX document in the jar. */
    private static Set<String> listedLibraries() throws Exception {
        Set<String> listed = new TreeSet<>();
        try (JarFile file = new JarFile(jar.toFile());
                InputStream in =
                        file.getInputStream(
                                file.getJarEntry("META-INF/sbom/clickstream-analytics.cdx.xml"))) {
            Element bom =
                    DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(in)
                            .getDocumentElement();
            assertThat(bom.getAttribute("xmlns")).isEqualTo("http://cyclonedx.org/schema/bom/1.6");
            NodeList components = bom.getElementsByTagName("component");
            for (int i = 0; i < components.getLength(); i++) {
                Element component = (Element) components.item(i);
                if (component.getAttribute("type").equals("library")) {
                    String name = text(component, "name");
                    String version = text(component, "version");
                    assertThat(text(component, "purl"))
                            .isEqualTo(
                                    "pkg:maven/%s/%s@%s?type=jar",
                                    text(component, "group"), name, version);
                    assertThat(listed.add(name + '-' + version + ".jar")).as(name).isTrue();
                }
            }
        }
        return listed;
    }

    private static String text(Element component, String name) {
        return component.getElementsByTagName(name).item(0).getTextContent();
    }

    private static boolean hasClasses(String library) throws IOException {
        try (JarFile file = new JarFile(library)) {
            return file.stream().anyMatch(JobJarITCase::isClass);
        }
    }

    private static boolean hasClassesIn(JarFile job, String library) throws IOException {
        try (JarFile file = new JarFile(library)) {
            return file.stream()
                    .filter(JobJarITCase::isClass)
                    .anyMatch(
                            entry -> {
                                JarEntry there = job.getJarEntry(entry.getName());
                                return there != null && there.getCrc() == entry.getCrc();
                            });
        }
    }

    private static boolean isClass(JarEntry entry) {
        return entry.getName().endsWith(".class")
                && !entry.getName().endsWith("module-info.class")
                && !entry.getName().endsWith("package-info.class");
    }

    private static String versionInThePom(String property) throws IOException {
        Matcher version =
                Pattern.compile("<" + Pattern.quote(property) + ">([^<]+)<")
                        .matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).as(property).isTrue();
        return version.group(1);
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

    /**
     * Service files of several libraries are one file: it has the lines of each, and each line
     * names a class that is there.
     */
    @Test
    void mergesServiceFiles() throws Exception {
        Map<String, Set<String>> expected = new TreeMap<>();
        Map<String, Set<String>> from = new TreeMap<>();
        Set<String> listed = listedLibraries();
        String libraries = Files.readString(Project.built("job.classpath"));
        for (String library : libraries.split(File.pathSeparator, -1)) {
            String name = Path.of(library).getFileName().toString();
            if (listed.contains(name)) {
                services(library)
                        .forEach(
                                (service, lines) -> {
                                    expected.computeIfAbsent(service, any -> new TreeSet<>())
                                            .addAll(lines);
                                    from.computeIfAbsent(service, any -> new TreeSet<>()).add(name);
                                });
            }
        }

        assertThat(expected.remove(TABLES)).isNotEmpty();
        assertThat(from.remove(TABLES)).isNotEmpty();
        assertThat(services(jar.toString())).isEqualTo(expected);
        assertThat(from.values())
                .as("libraries that have the same service file")
                .anyMatch(names -> names.size() > 1);
        assertThat(expected.get("software.amazon.awssdk.http.SdkHttpService"))
                .containsExactly("software.amazon.awssdk.http.apache.ApacheSdkHttpService");
        try (JarFile file = new JarFile(jar.toFile())) {
            assertThat(expected.values().stream().flatMap(Set::stream))
                    .allSatisfy(
                            line ->
                                    assertThat(file.getEntry(line.replace('.', '/') + ".class"))
                                            .as(line)
                                            .isNotNull());
        }
    }

    /** Classes by the service that they implement, from the service files of a jar. */
    private static Map<String, Set<String>> services(String library) throws IOException {
        Map<String, Set<String>> services = new TreeMap<>();
        try (JarFile file = new JarFile(library)) {
            for (JarEntry entry : Collections.list(file.entries())) {
                String name = entry.getName();
                if (name.startsWith(SERVICES) && !entry.isDirectory()) {
                    try (InputStream in = file.getInputStream(entry)) {
                        new String(in.readAllBytes(), StandardCharsets.UTF_8)
                                .lines()
                                .map(line -> line.replaceFirst("#.*", "").trim())
                                .filter(line -> !line.isEmpty())
                                .forEach(
                                        line ->
                                                services.computeIfAbsent(
                                                                name.substring(SERVICES.length()),
                                                                any -> new TreeSet<>())
                                                        .add(line));
                    }
                }
            }
        }
        return services;
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
                .anyMatch(problem -> problem.contains("Connection refused"))
                // The client tries again a few times, which takes longer on a busy machine.
                .allMatch(
                        problem ->
                                problem.contains("Connection refused")
                                        || problem.contains("does not answer within 15 s"));
    }

    /** The jar has the few classes of Hadoop's that Parquet asks for; a cluster has none. */
    @Test
    void writesParquetWhereThereIsNoHadoop() throws Exception {
        Path file = folder.resolve("part.parquet");
        byte[] json = "{\"userid\":7,\"eventtimestamp\":1}".getBytes(StandardCharsets.UTF_8);
        try (URLClassLoader flink = new URLClassLoader(classesOfFlink(), platform());
                URLClassLoader job = childFirst(flink)) {
            assertThatThrownBy(() -> flink.loadClass("org.apache.hadoop.conf.Configuration"))
                    .isInstanceOf(ClassNotFoundException.class);
            Class<?> preset = job.loadClass(Preset.class.getName());
            Object mapping =
                    job.loadClass(JsonMapping.class.getName())
                            .getMethod("of", preset)
                            .invoke(
                                    null,
                                    preset.getMethod("valueOf", String.class).invoke(null, "LAB"));
            Method writers =
                    job.loadClass("io.clickstream.sink.archive.ParquetFiles")
                            .getDeclaredMethod("writers", mapping.getClass());
            writers.setAccessible(true);
            Class<?> streams = job.loadClass(FSDataOutputStream.class.getName());
            try (Closeable out =
                    (Closeable)
                            job.loadClass(LocalDataOutputStream.class.getName())
                                    .getConstructor(File.class)
                                    .newInstance(file.toFile())) {
                Object writer =
                        job.loadClass(BulkWriter.Factory.class.getName())
                                .getMethod("create", streams)
                                .invoke(writers.invoke(null, mapping), out);
                Class<?> batches = job.loadClass(ArchivedBatch.class.getName());
                Class<?> records = job.loadClass(ArchivedRecord.class.getName());
                Object batch = batches.getConstructor(String.class).newInstance("folder");
                batches.getMethod("add", records)
                        .invoke(
                                batch,
                                records.getConstructor(byte[].class, long.class, long.class)
                                        .newInstance(json, 1L, 2L));
                Class<?> interfaceOfWriters = job.loadClass(BulkWriter.class.getName());
                interfaceOfWriters.getMethod("addElement", Object.class).invoke(writer, batch);
                interfaceOfWriters.getMethod("finish").invoke(writer);
            }
        }

        assertThat(ParquetRows.read(file))
                .singleElement()
                .satisfies(
                        row ->
                                assertThat(row)
                                        .containsEntry("user_id", "7")
                                        .containsEntry(
                                                "record",
                                                new String(json, StandardCharsets.UTF_8)));
    }

    /** If the jar lacked a part of the library, the job would use the slow compressor. */
    @Test
    void compressesTheArchiveWithTheFastLibrary() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"));
        assumeTrue(System.getProperty("os.arch").equals("amd64"));
        try (URLClassLoader flink = new URLClassLoader(classesOfFlink(), platform());
                URLClassLoader job = childFirst(flink)) {
            Method hasIntel =
                    job.loadClass("io.clickstream.sink.archive.GzipOutput$Packer")
                            .getDeclaredMethod("hasIntel");
            hasIntel.setAccessible(true);

            assertThat(hasIntel.invoke(null)).isEqualTo(true);
        }
    }

    /** Loads classes of the jar first, as a cluster does. */
    private static URLClassLoader childFirst(ClassLoader flink) throws IOException {
        return FlinkUserCodeClassLoaders.childFirst(
                new URL[] {jar.toUri().toURL()},
                flink,
                CoreOptions.getParentFirstLoaderPatterns(new Configuration()),
                failure -> {},
                false);
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
                URLClassLoader job = childFirst(flink)) {
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
        for (Path library : librariesOfFlink()) {
            urls.add(library.toUri().toURL());
        }
        return urls.toArray(new URL[0]);
    }

    /** The jars of this test's class path that a Flink cluster has. */
    static List<Path> librariesOfFlink() {
        List<Path> libraries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            String name = path.getFileName().toString();
            if (OF_FLINK.matcher(name).matches() && !name.endsWith("-tests.jar")) {
                libraries.add(path);
            }
        }
        assertThat(libraries).hasSizeGreaterThan(10);
        return libraries;
    }
}
