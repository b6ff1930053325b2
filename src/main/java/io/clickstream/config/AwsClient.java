package io.clickstream.config;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import javax.annotation.Nullable;

/** Settings of a Kinesis client, with the names that Flink's connector uses. */
final class AwsClient {

    private static final String REGION = "aws.region";
    private static final String ENDPOINT = "aws.endpoint";

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
                    properties.setProperty(ENDPOINT, uris.get(0).toString());
                });
        return properties;
    }

    private AwsClient() {}
}
