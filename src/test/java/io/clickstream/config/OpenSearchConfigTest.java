package io.clickstream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.aggregate.Aggregates;
import io.clickstream.config.OpenSearchConfig.Auth;
import io.clickstream.config.OpenSearchConfig.IndexPeriod;
import io.clickstream.config.OpenSearchConfig.SigningService;
import io.clickstream.testing.OpenSearchSettings;
import java.net.URI;
import java.time.Duration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenSearchConfigTest {

    private static final URI ENDPOINT = URI.create("https://search.example.com");

    @Test
    void hasDefaults() {
        OpenSearchConfig config = config().build();

        assertThat(config.index(Aggregates.DEPARTMENT_COUNTS)).isEqualTo("departments_count");
        assertThat(config.index(Aggregates.SESSION_COUNTS)).isEqualTo("user_session_counts");
        assertThat(config.index(Aggregates.CHECKOUT_SESSIONS)).isEqualTo("user_session_details");
        assertThat(config.indexPeriod()).isEqualTo(IndexPeriod.NONE);
        assertThat(config.auth()).isEqualTo(Auth.NONE);
        assertThat(config.signingService()).isEqualTo(SigningService.ES);
        assertThat(config.pathPrefix()).isEmpty();
        assertThat(config.bulkMaxActions()).isEqualTo(1000);
        assertThat(config.bulkMaxSize()).isEqualTo(MemorySize.ofMebiBytes(5));
        assertThat(config.bulkInterval()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.isCommittedOnly()).isFalse();
        assertThat(config.connectTimeout()).hasSeconds(10);
        assertThat(config.socketTimeout()).hasSeconds(70);
    }

    @Test
    void saysEverythingThatIsWrong() {
        assertThatThrownBy(
                        () ->
                                OpenSearchSettings.of(
                                                URI.create("https://a.example.com"),
                                                URI.create("https://b.example.com/path"))
                                        .index(Aggregates.DEPARTMENT_COUNTS, "Departments")
                                        .index(Aggregates.SESSION_COUNTS, "same")
                                        .index(Aggregates.CHECKOUT_SESSIONS, "same")
                                        .with("auth", "basic")
                                        .with("username", "ann")
                                        .with("bulk-max-actions", "0")
                                        .with("bulk-max-size", "1500 kb")
                                        .with("bulk-interval", "0 s")
                                        .with("delivery", "sometimes")
                                        .build())
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(
                        "`sink.opensearch / endpoint` has addresses with different paths; all"
                                + " addresses must belong to one cluster",
                        "`sink.opensearch / departments-index` is 'Departments', which is not a"
                                + " valid index name: it must be lowercase",
                        "group `sink.opensearch`: each aggregate needs its own index, and so do"
                                + " the dead letters",
                        "`sink.opensearch / password` is missing",
                        "`sink.opensearch / bulk-max-actions` is '0'",
                        "`sink.opensearch / bulk-max-size` is '1500 kb'",
                        "`sink.opensearch / bulk-interval` is '0 s'",
                        "`sink.opensearch / delivery` is 'sometimes'");
    }

    @ParameterizedTest
    @CsvSource({
        "departments_count,true",
        "a.b-c_1,true",
        "straße,true",
        "'',false",
        "_clicks,false",
        "-clicks,false",
        "+clicks,false",
        "..,false",
        "Clicks,false",
        "a b,false",
        "a/b,false",
        "a:b,false",
        "'a,b',false",
        "a*,false"
    })
    void knowsWhatAnIndexMayBeNamed(String name, boolean allowed) {
        assertThat(OpenSearchConfig.indexNameProblem(name).isEmpty()).isEqualTo(allowed);
    }

    @Test
    void tellsNobodyThePassword() throws Exception {
        OpenSearchConfig config = config().basicAuth("ann", "s3cret").build();

        assertThat(config.toString()).doesNotContain("s3cret").contains("BASIC");
        assertThat(InstantiationUtil.clone(config).password()).isEqualTo("s3cret");
        assertThatThrownBy(
                        () -> OpenSearchSettings.of(URI.create("https://ann:s3cret@a.b")).build())
                .hasMessageContaining(
                        "has a user name or password, which are not allowed in an" + " address")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret"));
    }

    private static OpenSearchSettings config() {
        return OpenSearchSettings.of(ENDPOINT);
    }
}
