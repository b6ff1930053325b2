package io.clickstream.config;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration of a job, parsed once. An absent group {@code sink.kafka} or {@code
 * sink.opensearch} turns that sink off; of the other groups each has defaults.
 */
public final class JobConfig {

    private final KafkaSourceConfig kafkaSource;
    private final FormatConfig format;
    private final EventTimeConfig eventTime;
    private final AggregatesConfig aggregates;
    private final KafkaSinkConfig kafka;
    private final boolean topicsAreWritten;
    private final Optional<OpenSearchConfig> openSearch;
    private final DeadLetterConfig deadLetters;
    private final Duration checkpointInterval;

    private JobConfig(PropertyReader reader) {
        kafkaSource = KafkaSourceConfig.read(reader);
        format = FormatConfig.read(reader);
        eventTime = EventTimeConfig.read(reader);
        aggregates = AggregatesConfig.read(reader);
        kafka = KafkaSinkConfig.read(reader);
        topicsAreWritten = reader.has(ConfigKeys.KAFKA_SINK);
        openSearch =
                reader.has(ConfigKeys.OPENSEARCH_SINK)
                        ? Optional.ofNullable(OpenSearchProperties.read(reader))
                        : Optional.empty();
        deadLetters = DeadLetterConfig.read(reader);
        checkpointInterval = reader.get(ConfigKeys.CHECKPOINT_INTERVAL);
        if (!topicsAreWritten && openSearch.isEmpty()) {
            reader.error(
                    "there is no sink: at least one of the groups `"
                            + ConfigKeys.KAFKA_SINK
                            + "` and `"
                            + ConfigKeys.OPENSEARCH_SINK
                            + "` must be there");
        }
    }

    /**
     * Parses property groups.
     *
     * @param propertyGroups property group ids to their properties
     * @throws ConfigException with all that is wrong, if anything is
     */
    public static JobConfig parse(Map<String, Map<String, String>> propertyGroups) {
        return parse(propertyGroups, new Secrets(System.getenv()));
    }

    static JobConfig parse(Map<String, Map<String, String>> propertyGroups, Secrets secrets) {
        PropertyReader reader =
                new PropertyReader(
                        propertyGroups, ConfigKeys.ALL, ConfigKeys.PASS_THROUGH, secrets);
        JobConfig config = new JobConfig(reader);
        reader.finish();
        return config;
    }

    public KafkaSourceConfig kafkaSource() {
        return kafkaSource;
    }

    public FormatConfig format() {
        return format;
    }

    public EventTimeConfig eventTime() {
        return eventTime;
    }

    public AggregatesConfig aggregates() {
        return aggregates;
    }

    /** Where aggregates are written; empty if they go to no topics. */
    public Optional<KafkaSinkConfig> kafkaSink() {
        return topicsAreWritten ? Optional.of(kafka) : Optional.empty();
    }

    /**
     * The cluster of the topic of dead letters: that of the aggregates' topics, or the source's
     * where there are none.
     */
    public KafkaSinkConfig deadLetterCluster() {
        return kafka;
    }

    public Optional<OpenSearchConfig> openSearch() {
        return openSearch;
    }

    public DeadLetterConfig deadLetters() {
        return deadLetters;
    }

    /** How often to checkpoint where the cluster does not say it. */
    public Duration checkpointInterval() {
        return checkpointInterval;
    }
}
