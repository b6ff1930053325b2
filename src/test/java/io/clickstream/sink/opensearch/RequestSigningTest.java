package io.clickstream.sink.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.OpenSearchConfig;
import io.clickstream.config.OpenSearchConfig.SigningService;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.FakeOpenSearch;
import io.clickstream.testing.FakeOpenSearch.Received;
import io.clickstream.testing.OpenSearchSettings;
import io.clickstream.testing.SignatureV4;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opensearch.client.Request;
import org.opensearch.client.RestClient;

/** Signatures, worked out again by {@link SignatureV4}. */
class RequestSigningTest {

    private static final String REGION = "eu-central-1";
    private final FakeOpenSearch openSearch = FakeOpenSearch.start();

    private final AwsCredentials credentials = AwsCredentials.some();

    @AfterEach
    void close() {
        credentials.close();
        openSearch.close();
    }

    @ParameterizedTest
    @EnumSource(SigningService.class)
    void signsTheBodyOfABulk(SigningService service) throws Exception {
        Request bulk = new Request("POST", "/_bulk");
        bulk.addParameter("timeout", "1m");
        bulk.setJsonEntity("{\"index\":{\"_index\":\"numbers\",\"_id\":\"ü\"}}\n{\"number\":1}\n");

        send(service, bulk);

        assertSigned(openSearch.received().get(0), service);
        assertThat(openSearch.documents("numbers")).containsOnlyKeys("ü");
    }

    @Test
    void signsARequestWithoutABody() throws Exception {
        send(SigningService.AOSS, new Request("HEAD", "/numbers"));

        assertSigned(openSearch.received().get(0), SigningService.AOSS);
    }

    private void send(SigningService service, Request request) throws Exception {
        OpenSearchConfig config =
                OpenSearchSettings.of(openSearch.uri()).sigV4(service, REGION).build();
        try (RestClient client =
                ClientFactory.plainClient(config, ClientFactory.host(openSearch.uri()))) {
            client.performRequest(request);
        }
    }

    private static void assertSigned(Received request, SigningService service) throws Exception {
        byte[] body = request.body().getBytes(StandardCharsets.UTF_8);
        assertThat(request.header("X-amz-content-sha256")).isEqualTo(SignatureV4.sha256(body));

        List<String> signedHeaders =
                new SignatureV4(REGION, service.signingName())
                        .assertSigned(
                                request.method(),
                                request.uri(),
                                name -> request.header(capitalized(name)),
                                body);

        assertThat(signedHeaders).contains("x-amz-content-sha256").doesNotContain("content-length");
    }

    /** As the JDK's server names headers. */
    private static String capitalized(String name) {
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }
}
