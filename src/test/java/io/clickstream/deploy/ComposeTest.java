package io.clickstream.deploy;

import static io.clickstream.deploy.Template.list;
import static io.clickstream.deploy.Template.map;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.JobConfig;
import io.clickstream.config.PropertyGroupsFile;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The containers fit together and to the project, as far as it shows without running them. */
class ComposeTest {

    private static final Path FILE = Path.of("scripts", "compose.yaml");
    private static final String PROPERTIES = "/etc/flink/application_properties.json";

    /** What the image's own config.yaml has at its top, behind which the project's is put. */
    private static final Set<String> SETTINGS_OF_THE_IMAGE =
            Set.of("env", "jobmanager", "taskmanager", "parallelism", "rest", "blob", "query");

    private Map<String, Object> compose;
    private Map<String, Map<String, Object>> services;

    @BeforeEach
    void read() throws Exception {
        compose = yaml(FILE);
        services = new TreeMap<>();
        map(compose.get("services")).forEach((name, service) -> services.put(name, map(service)));
    }

    @Test
    void eachMountIsAFileOfTheProjectOrAVolume() throws Exception {
        String pom = Files.readString(Path.of("pom.xml"));
        Matcher artifact =
                Pattern.compile("<artifactId>clickstream</artifactId>\\s*<version>([^<]+)<")
                        .matcher(pom);
        assertThat(artifact.find()).isTrue();
        Path jar = Path.of("target", "clickstream-analytics-" + artifact.group(1) + ".jar");
        List<Path> files = new ArrayList<>();
        services.forEach(
                (name, service) ->
                        mounts(service)
                                .forEach(
                                        mount -> {
                                            String source = mount.get("source").toString();
                                            if (mount.get("type").equals("volume")) {
                                                assertThat(map(compose.get("volumes")))
                                                        .containsKey(source);
                                                return;
                                            }
                                            // Else Docker makes a folder of what is missing.
                                            assertThat(map(mount.get("bind")))
                                                    .containsEntry("create_host_path", false);
                                            assertThat(mount).containsEntry("read_only", true);
                                            files.add(FILE.resolveSibling(source).normalize());
                                        }));

        assertThat(files).contains(jar);
        // It is made by the build, which has not come so far yet.
        files.removeIf(jar::equals);
        assertThat(files).isNotEmpty().allMatch(Files::exists);
    }

    /** The image runs as the user flink, and Docker gives a new volume to root. */
    @Test
    void flinkMayWriteCheckpoints() {
        String image = "flink:" + DefaultFlink.VERSION + "-java" + DefaultFlink.JAVA;
        Map<String, Object> owner = services.get("checkpoints");
        assertThat(owner).containsEntry("image", image).containsEntry("user", "root");
        assertThat(list(owner.get("entrypoint"))).startsWith("chown", "flink:flink");
        Object folder = list(owner.get("entrypoint")).get(2);
        for (String name : List.of("checkpoints", "jobmanager", "taskmanager")) {
            assertThat(services.get(name)).containsEntry("image", image);
            assertThat(mounts(services.get(name)))
                    .anyMatch(
                            mount ->
                                    mount.get("source").equals("checkpoints")
                                            && mount.get("target").equals(folder));
        }
        assertThat(map(map(services.get("jobmanager").get("depends_on")).get("checkpoints")))
                .containsEntry("condition", "service_completed_successfully");
        assertThat(map(services.get("taskmanager").get("depends_on"))).containsKey("jobmanager");
    }

    @Test
    void portsAreOpenOnThisMachineOnly() {
        services.forEach(
                (name, service) -> {
                    for (Object port : list(service.getOrDefault("ports", List.of()))) {
                        assertThat(port.toString()).as(name).startsWith("127.0.0.1:");
                    }
                });
    }

