package io.clickstream.sink.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.ArchiveConfig.Layout;
import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.event.EventTypes;
import io.clickstream.testing.OperatorCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ArchiveBatchOperatorTest {

    private static final long HOUR = 3_600_000;

    private OneInputStreamOperatorTestHarness<ArchivedRecord, ArchivedBatch> operator;
    private OperatorCounters counters;

    @BeforeEach
    void open() throws Exception {
        counters = new OperatorCounters();
        operator =
                new OneInputStreamOperatorTestHarness<>(
                        new ArchiveBatchOperator(
                                new TimeFolders<>(Layout.HOUR, ArchivedRecord::eventTime)),
                        counters.environment());
        operator.setup(EventTypes.ARCHIVED_BATCH.createSerializer(new SerializerConfigImpl()));
        operator.open();
    }

    @AfterEach
    void close() throws Exception {
        operator.close();
    }

    @Test
    void gathersTheRecordsOfAFolderUntilThereIsACheckpoint() throws Exception {
        send("a", 0);
        send("b", HOUR);
        send("c", 1);
        assertThat(batches()).isEmpty();

        operator.prepareSnapshotPreBarrier(1);

        assertThat(batches())
                .containsExactly("dt=1970-01-01/hour=00: a, c", "dt=1970-01-01/hour=01: b");
        operator.prepareSnapshotPreBarrier(2);
        assertThat(batches()).hasSize(2);
    }

    @Test
    void sendsThemAfterASecond() throws Exception {
        send("a", 0);
        operator.setProcessingTime(999);
        assertThat(batches()).isEmpty();
        operator.setProcessingTime(1_000);
        assertThat(batches()).hasSize(1);
        send("b", 0);
        operator.setProcessingTime(2_000);
        assertThat(batches()).hasSize(2);
    }

    @Test
    void sendsAFullBatchAloneAndAllWhenTheyTakeTooMuchRoom() throws Exception {
        send("a", 0);
        send("x".repeat(128 * 1024), HOUR);
        assertThat(batches()).hasSize(1).first().asString().startsWith("dt=1970-01-01/hour=01");

        for (int hour = 2; hour < 20; hour++) {
            send("y".repeat(60 * 1024), hour * HOUR);
        }

        // The 18th is the first that makes them more than 1 MiB.
        assertThat(batches()).hasSize(1 + 19);
    }

    @Test
    void aFullBatchIsFilledAnewWithoutWhatWasInIt() throws Exception {
        String full = "x".repeat(128 * 1024);
        send(full, 0);
        send("a", 1);
        send("b", 2);
        operator.prepareSnapshotPreBarrier(1);

        assertThat(batches())
                .containsExactly("dt=1970-01-01/hour=00: " + full, "dt=1970-01-01/hour=00: a, b");
    }

    @Test
    void aBatchThatWasSentGetsNoMoreRecords() throws Exception {
        send("a", 0);
        operator.prepareSnapshotPreBarrier(1);
        send("b", 0);
        operator.prepareSnapshotPreBarrier(2);

        assertThat(batches())
                .containsExactly("dt=1970-01-01/hour=00: a", "dt=1970-01-01/hour=00: b");
    }

    @Test
    void countsWhatHasGoneOn() throws Exception {
        send("a", 0);
        send("bcd", HOUR);
        assertThat(counters.counted())
                .isEqualTo(Map.of("archive.records", 0L, "archive.bytes", 0L));

        operator.prepareSnapshotPreBarrier(1);
        assertThat(counters.counted())
                .isEqualTo(Map.of("archive.records", 2L, "archive.bytes", 4L));

        send("x".repeat(128 * 1024), 0);
        assertThat(counters.counted())
                .isEqualTo(Map.of("archive.records", 3L, "archive.bytes", 128 * 1024 + 4L));

        send("é", 0);
        operator.endInput();
        operator.getOneInputOperator().finish();
        assertThat(counters.counted())
                .isEqualTo(Map.of("archive.records", 4L, "archive.bytes", 128 * 1024 + 6L));
    }

    @Test
    void sendsAllWhenTheyAreTenThousand() throws Exception {
        for (int i = 0; i < 9_999; i++) {
            send("", i % 2 * HOUR);
        }
        assertThat(batches()).isEmpty();
        send("", HOUR);
        assertThat(batches()).hasSize(2);
        send("", 0);
        assertThat(batches()).hasSize(2);
    }

    @Test
    void sendsWhatIsLeftAtTheEnd() throws Exception {
        send("a", 0);
        operator.endInput();
        operator.getOneInputOperator().finish();

        assertThat(batches()).containsExactly("dt=1970-01-01/hour=00: a");
    }

    private void send(String json, long time) throws Exception {
        operator.processElement(new ArchivedRecord(json.getBytes(UTF_8), time, time), time);
    }

    private List<String> batches() {
        List<String> batches = new ArrayList<>();
        for (ArchivedBatch batch : operator.extractOutputValues()) {
            List<String> records = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                records.add(new String(batch.record(i).json(), UTF_8));
            }
            batches.add(batch.folder() + ": " + String.join(", ", records));
        }
        return batches;
    }
}
