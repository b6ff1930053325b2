package io.clickstream.source.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/**
 * What Kafka's consumer throws between polls, when a broker is gone or has lost records, reaches no
 * other partition. The consumer is Kafka's own double for tests.
 */
class PartitionReaderTest {

    private static final TopicPartition DAMAGED = new TopicPartition("clicks", 0);
    private static final TopicPartition HEALTHY = new TopicPartition("clicks", 1);

    private final ScriptedConsumer consumer = new ScriptedConsumer();
    private final ReadPositions positions = new ReadPositions();
    private final PartitionReader reader =
            new PartitionReader(
                    consumer,
                    new NoMetrics(),
                    positions,
                    new LostOffsets(UnregisteredMetricsGroup.createSourceReaderMetricGroup()));
    private final Map<TopicPartition, List<Long>> read = new HashMap<>();

    @Test
    void keepsWhatOnePollReturnedWhenALogIsTruncatedAfterIt() {
        begin(DAMAGED, 100);
        begin(HEALTHY, 0);
        add(DAMAGED, 100, 150);
        add(HEALTHY, 0, 50);
        consumer.throwAtPosition(
                DAMAGED,
                new LogTruncationException(
                        "truncated",
                        Map.of(DAMAGED, 150L),
                        Map.of(DAMAGED, new OffsetAndMetadata(120))));

        poll();
        add(DAMAGED, 120, 130);
        add(HEALTHY, 50, 60);
        poll();

        assertThat(read.get(HEALTHY)).isEqualTo(offsets(0, 60));
        // The lost records were read already; their offsets have new records now.
        List<Long> expected = offsets(100, 150);
        expected.addAll(offsets(120, 130));
        assertThat(read.get(DAMAGED)).isEqualTo(expected);
    }

    @Test
    void readsAPartitionFromItsBeginningWhichIsShorterThanWhatWasRead() {
        begin(DAMAGED, 100);
        begin(HEALTHY, 0);
        add(HEALTHY, 0, 50);
        consumer.throwAtPosition(
                DAMAGED, new LogTruncationException("truncated", Map.of(DAMAGED, 100L), Map.of()));

        poll();
        add(DAMAGED, 0, 10);
        poll();

        assertThat(read.get(HEALTHY)).isEqualTo(offsets(0, 50));
        assertThat(read.get(DAMAGED)).isEqualTo(offsets(0, 10));
        assertThat(positions.isShorter(DAMAGED.toString())).isTrue();
    }

    @Test
    void readsOtherPartitionsWhileNoBrokerTellsAPosition() {
        begin(DAMAGED, KafkaPartitionSplit.EARLIEST_OFFSET);
        begin(HEALTHY, 0);
        for (KafkaException each :
                List.of(new TimeoutException("no answer"), new WakeupException())) {
            consumer.throwAtPosition(DAMAGED, each);
        }
        add(HEALTHY, 0, 10);
        poll();
        assertThat(read.get(HEALTHY)).isEqualTo(offsets(0, 10));
        assertThat(positions.isEmittedUpTo(DAMAGED.toString(), 0)).isFalse();

        add(HEALTHY, 10, 20);
        poll();
        assertThat(read.get(HEALTHY)).isEqualTo(offsets(0, 20));
        assertThat(positions.isEmittedUpTo(HEALTHY.toString(), 20)).isTrue();
        assertThat(positions.isEmittedUpTo(DAMAGED.toString(), 0)).isFalse();

        poll();
        assertThat(positions.isEmittedUpTo(DAMAGED.toString(), 0)).isTrue();
    }

    @Test
    void isReadUpToTheTimestampOfTheNewestRecord() {
        begin(HEALTHY, 0);
        assertThat(positions.timestamp(HEALTHY.toString())).isEqualTo(ReadPositions.NO_TIMESTAMP);
        for (long offset = 0; offset < 10; offset++) {
            consumer.addRecord(
                    new ConsumerRecord<>(
                            HEALTHY.topic(),
                            HEALTHY.partition(),
                            offset,
                            1_655_183_300_000L + offset,
                            TimestampType.CREATE_TIME,
                            0,
                            0,
                            new byte[0],
                            new byte[0],
                            new RecordHeaders(),
                            Optional.empty()));
        }

        poll();

        assertThat(positions.timestamp(HEALTHY.toString())).isEqualTo(1_655_183_300_009L);
        begin(HEALTHY, 0);
        assertThat(positions.timestamp(HEALTHY.toString())).isEqualTo(ReadPositions.NO_TIMESTAMP);
    }

