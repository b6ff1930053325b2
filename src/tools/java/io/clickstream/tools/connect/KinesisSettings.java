package io.clickstream.tools.connect;

import java.net.URI;
import java.util.List;
import java.util.Properties;
import javax.annotation.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/** Settings of Flink's Kinesis client from a command line. */
public final class KinesisSettings {

    /**
     * The settings of {@code --region} and {@code --endpoint}.
     *
     * @throws IllegalArgumentException if the endpoint is not a URL, or there is no region; the
     *     message names the option
     */
    public static Properties of(@Nullable String region, @Nullable URI endpoint) {
        checkEndpoint(endpoint);
        Properties settings = new Properties();
        String where = region == null ? regionOfEnvironment() : region;
        if (where == null) {
            throw new IllegalArgumentException(
                    "Kinesis needs --region NAME, or AWS_REGION in the environment");
        }
        settings.setProperty("aws.region", where);
        if (endpoint != null) {
            settings.setProperty("aws.endpoint", endpoint.toString());
            if (endpoint.getScheme().equals("http")) {
                // HTTP/2 without TLS is more than such servers know.
                settings.setProperty("aws.http.protocol.version", "HTTP1_1");
            }
        }
        return settings;
    }

    /**
     * Checks the value of {@code --endpoint}.
     *
     * @throws IllegalArgumentException if it is not a URL; the message names the option
     */
    public static void checkEndpoint(@Nullable URI endpoint) {
        if (endpoint != null
                && (endpoint.getHost() == null
                        || !List.of("http", "https").contains(endpoint.getScheme()))) {
            throw new IllegalArgumentException(
                    "--endpoint must be a URL such as http://127.0.0.1:4567, not " + endpoint);
        }
    }

    @Nullable
    private static String regionOfEnvironment() {
        try {
            return new DefaultAwsRegionProviderChain().getRegion().id();
        } catch (SdkClientException e) {
            return null;
        }
    }

    private KinesisSettings() {}
}
