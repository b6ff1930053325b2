package io.clickstream.sink.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.aggregate.IndexField;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.config.OpenSearchConfig.Delivery;
import io.clickstream.config.OpenSearchConfig.IndexPeriod;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetterSerializer;
import io.clickstream.testing.FakeOpenSearch;
import io.clickstream.testing.OpenSearchSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.runtime.state.storage.JobManagerCheckpointStorage;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The outbox under random faults, with restarts from checkpoints. The seed decides everything. */
@Timeout(120)
class OutboxFaultsTest {

    private static final int IDS = 900;
    private static final int STEPS = 120;
    private static final int MAX_PARALLELISM = 16;
    private static final int MAX_STATE_BYTES = 200 << 20;
    private static final long LONGEST_ANSWER_NANOS = Duration.ofSeconds(1).toNanos();

    private final FakeOpenSearch openSearch = FakeOpenSearch.start();
    private final RevisionFormat format = new RevisionFormat();

    /** What was written since the last completed checkpoint, which a restart reads again. */
    private final List<Long> sinceCompleted = new ArrayList<>();

    private final Map<Long, Long> newest = new HashMap<>();
    private Map<Long, Long> completed = new HashMap<>();
    private final Map<String, Long> seen = new HashMap<>();
    private KeyedOneInputStreamOperatorTestHarness<String, Long, DeadLetter> harness;
    private OperatorSubtaskState state;
    private OpenSearchConfig config;
    private volatile Predicate<String> refused = id -> false;
    private boolean isRestarted;
    private long checkpoint;
    private long clock = 1_000_000;

    /** The number n is revision n / IDS of document n % IDS, in one of three indices. */
    private static final class RevisionFormat implements AggregateFormat<Long> {

        private static final long serialVersionUID = 1L;

        private final String filler = "x".repeat(30_000);

        @Override
        public byte[] key(Long value) {
            return documentId(value).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public long timestamp(Long value) {
            return windowBegin(value);
        }

        @Override
        public long windowBegin(Long value) {
            return NumberFormat.DAY_0.plus(Duration.ofDays(value % IDS % 3)).toEpochMilli();
        }

        @Override
        public String documentId(Long value) {
            return "n" + value % IDS;
        }

        @Override
        public void write(Long value, JsonGenerator json) throws IOException {
            json.writeStartObject();
            json.writeNumberField("revision", value / IDS);
            json.writeStringField("filler", filler);
            json.writeEndObject();
        }

        @Override
        public List<IndexField> fields() {
            return List.of();
        }
    }

    @AfterEach
    void close() throws Exception {
        if (harness != null) {
            harness.close();
        }
        openSearch.close();
    }

    @ParameterizedTest
    @CsvSource({
        "AT_ONCE, 1",
        "AT_ONCE, 2",
        "AT_ONCE, 3",
        "COMMITTED, 1",
        "COMMITTED, 2",
        "COMMITTED, 3"
    })
    void losesNothingAndNeverGoesBack(Delivery delivery, long seed) throws Exception {
        config =
                OpenSearchSettings.of(openSearch.uri())
                        .indexPeriod(IndexPeriod.DAY)
                        .bulkMaxActions(50)
                        .delivery(delivery)
                        .build();
        openSearch.refuse(id -> refused.test(id), 403, "cluster_block_exception", "read-only");
        start();
        Random random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            step(random);
            check(delivery);
        }
        trouble(0, random);
        for (int i = 0; i < 3; i++) {
            complete();
            pass(100, 1_000);
        }
        check(delivery);

        assertThat(seen).hasSize(newest.size());
        newest.forEach((id, revision) -> assertThat(seen).containsEntry("n" + id, revision));
        assertThat(harness.numKeyedStateEntries()).isZero();
        assertThat(harness.extractOutputValues()).isEmpty();
        OutboxOperator<?> outbox = (OutboxOperator<?>) harness.getOperator();
        assertThat(outbox.pending()).isZero();
        assertThat(outbox.oldestPendingMillis()).isZero();
    }

