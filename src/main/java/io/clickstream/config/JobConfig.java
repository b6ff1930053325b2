package io.clickstream.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The configuration of a job, parsed once. The groups {@code sink.kafka}, {@code sink.kinesis},
 * {@code sink.opensearch}, {@code sink.archive}, and {@code sink.personalize} turn their sinks on.
 * The group {@code registry} turns the schema registry on. All other groups have defaults.
 */
public final class JobConfig extends PipelineConfig {

    static final String GROUP = "job";

    static final Key<Duration> CHECKPOINT_INTERVAL =
            Key.of(
                    GROUP,
                    "checkpoint-interval",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "1 min",
                    "Used if the cluster sets no interval. The managed service sets" + " one.");

    static final Key<Integer> MAX_PARALLELISM =
            Key.of(
                    GROUP,
                    "max-parallelism",
                    Parsers.intUpTo(32_768),
                    "a number up to 32768, at least the parallelism",
                    "The highest parallelism that the job can ever have. State cannot"
                            + " be restored with another value, so set it before the first start."
                            + " By default, Flink uses one and a half times the parallelism of the"
                            + " first start, rounded up to a power of two, but at least 128.");

    static final KeyGroup KEYS = KeyGroup.of(GROUP, CHECKPOINT_INTERVAL, MAX_PARALLELISM);

    /** All groups, in the order of the table of settings. */
    static final List<KeyGroup> ALL_GROUPS =
            Stream.of(
                            List.of(
                                    KafkaSourceConfig.KEYS,
                                    KinesisSourceConfig.KEYS,
                                    FilesSourceConfig.KEYS,
                                    FormatConfig.KEYS,
                                    RegistryConfig.KEYS),
                            GROUPS,
                            List.of(
                                    KafkaSinkConfig.KEYS,
                                    KinesisSinkConfig.KEYS,
                                    OpenSearchConfig.KEYS,
                                    FilesSinkConfig.KEYS,
                                    ArchiveConfig.KEYS,
                                    PersonalizeConfig.KEYS,
                                    DeadLetterConfig.KEYS,
                                    KEYS))
                    .flatMap(List::stream)
                    .collect(Collectors.toUnmodifiableList());

    private final Optional<KafkaSourceConfig> kafkaSource;
    private final Optional<KinesisSourceConfig> kinesisSource;
    private final Optional<FilesSourceConfig> filesSource;
    private final Optional<RegistryConfig> registry;
    private final Optional<KafkaSinkConfig> kafka;
    private final boolean topicsAreWritten;
    private final Optional<KinesisSinkConfig> kinesisSink;
    private final Optional<OpenSearchConfig> openSearch;
    private final Optional<FilesSinkConfig> filesSink;
    private final Optional<ArchiveConfig> archive;
    private final Optional<PersonalizeConfig> personalize;
    private final DeadLetterConfig deadLetters;
    private final Duration checkpointInterval;
    private final Optional<Integer> maxParallelism;

    private JobConfig(PropertyReader reader) {
        super(reader);
        kafkaSource = reader.ifThere(KafkaSourceConfig.GROUP, KafkaSourceConfig::read);
        kinesisSource = reader.ifThere(KinesisSourceConfig.GROUP, KinesisSourceConfig::read);
        filesSource = reader.ifThere(FilesSourceConfig.GROUP, FilesSourceConfig::read);
        registry =
                reader.ifThere(RegistryConfig.GROUP, group -> RegistryConfig.read(group, format()));
        topicsAreWritten = reader.has(KafkaSinkConfig.GROUP);
        kafka =
                topicsAreWritten || kafkaSource.isPresent()
                        ? Optional.of(KafkaSinkConfig.read(reader))
                        : Optional.empty();
        kinesisSink = reader.ifThere(KinesisSinkConfig.GROUP, KinesisSinkConfig::read);
        openSearch = reader.ifThere(OpenSearchConfig.GROUP, OpenSearchConfig::read);
        filesSink = reader.ifThere(FilesSinkConfig.GROUP, FilesSinkConfig::read);
        archive = reader.ifThere(ArchiveConfig.GROUP, ArchiveConfig::read);
        personalize =
                reader.ifThere(
                        PersonalizeConfig.GROUP, group -> PersonalizeConfig.read(group, format()));
        deadLetters = DeadLetterConfig.read(reader);
        checkpointInterval = reader.get(CHECKPOINT_INTERVAL);
        maxParallelism = reader.find(MAX_PARALLELISM);
        checkSourcesAndSinks(reader);
    }