    /** The consumer keeps a wakeup for the next call, which may be one of those here. */
    @Test
    void addsPartitionsWithoutAskingABrokerThatDoesNotAnswer() {
        begin(HEALTHY, 0);
        consumer.throwAtPosition(HEALTHY, new TimeoutException("no answer"));
        consumer.throwAtPosition(DAMAGED, new TimeoutException("no answer"));
        consumer.throwAtCommitted(new TimeoutException("no answer"));

        begin(DAMAGED, KafkaPartitionSplit.COMMITTED_OFFSET);

        assertThat(consumer.assignment()).containsExactlyInAnyOrder(HEALTHY, DAMAGED);
    }

    @Test
    void beginsAtTheOldestClickWhereNoOffsetIsCommitted() {
        begin(DAMAGED, KafkaPartitionSplit.COMMITTED_OFFSET);
        consumer.throwAtPoll(new NoOffsetForPartitionException(DAMAGED));
        poll();

        add(DAMAGED, 0, 10);
        poll();

        assertThat(read.get(DAMAGED)).isEqualTo(offsets(0, 10));
    }

    @Test
    void dropsWhatWasFetchedBeforeAPartitionBeganAgain() {
        begin(HEALTHY, 5);
        add(HEALTHY, 5, 10);
        RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> before = reader.read();

        positions.drop(HEALTHY.toString());
        add(HEALTHY, 10, 15);
        RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> meanwhile = reader.read();
        begin(HEALTHY, KafkaPartitionSplit.EARLIEST_OFFSET);
        emit(before);
        emit(meanwhile);
        add(HEALTHY, 0, 20);
        poll();

        assertThat(read.get(HEALTHY)).isEqualTo(offsets(0, 20));
    }

    private void begin(TopicPartition partition, long offset) {
        reader.add(List.of(new KafkaPartitionSplit(partition, offset)));
        consumer.updateBeginningOffsets(Map.of(partition, 0L));
    }

    private void add(TopicPartition partition, long from, long to) {
        for (long offset = from; offset < to; offset++) {
            consumer.addRecord(
                    new ConsumerRecord<>(
                            partition.topic(),
                            partition.partition(),
                            offset,
                            new byte[0],
                            new byte[0]));
        }
    }

    private void poll() {
        emit(reader.read());
    }

    private void emit(RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> batch) {
        while (batch.nextSplit() != null) {
            for (ConsumerRecord<byte[], byte[]> record = batch.nextRecordFromSplit();
                    record != null;
                    record = batch.nextRecordFromSplit()) {
                read.computeIfAbsent(
                                new TopicPartition(record.topic(), record.partition()),
                                partition -> new ArrayList<>())
                        .add(record.offset());
            }
        }
        batch.recycle();
    }

    private static List<Long> offsets(long from, long to) {
        List<Long> offsets = new ArrayList<>();
        for (long offset = from; offset < to; offset++) {
            offsets.add(offset);
        }
        return offsets;
    }

    /** Throws what it is told to, once each, as Kafka's consumer does behind a poll. */
    private static final class ScriptedConsumer extends MockConsumer<byte[], byte[]> {

        private final Map<TopicPartition, List<KafkaException>> atPosition = new HashMap<>();
        private final List<KafkaException> atPoll = new ArrayList<>();
        private final List<KafkaException> atCommitted = new ArrayList<>();

        ScriptedConsumer() {
            super(OffsetResetStrategy.NONE);
        }

        void throwAtPosition(TopicPartition partition, KafkaException exception) {
            atPosition.computeIfAbsent(partition, each -> new ArrayList<>()).add(exception);
        }

        void throwAtPoll(KafkaException exception) {
            atPoll.add(exception);
        }

        void throwAtCommitted(KafkaException exception) {
            atCommitted.add(exception);
        }

        private static void throwNext(List<KafkaException> exceptions) {
            if (!exceptions.isEmpty()) {
                throw exceptions.remove(0);
            }
        }

        @Override
        public synchronized long position(TopicPartition partition, Duration timeout) {
            throwNext(atPosition.getOrDefault(partition, new ArrayList<>()));
            return super.position(partition, timeout);
        }

        @Override
        public synchronized long position(TopicPartition partition) {
            throwNext(atPosition.getOrDefault(partition, new ArrayList<>()));
            return super.position(partition);
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
                Set<TopicPartition> partitions) {
            throwNext(atCommitted);
            return super.committed(partitions);
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            throwNext(atPoll);
            return super.poll(timeout);
        }
    }

    static final class NoMetrics implements PartitionReader.ReaderMetrics {

        private final Set<TopicPartition> added = new HashSet<>();

        @Override
        public void added(TopicPartition partition) {
            assertThat(added.add(partition)).isTrue();
        }

        @Override
        public void polled(Set<TopicPartition> partitions) {
            assertThat(added).containsAll(partitions);
        }

        @Override
        public void emitting(TopicPartition partition, long offset) {
            assertThat(added).contains(partition);
        }
    }
}
