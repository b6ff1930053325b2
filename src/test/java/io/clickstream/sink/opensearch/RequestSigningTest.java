package io.clickstream.sink.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.OpenSearchConfig;
import io.clickstream.config.OpenSearchConfig.SigningService;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.FakeOpenSearch;
import io.clickstream.testing.FakeOpenSearch.Received;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opensearch.client.Request;
import org.opensearch.client.RestClient;

/** Signatures, worked out again here as AWS documents Signature Version 4. */
class RequestSigningTest {

    private static final String REGION = "eu-central-1";
    private static final Pattern AUTHORIZATION =
            Pattern.compile(
                    "AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8})/([^/]+)/([^/]+)/aws4_request,"
                            + " SignedHeaders=([^,]+), Signature=([0-9a-f]{64})");

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
                OpenSearchConfig.builder()
                        .endpoints(List.of(openSearch.uri()))
                        .sigV4(service, REGION)
                        .build();
        try (RestClient client =
                ClientFactory.plainClient(config, AggregateSink.host(openSearch.uri()))) {
            client.performRequest(request);
        }
    }

    private static void assertSigned(Received request, SigningService service) throws Exception {
        Matcher authorization = AUTHORIZATION.matcher(request.header("Authorization"));
        assertThat(authorization.matches()).as(request.header("Authorization")).isTrue();
        assertThat(authorization.group(1)).isEqualTo(AwsCredentials.ACCESS_KEY);
        assertThat(authorization.group(3)).isEqualTo(REGION);
        assertThat(authorization.group(4)).isEqualTo(service.signingName());
        assertThat(request.header("X-amz-content-sha256")).isEqualTo(sha256(request.body()));

        List<String> signedHeaders = List.of(authorization.group(5).split(";"));
        assertThat(signedHeaders)
                .contains("host", "x-amz-date", "x-amz-content-sha256")
                .doesNotContain("content-length");
        assertThat(authorization.group(6))
                .isEqualTo(signature(request, authorization.group(2), service, signedHeaders));
    }

    private static String signature(
            Received request, String day, SigningService service, List<String> signedHeaders)
            throws Exception {
        String query = request.uri().getRawQuery() == null ? "" : request.uri().getRawQuery();
        String headers =
                signedHeaders.stream()
                        .map(name -> name + ':' + request.header(capitalized(name)).trim() + '\n')
                        .collect(Collectors.joining());
        String canonical =
                String.join(
                        "\n",
                        request.method(),
                        request.uri().getRawPath(),
                        query,
                        headers,
                        String.join(";", signedHeaders),
                        sha256(request.body()));
        String scope = String.join("/", day, REGION, service.signingName(), "aws4_request");
        String toSign =
                String.join(
                        "\n",
                        "AWS4-HMAC-SHA256",
                        request.header("X-amz-date"),
                        scope,
                        sha256(canonical));
        byte[] key = ("AWS4" + AwsCredentials.SECRET_KEY).getBytes(StandardCharsets.UTF_8);
        for (String part :
                Stream.of(day, REGION, service.signingName(), "aws4_request", toSign).toList()) {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            key = mac.doFinal(part.getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(key);
    }

    /** As the JDK's server names headers. */
    private static String capitalized(String name) {
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    private static String sha256(String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
