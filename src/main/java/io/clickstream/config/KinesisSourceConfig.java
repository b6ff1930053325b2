package io.clickstream.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;

/** Which stream is read, how, and from where on. */
public final class KinesisSourceConfig implements Serializable {

    /** How records come from the shards. */
    public enum Reader {
        POLLING,
        EFO
    }

    private static final long serialVersionUID = 1L;

    private final KinesisStreamName stream;
    private final KinesisStart start;
    private final Reader reader;
    private final String consumer;
    private final Duration pollInterval;
    private final Duration discoveryInterval;
    private final Properties clientProperties;

    private KinesisSourceConfig(PropertyReader properties) {
        stream = properties.get(ConfigKeys.KINESIS_STREAM);
        start = properties.get(ConfigKeys.KINESIS_START);
        reader = properties.get(ConfigKeys.KINESIS_READER);
        Optional<String> name = properties.find(ConfigKeys.KINESIS_CONSUMER);
        if (reader == Reader.POLLING && name.isPresent()) {
            properties.error(
                    ConfigKeys.KINESIS_CONSUMER,
                    "is only for enhanced fan-out; leave it out or set `"
                            + ConfigKeys.KINESIS_READER
                            + "` to `efo`");
        }
        consumer = reader == Reader.EFO ? properties.get(ConfigKeys.KINESIS_CONSUMER) : null;
        pollInterval = properties.get(ConfigKeys.KINESIS_POLL_INTERVAL);
        discoveryInterval = properties.get(ConfigKeys.KINESIS_DISCOVERY_INTERVAL);
        clientProperties =
                AwsClient.properties(
                        properties,
                        ConfigKeys.KINESIS_SOURCE,
                        region(properties),
                        properties.find(ConfigKeys.KINESIS_ENDPOINT),
                        ConfigKeys.KINESIS_ENDPOINT);
    }

    static KinesisSourceConfig read(PropertyReader reader) {
        return new KinesisSourceConfig(reader);
    }

    private String region(PropertyReader properties) {
        Optional<String> ofArn = stream == null ? Optional.empty() : stream.region();
        Optional<String> said = properties.find(ConfigKeys.KINESIS_REGION);
        if (ofArn.isPresent() && said.isPresent() && !said.equals(ofArn)) {
            properties.error(
                    ConfigKeys.KINESIS_REGION,
                    "is '" + said.get() + "', but the stream's ARN says " + ofArn.get());
        }
        return ofArn.or(() -> said).orElseGet(() -> properties.get(ConfigKeys.KINESIS_REGION));
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

    /** The name of the consumer of enhanced fan-out; empty for polling. */
    public Optional<String> consumer() {
        return Optional.ofNullable(consumer);
    }

    /** Time between two reads of a shard. */
    public Duration pollInterval() {
        return pollInterval;
    }

    /** Time between two looks for new shards. */
    public Duration discoveryInterval() {
        return discoveryInterval;
    }

    /** Settings of the client, with region and endpoint; a copy. */
    public Properties clientProperties() {
        return (Properties) clientProperties.clone();
    }
}
