package io.clickstream.sink.opensearch;

import io.clickstream.config.OpenSearchConfig;
import io.github.acm19.aws.interceptor.http.AwsRequestSigningApacheInterceptor;
import java.io.IOException;
import org.apache.http.Header;
import org.apache.http.HttpException;
import org.apache.http.HttpHeaders;
import org.apache.http.HttpRequest;
import org.apache.http.HttpRequestInterceptor;
import org.apache.http.protocol.HttpContext;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.regions.Region;

/**
 * Signs a request and its body. Each attempt gets a new signature, because credentials change and a
 * signature is valid for a few minutes only.
 */
final class RequestSigning implements HttpRequestInterceptor {

    private final HttpRequestInterceptor signer;

    RequestSigning(OpenSearchConfig config) {
        signer =
                new AwsRequestSigningApacheInterceptor(
                        config.signingService().signingName(),
                        AwsV4HttpSigner.create(),
                        DefaultCredentialsProvider.builder().build(),
                        Region.of(config.region()));
    }

    @Override
    public void process(HttpRequest request, HttpContext context)
            throws HttpException, IOException {
        // OpenSearch Serverless calls a signature over this header invalid; domains don't need it.
        Header[] length = request.getHeaders(HttpHeaders.CONTENT_LENGTH);
        request.removeHeaders(HttpHeaders.CONTENT_LENGTH);
        try {
            signer.process(request, context);
        } catch (RuntimeException e) {
            throw new SigningException(e);
        }
        request.removeHeaders(HttpHeaders.CONTENT_LENGTH);
        for (Header header : length) {
            request.addHeader(header);
        }
    }

    /**
     * There are no credentials, permanently or temporarily. An {@code IOException}, because any
     * other exception would stop the client's I/O threads permanently.
     */
    static final class SigningException extends IOException {

        private static final long serialVersionUID = 1L;

        SigningException(RuntimeException cause) {
            super("A request could not be signed: " + cause.getMessage(), cause);
        }
    }
}
