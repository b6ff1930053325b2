package io.clickstream.config;

import io.clickstream.aggregate.Aggregate;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** The streams of aggregates and dead letters. */
public final class KinesisSinkConfig {

    static final String GROUP = "sink.kinesis";

    static final Key<String> REGION =
            Key.of(
                    GROUP,
                    "region",
                    Parsers::text,
                    Parsers.REGION,
                    "The Region of the streams. Defaults to the source's Region.");

    static final Key<List<URI>> ENDPOINT =
            Key.of(
                    GROUP,
                    "endpoint",
                    Parsers::httpUris,
                    "`https://host[:port]`",
                    "An address other than the Region's default.");

    static final AggregateKeys<KinesisStreamName> STREAMS =
            new AggregateKeys<>(
                    GROUP,
                    "stream",
                    KinesisStreamName::parse,
                    KinesisStreamName.ALLOWED,
                    Aggregate::defaultTopic);

    static final Key<KinesisStreamName> DEAD_LETTERS_STREAM =
            Key.of(
                    GROUP,
                    "dead-letters-stream",
                    KinesisStreamName::parse,
                    KinesisStreamName.ALLOWED,
                    "DeadLetters",
                    "The stream for records that could not be used, each with the" + " reason.");

    static final KeyGroup KEYS =
            KeyGroup.of(GROUP, REGION, ENDPOINT)
                    .and(STREAMS.all())
                    .and(DEAD_LETTERS_STREAM)
                    .passing(PropertyReader.AWS_PREFIX);

    private final Map<Aggregate<?>, KinesisStreamName> streams;
    private final KinesisStreamName deadLettersStream;
    private final Properties clientProperties;

    private KinesisSinkConfig(PropertyReader reader) {
        streams = STREAMS.read(reader);
        deadLettersStream = reader.get(DEAD_LETTERS_STREAM);
        String region =
                reader.find(REGION)
                        .or(() -> reader.find(KinesisSourceConfig.REGION))
                        .or(() -> regionOfSource(reader))
                        .orElseGet(() -> reader.get(REGION));
        clientProperties =
                AwsClient.withShortAnswers(
                        AwsClient.properties(
                                reader, GROUP, region, reader.find(ENDPOINT), ENDPOINT));
        checkNames(reader, region);
    }

    static KinesisSinkConfig read(PropertyReader reader) {
        return new KinesisSinkConfig(reader);
    }

    private static Optional<String> regionOfSource(PropertyReader reader) {
        return reader.find(KinesisSourceConfig.STREAM).flatMap(KinesisStreamName::region);
    }

    private void checkNames(PropertyReader reader, String region) {
        if (streams.containsValue(null) || deadLettersStream == null || region == null) {
            return;
        }
        List<KinesisStreamName> all = new ArrayList<>(streams.values());
        all.add(deadLettersStream);
        HashSet<String> names = new HashSet<>();
        for (KinesisStreamName stream : all) {
            names.add(stream.name());
            if (stream.region().isPresent() && !stream.region().get().equals(region)) {
                reader.error(
                        "group `"
                                + GROUP
                                + "`: stream "
                                + stream
                                + " is not in the region "
                                + region
                                + "; all streams must be in one region");
            }
        }
        if (names.size() < all.size()) {
            reader.error(
                    "group `"
                            + GROUP
                            + "`: each aggregate needs its own stream, and so do the dead letters");
        }
    }

    /** The stream of an aggregate. */
    public KinesisStreamName stream(Aggregate<?> aggregate) {
        return streams.get(aggregate);
    }

    public KinesisStreamName deadLettersStream() {
        return deadLettersStream;
    }

    /** A copy of the client's settings, with region and endpoint. */
    public Properties clientProperties() {
        return (Properties) clientProperties.clone();
    }
}
