package io.clickstream.sink.opensearch;

import io.clickstream.config.OpenSearchConfig;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.apache.flink.connector.opensearch.sink.RestClientFactory;
import org.apache.flink.metrics.Counter;
import org.apache.http.Header;
import org.apache.http.HttpHeaders;
import org.apache.http.HttpHost;
import org.apache.http.impl.nio.client.CloseableHttpAsyncClient;
import org.apache.http.impl.nio.client.HttpAsyncClientBuilder;
import org.apache.http.message.BasicHeader;
import org.opensearch.client.RestClient;
import org.opensearch.client.RestClientBuilder;

/**
 * Creates the client of one writer, with its authentication, its timeouts, and its handling of
 * outages.
 */
public final class ClientFactory implements RestClientFactory {

    private static final long serialVersionUID = 1L;

    private final OpenSearchConfig config;
    private final transient Counter bulksToRetry;
    private transient volatile BulkHttpClient client;

    ClientFactory(OpenSearchConfig config, Counter bulksToRetry) {
        this.config = config;
        this.bulksToRetry = bulksToRetry;
    }

    /** A client like the sink's for all endpoints, which reports each outage as it is. */
    public static RestClient plainClient(OpenSearchConfig config) {
        return plainClient(
                config,
                config.endpoints().stream().map(AggregateSink::host).toArray(HttpHost[]::new));
    }

    /** The same for certain endpoints. */
    static RestClient plainClient(OpenSearchConfig config, HttpHost... hosts) {
        RestClientBuilder builder = RestClient.builder(hosts);
        configure(builder, config);
        return builder.setHttpClientConfigCallback(http -> authenticate(http, config)).build();
    }

    @Override
    public void configureRestClientBuilder(RestClientBuilder builder, RestClientConfig unused) {
        configure(builder, config);
        builder.setHttpClientConfigCallback(
                http -> new BulkHttpClientBuilder(authenticate(http, config)));
    }

    /** From now on, bulk requests fail without being sent. */
    void sendNothingMore() {
        BulkHttpClient started = client;
        if (started != null) {
            started.sendNothingMore();
        }
    }

    private static void configure(RestClientBuilder builder, OpenSearchConfig config) {
        builder.setRequestConfigCallback(
                request ->
                        request.setConnectTimeout((int) config.connectTimeout().toMillis())
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

    /** Wraps the client that a given builder builds. */
    private final class BulkHttpClientBuilder extends HttpAsyncClientBuilder {

        private final HttpAsyncClientBuilder http;

        private BulkHttpClientBuilder(HttpAsyncClientBuilder http) {
            this.http = http;
        }

        @Override
        public CloseableHttpAsyncClient build() {
            client = new BulkHttpClient(http.build(), bulksToRetry);
            return client;
        }
    }
}
