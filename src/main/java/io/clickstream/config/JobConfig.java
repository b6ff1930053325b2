package io.clickstream.config;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration of a job, parsed once. An absent group {@code sink.kafka}, {@code
 * sink.kinesis}, {@code sink.opensearch}, {@code sink.archive} or {@code sink.personalize} turns
 * that sink off, and without {@code registry} Avro clicks have no header; of the other groups each
 * has defaults.
 */
public final class JobConfig implements PipelineConfig {

    private final Optional<KafkaSourceConfig> kafkaSource;
    private final Optional<KinesisSourceConfig> kinesisSource;
    private final FormatConfig format;
    private final Optional<RegistryConfig> registry;
    private final EventTimeConfig eventTime;
    private final FilterConfig filters;
    private final Optional<PrivacyConfig> privacy;
    private final AggregatesConfig aggregates;
    private final Optional<TrendingConfig> trending;
    private final Optional<KafkaSinkConfig> kafka;
    private final boolean topicsAreWritten;
    private final Optional<KinesisSinkConfig> kinesisSink;
    private final Optional<OpenSearchConfig> openSearch;
    private final Optional<ArchiveConfig> archive;
    private final Optional<PersonalizeConfig> personalize;
    private final DeadLetterConfig deadLetters;
    private final Duration checkpointInterval;
    private final Optional<Integer> maxParallelism;

    private JobConfig(PropertyReader reader) {
        kafkaSource =
                reader.has(ConfigKeys.KAFKA_SOURCE)
                        ? Optional.of(KafkaSourceConfig.read(reader))
                        : Optional.empty();
        kinesisSource =
                reader.has(ConfigKeys.KINESIS_SOURCE)
                        ? Optional.of(KinesisSourceConfig.read(reader))
                        : Optional.empty();
        format = FormatConfig.read(reader);
        registry =
                reader.has(ConfigKeys.REGISTRY)
                        ? Optional.of(RegistryConfig.read(reader, format))
                        : Optional.empty();
        eventTime = EventTimeConfig.read(reader);
        filters = FilterConfig.read(reader, format);
        privacy =
                reader.has(ConfigKeys.PRIVACY)
                        ? Optional.of(PrivacyConfig.read(reader, format))
                        : Optional.empty();
        aggregates = AggregatesConfig.read(reader);
        trending =
                reader.has(ConfigKeys.TRENDING)
                        ? Optional.of(TrendingConfig.read(reader, format))
                        : Optional.empty();
        topicsAreWritten = reader.has(ConfigKeys.KAFKA_SINK);
        kafka =
                topicsAreWritten || kafkaSource.isPresent()
                        ? Optional.of(KafkaSinkConfig.read(reader))
                        : Optional.empty();
        kinesisSink =
                reader.has(ConfigKeys.KINESIS_SINK)
                        ? Optional.of(KinesisSinkConfig.read(reader))
                        : Optional.empty();
        openSearch =
                reader.has(ConfigKeys.OPENSEARCH_SINK)
                        ? Optional.ofNullable(OpenSearchProperties.read(reader))
                        : Optional.empty();
        archive =
                reader.has(ConfigKeys.ARCHIVE_SINK)
                        ? Optional.of(ArchiveConfig.read(reader))
                        : Optional.empty();
        personalize =
                reader.has(ConfigKeys.PERSONALIZE_SINK)
                        ? Optional.of(PersonalizeConfig.read(reader, format))
                        : Optional.empty();
        deadLetters = DeadLetterConfig.read(reader);
        checkpointInterval = reader.get(ConfigKeys.CHECKPOINT_INTERVAL);
        maxParallelism = reader.find(ConfigKeys.MAX_PARALLELISM);
        checkSourcesAndSinks(reader);
    }

    private void checkSourcesAndSinks(PropertyReader reader) {
        if (kafkaSource.isPresent() == kinesisSource.isPresent()) {
            reader.error(
                    (kafkaSource.isPresent() ? "there are two sources" : "there is no source")
                            + ": exactly one of the groups `"
                            + ConfigKeys.KAFKA_SOURCE
                            + "` and `"
                            + ConfigKeys.KINESIS_SOURCE
                            + "` must be there");
        }
        if (!topicsAreWritten
                && kinesisSink.isEmpty()
                && openSearch.isEmpty()
                && archive.isEmpty()
                && personalize.isEmpty()) {
            reader.error(
                    "there is no sink: at least one of the groups `"
                            + ConfigKeys.KAFKA_SINK
                            + "`, `"
                            + ConfigKeys.KINESIS_SINK
                            + "`, `"
                            + ConfigKeys.OPENSEARCH_SINK
                            + "`, `"
                            + ConfigKeys.ARCHIVE_SINK
                            + "` and `"
                            + ConfigKeys.PERSONALIZE_SINK
                            + "` must be there");
        } else if (kinesisSource.isPresent() && kafka.isEmpty() && kinesisSink.isEmpty()) {
            reader.error(
                    "the dead letters have no place: one of the groups `"
                            + ConfigKeys.KAFKA_SINK
                            + "` and `"
                            + ConfigKeys.KINESIS_SINK
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

    /** Where clicks are read; empty if they come from Kinesis. */
    public Optional<KafkaSourceConfig> kafkaSource() {
        return kafkaSource;
    }

    /** Where clicks are read; empty if they come from Kafka. */
    public Optional<KinesisSourceConfig> kinesisSource() {
        return kinesisSource;
    }

    @Override
    public FormatConfig format() {
        return format;
    }

    /** Where the schemas of Avro clicks are; empty if none are registered. */
    public Optional<RegistryConfig> registry() {
        return registry;
    }

    @Override
    public EventTimeConfig eventTime() {
        return eventTime;
    }

    @Override
    public FilterConfig filters() {
        return filters;
    }

    @Override
    public Optional<PrivacyConfig> privacy() {
        return privacy;
    }

    @Override
    public AggregatesConfig aggregates() {
        return aggregates;
    }

    @Override
    public Optional<TrendingConfig> trending() {
        return trending;
    }

    /** Where aggregates are written; empty if they go to no topics. */
    public Optional<KafkaSinkConfig> kafkaSink() {
        return topicsAreWritten ? kafka : Optional.empty();
    }

    /** Where aggregates and dead letters are written; empty if they go to no streams. */
    public Optional<KinesisSinkConfig> kinesisSink() {
        return kinesisSink;
    }

    /**
     * The cluster of the topic of dead letters: that of the aggregates' topics, or the source's
     * where there are none. Empty if dead letters go to a stream alone.
     */
    public Optional<KafkaSinkConfig> deadLetterCluster() {
        return topicsAreWritten || kinesisSink.isEmpty() ? kafka : Optional.empty();
    }

    public Optional<OpenSearchConfig> openSearch() {
        return openSearch;
    }

    /** Where every record is kept; empty if none is. */
    public Optional<ArchiveConfig> archive() {
        return archive;
    }

    @Override
    public Optional<PersonalizeConfig> personalize() {
        return personalize;
    }

    public DeadLetterConfig deadLetters() {
        return deadLetters;
    }

    /** How often to checkpoint where the cluster does not say it. */
    public Duration checkpointInterval() {
        return checkpointInterval;
    }

    /** The highest parallelism that the job can ever have; empty if Flink chooses it. */
    public Optional<Integer> maxParallelism() {
        return maxParallelism;
    }
}
