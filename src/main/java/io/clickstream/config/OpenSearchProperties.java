package io.clickstream.config;

import io.clickstream.config.ConfigKeys.AuthChoice;
import io.clickstream.config.OpenSearchConfig.SigningService;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import javax.annotation.Nullable;
import org.apache.flink.configuration.MemorySize;

/** Makes an {@link OpenSearchConfig} of the group {@code sink.opensearch}. */
final class OpenSearchProperties {

    /** Null after an error, which the reader knows of. */
    @Nullable
    static OpenSearchConfig read(PropertyReader reader) {
        OpenSearchConfig.Builder builder = OpenSearchConfig.builder();
        List<URI> endpoints = reader.get(ConfigKeys.OPENSEARCH_ENDPOINT);
        set(endpoints, builder::endpoints);
        set(reader.get(ConfigKeys.DEPARTMENTS_INDEX), builder::departmentsIndex);
        set(reader.get(ConfigKeys.SESSIONS_INDEX), builder::sessionsIndex);
        set(reader.get(ConfigKeys.CHECKOUTS_INDEX), builder::checkoutsIndex);
        set(reader.get(ConfigKeys.TRENDING_INDEX), builder::trendingIndex);
        reader.find(ConfigKeys.DEAD_LETTERS_INDEX).ifPresent(builder::deadLettersIndex);
        set(reader.get(ConfigKeys.INDEX_PERIOD), builder::indexPeriod);
        set(reader.get(ConfigKeys.TEMPLATES), builder::templates);
        set(reader.get(ConfigKeys.BULK_MAX_ACTIONS), builder::bulkMaxActions);
        Integer bulkSize = reader.get(ConfigKeys.BULK_MAX_SIZE);
        set(bulkSize == null ? null : new MemorySize(bulkSize), builder::bulkMaxSize);
        set(reader.get(ConfigKeys.BULK_INTERVAL), builder::bulkInterval);
        Duration delay = reader.get(ConfigKeys.RETRY_INITIAL_DELAY);
        set(delay, builder::retryInitialDelay);
        set(reader.get(ConfigKeys.RETRY_MAX_ATTEMPTS), builder::retryMaxAttempts);
        if (endpoints == null) {
            return null;
        }
        auth(reader, endpoints.get(0).getHost(), builder);
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            reader.error("group `" + ConfigKeys.OPENSEARCH_SINK + "`: " + e.getMessage());
            return null;
        }
    }

    private static void auth(PropertyReader reader, String host, OpenSearchConfig.Builder builder) {
        AuthChoice choice = reader.get(ConfigKeys.OPENSEARCH_AUTH);
        if (choice == null) {
            return;
        }
        boolean amazon = host.endsWith(".amazonaws.com") || host.endsWith(".amazonaws.com.cn");
        if (choice == AuthChoice.AUTO) {
            choice =
                    reader.has(ConfigKeys.OPENSEARCH_USERNAME)
                            ? AuthChoice.BASIC
                            : amazon ? AuthChoice.SIGV4 : AuthChoice.NONE;
        }
        if (choice == AuthChoice.BASIC) {
            String username = reader.get(ConfigKeys.OPENSEARCH_USERNAME);
            String password = reader.get(ConfigKeys.OPENSEARCH_PASSWORD);
            if (username != null && password != null) {
                builder.basicAuth(username, password);
            }
        } else if (choice == AuthChoice.SIGV4) {
            SigningService service =
                    reader.find(ConfigKeys.OPENSEARCH_SERVICE)
                            .orElse(
                                    host.contains(".aoss.")
                                            ? SigningService.AOSS
                                            : SigningService.ES);
            set(reader.get(ConfigKeys.OPENSEARCH_REGION), region -> builder.sigV4(service, region));
        }
    }

    private static <T> void set(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }

    private OpenSearchProperties() {}
}
