package io.clickstream.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import javax.annotation.Nullable;

/** Settings of a Kinesis client, with the names that Flink's connector uses. */
final class AwsClient {

    private static final String REGION = "aws.region";
    private static final String ENDPOINT = "aws.endpoint";
    private static final String PROTOCOL = "aws.http.protocol.version";
    private static final String READ_TIMEOUT = "aws.http-client.read-timeout";

    /**
     * How long a request waits for an answer before it is sent again. Flink's default is 6 minutes,
     * for which a single lost answer would hold up the records of a shard or a checkpoint. Kinesis
     * answers within a second, and 15 s leave time to send 5 MB.
     */
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(15);

    /**
     * The client's settings: the user's {@code aws.…} settings, the region, and the endpoint.
     *
     * @param region null after an error
     */
    static Properties properties(
            PropertyReader reader,
            String group,
            @Nullable String region,
            Optional<List<URI>> endpoint,
            Key<List<URI>> endpointKey) {
        Properties properties = reader.awsProperties(group);
        if (region != null) {
            properties.setProperty(REGION, region);
        }
        endpoint.ifPresent(
                uris -> {
                    if (uris.size() > 1) {
                        reader.error(endpointKey, "has several addresses; it must have one");
                    }
                    URI uri = uris.get(0);
                    properties.setProperty(ENDPOINT, uri.toString());
                    if ("http".equals(uri.getScheme())) {
                        // HTTP/2 is negotiated while a connection is encrypted.
                        properties.putIfAbsent(PROTOCOL, "HTTP1_1");
                    }
                });
        return properties;
    }

    /** The same settings for a client whose requests are all answered soon. */
    static Properties withShortAnswers(Properties properties) {
        properties.putIfAbsent(READ_TIMEOUT, Long.toString(LONGEST_ANSWER.toMillis()));
        return properties;
    }

    private AwsClient() {}
}
