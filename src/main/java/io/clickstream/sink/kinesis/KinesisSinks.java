package io.clickstream.sink.kinesis;

import io.clickstream.config.KinesisSinkConfig;
import io.clickstream.config.KinesisStreamName;
import io.clickstream.event.DeadLetter;
import io.clickstream.format.AggregateFormat;
import io.clickstream.format.AggregateJson;
import io.clickstream.format.DeadLetterJson;
import io.clickstream.sink.DeadLetterOutlet;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.connector.kinesis.sink.KinesisStreamsSink;
import org.apache.flink.connector.kinesis.sink.KinesisStreamsSinkBuilder;
import org.apache.flink.connector.kinesis.sink.PartitionKeyGenerator;

/** Writes aggregates and dead letters to streams, at least once: Kinesis has no transactions. */
public final class KinesisSinks {

    /** A sink for one aggregate, by the same key as its topic. */
    public static <T> KinesisStreamsSink<T> aggregates(
            KinesisSinkConfig config, KinesisStreamName stream, AggregateFormat<T> format) {
        AggregateJson<T> json = new AggregateJson<>(format);
        return sink(
                config,
                stream,
                json::toBytes,
                value -> PartitionKey.of(new String(format.key(value), StandardCharsets.UTF_8)));
    }

    /** A sink for dead letters, by their reason. */
    public static KinesisStreamsSink<DeadLetter> deadLetters(KinesisSinkConfig config) {
        return sink(
                config,
                config.deadLettersStream(),
                DeadLetterJson::toBytes,
                letter -> letter.reason().label());
    }

    /** The way of other sinks to the dead letters. */
    public static DeadLetterOutlet deadLetterOutlet(KinesisSinkConfig config) {
        return new KinesisDeadLetterOutlet(config.clientProperties(), config.deadLettersStream());
    }

    @SuppressWarnings("deprecation") // A name does where the account is the job's own.
    private static <T> KinesisStreamsSink<T> sink(
            KinesisSinkConfig config,
            KinesisStreamName stream,
            SerializationSchema<T> format,
            PartitionKeyGenerator<T> key) {
        KinesisStreamsSinkBuilder<T> builder =
                KinesisStreamsSink.<T>builder()
                        .setKinesisClientProperties(config.clientProperties())
                        .setSerializationSchema(format)
                        .setPartitionKeyGenerator(key)
                        .setFailOnError(false);
        stream.arn()
                .ifPresentOrElse(builder::setStreamArn, () -> builder.setStreamName(stream.name()));
        return builder.build();
    }

    private KinesisSinks() {}
}
