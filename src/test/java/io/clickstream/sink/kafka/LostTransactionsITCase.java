package io.clickstream.sink.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.JobConfig;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.RawRecord;
import io.clickstream.local.server.KafkaBroker;
import io.clickstream.testing.Await;
import io.clickstream.testing.CapturedLog;
import io.clickstream.testing.OperatorCounters;
import io.clickstream.testing.PropertyGroups;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessageTypeInfo;
import org.apache.flink.streaming.runtime.operators.sink.CommitterOperatorFactory;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that is down between a checkpoint and its commit, with a real broker. */
class LostTransactionsITCase {

    private static final String TOPIC = "DeadLetters";

    @TempDir private Path folder;

    private final OperatorCounters counters = new OperatorCounters();

    @Test
    void aTransactionThatLastsIsCommittedAfterTheRestart() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(folder);
                CapturedLog log = new CapturedLog(Level.ERROR)) {
            broker.createTopic(TOPIC, 1);
            Sink<DeadLetter> sink = sink(broker, "15 min");

            restart(sink, writtenAndNotCommitted(sink));

            assertThat(lost()).isZero();
            assertThat(log.lines()).isEmpty();
            Await.until(
                    "the transaction is committed",
                    Duration.ofSeconds(60),
                    () -> states(broker).contains(TransactionState.COMPLETE_COMMIT));
        }
    }

    @Test
    void aTransactionThatExpiredWhileTheJobWasDownIsCountedAndLogged() throws Exception {
        try (KafkaBroker broker =
                        KafkaBroker.start(
                                folder,
                                Map.of(
                                        "transaction.abort.timed.out.transaction.cleanup"
                                                + ".interval.ms",
                                        "200"));
                CapturedLog log = new CapturedLog(Level.ERROR)) {
            broker.createTopic(TOPIC, 1);
            Sink<DeadLetter> sink = sink(broker, "1 s");
            OperatorSubtaskState snapshot = writtenAndNotCommitted(sink);
            Await.until(
                    "the broker aborts the transaction",
                    Duration.ofSeconds(60),
                    () -> states(broker).contains(TransactionState.COMPLETE_ABORT));

            restart(sink, snapshot);

            assertThat(lost()).isEqualTo(1);
            assertThat(log.lines())
                    .anyMatch(
                            line ->
                                    line.startsWith(
                                                    "A transaction of topic DeadLetters can't be"
                                                            + " committed any more, so its records"
                                                            + " are lost: ")
                                            && line.contains("`sink.kafka / transaction-timeout`"));
        }
    }

    private static Sink<DeadLetter> sink(KafkaBroker broker, String transactionTimeout) {
        JobConfig config =
                JobConfig.parse(
                        PropertyGroups.smallest()
                                .with("sink.kafka", "bootstrap-servers", broker.bootstrapServers())
                                .with("sink.kafka", "transaction-timeout", transactionTimeout)
                                .with("dead-letters", "topic", TOPIC)
                                .build());
        return KafkaDestination.streaming(
                        config.kafkaSink().orElseThrow(),
                        config.deadLetters(),
                        config.computed(),
                        config.checkpointInterval())
                .deadLetterSink("dead-letters-kafka-sink");
    }

    /** What the committer has in a checkpoint that is complete, but whose commit did not come. */
    @SuppressWarnings({"unchecked", "try"})
    private static <C> OperatorSubtaskState writtenAndNotCommitted(Sink<DeadLetter> sink)
            throws Exception {
        SupportsCommitter<C> commits = (SupportsCommitter<C>) sink;
        try (OneInputStreamOperatorTestHarness<DeadLetter, CommittableMessage<C>> writer =
                        new OneInputStreamOperatorTestHarness<>(
                                new SinkWriterOperatorFactory<DeadLetter, C>(sink));
                OneInputStreamOperatorTestHarness<CommittableMessage<C>, CommittableMessage<C>>
                        committer = committer(commits, new OperatorCounters())) {
            writer.setup(
                    CommittableMessageTypeInfo.of(commits::getCommittableSerializer)
                            .createSerializer(writer.getExecutionConfig().getSerializerConfig()));
            writer.open();
            committer.open();
            writer.processElement(
                    new DeadLetter(
                            Reason.MALFORMED,
                            "not JSON",
                            new RawRecord("clicks", 0, 42, new byte[] {1}),
                            1),
                    1);
            writer.prepareSnapshotPreBarrier(1);
            writer.snapshot(1, 1);
            Collection<CommittableMessage<C>> messages = writer.extractOutputValues();
            assertThat(messages).hasSize(2);
            for (CommittableMessage<C> message : messages) {
                committer.processElement(message, 1);
            }
            return committer.snapshot(1, 1);
        }
    }

    @SuppressWarnings({"unchecked", "try"})
    private <C> void restart(Sink<DeadLetter> sink, OperatorSubtaskState snapshot)
            throws Exception {
        try (OneInputStreamOperatorTestHarness<CommittableMessage<C>, CommittableMessage<C>>
                committer = committer((SupportsCommitter<C>) sink, counters)) {
            committer.setRestoredCheckpointId(1);
            committer.initializeState(snapshot);
            committer.open();
        }
    }

    private static <C>
            OneInputStreamOperatorTestHarness<CommittableMessage<C>, CommittableMessage<C>>
                    committer(SupportsCommitter<C> commits, OperatorCounters counters)
                            throws Exception {
        OneInputStreamOperatorTestHarness<CommittableMessage<C>, CommittableMessage<C>> harness =
                new OneInputStreamOperatorTestHarness<>(
                        new CommitterOperatorFactory<>(commits, false, true),
                        counters.environment());
        harness.setup(
                CommittableMessageTypeInfo.of(commits::getCommittableSerializer)
                        .createSerializer(harness.getExecutionConfig().getSerializerConfig()));
        return harness;
    }

    private long lost() {
        return counters.counted().get("kafka.transactionsLost");
    }

    private static List<TransactionState> states(KafkaBroker broker) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            return admin.listTransactions().all().get().stream()
                    .map(TransactionListing::state)
                    .toList();
        }
    }
}