    private void step(Random random) throws Exception {
        switch (random.nextInt(10)) {
            case 0 -> trouble(random.nextInt(6), random);
            case 1 -> complete();
            case 2 -> {
                // One that does not complete.
                harness.prepareSnapshotPreBarrier(++checkpoint);
                harness.snapshot(checkpoint, clock);
            }
            case 3 -> {
                if (random.nextInt(4) == 0) {
                    restart();
                }
            }
            case 4, 5 -> pass(1 + random.nextInt(5), 1 + random.nextInt(3_000));
            default -> {
                int count = random.nextInt(60);
                for (int i = 0; i < count; i++) {
                    write(random.nextInt(random.nextBoolean() ? 20 : IDS));
                }
                pass(1, random.nextInt(600));
            }
        }
    }

    private void restart() throws Exception {
        harness.close();
        start();
        isRestarted = true;
        for (long value : List.copyOf(sinceCompleted)) {
            harness.processElement(value, 0);
        }
    }

    private void trouble(int kind, Random random) {
        int id = random.nextInt(3);
        openSearch.answer(
                kind == 1 ? 503 : 429, "", Duration.ofDays(kind == 1 || kind == 2 ? 1 : 0));
        refused =
                kind == 3
                        ? name -> Integer.parseInt(name.substring(1)) % 3 == id
                        : kind == 4 ? name -> name.hashCode() % 7 == id : name -> false;
        openSearch.dropConnections(kind == 5 ? 2 : 0);
    }

    private void write(long id) throws Exception {
        long revision = newest.merge(id, 1L, Long::sum);
        long value = revision * IDS + id;
        sinceCompleted.add(value);
        harness.processElement(value, 0);
    }

    private void complete() throws Exception {
        harness.prepareSnapshotPreBarrier(++checkpoint);
        state = harness.snapshot(checkpoint, clock);
        completed = new HashMap<>(newest);
        sinceCompleted.clear();
        harness.notifyOfCompletedCheckpoint(checkpoint);
        settle();
    }

    private void start() throws Exception {
        IndexName index = new IndexName("numbers", config.indexPeriod());
        DocumentNames<Long> names = new DocumentNames<>(index, format);
        harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new OutboxFactory<>(config, index, format),
                        names::path,
                        Types.STRING,
                        MAX_PARALLELISM,
                        1,
                        0);
        harness.setStateBackend(new HashMapStateBackend());
        harness.setCheckpointStorage(new JobManagerCheckpointStorage(MAX_STATE_BYTES));
        harness.setup(DeadLetterSerializer.INSTANCE);
        if (state != null) {
            harness.setRestoredCheckpointId(checkpoint);
            harness.initializeState(state);
        }
        harness.setProcessingTime(clock);
        harness.open();
    }

    /**
     * Revisions grow, unless older ones are read again. Those of no completed checkpoint are not
     * there if they must not be.
     */
    private void check(Delivery delivery) {
        for (String index : openSearch.indices()) {
            for (Map.Entry<String, JsonNode> each : openSearch.documents(index).entrySet()) {
                String id = each.getKey();
                long revision = each.getValue().get("revision").asLong();
                if (delivery == Delivery.COMMITTED || !isRestarted) {
                    assertThat(revision).as(id).isGreaterThanOrEqualTo(seen.getOrDefault(id, 0L));
                }
                seen.put(id, revision);
                if (delivery == Delivery.COMMITTED) {
                    assertThat(revision)
                            .as(id)
                            .isLessThanOrEqualTo(completed.get(Long.parseLong(id.substring(1))));
                }
            }
        }
    }

    private void pass(int times, long millis) throws Exception {
        for (int i = 0; i < times; i++) {
            clock += millis;
            harness.setProcessingTime(clock);
            settle();
        }
    }

    private void settle() throws Exception {
        OutboxOperator<?> outbox = (OutboxOperator<?>) harness.getOperator();
        long end = System.nanoTime() + LONGEST_ANSWER_NANOS;
        while (System.nanoTime() - end < 0) {
            Mail mail = harness.getTaskMailbox().tryTake(0).orElse(null);
            if (mail != null) {
                mail.run();
                end = System.nanoTime() + LONGEST_ANSWER_NANOS;
            } else if (outbox.awaitsAnswer()) {
                Thread.sleep(2);
            } else {
                return;
            }
        }
    }
}
