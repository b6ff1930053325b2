package io.clickstream.config;

import static io.clickstream.testing.PropertyGroups.smallest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.clickstream.testing.PropertyGroups;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The group registry, its defaults and its errors. */
class RegistryConfigTest {

    @Test
    void isAbsentWithoutItsGroup() {
        assertThat(JobConfig.parse(smallest().build()).registry()).isEmpty();
    }

    @Test
    void hasDefaults() throws Exception {
        RegistryConfig config = InstantiationUtil.clone(parse(confluent()));

        assertThat(config.type()).isEqualTo(RegistryConfig.Type.CONFLUENT);
        assertThat(config.urls()).containsExactly(URI.create("http://registry:8081"));
        assertThat(config.username()).isEmpty();
        assertThat(config.password()).isEmpty();
        assertThat(config.region()).isEmpty();
        assertThat(config.endpoint()).isEmpty();
        assertThat(config.requestTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.retryInitialDelay()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.retryMaxDelay()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.unknownFor()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config).hasToString("RegistryConfig{CONFLUENT [http://registry:8081]}");
    }

    @Test
    void readsEveryKey(@TempDir Path folder) throws Exception {
        Path password = Files.writeString(folder.resolve("password"), "s3cret\n");
        RegistryConfig confluent =
                parse(
                        smallest()
                                .with("registry", "type", "confluent")
                                .with("registry", "url", "https://a:8081, https://b/path/")
                                .with("registry", "username", "job")
                                .with("registry", "password", "file:" + password)
                                .with("registry", "request-timeout", "2 s")
                                .with("registry", "retry-initial-delay", "10 ms")
                                .with("registry", "retry-max-delay", "1 min")
                                .with("registry", "unknown-for", "5 s"));
        RegistryConfig glue =
                parse(glue().with("registry", "endpoint", "https://vpce-1.glue.amazonaws.com"));

        assertThat(confluent.urls())
                .containsExactly(URI.create("https://a:8081"), URI.create("https://b/path/"));
        assertThat(confluent.username()).hasValue("job");
        assertThat(confluent.password()).hasValue("s3cret");
        assertThat(confluent.requestTimeout()).hasSeconds(2);
        assertThat(confluent.retryInitialDelay()).hasMillis(10);
        assertThat(confluent.retryMaxDelay()).hasMinutes(1);
        assertThat(confluent.unknownFor()).hasSeconds(5);
        assertThat(confluent.toString()).doesNotContain("job", "s3cret");
        assertThat(glue.type()).isEqualTo(RegistryConfig.Type.GLUE);
        assertThat(glue.region()).hasValue("eu-central-1");
        assertThat(glue.endpoint()).hasValue(URI.create("https://vpce-1.glue.amazonaws.com"));
        assertThat(glue)
                .hasToString("RegistryConfig{GLUE eu-central-1 https://vpce-1.glue.amazonaws.com}");
    }

    @Test
    void asksForWhatARegistryNeeds() {
        assertThat(errors(smallest().group("registry")))
                .containsExactly("`registry / type` is missing; it must be `confluent` or `glue`");
        assertThat(errors(smallest().with("registry", "type", "apicurio")))
                .containsExactly(
                        "`registry / type` is 'apicurio', which is not supported; it must be"
                                + " `confluent` or `glue`");
        assertThat(errors(smallest().with("registry", "type", "confluent")))
                .containsExactly(
                        "`registry / url` is missing; it must be `https://host[:port]`, or several"
                                + " separated by commas");
        assertThat(errors(smallest().with("registry", "type", "glue")))
                .containsExactly(
                        "`registry / region` is missing; it must be a region, such as"
                                + " `eu-central-1`");
    }

    @Test
    void refusesKeysOfTheOtherRegistry() {
        String onlyForGlue = "is only for `glue`; remove it, or set `registry / type` to `glue`";
        String onlyForConfluent =
                "is only for `confluent`; remove it, or set `registry / type` to `confluent`";

        assertThat(
                        errors(
                                confluent()
                                        .with("registry", "region", "us-east-1")
                                        .with("registry", "endpoint", "http://glue")))
                .containsExactly(
                        "`registry / region` " + onlyForGlue,
                        "`registry / endpoint` " + onlyForGlue);
        assertThat(
                        errors(
                                glue().with("registry", "url", "http://registry")
                                        .with("registry", "username", "job")
                                        .with("registry", "password", "s3cret")))
                .containsExactly(
                        "`registry / url` " + onlyForConfluent,
                        "`registry / username` " + onlyForConfluent,
                        "`registry / password` " + onlyForConfluent);
    }

    @Test
    void refusesWhatDoesNotGoTogether() {
        assertThat(errors(confluent().with("registry", "username", "job")))
                .containsExactly(
                        "`registry / username` has no effect alone; set `registry / password`"
                                + " too, or remove both");
        assertThat(errors(confluent().with("registry", "password", "s3cret")))
                .containsExactly(
                        "`registry / password` has no effect alone; set `registry / username`"
                                + " too, or remove both");
        assertThat(errors(glue().with("registry", "endpoint", "http://a,http://b")))
                .containsExactly("`registry / endpoint` has several addresses; it must have one");
        assertThat(errors(confluent().with("registry", "retry-max-delay", "100 ms")))
                .containsExactly(
                        "`registry / retry-initial-delay` is greater than `registry /"
                                + " retry-max-delay`; make it the same or less");
        assertThat(errors(confluent().with("registry", "request-timeout", "25 h")))
                .containsExactly(
                        "`registry / request-timeout` is '25 h', which is longer than 1 day; it"
                                + " must be a duration up to `1 d`, such as `500 ms`, `20 s`");
    }

    @Test
    void refusesAnotherFormatThanAvro() {
        assertThat(errors(confluent().with("format", "type", "json")))
                .containsExactly(
                        "group `registry` is only for Avro; remove it, or set `format / type` to"
                                + " `avro`");
        assertThat(errors(confluent().with("format", "writer-schema", "click.avsc")))
                .containsExactly(
                        "`format / writer-schema` is only for Avro without a schema registry;"
                                + " remove it, or the group `registry`");
    }

    private static PropertyGroups confluent() {
        return smallest()
                .with("registry", "type", "confluent")
                .with("registry", "url", "http://registry:8081");
    }

    private static PropertyGroups glue() {
        return smallest()
                .with("registry", "type", "glue")
                .with("registry", "region", "eu-central-1");
    }

    private static RegistryConfig parse(PropertyGroups groups) {
        return JobConfig.parse(groups.build()).registry().orElseThrow();
    }

    private static List<String> errors(PropertyGroups groups) {
        return catchThrowableOfType(ConfigException.class, () -> JobConfig.parse(groups.build()))
                .errors();
    }
}
