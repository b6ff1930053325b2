package io.clickstream.config;

import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** The stream to read, how to read it, and where to start. */
public final class KinesisSourceConfig implements Serializable {

    /** How records are read from shards. */
    public enum Reader {
        POLLING,
        EFO
    }

    private static final long serialVersionUID = 1L;

    static final String GROUP = "source.kinesis";

    static final Key<KinesisStreamName> STREAM =
            Key.of(
                    GROUP,
                    "stream",
                    KinesisStreamName::parse,
                    KinesisStreamName.ALLOWED,
                    "The stream of clicks.");

    static final Key<String> REGION =
            Key.of(
                    GROUP,
                    "region",
                    Parsers::text,
                    Parsers.REGION,
                    "The Region of the stream. Not needed if `stream` is an ARN.");

    static final Key<List<URI>> ENDPOINT =
            Key.of(
                    GROUP,
                    "endpoint",
                    Parsers::httpUris,
                    "`https://host[:port]`",
                    "An address other than the Region's default, such as that of a VPC"
                            + " endpoint.");

    static final Key<KinesisStart> START =
            Key.of(
                    GROUP,
                    "start",
                    KinesisStart::parse,
                    KinesisStart.ALLOWED,
                    "trim-horizon",
                    "Where to start without a snapshot. `trim-horizon` is the oldest"
                            + " record that the stream still has.");

    static final Key<KinesisSourceConfig.Reader> READER =
            Key.of(
                    GROUP,
                    "reader",
                    Parsers.oneOf(Reader.class),
                    Parsers.labels(Reader.class),
                    "polling",
                    "Polling shares the 2 MB/s and 5 reads/s of a shard with other"
                            + " applications. Enhanced fan-out (`efo`) has its own 2 MB/s, at"
                            + " additional cost.");

    static final Key<String> CONSUMER =
            Key.of(
                    GROUP,
                    "consumer",
                    Parsers::text,
                    "a name",
                    "For `efo`: the consumer that the job registers with the stream. It"
                            + " stays registered, and costs money, until you deregister it.");

    static final Key<Duration> POLL_INTERVAL =
            Key.of(
                    GROUP,
                    "poll-interval",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "250 ms",
                    "The time between two reads of a shard. All applications together"
                            + " have 5 reads/s.");

    static final Key<Duration> DISCOVERY_INTERVAL =
            Key.of(
                    GROUP,
                    "discovery-interval",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "10 s",
                    "How often the job looks for new shards. It looks for the children"
                            + " of a shard as soon as the shard ends.");

    static final KeyGroup KEYS =
            KeyGroup.of(
                            GROUP,
                            STREAM,
                            REGION,
                            ENDPOINT,
                            START,
                            READER,
                            CONSUMER,
                            POLL_INTERVAL,
                            DISCOVERY_INTERVAL)
                    .passing(PropertyReader.AWS_PREFIX);

    private final KinesisStreamName stream;
    private final KinesisStart start;
    private final Reader reader;
    private final String consumer;
    private final Duration pollInterval;
    private final Duration discoveryInterval;
    private final Properties clientProperties;

    private KinesisSourceConfig(PropertyReader properties) {
        stream = properties.get(STREAM);
        start = properties.get(START);
        reader = properties.get(READER);
        Optional<String> name = properties.find(CONSUMER);
        if (reader == Reader.POLLING && name.isPresent()) {
            properties.error(
                    CONSUMER,
                    "is only for enhanced fan-out; remove it, or set `" + READER + "` to `efo`");
        }
        consumer = reader == Reader.EFO ? properties.get(CONSUMER) : null;
        pollInterval = properties.get(POLL_INTERVAL);
        discoveryInterval = properties.get(DISCOVERY_INTERVAL);
        Properties client =
                AwsClient.properties(
                        properties, GROUP, region(properties), properties.find(ENDPOINT), ENDPOINT);
        // With enhanced fan-out, an answer goes on for minutes, and the job may let it wait.
        clientProperties = reader == Reader.EFO ? client : AwsClient.withShortAnswers(client);
    }

    static KinesisSourceConfig read(PropertyReader reader) {
        return new KinesisSourceConfig(reader);
    }

    private String region(PropertyReader properties) {
        Optional<String> ofArn = stream == null ? Optional.empty() : stream.region();
        Optional<String> said = properties.find(REGION);
        if (ofArn.isPresent() && said.isPresent() && !said.equals(ofArn)) {
            properties.error(
                    REGION,
                    "is '"
                            + said.get()
                            + "', but the region in the stream's ARN is "
                            + ofArn.get());
        }
        return ofArn.or(() -> said).orElseGet(() -> properties.get(REGION));
    }

    public KinesisStreamName stream() {
        return stream;
    }

    public KinesisStart start() {
        return start;
    }

    public Reader reader() {
        return reader;
    }

    /** The name of the enhanced fan-out consumer; empty for polling. */
    public Optional<String> consumer() {
        return Optional.ofNullable(consumer);
    }

    /** The time between two reads of a shard. */
    public Duration pollInterval() {
        return pollInterval;
    }

    /** The time between two searches for new shards. */
    public Duration discoveryInterval() {
        return discoveryInterval;
    }

    /** A copy of the client's settings, with region and endpoint. */
    public Properties clientProperties() {
        return (Properties) clientProperties.clone();
    }
}
