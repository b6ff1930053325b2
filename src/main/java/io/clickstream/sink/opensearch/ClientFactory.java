package io.clickstream.sink.opensearch;

import io.clickstream.config.OpenSearchConfig;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.apache.http.Header;
import org.apache.http.HttpHeaders;
import org.apache.http.HttpHost;
import org.apache.http.impl.nio.client.HttpAsyncClientBuilder;
import org.apache.http.message.BasicHeader;
import org.opensearch.client.RestClient;
import org.opensearch.client.RestClientBuilder;

/** Creates clients with the configured login and timeouts. */
public final class ClientFactory {

    /** A client for all endpoints, which it takes in turn. */
    public static RestClient plainClient(OpenSearchConfig config) {
        return plainClient(
                config,
                config.endpoints().stream().map(ClientFactory::host).toArray(HttpHost[]::new));
    }

    /** The same for certain endpoints. */
    static RestClient plainClient(OpenSearchConfig config, HttpHost... hosts) {
        RestClientBuilder builder = RestClient.builder(hosts);
        configure(builder, config);
        return builder.setHttpClientConfigCallback(http -> authenticate(http, config)).build();
    }

    private static void configure(RestClientBuilder builder, OpenSearchConfig config) {
        builder.setRequestConfigCallback(
                request ->
                        // A redirected request would take the password along to another host.
                        request.setRedirectsEnabled(false)
                                .setConnectTimeout((int) config.connectTimeout().toMillis())
                                .setSocketTimeout((int) config.socketTimeout().toMillis()));
        if (!config.pathPrefix().isEmpty()) {
            builder.setPathPrefix(config.pathPrefix());
        }
    }

    private static HttpAsyncClientBuilder authenticate(
            HttpAsyncClientBuilder http, OpenSearchConfig config) {
        switch (config.auth()) {
            case BASIC:
                return http.setDefaultHeaders(List.of(basicAuth(config)));
            case SIGV4:
                return http.addInterceptorLast(new RequestSigning(config));
            default:
                return http;
        }
    }

    // The header, and not the client's own credentials: those know only ASCII passwords.
    private static Header basicAuth(OpenSearchConfig config) {
        String user = config.username() + ':' + config.password();
        String encoded = Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
        return new BasicHeader(HttpHeaders.AUTHORIZATION, "Basic " + encoded);
    }

    static HttpHost host(URI endpoint) {
        return new HttpHost(endpoint.getHost(), endpoint.getPort(), endpoint.getScheme());
    }

    private ClientFactory() {}
}
