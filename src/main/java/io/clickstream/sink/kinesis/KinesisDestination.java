package io.clickstream.sink.kinesis;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.aggregate.AggregateJson;
import io.clickstream.config.KinesisSinkConfig;
import io.clickstream.config.KinesisStreamName;
import io.clickstream.config.StartCheck;
import io.clickstream.deadletter.DeadLetterJson;
import io.clickstream.event.DeadLetter;
import io.clickstream.sink.DeadLetterOutlet;
import io.clickstream.sink.Destination;
import io.clickstream.sink.ResultWriter;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.flink.connector.base.sink.writer.ElementConverter;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * Streams: one per aggregate, and one for dead letters. Records are written at least once, because
 * Kinesis has no transactions.
 */
public final class KinesisDestination implements Destination {

    private final KinesisSinkConfig config;
    private final List<Aggregate<?>> aggregates;

    public KinesisDestination(KinesisSinkConfig config, Collection<Aggregate<?>> aggregates) {
        this.config = config;
        this.aggregates = List.copyOf(aggregates);
    }

    @Override
    public String name() {
        return "kinesis";
    }

    @Override
    public Collection<Aggregate<?>> aggregates() {
        return aggregates;
    }

    /** Records have the same keys as in a topic. */
    @Override
    public <T> ResultWriter<T> writer(Aggregate<T> aggregate, String uid) {
        AggregateFormat<T> format = aggregate.format();
        AggregateJson<T> json = new AggregateJson<>(format);
        return ResultWriter.to(
                sink(
                        config.stream(aggregate),
                        (value, context) ->
                                record(
                                        json.toBytes(value),
                                        PartitionKey.of(
                                                new String(
                                                        format.key(value),
                                                        StandardCharsets.UTF_8))),
                        true));
    }

    /** Records have the reason as key. */
    @Override
    public Optional<ResultWriter<DeadLetter>> deadLetters(String uid) {
        return Optional.of(
                ResultWriter.to(
                        sink(
                                config.deadLettersStream(),
                                (letter, context) ->
                                        record(
                                                DeadLetterJson.toBytes(letter),
                                                letter.reason().label()),
                                false)));
    }

    /** The outlet of other sinks to the dead letters. */
    public static DeadLetterOutlet deadLetterOutlet(KinesisSinkConfig config) {
        return new KinesisDeadLetterOutlet(config.clientProperties(), config.deadLettersStream());
    }

    @Override
    public StartCheck startCheck() {
        return () -> {
            try (KinesisStartCheck check = new KinesisStartCheck(config.clientProperties())) {
                for (Aggregate<?> aggregate : aggregates) {
                    check.exists(
                            "sink.kinesis / " + aggregate.keyStem() + "-stream",
                            config.stream(aggregate));
                }
                return check.exists(
                                "sink.kinesis / dead-letters-stream", config.deadLettersStream())
                        .problems();
            }
        };
    }

    private static PutRecordsRequestEntry record(byte[] data, String key) {
        return PutRecordsRequestEntry.builder()
                .data(SdkBytes.fromByteArrayUnsafe(data))
                .partitionKey(key)
                .build();
    }

    private <T> KinesisSink<T> sink(
            KinesisStreamName stream,
            ElementConverter<T, PutRecordsRequestEntry> converter,
            boolean inOrder) {
        return new KinesisSink<>(
                config.clientProperties(), stream, converter, inOrder, deadLetterOutlet(config));
    }
}
