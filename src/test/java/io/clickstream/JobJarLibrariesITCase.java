package io.clickstream;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.testing.ClassReferences;
import io.clickstream.tools.command.FlinkOption;
import io.clickstream.tools.command.Project;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the job's jar consists of, and what the pages say about it: its packages, its libraries with
 * the advisories that are known for them, the classes that it leaves out, and the sizes of its
 * parts. {@code mvn verify -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false
 * -Dit.test=JobJarLibrariesITCase -Djar.update=true} writes the lists and tables again. In the
 * tables, it keeps the texts of rows that did not change. New rows get no text, and the test fails
 * until somebody has written it.
 *
 * <p>Each version of Flink has a list of packages. The tables are those of the default build. A
 * build for another version has another table with the libraries that its jar has in place of the
 * ones in the table of the default.
 */
class JobJarLibrariesITCase {

    private static final String UPDATE = "jar.update";
    private static final String RENEW =
            "renew it with mvn verify -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false"
                    + " -Dit.test=JobJarLibrariesITCase -Djar.update=true";

    private static final Path PACKAGES =
            Path.of("src", "test", "resources", "jar", "packages-" + FlinkOption.own() + ".txt");

    private static final boolean IS_DEFAULT = Project.build().equals("target");

    private static final Path LIBRARIES = Path.of("src", "main", "LIBRARIES.md");
    private static final Path DEPLOY = Path.of("cloudformation", "README.md");

    private static final Pattern SIZE_OF_THE_JAR =
            Pattern.compile("(clickstream-analytics-0\\.1\\.0-SNAPSHOT\\.jar` \\()(\\d+)( MB\\))");

    /** How many names of a package say which library it is; {@link #USUAL_DEPTH} of others. */
    private static final Map<String, Integer> DEPTHS =
            Map.ofEntries(
                    Map.entry("com.fasterxml.jackson", 4),
                    Map.entry("common", 1),
                    Map.entry("io.clickstream", 2),
                    Map.entry("io.github.acm19", 4),
                    Map.entry("io.netty", 4),
                    Map.entry("net.jpountz", 2),
                    Map.entry("org.apache.commons", 4),
                    Map.entry("org.apache.flink", 5),
                    Map.entry("org.apache.kafka.shaded", 6),
                    Map.entry("shaded.parquet", 5),
                    Map.entry("software.amazon.awssdk", 4),
                    Map.entry("software.amazon.awssdk.services", 5));

    private static final int USUAL_DEPTH = 3;

    /** The part of the jar that a package belongs to, for the table of the parts. */
    private static final Map<String, String> PARTS =
            Map.ofEntries(
                    Map.entry("software.amazon.awssdk.services.glue", "AWS SDK for Glue"),
                    Map.entry("software.amazon.awssdk.services.kinesis", "AWS SDK for Kinesis"),
                    Map.entry("software.amazon.awssdk", "other parts of the AWS SDK"),
                    Map.entry("software.amazon.eventstream", "other parts of the AWS SDK"),
                    Map.entry("software.amazon.msk", "other parts of the AWS SDK"),
                    Map.entry("org.reactivestreams", "other parts of the AWS SDK"),
                    Map.entry("io.netty", "Netty"),
                    Map.entry("org.apache.kafka", "Kafka client and connector"),
                    Map.entry("kafka", "Kafka client and connector"),
                    Map.entry("org.apache.flink.connector.kafka", "Kafka client and connector"),
                    Map.entry("org.apache.flink.streaming", "Kafka client and connector"),
                    Map.entry("org.apache.parquet", "Parquet"),
                    Map.entry("org.apache.flink.formats", "Parquet"),
                    Map.entry("org.apache.hadoop", "Parquet"),
                    Map.entry("shaded.parquet", "Parquet"),
                    Map.entry("com.github.luben", "Zstandard, Snappy, and LZ4"),
                    Map.entry("linux", "Zstandard, Snappy, and LZ4"),
                    Map.entry("darwin", "Zstandard, Snappy, and LZ4"),
                    Map.entry("win", "Zstandard, Snappy, and LZ4"),
                    Map.entry("org.xerial.snappy", "Zstandard, Snappy, and LZ4"),
                    Map.entry("net.jpountz", "Zstandard, Snappy, and LZ4"),
                    Map.entry("com.fasterxml.jackson", "Jackson and Avro"),
                    Map.entry("org.apache.avro", "Jackson and Avro"),
                    Map.entry("org.opensearch", "OpenSearch client"),
                    Map.entry("org.apache.http", "OpenSearch client"),
                    Map.entry("io.github.acm19", "OpenSearch client"),
                    Map.entry("com.google.protobuf", "Protocol Buffers"),
                    Map.entry("google.protobuf", "Protocol Buffers"),
                    Map.entry("software.amazon.kinesis", "Protocol Buffers"),
                    Map.entry("org.apache.commons", "Apache Commons"),
                    Map.entry("io.clickstream", "the job"),
                    Map.entry("opensearch", "the job"),
                    Map.entry("samples", "the job"));

