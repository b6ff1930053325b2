package io.clickstream.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signatures of {@link AwsCredentials}, worked out again as AWS documents Signature Version 4. */
public final class SignatureV4 {

    private static final Pattern AUTHORIZATION =
            Pattern.compile(
                    "AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8})/([^/]+)/([^/]+)/aws4_request,"
                            + " ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})");

    private final String region;
    private final String service;

    public SignatureV4(String region, String service) {
        this.region = region;
        this.service = service;
    }

    /**
     * Fails unless a request is signed as it came.
     *
     * @param header the value of a header by its name in small letters
     * @return the names of the headers that the signature covers
     */
    public List<String> assertSigned(
            String method, URI uri, UnaryOperator<String> header, byte[] body)
            throws GeneralSecurityException {
        String authorization = header.apply("authorization");
        Matcher parts = AUTHORIZATION.matcher(authorization);
        assertThat(parts.matches()).as(authorization).isTrue();
        assertThat(parts.group(1)).isEqualTo(AwsCredentials.ACCESS_KEY);
        assertThat(parts.group(3)).isEqualTo(region);
        assertThat(parts.group(4)).isEqualTo(service);
        List<String> signedHeaders = List.of(parts.group(5).split(";"));
        assertThat(signedHeaders).contains("host", "x-amz-date").isSorted();

        String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        assertThat(query.split("&")).as("parameters in their order").isSorted();
        String canonical =
                String.join(
                        "\n",
                        method,
                        uri.getRawPath(),
                        query,
                        signedHeaders.stream()
                                .map(name -> name + ':' + header.apply(name).trim() + '\n')
                                .collect(Collectors.joining()),
                        String.join(";", signedHeaders),
                        sha256(body));
        String day = parts.group(2);
        String toSign =
                String.join(
                        "\n",
                        "AWS4-HMAC-SHA256",
                        header.apply("x-amz-date"),
                        String.join("/", day, region, service, "aws4_request"),
                        sha256(canonical.getBytes(StandardCharsets.UTF_8)));
        byte[] key = ("AWS4" + AwsCredentials.SECRET_KEY).getBytes(StandardCharsets.UTF_8);
        for (String part : Stream.of(day, region, service, "aws4_request", toSign).toList()) {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            key = mac.doFinal(part.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(parts.group(6)).isEqualTo(HexFormat.of().formatHex(key));
        return signedHeaders;
    }

    /** In hexadecimal digits. */
    public static String sha256(byte[] bytes) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
