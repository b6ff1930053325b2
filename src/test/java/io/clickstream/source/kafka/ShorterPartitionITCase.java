package io.clickstream.source.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.local.server.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job starts at an offset that its partition does not have. The broker is a real one. */
class ShorterPartitionITCase {

    private static final TopicPartition PARTITION = new TopicPartition("clicks", 0);
    private static final long RECORDS = 100;
    private static final long WANTED = 500;

    @TempDir Path folder;

    private final ReadPositions positions = new ReadPositions();
    private final List<Long> read = new ArrayList<>();
    private KafkaBroker broker;
    private KafkaProducer<String, String> producer;
    private KafkaConsumer<byte[], byte[]> consumer;
    private PartitionReader reader;

    @BeforeEach
    void start() {
        broker = KafkaBroker.start(folder);
        broker.createTopic(PARTITION.topic(), 1);
        Map<String, Object> servers = Map.of("bootstrap.servers", broker.bootstrapServers());
        producer = new KafkaProducer<>(servers, new StringSerializer(), new StringSerializer());
        send(RECORDS);
        consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                broker.bootstrapServers(),
                                "auto.offset.reset",
                                "none"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
        reader =
                new PartitionReader(
                        consumer,
                        new PartitionReaderTest.NoMetrics(),
                        positions,
                        new LostOffsets(UnregisteredMetricsGroup.createSourceReaderMetricGroup()));
    }

    @AfterEach
    void stop() {
        consumer.close();
        producer.close();
        broker.close();
    }

    @Test
    void goesOnAtTheEndOfTheSameTopicThatLostRecordsWhileTheJobWasDown() {
        reader.add(List.of(new TopicSplit(PARTITION, WANTED, "same")));

        while (consumer.position(PARTITION) == WANTED) {
            readOnce();
        }
        assertThat(consumer.position(PARTITION)).isEqualTo(RECORDS);
        send(5);
        readAll(5);

        assertThat(read).containsExactly(100L, 101L, 102L, 103L, 104L);
        assertThat(positions.isShorter(PARTITION.toString())).isFalse();
    }

    @Test
    void readsFromTheBeginningWhereTheTopicMayBeAnother() {
        reader.add(List.of(new KafkaPartitionSplit(PARTITION, WANTED)));

        readAll(RECORDS);

        assertThat(read).startsWith(0L);
        assertThat(positions.isShorter(PARTITION.toString())).isTrue();
    }

    @Test
    void readsFromTheBeginningWhereTheTopicWasMadeAgainWhileTheJobRan() {
        reader.add(List.of(new TopicSplit(PARTITION, 0, "same")));
        readAll(RECORDS);

        // The consumer answers as after a topic of the same name that has fewer records.
        consumer.seek(PARTITION, WANTED);
        send(1);
        readAll(2 * RECORDS + 1);

        assertThat(read.subList((int) RECORDS, read.size())).startsWith(0L);
    }

    private void send(long records) {
        for (long i = 0; i < records; i++) {
            assertThat(producer.send(new ProducerRecord<>(PARTITION.topic(), "ann", "click")))
                    .succeedsWithin(Duration.ofSeconds(30));
        }
    }

    private void readAll(long records) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (read.size() < records) {
            assertThat(System.nanoTime()).as("read so far: %s", read).isLessThan(deadline);
            readOnce();
        }
        assertThat(read).hasSize((int) records);
    }

    private void readOnce() {
        RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> batch = reader.read();
        while (batch.nextSplit() != null) {
            for (ConsumerRecord<byte[], byte[]> record = batch.nextRecordFromSplit();
                    record != null;
                    record = batch.nextRecordFromSplit()) {
                read.add(record.offset());
            }
        }
        batch.recycle();
    }
}