    @Test
    void eachServiceWaitsForOneThatCanBecomeWhatItWaitsFor() {
        services.forEach(
                (name, service) -> {
                    assertThat(service.get("image").toString())
                            .matches("[a-z/-]+:[0-9][a-z0-9.-]*");
                    map(service.getOrDefault("depends_on", Map.of()))
                            .forEach(
                                    (other, how) -> {
                                        String condition = map(how).get("condition").toString();
                                        assertThat(services).containsKey(other);
                                        assertThat(services.get(other).containsKey("healthcheck"))
                                                .as("%s waits for %s", name, other)
                                                .isEqualTo(condition.equals("service_healthy"));
                                    });
                });
    }

    @Test
    void theJobFindsItsBrokerAndItsNode() throws Exception {
        Map<String, Object> job = services.get("jobmanager");
        Path properties =
                mounts(job).stream()
                        .filter(mount -> mount.get("target").equals(PROPERTIES))
                        .map(mount -> FILE.resolveSibling(mount.get("source").toString()))
                        .findAny()
                        .orElseThrow();
        assertThat(PropertyGroupsFile.MANAGED_SERVICE).hasToString(PROPERTIES);
        JobConfig config = JobConfig.parse(PropertyGroupsFile.read(properties.normalize()));

        String broker = config.kafkaSource().orElseThrow().bootstrapServers();
        assertThat(
                        map(services.get("kafka").get("environment"))
                                .get("KAFKA_ADVERTISED_LISTENERS")
                                .toString())
                .contains("://" + broker + ',');
        assertThat(services).containsKey(URI.create("kafka://" + broker).getHost());
        assertThat(list(services.get("kafka-topic").get("command")))
                .containsSubsequence("--bootstrap-server", broker)
                .containsSubsequence("--topic", config.kafkaSource().orElseThrow().topics().get(0));
        assertThat(config.kafkaSink().orElseThrow().createTopics()).isTrue();
        URI search = config.openSearch().orElseThrow().endpoints().get(0);
        assertThat(services).containsKey(search.getHost());
        assertThat(config.openSearch().orElseThrow().deadLettersIndex()).hasValue("dead_letters");
        assertThat(config.trending()).isPresent();
        assertThat(list(services.get("opensearch-setup").get("command")))
                .containsSubsequence("--endpoint", search.toString());
        List<Object> command = list(job.get("command"));
        assertThat(Class.forName(command.get(command.size() - 1).toString()))
                .hasDeclaredMethods("main");
    }

    @Test
    void theSetupTakesItsOptions() throws Exception {
        Map<String, Object> setup = services.get("opensearch-setup");
        List<String> command = new ArrayList<>();
        command.add("bash");
        command.add(
                list(setup.get("entrypoint")).get(0).toString().replaceFirst("^/clickstream/", ""));
        list(setup.get("command")).forEach(option -> command.add(option.toString()));
        command.add("--dry-run");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        assertThat(output)
                .contains("http://opensearch:9200/_index_template/")
                .contains("http://dashboards:5601/api/saved_objects/_import");
    }

    @Test
    void theServicesSettingsStandBehindThoseOfTheImage() throws Exception {
        assertThat(yaml(Path.of("flink-conf", "config.yaml")).keySet())
                .isNotEmpty()
                .doesNotContainAnyElementsOf(SETTINGS_OF_THE_IMAGE);
        String properties =
                map(services.get("jobmanager").get("environment"))
                        .get("FLINK_PROPERTIES")
                        .toString();
        // The entry point takes lines of this form and nothing else.
        assertThat(properties.lines()).allMatch(line -> line.matches("[A-Za-z.]+: \\S+"));
    }

    private static List<Map<String, Object>> mounts(Map<String, Object> service) {
        List<Map<String, Object>> mounts = new ArrayList<>();
        list(service.getOrDefault("volumes", List.of())).forEach(mount -> mounts.add(map(mount)));
        return mounts;
    }

    private static Map<String, Object> yaml(Path file) throws Exception {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try (Reader reader = Files.newBufferedReader(file)) {
            return new Yaml(new SafeConstructor(options)).load(reader);
        }
    }
}
