package io.clickstream.deploy;

import static io.clickstream.deploy.Template.list;
import static io.clickstream.deploy.Template.map;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.ClickstreamJob;
import io.clickstream.config.JobConfig;
import io.clickstream.config.PropertyGroupsFile;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The manifest for Kubernetes says what the other files of the folder say. */
class FlinkDeploymentTest {

    private static final Path FOLDER = Path.of("flink-conf");

    private Map<String, Object> properties;
    private Map<String, Object> spec;

    @BeforeEach
    void read() throws Exception {
        List<Map<String, Object>> documents = new ArrayList<>();
        try (Reader reader = Files.newBufferedReader(FOLDER.resolve("flink-deployment.yaml"))) {
            yaml().loadAll(reader).forEach(document -> documents.add(map(document)));
        }
        assertThat(documents).extracting("kind").containsExactly("ConfigMap", "FlinkDeployment");
        properties = documents.get(0);
        spec = map(documents.get(1).get("spec"));
    }

    @Test
    void hasAllSettingsThatTheServiceFixes() throws Exception {
        Map<String, String> fixed = new LinkedHashMap<>();
        try (Reader reader = Files.newBufferedReader(FOLDER.resolve("config.yaml"))) {
            flatten("", map(yaml().load(reader)), (key, value) -> fixed.put(key, value.toString()));
        }
        Map<String, Object> settings = map(spec.get("flinkConfiguration"));

        assertThat(fixed).hasSizeGreaterThan(10);
        fixed.forEach((key, value) -> assertThat(settings).containsEntry(key, value));
        // The operator takes texts only.
        assertThat(settings.values()).allMatch(String.class::isInstance);
    }

    @Test
    void configuresTheJob(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("application_properties.json");
        Files.writeString(file, map(properties.get("data")).get(name(file)).toString());

        JobConfig config = JobConfig.parse(PropertyGroupsFile.read(file));

        assertThat(config.kafkaSource()).isPresent();
        assertThat(config.openSearch()).isPresent();
        assertThat(config.archive()).isPresent();
    }

    @Test
    void mountsThePropertiesWhereTheJobLooksForThem() {
        Map<String, Object> pod = map(map(spec.get("podTemplate")).get("spec"));
        Map<String, Object> volume = map(list(pod.get("volumes")).get(0));
        Map<String, Object> container = map(list(pod.get("containers")).get(0));
        Map<String, Object> mount = map(list(container.get("volumeMounts")).get(0));

        assertThat(container).containsEntry("name", "flink-main-container");
        assertThat(mount.get("name")).isEqualTo(volume.get("name"));
        assertThat(Path.of(mount.get("mountPath").toString()))
                .isEqualTo(PropertyGroupsFile.MANAGED_SERVICE.getParent());
        assertThat(map(volume.get("configMap")).get("name"))
                .isEqualTo(map(properties.get("metadata")).get("name"));
        assertThat(map(spec.get("job")))
                .containsEntry("entryClass", ClickstreamJob.class.getName());
    }

    /** The operator calls a version so, and the image has the plugin of its own version. */
    @Test
    void runsTheDefaultVersion() throws Exception {
        assertThat(spec)
                .containsEntry("flinkVersion", "v" + DefaultFlink.VERSION.replace('.', '_'));
        Matcher image =
                Pattern.compile("FROM flink:(\\S+)-java(\\d+)\n")
                        .matcher(Files.readString(FOLDER.resolve("flink-deployment.yaml")));
        assertThat(image.find()).isTrue();
        assertThat(image.group(1)).startsWith(DefaultFlink.VERSION + '.');
        assertThat(image.group(2)).isEqualTo(DefaultFlink.JAVA);
        Map<String, Object> pod = map(map(spec.get("podTemplate")).get("spec"));
        Map<String, Object> container = map(list(pod.get("containers")).get(0));
        assertThat(map(list(container.get("env")).get(0)))
                .containsEntry("name", "ENABLE_BUILT_IN_PLUGINS")
                .containsEntry("value", "flink-s3-fs-hadoop-" + image.group(1) + ".jar");
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    private static void flatten(
            String prefix, Map<String, Object> map, BiConsumer<String, Object> out) {
        map.forEach(
                (key, value) -> {
                    if (value instanceof Map) {
                        flatten(prefix + key + '.', map(value), out);
                    } else {
                        out.accept(prefix + key, value);
                    }
                });
    }

    private static Yaml yaml() {
        return new Yaml(new SafeConstructor(new LoaderOptions()));
    }
}
