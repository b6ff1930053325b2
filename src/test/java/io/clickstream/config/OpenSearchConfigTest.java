package io.clickstream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.config.OpenSearchConfig.Auth;
import io.clickstream.config.OpenSearchConfig.IndexPeriod;
import io.clickstream.config.OpenSearchConfig.SigningService;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.opensearch.action.bulk.BackoffPolicy;
import org.opensearch.common.unit.TimeValue;

class OpenSearchConfigTest {

    private static final URI ENDPOINT = URI.create("https://search.example.com");

    @Test
    void hasDefaults() {
        OpenSearchConfig config = config().build();

        assertThat(config.departmentsIndex()).isEqualTo("departments_count");
        assertThat(config.sessionsIndex()).isEqualTo("user_session_counts");
        assertThat(config.checkoutsIndex()).isEqualTo("user_session_details");
        assertThat(config.indexPeriod()).isEqualTo(IndexPeriod.NONE);
        assertThat(config.auth()).isEqualTo(Auth.NONE);
        assertThat(config.signingService()).isEqualTo(SigningService.ES);
        assertThat(config.pathPrefix()).isEmpty();
        assertThat(config.bulkMaxActions()).isEqualTo(1000);
        assertThat(config.bulkMaxSize()).isEqualTo(MemorySize.ofMebiBytes(5));
        assertThat(config.bulkInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.retryInitialDelay()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.retryMaxAttempts()).isEqualTo(13);
        assertThat(config.retriesLast()).hasMillis(280_920);
        assertThat(config.connectTimeout()).hasSeconds(10);
        assertThat(config.socketTimeout()).hasSeconds(70);
    }

    @ParameterizedTest
    @CsvSource({"1000,0", "1000,1", "1000,13", "50,8", "1000,20"})
    void retriesLastAsLongAsTheClientWaits(int delayMs, int attempts) {
        long waits = 0;
        for (TimeValue wait : BackoffPolicy.exponentialBackoff(new TimeValue(delayMs), attempts)) {
            waits += wait.millis();
        }

        assertThat(
                        config().retryInitialDelay(Duration.ofMillis(delayMs))
                                .retryMaxAttempts(attempts)
                                .build()
                                .retriesLast())
                .hasMillis(waits);
    }

    @Test
    void saysEverythingThatIsWrong() {
        assertThatThrownBy(
                        () ->
                                OpenSearchConfig.builder()
                                        .endpoints(
                                                List.of(
                                                        URI.create("ftp://a.example.com"),
                                                        URI.create("https://b.example.com/path")))
                                        .departmentsIndex("Departments")
                                        .sessionsIndex("same")
                                        .checkoutsIndex("same")
                                        .basicAuth("ann", "")
                                        .bulkMaxActions(0)
                                        .bulkMaxSize(MemorySize.parse("1500kb"))
                                        .bulkInterval(Duration.ZERO)
                                        .retryMaxAttempts(21)
                                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        String.join(
                                "; ",
                                "endpoint ftp://a.example.com is no http or https address",
                                "the endpoints have different paths: they must be one cluster's",
                                "index 'Departments': an index name is written in lower case",
                                "aggregates and dead letters need an index of their own each",
                                "basic auth needs a user name and a password",
                                "a bulk holds at least one document",
                                "the size of a bulk is 1 to 100 whole mebibytes",
                                "a bulk is retried 0 to 20 times",
                                "the interval of bulks is 1 ms to 1 day"));
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
                        () ->
                                OpenSearchConfig.builder()
                                        .endpoints(List.of(URI.create("https://ann:s3cret@a.b")))
                                        .build())
                .hasMessageContaining("an endpoint can't hold a user")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret"));
    }

    private static OpenSearchConfig.Builder config() {
        return OpenSearchConfig.builder().endpoints(List.of(ENDPOINT));
    }
}
