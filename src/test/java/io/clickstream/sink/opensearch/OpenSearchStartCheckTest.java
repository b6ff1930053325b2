package io.clickstream.sink.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.aggregate.Aggregates;
import io.clickstream.config.OpenSearchConfig.SigningService;
import io.clickstream.config.OpenSearchConfig.Templates;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.FakeOpenSearch;
import io.clickstream.testing.OpenSearchSettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;

@Timeout(60)
class OpenSearchStartCheckTest {

    private static final URI NOBODY = URI.create("http://127.0.0.1:1");

    private final FakeOpenSearch openSearch = FakeOpenSearch.start();

    @AfterEach
    void close() {
        openSearch.close();
    }

    @Test
    void isContentWithAServerThatAnswers() throws Exception {
        assertThat(problems(config())).isEmpty();
    }

    @Test
    void triesAServerThatIsStartingAgain() throws Exception {
        openSearch.dropConnections(2);

        assertThat(problems(config())).isEmpty();
        assertThat(openSearch.received().subList(0, 3))
                .extracting(request -> request.uri().getPath())
                .containsOnly("/");
        assertThat(openSearch.received().get(3).uri().getPath()).isNotEqualTo("/");
    }

    @Test
    void saysThatIndexTemplatesAreMissing() throws Exception {
        openSearch.forgetTemplates();

        assertThat(problems(config().deadLettersIndex("dead_letters").templates(Templates.CHECK)))
                .hasSize(4)
                .allSatisfy(
                        problem ->
                                assertThat(problem)
                                        .startsWith("OpenSearch at " + openSearch.uri())
                                        .contains("has no index template")
                                        .contains("Run scripts/opensearch-setup.sh, or set"));
        assertThat(problems(config().templates(Templates.IGNORE))).isEmpty();
    }

    @Test
    void saysThatNobodyAnswers() throws Exception {
        assertThat(problems(config().endpoints(NOBODY)))
                .singleElement()
                .asString()
                .startsWith("OpenSearch at http://127.0.0.1:1 did not answer: Connection refused")
                .endsWith(
                        "tried 3 times. Check the address, and whether the job's network can"
                                + " reach it");
    }

    @Test
    void isContentWithOneEndpointOfTwo() throws Exception {
        assertThat(problems(config().endpoints(NOBODY, openSearch.uri()))).isEmpty();
    }

    @Test
    void isContentWithAServerThatIsInTrouble() throws Exception {
        openSearch.answer(503, "no healthy node");

        assertThat(problems(config())).isEmpty();
        assertThat(openSearch.received()).hasSize(1);
    }

    @Test
    void saysThatThePasswordIsWrong() throws Exception {
        openSearch.demandBasicAuth("ann", "right");

        assertThat(problems(config().basicAuth("ann", "s3cret")))
                .containsExactly(
                        "OpenSearch at "
                                + openSearch.uri()
                                + " answered 401: Unauthorized; check the user name and the"
                                + " password");
        assertThat(openSearch.received()).hasSize(1);
    }

    @Test
    void takesNoPasswordToAnotherHost() throws Exception {
        try (FakeOpenSearch other = FakeOpenSearch.start()) {
            openSearch.redirect(other.uri());

            assertThat(problems(config().basicAuth("ann", "s3cret")))
                    .containsExactly(
                            "OpenSearch at "
                                    + openSearch.uri()
                                    + " answered 302; check the address and its path");
            assertThat(other.received()).isEmpty();
        }
    }

    @Test
    void saysThatThereIsNoLogin() throws Exception {
        openSearch.demandBasicAuth("ann", "right");

        assertThat(problems(config()))
                .singleElement()
                .asString()
                .endsWith(
                        "it requires a login; set `sink.opensearch / auth` to `basic` or"
                                + " `sigv4`");
    }

    @Test
    void saysThatTheRoleIsNotLetIn() throws Exception {
        openSearch.answer(403, "{\"Message\":\"User: arn is not authorized\"}");

        assertThat(problems(config()))
                .singleElement()
                .asString()
                .contains("answered 403: {\"Message\":\"User: arn is not authorized\"}; the role");
    }

    /** Such a role may not ask for the version, and the job never needs it. */
    @Test
    void isContentWithARoleThatMayOnlyWrite() throws Exception {
        openSearch.refuseHome(
                "{\"error\":{\"type\":\"security_exception\",\"reason\":"
                        + "\"no permissions for [cluster:monitor/main] and User [name=ann]\"}}");

        assertThat(problems(config())).isEmpty();
    }

    @Test
    void saysThatTheRoleMayNotWrite() throws Exception {
        openSearch.answer(
                403,
                "{\"error\":{\"type\":\"security_exception\",\"reason\":"
                        + "\"no permissions for [cluster:monitor/main] and User [name=ann]\"}}");

        assertThat(problems(config()))
                .singleElement()
                .asString()
                .contains("does not let the job write to any index: ");
    }

    @Test
    void noticesThatAWebPageAnswers() throws Exception {
        openSearch.home("<html>OpenSearch Dashboards</html>");

        assertThat(problems(config()))
                .singleElement()
                .asString()
                .contains("this may be the address of a web page such as OpenSearch Dashboards");
    }

    @Test
    void saysThatTheNameIsUnknown() throws Exception {
        assertThat(problems(config().endpoints(URI.create("http://opensearch.invalid"))))
                .containsExactly(
                        "OpenSearch at http://opensearch.invalid is not a known host; check the"
                                + " name");
    }

    @Test
    @DisabledIfEnvironmentVariable(named = "AWS_ACCESS_KEY_ID", matches = ".+")
    void saysThatThereAreNoCredentials() throws Exception {
        try (AwsCredentials none = AwsCredentials.none()) {
            assertThat(none).isNotNull();
            assertThat(problems(config().sigV4(SigningService.ES, "eu-central-1")))
                    .singleElement()
                    .asString()
                    .contains("A request could not be signed: Unable to load credentials")
                    .endsWith("credentials that the AWS SDK finds");
        }
    }

    @Test
    void asksAServerlessCollectionForAnIndex() throws Exception {
        try (AwsCredentials some = AwsCredentials.some()) {
            assertThat(some).isNotNull();
            assertThat(problems(config().sigV4(SigningService.AOSS, "eu-central-1"))).isEmpty();
        }
        assertThat(openSearch.received())
                .first()
                .satisfies(
                        request -> {
                            assertThat(request.method()).isEqualTo("HEAD");
                            assertThat(request.uri()).hasPath("/departments_count");
                        });
    }

    private OpenSearchSettings config() {
        return OpenSearchSettings.of(openSearch.uri());
    }

    private static List<String> problems(OpenSearchSettings config) throws Exception {
        return OpenSearchStartCheck.problems(
                config.build(), Aggregates.ALL.subList(0, 3), Duration.ofMillis(10));
    }
}
