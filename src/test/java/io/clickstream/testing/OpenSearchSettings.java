package io.clickstream.testing;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.config.JobConfig;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.config.OpenSearchConfig.Delivery;
import io.clickstream.config.OpenSearchConfig.IndexPeriod;
import io.clickstream.config.OpenSearchConfig.SigningService;
import io.clickstream.config.OpenSearchConfig.Templates;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The group {@code sink.opensearch} of a configuration, as a user would write it. */
public final class OpenSearchSettings {

    private final Map<String, String> group = new HashMap<>();

    /** Settings with nothing but the addresses, and defaults otherwise. */
    public static OpenSearchSettings of(URI... endpoints) {
        return new OpenSearchSettings().endpoints(endpoints);
    }

    public OpenSearchSettings endpoints(URI... endpoints) {
        return with(
                "endpoint",
                Stream.of(endpoints).map(URI::toString).collect(Collectors.joining(",")));
    }

    public OpenSearchSettings index(Aggregate<?> aggregate, String name) {
        return with(aggregate.keyStem() + "-index", name);
    }

    public OpenSearchSettings deadLettersIndex(String name) {
        return with("dead-letters-index", name);
    }

    public OpenSearchSettings indexPeriod(IndexPeriod period) {
        return with("index-period", label(period));
    }

    public OpenSearchSettings templates(Templates templates) {
        return with("templates", label(templates));
    }

    public OpenSearchSettings basicAuth(String username, String password) {
        return with("auth", "basic").with("username", username).with("password", password);
    }

    public OpenSearchSettings sigV4(SigningService service, String region) {
        return with("auth", "sigv4").with("service", label(service)).with("region", region);
    }

    public OpenSearchSettings bulkMaxActions(int actions) {
        return with("bulk-max-actions", Integer.toString(actions));
    }

    public OpenSearchSettings bulkMaxMebibytes(int size) {
        return with("bulk-max-size", size + " mb");
    }

    public OpenSearchSettings bulkInterval(Duration interval) {
        return with("bulk-interval", interval.toMillis() + " ms");
    }

    public OpenSearchSettings delivery(Delivery delivery) {
        return with("delivery", label(delivery));
    }

    public OpenSearchSettings with(String key, String value) {
        group.put(key, value);
        return this;
    }

    /** The configuration as the job reads it. */
    public OpenSearchConfig build() {
        Map<String, String> source = Map.of("bootstrap-servers", "none:1", "topic", "none");
        return JobConfig.parse(Map.of("source.kafka", source, "sink.opensearch", group))
                .openSearch()
                .orElseThrow();
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