    private static final String OTHERS = "others";

    /** What the table says may differ from what is so by what rounding does. */
    private static final double ROUNDING_MB = 0.55;

    private static final double BYTES_PER_MB = 1_000_000;

    /** What a zip file spends on an entry, without its name, which it has twice. */
    private static final int HEADERS = 30 + 46;

    private static Path jar;

    /** The bytes that the jar spends on each package, with slashes. */
    private static Map<String, Long> bytesByFolder;

    /** Internal names of the jar's classes, and the classes that they refer to. */
    private static Map<String, Set<String>> references;

    /**
     * Versions and artifacts by group, such as {@code org.apache.avro 1.11.5}, from its own list.
     */
    private static Map<String, Set<String>> libraries;

    @BeforeAll
    static void readTheJar() throws IOException {
        jar = JobJarITCase.jar();
        bytesByFolder = new TreeMap<>();
        references = new TreeMap<>();
        libraries = new TreeMap<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                if (entry.isDirectory()) {
                    continue;
                }
                String name = entry.getName().replaceFirst("^META-INF/versions/\\d+/", "");
                bytesByFolder.merge(
                        folderOf(name),
                        entry.getCompressedSize() + HEADERS + 2L * entry.getName().length(),
                        Long::sum);
                if (name.endsWith(".class")) {
                    try (InputStream in = file.getInputStream(entry)) {
                        references
                                .computeIfAbsent(withoutSuffix(name), any -> new TreeSet<>())
                                .addAll(ClassReferences.of(in));
                    }
                }
            }
            readTheListOfLibraries(file);
        }
    }

    private static void readTheListOfLibraries(JarFile file) throws IOException {
        try (InputStream in =
                file.getInputStream(
                        file.getJarEntry("META-INF/sbom/clickstream-analytics.cdx.xml"))) {
            Matcher purl =
                    Pattern.compile("<purl>pkg:maven/([^/]+)/([^@]+)@([^?]+)\\?type=jar</purl>")
                            .matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            while (purl.find()) {
                libraries
                        .computeIfAbsent(
                                purl.group(1) + ' ' + purl.group(3), any -> new TreeSet<>())
                        .add(purl.group(2));
            }
        }
        assertThat(libraries).hasSizeGreaterThan(20);
    }

    /** A new dependency changes the list, so that a review sees it. */
    @Test
    void hasThePackagesOfTheList() throws IOException {
        Set<String> packages = new TreeSet<>();
        for (String folder : bytesByFolder.keySet()) {
            if (!folder.isEmpty() && !folder.startsWith("META-INF")) {
                packages.add(library(folder));
            }
        }
        if (Boolean.getBoolean(UPDATE)) {
            Files.write(PACKAGES, packages);
            return;
        }

        assertThat(packages)
                .as("the packages of the jar are not those of %s; %s", PACKAGES, RENEW)
                .containsExactlyElementsOf(Files.readAllLines(PACKAGES));
    }

    /** A new version of a library loses its text, so that somebody looks for advisories again. */
    @Test
    void namesTheAdvisoriesOfEachLibrary() throws IOException {
        Table table = new Table(LIBRARIES, "libraries");
        Map<List<String>, String> rows = new LinkedHashMap<>();
        for (Map.Entry<String, Set<String>> library : libraries.entrySet()) {
            String[] groupAndVersion = library.getKey().split(" ", 2);
            List<String> key =
                    List.of(
                            '`' + groupAndVersion[0] + '`',
                            String.join(", ", library.getValue()),
                            groupAndVersion[1]);
            rows.put(key, table.textOf(key));
        }

        Set<List<String>> differ =
                updateOrCheck(
                        table, List.of("Group", "Artifacts", "Version", "Known advisories"), rows);

        // The other versions of these, and nothing else, are only in the jar of the default.
        Set<List<String>> replaced = new HashSet<>();
        differ.forEach(key -> replaced.add(key.subList(0, 2)));
        assertThat(table.rows)
                .filteredOn(row -> !rows.containsKey(row.subList(0, 3)))
                .allMatch(row -> replaced.contains(row.subList(0, 2)));
    }

    /**
     * Each class that a class of the jar refers to is in the jar, in Flink, or in Java. The table
     * has the exceptions, each with the reason why no class of the job needs it.
     */
    @Test
    void lacksOnlyTheClassesOfTheTable() throws IOException {
        Set<String> ofFlink = new HashSet<>();
        for (Path library : JobJarITCase.librariesOfFlink()) {
            try (JarFile file = new JarFile(library.toFile())) {
                file.stream()
                        .map(JarEntry::getName)
                        .filter(name -> name.endsWith(".class"))
                        .forEach(name -> ofFlink.add(withoutSuffix(name)));
            }
        }
        Set<String> ofJava = new HashSet<>();
        ModuleLayer.boot().modules().forEach(module -> ofJava.addAll(module.getPackages()));

        Map<String, Set<String>> users = new TreeMap<>();
        references.forEach(
                (user, names) -> {
                    for (String name : names) {
                        if (!references.containsKey(name)
                                && !ofFlink.contains(name)
                                && !ofJava.contains(packageOf(name))) {
                            users.computeIfAbsent(library(folderOf(name)), any -> new TreeSet<>())
                                    .add(library(folderOf(user)));
                        }
                    }
                });

        Table table = new Table(LIBRARIES, "left out");
        Map<List<String>, String> rows = new LinkedHashMap<>();
        users.forEach(
                (absent, by) -> {
                    List<String> key =
                            List.of(
                                    '`' + absent + '`',
                                    by.stream()
                                            .map(user -> '`' + user + '`')
                                            .collect(joining(", ")));
                    rows.put(key, table.textOf(key));
                });
        updateOrCheck(
                table,
                List.of("Not in the jar", "Named by classes of", "Why the job does not need it"),
                rows);
    }

    /**
     * The default build has all rows of a table. Another build has a table of its own, with what
     * the one of the default does not have.
     *
     * @return the rows of the table of this build
     */
    private static Set<List<String>> updateOrCheck(
            Table ofDefault, List<String> header, Map<List<String>, String> rows)
            throws IOException {
        if (IS_DEFAULT) {
            ofDefault.updateOrCheck(header, rows);
            return rows.keySet();
        }
        Table own = new Table(LIBRARIES, ofDefault.name + " for Flink " + FlinkOption.own());
        Map<List<String>, String> differ = new LinkedHashMap<>();
        rows.keySet().stream()
                .filter(key -> ofDefault.textOf(key).isEmpty())
                .forEach(key -> differ.put(key, own.textOf(key)));
        own.updateOrCheck(header, differ);
        return differ.keySet();
    }

    /** Otherwise, {@code lacksOnlyTheClassesOfTheTable} would find nothing to complain about. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "org/opensearch/client/RestClient",
                "org/apache/kafka/clients/producer/KafkaProducer",
                "software/amazon/awssdk/services/kinesis/DefaultKinesisAsyncClient",
                "io/clickstream/ClickstreamJob"
            })
    void readsReferences(String name) {
        assertThat(references.get(name)).contains("java/lang/Object", name).hasSizeGreaterThan(20);
    }

    @Test
    void thePageSaysHowBigThePartsAre() throws IOException {
        Map<String, Double> sizes = new TreeMap<>();
        bytesByFolder.forEach(
                (folder, bytes) -> sizes.merge(part(folder), bytes / BYTES_PER_MB, Double::sum));
        double all = Files.size(jar) / BYTES_PER_MB;
        Table table = new Table(DEPLOY, "parts of the jar");
        if (Boolean.getBoolean(UPDATE) && IS_DEFAULT) {
            Map<List<String>, String> rows = new LinkedHashMap<>();
            sizes.entrySet().stream()
                    .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                    .forEach(
                            part ->
                                    rows.put(
                                            List.of(
                                                    String.valueOf(Math.round(part.getValue())),
                                                    part.getKey()),
                                            table.lastCellOf(1, part.getKey())));
            table.write(List.of("MB", "Part", "Purpose"), rows);
            Files.writeString(
                    DEPLOY,
                    SIZE_OF_THE_JAR
                            .matcher(Files.readString(DEPLOY))
                            .replaceFirst("$1" + Math.round(all) + "$3"));
            return;
        }

        Matcher size = SIZE_OF_THE_JAR.matcher(Files.readString(DEPLOY));
        assertThat(size.find()).as("%s gives the size of the jar", DEPLOY).isTrue();
        assertThat(Math.abs(Integer.parseInt(size.group(2)) - all))
                .as("size of the jar in %s, which is %.1f MB; %s", DEPLOY, all, RENEW)
                .isLessThan(ROUNDING_MB);
        Map<String, String> said = new TreeMap<>();
        for (List<String> row : table.rows) {
            said.put(row.get(1), row.get(0));
            assertThat(row.get(2)).as("purpose of %s in %s", row.get(1), DEPLOY).isNotEmpty();
        }
        assertThat(said).containsOnlyKeys(sizes.keySet());
        sizes.forEach(
                (part, megabytes) ->
                        assertThat(Math.abs(Integer.parseInt(said.get(part)) - megabytes))
                                .as(
                                        "%s in %s, which has %.1f MB; %s",
                                        part, DEPLOY, megabytes, RENEW)
                                .isLessThan(ROUNDING_MB));
    }

    private static String part(String folder) {
        return PARTS.getOrDefault(longestPrefix(PARTS.keySet(), folder), OTHERS);
    }

    /** The package that says which library it is, with dots. */
    private static String library(String folder) {
        String prefix = longestPrefix(DEPTHS.keySet(), folder);
        return Stream.of(folder.split("/"))
                .limit(DEPTHS.getOrDefault(prefix, USUAL_DEPTH))
                .collect(joining("."));
    }

    private static String longestPrefix(Set<String> prefixes, String folder) {
        String name = folder.replace('/', '.');
        while (!prefixes.contains(name)) {
            int dot = name.lastIndexOf('.');
            if (dot < 0) {
                return "";
            }
            name = name.substring(0, dot);
        }
        return name;
    }

    private static String folderOf(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('/')));
    }

    private static String packageOf(String name) {
        return folderOf(name).replace('/', '.');
    }

    private static String withoutSuffix(String name) {
        return name.substring(0, name.length() - ".class".length());
    }

    /** A table between two comments of a page. The last cell of a row is text. */
    private static final class Table {

        private final Path page;
        private final String name;
        private final String begin;
        private final String end;
        private final List<List<String>> rows = new ArrayList<>();

        Table(Path page, String name) throws IOException {
            this.page = page;
            this.name = name;
            begin = "<!-- " + name + ": begin -->\n";
            end = "<!-- " + name + ": end -->";
            between()
                    .lines()
                    .skip(2)
                    .forEach(
                            line ->
                                    rows.add(
                                            Stream.of(
                                                            line.substring(1, line.length() - 1)
                                                                    .split("\\|", -1))
                                                    .map(String::trim)
                                                    .toList()));
        }

        private String between() throws IOException {
            String text = Files.readString(page);
            assertThat(text).contains(begin, end);
            return text.substring(text.indexOf(begin) + begin.length(), text.indexOf(end));
        }

        /** The text of the row that has exactly these cells before it, or none. */
        String textOf(List<String> cells) {
            return rows.stream()
                    .filter(row -> row.subList(0, row.size() - 1).equals(cells))
                    .map(row -> row.get(row.size() - 1))
                    .findFirst()
                    .orElse("");
        }

        void updateOrCheck(List<String> header, Map<List<String>, String> expected)
                throws IOException {
            if (Boolean.getBoolean(UPDATE)) {
                write(header, expected);
                return;
            }
            assertThat(between())
                    .as("the table in %s is not what the jar has; %s", page, RENEW)
                    .isEqualTo(text(header, expected));
            assertThat(expected)
                    .as("rows of %s that still need a text in their last cell", page)
                    .allSatisfy((cells, text) -> assertThat(text).as("%s", cells).isNotEmpty());
        }

        void write(List<String> header, Map<List<String>, String> expected) throws IOException {
            String text = Files.readString(page);
            Files.writeString(
                    page,
                    text.substring(0, text.indexOf(begin) + begin.length())
                            + text(header, expected)
                            + text.substring(text.indexOf(end)));
        }

        private static String text(List<String> header, Map<List<String>, String> expected) {
            StringBuilder text = new StringBuilder();
            row(text, header);
            row(text, Collections.nCopies(header.size(), "---"));
            expected.forEach(
                    (cells, last) -> {
                        List<String> row = new ArrayList<>(cells);
                        row.add(last);
                        row(text, row);
                    });
            return text.toString();
        }

        private static void row(StringBuilder text, List<String> cells) {
            for (String cell : cells) {
                text.append("| ").append(cell).append(cell.isEmpty() ? "" : " ");
            }
            text.append("|\n");
        }

        String lastCellOf(int column, String cell) {
            return rows.stream()
                    .filter(row -> row.get(column).equals(cell))
                    .map(row -> row.get(row.size() - 1))
                    .findFirst()
                    .orElse("");
        }
    }
}