    private void checkSourcesAndSinks(PropertyReader reader) {
        List<String> sources =
                ALL_GROUPS.stream()
                        .map(KeyGroup::name)
                        .filter(name -> name.startsWith("source."))
                        .collect(Collectors.toList());
        long found = sources.stream().filter(reader::has).count();
        if (found != 1) {
            reader.error(
                    (found == 0 ? "no source is" : found + " sources are")
                            + " configured: configure exactly one of the groups "
                            + quoted(sources));
        }
        if (filesSource.isPresent()) {
            checkFiles(reader);
            return;
        }
        if (filesSink.isPresent()) {
            reader.error(
                    "group `"
                            + FilesSinkConfig.GROUP
                            + "` is only for clicks from files; remove it, or read files with"
                            + " the group `"
                            + FilesSourceConfig.GROUP
                            + "`");
        }
        if (!topicsAreWritten
                && kinesisSink.isEmpty()
                && openSearch.isEmpty()
                && archive.isEmpty()
                && personalize.isEmpty()) {
            reader.error(
                    "no sink is configured: add at least one of the groups "
                            + quoted(
                                    List.of(
                                            KafkaSinkConfig.GROUP,
                                            KinesisSinkConfig.GROUP,
                                            OpenSearchConfig.GROUP,
                                            ArchiveConfig.GROUP,
                                            PersonalizeConfig.GROUP)));
        } else if (kinesisSource.isPresent() && kafka.isEmpty() && kinesisSink.isEmpty()) {
            reader.error(
                    "no destination for dead letters is configured: add the group `"
                            + KafkaSinkConfig.GROUP
                            + "` or `"
                            + KinesisSinkConfig.GROUP
                            + "`");
        }
    }

    /**
     * Checks a job that reads files. A replay must not archive records or send interactions again.
     */
    private void checkFiles(PropertyReader reader) {
        if (filesSink.isEmpty()) {
            reader.error(
                    "no destination for dead letters is configured: with `"
                            + FilesSourceConfig.GROUP
                            + "`, add the group `"
                            + FilesSinkConfig.GROUP
                            + "`");
        }
        for (String group : List.of(ArchiveConfig.GROUP, PersonalizeConfig.GROUP)) {
            if (reader.has(group)) {
                reader.error(
                        "group `"
                                + group
                                + "` cannot be used with clicks from files, because they would"
                                + " be sent again; remove it");
            }
        }
        boolean toSinks = topicsAreWritten || kinesisSink.isPresent() || openSearch.isPresent();
        if (toSinks && !filesSource.get().hasRange()) {
            reader.error(
                    "group `"
                            + FilesSourceConfig.GROUP
                            + "` must have `from` and `to` if results go to topics, streams, or"
                            + " indices: the files must contain all clicks of that"
                            + " range, and of the sessions that began before it");
        }
        if (openSearch.isPresent() && !topicsAreWritten && kinesisSink.isEmpty()) {
            reader.error(
                    "documents that OpenSearch refuses have no destination: add the group `"
                            + KafkaSinkConfig.GROUP
                            + "` or `"
                            + KinesisSinkConfig.GROUP
                            + "`");
        }
    }

    /** The group names, as a list in a sentence. */
    private static String quoted(List<String> groups) {
        int last = groups.size() - 1;
        return groups.subList(0, last).stream()
                        .map(group -> '`' + group + '`')
                        .collect(Collectors.joining(", "))
                + ", and `"
                + groups.get(last)
                + '`';
    }

    /**
     * Parses property groups.
     *
     * @param propertyGroups properties by property group id
     * @throws ConfigException if there is an error; contains all errors
     */
    public static JobConfig parse(Map<String, Map<String, String>> propertyGroups) {
        return parse(propertyGroups, new Secrets(System.getenv()));
    }

    static JobConfig parse(Map<String, Map<String, String>> propertyGroups, Secrets secrets) {
        PropertyReader reader = new PropertyReader(propertyGroups, ALL_GROUPS, secrets);
        JobConfig config = new JobConfig(reader);
        reader.finish();
        return config;
    }

    /** The Kafka source; empty if clicks come from elsewhere. */
    public Optional<KafkaSourceConfig> kafkaSource() {
        return kafkaSource;
    }

    /** The Kinesis source; empty if clicks come from elsewhere. */
    public Optional<KinesisSourceConfig> kinesisSource() {
        return kinesisSource;
    }

    /** The files to read once; empty if clicks come from elsewhere. */
    public Optional<FilesSourceConfig> filesSource() {
        return filesSource;
    }

    /** The schema registry of Avro clicks; empty if there is none. */
    public Optional<RegistryConfig> registry() {
        return registry;
    }

    /** The topics of aggregates; empty if there are none. */
    public Optional<KafkaSinkConfig> kafkaSink() {
        return topicsAreWritten ? kafka : Optional.empty();
    }

    /** The streams of aggregates and dead letters; empty if there are none. */
    public Optional<KinesisSinkConfig> kinesisSink() {
        return kinesisSink;
    }

    /**
     * The cluster of the dead letter topic: the cluster of the aggregates' topics, or the source's
     * cluster if there are none. Empty if dead letters go only to a stream.
     */
    public Optional<KafkaSinkConfig> deadLetterCluster() {
        return topicsAreWritten || kinesisSink.isEmpty() ? kafka : Optional.empty();
    }

    public Optional<OpenSearchConfig> openSearch() {
        return openSearch;
    }

    /** The folder for results of files; empty if clicks do not come from files. */
    public Optional<FilesSinkConfig> filesSink() {
        return filesSink;
    }

    /** The archive of all records; empty if there is none. */
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

    /** The checkpoint interval if the cluster does not set one. */
    public Duration checkpointInterval() {
        return checkpointInterval;
    }

    /** The maximum parallelism of the job; empty if Flink chooses it. */
    public Optional<Integer> maxParallelism() {
        return maxParallelism;
    }
}
