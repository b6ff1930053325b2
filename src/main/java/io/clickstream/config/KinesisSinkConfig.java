package io.clickstream.config;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** The streams of aggregates and dead letters. */
public final class KinesisSinkConfig {

    private final KinesisStreamName departmentsStream;
    private final KinesisStreamName sessionsStream;
    private final KinesisStreamName checkoutsStream;
    private final KinesisStreamName trendingStream;
    private final KinesisStreamName deadLettersStream;
    private final Properties clientProperties;

    private KinesisSinkConfig(PropertyReader reader) {
        departmentsStream = reader.get(ConfigKeys.DEPARTMENTS_STREAM);
        sessionsStream = reader.get(ConfigKeys.SESSIONS_STREAM);
        checkoutsStream = reader.get(ConfigKeys.CHECKOUTS_STREAM);
        trendingStream = reader.get(ConfigKeys.TRENDING_STREAM);
        deadLettersStream = reader.get(ConfigKeys.DEAD_LETTERS_STREAM);
        String region =
                reader.find(ConfigKeys.KINESIS_SINK_REGION)
                        .or(() -> reader.find(ConfigKeys.KINESIS_REGION))
                        .or(() -> regionOfSource(reader))
                        .orElseGet(() -> reader.get(ConfigKeys.KINESIS_SINK_REGION));
        clientProperties =
                AwsClient.properties(
                        reader,
                        ConfigKeys.KINESIS_SINK,
                        region,
                        reader.find(ConfigKeys.KINESIS_SINK_ENDPOINT),
                        ConfigKeys.KINESIS_SINK_ENDPOINT);
        checkNames(reader, region);
    }

    static KinesisSinkConfig read(PropertyReader reader) {
        return new KinesisSinkConfig(reader);
    }

    private static Optional<String> regionOfSource(PropertyReader reader) {
        return reader.find(ConfigKeys.KINESIS_STREAM).flatMap(KinesisStreamName::region);
    }

    private void checkNames(PropertyReader reader, String region) {
        if (departmentsStream == null
                || sessionsStream == null
                || checkoutsStream == null
                || trendingStream == null
                || deadLettersStream == null
                || region == null) {
            return;
        }
        List<KinesisStreamName> streams =
                List.of(
                        departmentsStream,
                        sessionsStream,
                        checkoutsStream,
                        trendingStream,
                        deadLettersStream);
        HashSet<String> names = new HashSet<>();
        for (KinesisStreamName stream : streams) {
            names.add(stream.name());
            if (stream.region().isPresent() && !stream.region().get().equals(region)) {
                reader.error(
                        "group `"
                                + ConfigKeys.KINESIS_SINK
                                + "`: stream "
                                + stream
                                + " is in another region than "
                                + region);
            }
        }
        if (names.size() < streams.size()) {
            reader.error(
                    "group `"
                            + ConfigKeys.KINESIS_SINK
                            + "`: each aggregate, and the dead letters, need a stream of their"
                            + " own");
        }
    }

    public KinesisStreamName departmentsStream() {
        return departmentsStream;
    }

    public KinesisStreamName sessionsStream() {
        return sessionsStream;
    }

    public KinesisStreamName checkoutsStream() {
        return checkoutsStream;
    }

    public KinesisStreamName trendingStream() {
        return trendingStream;
    }

    public KinesisStreamName deadLettersStream() {
        return deadLettersStream;
    }

    /** Settings of the client, with region and endpoint; a copy. */
    public Properties clientProperties() {
        return (Properties) clientProperties.clone();
    }
}
